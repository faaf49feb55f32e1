"""Bars: the bullet of a year, lights side by side, and money spent of money planned. Pure geometry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

from scorecard.drawing.chart_labels import FONT_SIZE
from scorecard.drawing.chart_scale import Scale, short_amount
from scorecard.drawing.text_wrap import text_width, wrap

Key = TypeVar("Key")

BULLET_WIDTH, BULLET_HEIGHT = 440, 98
_EDGE = 4
# Room beyond the farthest figure: the zone after it must be visible and have room for its name.
_BEYOND = Fraction(14, 100)
_ZONE_TOP, _ZONE_HEIGHT = 24, 34
_BAR_HEIGHT = 14
_ZONE_MARK = 16
_ZONE_GAP = 8

# Width of a light's mark with the gap after it, of a digit of its count, and the least room around them.
_LIGHT_MARK = 10
_LIGHT_DIGIT = 8
_LIGHT_PADDING = 2

MONEY_WIDTH = 440
_MONEY_TOP, _MONEY_ROW, _MONEY_BAR = 26, 46, 18


# (key, name, low, high); None is an open end.
Zone = tuple[object, str, Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Stretch:
    """A zone of the bullet on its axis. key: as the caller gave it. The zone's name starts at label_x."""

    key: object
    text: str
    x: float
    width: float
    label_x: float


@dataclass(frozen=True)
class Caption:
    """x is the middle of the text."""

    text: str
    x: float


@dataclass(frozen=True)
class Bullet:
    """An actual as a bar from zero, its target, and the zones of the lights behind them.

    target_xs: the target, or the two edges of a band. bar_x, bar_width, actual_x and actual are None without an actual.
    """

    width: int
    height: int
    zone_y: int
    zone_height: int
    zones: tuple[Stretch, ...]
    zero_x: float
    target_xs: tuple[float, ...]
    target: Caption
    bar_y: float
    bar_height: int
    bar_x: float | None
    bar_width: float | None
    actual_x: float | None
    actual: Caption | None


def bullet(
    *,
    target: Decimal,
    actual: Decimal | None,
    zones: Iterable[Zone],
    target_text: str,
    actual_text: str,
    tolerance: Decimal | None = None,
) -> Bullet:
    """zones: (key, name, low, high) from the lowest figures up; None is an open end.

    The zones alone say which side is better: for a measure that is better the lower, their order is reversed.
    """
    zones = tuple(zones)
    margin = Fraction(tolerance or 0)
    edges = sorted({Fraction(target) - margin, Fraction(target) + margin})
    scale = _bullet_scale(edges, actual, zones)
    zero = _x(scale, Fraction(0))
    end = None if actual is None else _x(scale, Fraction(actual))
    target_x = _x(scale, Fraction(target))
    return Bullet(
        width=BULLET_WIDTH,
        height=BULLET_HEIGHT,
        zone_y=_ZONE_TOP,
        zone_height=_ZONE_HEIGHT,
        zones=_stretches(scale, zones),
        zero_x=zero,
        target_xs=tuple(_x(scale, edge) for edge in edges),
        target=_caption(target_text, target_x),
        bar_y=_ZONE_TOP + (_ZONE_HEIGHT - _BAR_HEIGHT) / 2,
        bar_height=_BAR_HEIGHT,
        bar_x=None if end is None else min(zero, end),
        bar_width=None if end is None else round(abs(end - zero), 1),
        actual_x=end,
        actual=None if end is None else _caption(actual_text, end),
    )


def _bullet_scale(edges: Sequence[Fraction], actual: Decimal | None, zones: Sequence[Zone]) -> Scale:
    """From zero to the farthest figure and the end of every zone, and a little beyond."""
    reached = [Fraction(0), *edges]
    if actual is not None:
        reached.append(Fraction(actual))
    for _, _, zone_low, zone_high in zones:
        reached += [end for end in (zone_low, zone_high) if end is not None]
    low, high = min(reached), max(reached)
    span = high - low if high > low else Fraction(1)
    beyond = span * _BEYOND
    if low < 0 or edges[0] <= 0:
        low -= beyond
    return Scale(low, high + beyond, ())


def _x(scale: Scale, value: Decimal | Fraction) -> float:
    return round(_EDGE + (BULLET_WIDTH - 2 * _EDGE) * scale.share(value), 1)


def _stretches(scale: Scale, zones: Sequence[Zone]) -> tuple[Stretch, ...]:
    """The names keep their order and never overlap: the name of a narrow zone moves aside."""
    starts = [_x(scale, scale.low if low is None else low) for _, _, low, _ in zones]
    stops = [_x(scale, scale.high if high is None else high) for _, _, _, high in zones]
    widths = [round(stop - start, 1) for start, stop in zip(starts, stops, strict=True)]
    needed = [_ZONE_MARK + text_width(text, FONT_SIZE) for _, text, _, _ in zones]
    lefts: list[float] = []
    free_from = float(_EDGE)
    for start, width, room in zip(starts, widths, needed, strict=True):
        lefts.append(max(start + width / 2 - room / 2, free_from))
        free_from = lefts[-1] + room + _ZONE_GAP
    free_to = float(BULLET_WIDTH - _EDGE)
    for index in reversed(range(len(zones))):
        lefts[index] = min(lefts[index], free_to - needed[index])
        free_to = lefts[index] - _ZONE_GAP
    return tuple(
        Stretch(key, text, starts[index], widths[index], round(lefts[index], 1))
        for index, (key, text, _, _) in enumerate(zones)
    )


def _caption(text: str, x: float) -> Caption:
    """One line of text, cut if need be, with its middle as near to x as the edges allow."""
    room = BULLET_WIDTH - 2 * _EDGE
    (line,) = wrap(text, room, FONT_SIZE, max_lines=1) or ("",)
    half = text_width(line, FONT_SIZE) / 2
    return Caption(line, round(max(_EDGE + half, min(x, BULLET_WIDTH - _EDGE - half)), 1))


@dataclass(frozen=True)
class Share(Generic[Key]):
    """One part of a bar. key and count: as given. has_mark and has_count: whether there is room for them.

    mark_x and count_x are the middles of mark and count, which are centred in the part together.
    """

    key: Key
    count: int
    x: float
    width: float
    has_mark: bool
    has_count: bool
    mark_x: float
    count_x: float


def stacked_bar(counts: Iterable[tuple[Key, int]], width: int) -> tuple[Share[Key], ...]:
    """counts: (key, count). Each part of the bar is as long as its share of the counts; zeros are left out."""
    parts = [(key, count) for key, count in counts if count]
    whole = sum(count for _, count in parts)
    shares = []
    before = 0
    for key, count in parts:
        x = round(width * before / whole, 1)
        end = round(width * (before + count) / whole, 1)
        shares.append(_share(key, count, x, round(end - x, 1)))
        before += count
    return tuple(shares)


def _share(key: Key, count: int, x: float, width: float) -> Share[Key]:
    """In a narrow part the mark has priority over the count: it distinguishes the light without its colour."""
    digits = _LIGHT_DIGIT * len(str(count))
    middle = x + width / 2
    has_mark = width >= _LIGHT_MARK + _LIGHT_PADDING
    has_count = width >= _LIGHT_MARK + digits + _LIGHT_PADDING
    aside = (digits + 2) / 2 if has_count else 0
    return Share(
        key, count, x, width, has_mark, has_count, round(middle - aside, 1), round(middle + _LIGHT_MARK / 2, 1)
    )


@dataclass(frozen=True)
class MoneyRow:
    """A budget as a wide bar, and inside it the amount executed as a narrow one. A width is None without an amount."""

    label: str
    text: str
    y: float
    bar_y: float
    text_y: float
    amount_width: float | None
    executed_width: float | None
    is_current: bool


@dataclass(frozen=True)
class MoneyChart:
    """All rows have one scale; their bars start at left."""

    width: int
    height: int
    left: float
    bar_height: int
    rows: tuple[MoneyRow, ...]


def money_chart(rows: Iterable[tuple[str, int | None, int | None, str, bool]]) -> MoneyChart:
    """rows: (label, budget, executed, remark on the execution, is current), amounts in NT$.

    None is no amount and draws no bar; zero draws a bar without length.
    """
    rows = tuple(rows)
    left = round(_EDGE + 10 + max((text_width(label, FONT_SIZE) for label, *_ in rows), default=0))
    amounts = [amount for _, budget, executed, _, _ in rows for amount in (budget, executed) if amount is not None]
    largest = max(amounts, default=0) or 1
    room = MONEY_WIDTH - _EDGE - left

    def length(amount: int | None) -> float | None:
        return None if amount is None else round(float(Fraction(room * amount, largest)), 1)

    placed = []
    for index, (label, amount, executed, remark, is_current) in enumerate(rows):
        y = _MONEY_TOP + _MONEY_ROW * index
        placed.append(
            MoneyRow(
                label=label,
                text=_money_text(amount, executed, remark),
                y=y,
                bar_y=y + 2,
                text_y=y + 2 + _MONEY_BAR + 15,
                amount_width=length(amount),
                executed_width=length(executed),
                is_current=is_current,
            )
        )
    return MoneyChart(
        width=MONEY_WIDTH,
        height=_MONEY_TOP + _MONEY_ROW * len(rows),
        left=left,
        bar_height=_MONEY_BAR,
        rows=tuple(placed),
    )


def _money_text(amount: int | None, executed: int | None, remark: str) -> str:
    if amount is None:
        return "沒有預算"
    if executed is None:
        return f"預算 {short_amount(amount)}，{f'執行數{remark}' if remark else '執行數尚未填報'}"
    done = f"預算 {short_amount(amount)}，執行 {short_amount(executed)}"
    return f"{done}（{remark}）" if remark else done

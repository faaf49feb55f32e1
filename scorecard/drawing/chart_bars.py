"""Bars: the bullet of a year, lights side by side, and money spent of money planned. Pure geometry, as in charts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scorecard.drawing.chart_labels import FONT_SIZE
from scorecard.drawing.chart_scale import Scale, short_amount
from scorecard.drawing.text_wrap import text_width, wrap

BULLET_WIDTH, BULLET_HEIGHT = 440, 98
_EDGE = 4
# Room beyond the farthest figure, so that the zone after it is seen and can be named.
_BEYOND = Fraction(14, 100)
_ZONE_TOP, _ZONE_HEIGHT = 24, 34
_BAR_HEIGHT = 14
_ZONE_MARK = 16
_ZONE_GAP = 8

# A light's mark with the gap after it, a digit of its count, and the least room around them.
_LIGHT_MARK = 10
_LIGHT_DIGIT = 8
_LIGHT_PADDING = 2

MONEY_WIDTH = 440
_MONEY_TOP, _MONEY_ROW, _MONEY_BAR = 26, 46, 18


@dataclass(frozen=True)
class Stretch:
    """A zone of the bullet on its axis; key is what the caller named it with. Its name starts at label_x."""

    key: object
    text: str
    x: float
    width: float
    label_x: float


@dataclass(frozen=True)
class Caption:
    """A text with the x of its middle."""

    text: str
    x: float


@dataclass(frozen=True)
class Bullet:
    """An actual as a bar from zero against the target over the zones of the lights.

    target_xs: the target, or the two edges of a band. bar_x, bar_width and actual are None without an actual.
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
    zones: Iterable[tuple[object, str, Fraction | None, Fraction | None]],
    target_text: str,
    actual_text: str,
    tolerance: Decimal | None = None,
) -> Bullet:
    """The bullet of one year. zones: (key, name, low, high) from the lowest figures up, None being without end.

    Which side is better lies in the zones alone, so they turn round for a measure that is better the lower.
    """
    zones = tuple(zones)
    margin = Fraction(tolerance or 0)
    edges = sorted({Fraction(target) - margin, Fraction(target) + margin})
    scale = _bullet_scale(edges, [] if actual is None else [Fraction(actual)], zones)
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


def _bullet_scale(edges, actual, zones):
    """From zero to the farthest figure and the end of every zone, and somewhat beyond."""
    reached = [Fraction(0), *edges, *actual]
    reached += [end for _, _, *ends in zones for end in ends if end is not None]
    low, high = min(reached), max(reached)
    beyond = ((high - low) or Fraction(1)) * _BEYOND
    has_zone_below = low < 0 or edges[0] <= 0
    return Scale(low - beyond if has_zone_below else low, high + beyond, ())


def _x(scale, value):
    return round(_EDGE + (BULLET_WIDTH - 2 * _EDGE) * scale.share(value), 1)


def _stretches(scale, zones):
    """The zones with their names, which keep their order and never overlap: a narrow zone's name moves aside."""
    made = []
    for key, text, low, high in zones:
        start, stop = _x(scale, scale.low if low is None else low), _x(scale, scale.high if high is None else high)
        made.append((key, text, start, round(stop - start, 1), _ZONE_MARK + text_width(text, FONT_SIZE)))
    lefts, free_from = [], float(_EDGE)
    for _, _, start, width, needed in made:
        lefts.append(max(start + width / 2 - needed / 2, free_from))
        free_from = lefts[-1] + needed + _ZONE_GAP
    free_to = float(BULLET_WIDTH - _EDGE)
    for index in reversed(range(len(made))):
        lefts[index] = min(lefts[index], free_to - made[index][4])
        free_to = lefts[index] - _ZONE_GAP
    return tuple(Stretch(*zone[:4], round(left, 1)) for zone, left in zip(made, lefts, strict=True))


def _caption(text, x):
    """The text in one line with its middle as near to x as the edges allow."""
    room = BULLET_WIDTH - 2 * _EDGE
    (line,) = wrap(text, room, FONT_SIZE, max_lines=1) or ("",)
    half = text_width(line, FONT_SIZE) / 2
    return Caption(line, round(max(_EDGE + half, min(x, BULLET_WIDTH - _EDGE - half)), 1))


@dataclass(frozen=True)
class Share:
    """One part of a bar: key and count as given. has_mark and has_count: whether there is room for them.

    mark_x is the middle of the mark, count_x the middle of the count; together they stand in the middle of the part.
    """

    key: object
    count: int
    x: float
    width: float
    has_mark: bool
    has_count: bool
    mark_x: float
    count_x: float


def stacked_bar(counts: Iterable[tuple[object, int]], width: int) -> tuple[Share, ...]:
    """(key, count) side by side in a bar of the given width, each as long as its count asks; zeros are left out."""
    counts = [(key, count) for key, count in counts if count]
    whole = sum(count for _, count in counts)
    made, before = [], 0
    for key, count in counts:
        x, end = (round(width * position / whole, 1) for position in (before, before + count))
        made.append(_share(key, count, x, round(end - x, 1)))
        before += count
    return tuple(made)


def _share(key, count, x, width):
    """The mark goes first into a narrow part: it tells the light apart without its colour."""
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
    """A budget as a wide bar and what was executed of it as a narrow one inside; widths None: no such amount."""

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
    """Budgets and what was executed of them on one scale; the bars start at left."""

    width: int
    height: int
    left: float
    bar_height: int
    rows: tuple[MoneyRow, ...]


def money_chart(rows: Iterable[tuple[str, int | None, int | None, bool]]) -> MoneyChart:
    """(label, budget, executed, is current) in NT$, one row each; None is no amount and draws no bar, zero a bar
    without length.
    """
    rows = tuple(rows)
    left = round(_EDGE + 10 + max((text_width(label, FONT_SIZE) for label, *_ in rows), default=0))
    largest = max((amount for _, *amounts, _ in rows for amount in amounts if amount is not None), default=0)
    room = MONEY_WIDTH - _EDGE - left

    def length(amount):
        return None if amount is None else round(float(Fraction(room * amount, largest or 1)), 1)

    return MoneyChart(
        width=MONEY_WIDTH,
        height=_MONEY_TOP + _MONEY_ROW * len(rows),
        left=left,
        bar_height=_MONEY_BAR,
        rows=tuple(
            MoneyRow(
                label,
                _money_text(amount, executed),
                y := _MONEY_TOP + _MONEY_ROW * index,
                y + 2,
                y + 2 + _MONEY_BAR + 15,
                length(amount),
                length(executed),
                is_current,
            )
            for index, (label, amount, executed, is_current) in enumerate(rows)
        ),
    )


def _money_text(amount, executed):
    if amount is None:
        return "沒有預算"
    done = "執行數尚未填報" if executed is None else f"執行 {short_amount(executed)}"
    return f"預算 {short_amount(amount)}，{done}"

"""The trend chart: a measure's actuals against its targets over the years. Pure geometry: numbers in, coordinates out.

Coordinates are in pixels from the top left, rounded and ready to print; a template only adds ink.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scorecard.domain.scoring import grouped
from scorecard.drawing.chart_labels import FONT_SIZE, Box, Label, Segment, Wanted, place_labels
from scorecard.drawing.chart_scale import Scale, axis_texts, make_scale
from scorecard.drawing.text_wrap import text_width

HEIGHT = 240
WIDTH = 440
# More years than these widen the chart: their numbers need the room.
YEARS_IN_WIDTH = 7
YEAR_WIDTH = 56
_EDGE = 4
_TOP, _BOTTOM = 44, 26
_RIGHT = 14
_LEGEND_GAP = 20
_LEGEND_MARK = 26
_LONE_BAND = 28
_BREAK_GAP, _BREAK_Y = 5, 32
# Of a chart without figures: nothing is drawn on it.
_EMPTY_SCALE = Scale(Decimal(0), Decimal(1), ())

# (x, y) by index of the year.
Places = dict[int, tuple[float, float]]


@dataclass(frozen=True)
class YearFigures:
    """A measure in a year, in its unit; None where there is no figure. text is printed on the axis."""

    year: int
    text: str
    actual: Decimal | None = None
    target: Decimal | None = None
    is_provisional: bool = False


@dataclass(frozen=True)
class Tick:
    """A horizontal line at y with its number, which ends at x."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class YearMark:
    """A year on the axis: the middle and the left edge of its column."""

    text: str
    x: float
    left: float
    width: float
    is_current: bool


@dataclass(frozen=True)
class Point:
    """A figure at its place. label None: no free room beside it."""

    x: float
    y: float
    is_provisional: bool
    label: Label | None


@dataclass(frozen=True)
class LegendItem:
    """kind: actual, target, provisional or band. The mark is left of x."""

    kind: str
    x: float


@dataclass(frozen=True)
class Break:
    """A vertical line at x where another series begins, and what it says above the plot: from text_x, or up to it."""

    x: float
    text: str
    is_left: bool

    @property
    def text_x(self) -> float:
        return round(self.x + (-_BREAK_GAP if self.is_left else _BREAK_GAP), 1)


@dataclass(frozen=True)
class Trend:
    """The chart. A line is a polyline's points, one unbroken run of years; a band is a polygon's."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    years: tuple[YearMark, ...]
    bands: tuple[str, ...]
    target_lines: tuple[str, ...]
    actual_lines: tuple[str, ...]
    targets: tuple[Point, ...]
    actuals: tuple[Point, ...]
    legend: tuple[LegendItem, ...]
    breaks: tuple[Break, ...] = ()

    @property
    def plot_height(self) -> float:
        return round(self.bottom - self.top, 1)

    @property
    def is_wide(self) -> bool:
        """Whether there are more years than a phone shows legibly."""
        return self.width > WIDTH

    @property
    def is_empty(self) -> bool:
        return not self.actuals and not self.targets


def trend(
    figures: Iterable[YearFigures],
    *,
    current: int | None = None,
    tolerance: Decimal | None = None,
    breaks: Mapping[int, str] | None = None,
) -> Trend:
    """The chart of a measure's figures, in the order of their years; gaps stay gaps.

    current: the year whose column is highlighted. tolerance: of a measure that has to stay within a band; the band is
    drawn around the targets. breaks: {year: what changed before it}.
    """
    figures = tuple(figures)
    width = WIDTH + YEAR_WIDTH * max(0, len(figures) - YEARS_IN_WIDTH)
    scale = make_scale(_values(figures, tolerance)) or _EMPTY_SCALE
    tick_texts = axis_texts(scale.ticks)
    left = round(_EDGE + 6 + max((text_width(text, FONT_SIZE) for text in tick_texts), default=20))
    plot = Box(left, _TOP, width - _RIGHT, HEIGHT - _BOTTOM)
    years = _years(figures, plot, current)
    actuals = _places(figures, years, plot, scale, "actual")
    targets = _places(figures, years, plot, scale, "target")
    runs = {"actual": _runs(figures, "actual"), "target": _runs(figures, "target")}
    marked = _breaks(figures, years, breaks or {})
    segments = _segments(actuals, runs["actual"]) + _segments(targets, runs["target"])
    segments += [_words_of(each) for each in marked]
    # Labels may leave the plot but not the chart: those of the topmost points reach above the plot.
    frame = Box(left, _TOP - 18, width - _EDGE, plot.bottom - 1)
    grid = [Segment(plot.left, y, plot.right, y) for y in (_y(tick, plot, scale) for tick in scale.ticks)]
    labels = _labels(figures, actuals, targets, frame, (segments, grid), current)
    return Trend(
        width=width,
        height=HEIGHT,
        left=plot.left,
        right=plot.right,
        top=plot.top,
        bottom=plot.bottom,
        ticks=tuple(
            Tick(text, left - 6, _y(tick, plot, scale)) for tick, text in zip(scale.ticks, tick_texts, strict=True)
        ),
        years=years,
        bands=tuple(_band(run, figures, years, plot, scale, tolerance) for run in runs["target"]) if tolerance else (),
        target_lines=_lines(targets, runs["target"]),
        actual_lines=_lines(actuals, runs["actual"]),
        targets=tuple(Point(x, y, False, labels.get(("target", i))) for i, (x, y) in targets.items()),
        actuals=tuple(
            Point(x, y, figures[i].is_provisional, labels.get(("actual", i))) for i, (x, y) in actuals.items()
        ),
        legend=_legend(figures, tolerance, left),
        breaks=marked,
    )


def _breaks(figures: Sequence[YearFigures], years: Sequence[YearMark], breaks: Mapping[int, str]) -> tuple[Break, ...]:
    """Text stands on the side with more room."""
    middle = len(years) / 2
    return tuple(
        Break(years[index].left, breaks[each.year], is_left=index > middle)
        for index, each in enumerate(figures)
        if each.year in breaks and index
    )


def _words_of(mark: Break) -> Segment:
    """Through the middle of the text: no label stands there."""
    width = text_width(mark.text, FONT_SIZE)
    start = mark.text_x - width if mark.is_left else mark.text_x
    return Segment(start, _BREAK_Y - 4, start + width, _BREAK_Y - 4)


def _values(figures: Sequence[YearFigures], tolerance: Decimal | None) -> Iterator[Fraction]:
    for each in figures:
        if each.actual is not None:
            yield Fraction(each.actual)
        if each.target is not None:
            margin = Fraction(tolerance or 0)
            yield from {Fraction(each.target) - margin, Fraction(each.target) + margin}


def _years(figures: Sequence[YearFigures], plot: Box, current: int | None) -> tuple[YearMark, ...]:
    pitch = (plot.right - plot.left) / max(len(figures), 1)
    return tuple(
        YearMark(
            each.text,
            x=round(plot.left + pitch * (index + 0.5), 1),
            left=round(plot.left + pitch * index, 1),
            width=round(pitch, 1),
            is_current=each.year == current,
        )
        for index, each in enumerate(figures)
    )


def _y(value: Decimal | Fraction, plot: Box, scale: Scale) -> float:
    return round(plot.bottom - (plot.bottom - plot.top) * scale.share(value), 1)


def _places(figures: Sequence[YearFigures], years: Sequence[YearMark], plot: Box, scale: Scale, name: str) -> Places:
    """Only the years that have the figure."""
    return {
        index: (years[index].x, _y(getattr(each, name), plot, scale))
        for index, each in enumerate(figures)
        if getattr(each, name) is not None
    }


def _runs(figures: Sequence[YearFigures], name: str) -> list[list[int]]:
    """Indexes of successive years that all have the figure."""
    runs: list[list[int]] = []
    for index, each in enumerate(figures):
        if getattr(each, name) is None:
            continue
        if runs and runs[-1][-1] == index - 1 and figures[index - 1].year == each.year - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _lines(places: Places, runs: Iterable[list[int]]) -> tuple[str, ...]:
    return tuple(" ".join(f"{x},{y}" for x, y in (places[i] for i in run)) for run in runs if len(run) > 1)


def _segments(places: Places, runs: Iterable[list[int]]) -> list[Segment]:
    return [Segment(*places[a], *places[b]) for run in runs for a, b in zip(run, run[1:], strict=False)]


def _band(
    run: list[int],
    figures: Sequence[YearFigures],
    years: Sequence[YearMark],
    plot: Box,
    scale: Scale,
    tolerance: Decimal,
) -> str:
    """The area of the targets ± tolerance; a single year gets a short bar."""
    xs = [years[i].x for i in run]
    if len(run) == 1:
        run = [run[0], run[0]]
        xs = [xs[0] - _LONE_BAND / 2, xs[0] + _LONE_BAND / 2]
    margin = Fraction(tolerance)
    targets = [Fraction(target) for target in (figures[i].target for i in run) if target is not None]
    upper = [(x, _y(target + margin, plot, scale)) for x, target in zip(xs, targets, strict=True)]
    lower = [(x, _y(target - margin, plot, scale)) for x, target in zip(xs, targets, strict=True)]
    return " ".join(f"{round(x, 1)},{y}" for x, y in [*upper, *reversed(lower)])


def _labels(
    figures: Sequence[YearFigures],
    actuals: Places,
    targets: Places,
    frame: Box,
    lines: tuple[Sequence[Segment], Sequence[Segment]],
    current: int | None,
) -> dict[tuple[str, int], Label]:
    """By (kind, index). The current year's come first, then actuals, then targets, each from the last year back."""
    wanted: dict[tuple[str, int], Wanted] = {}
    for index, each in enumerate(figures):
        is_above = each.actual is None or each.target is None or each.actual >= each.target
        if each.actual is not None:
            wanted["actual", index] = Wanted(grouped(each.actual), *actuals[index], is_above)
        if each.target is not None:
            # Where actual and target are equal, one number says both.
            text = "" if each.target == each.actual else grouped(each.target)
            wanted["target", index] = Wanted(text, *targets[index], not is_above or each.actual is None)
    order = sorted(wanted, key=lambda key: (figures[key[1]].year != current, key[0] != "actual", -key[1]))
    placed = place_labels([wanted[key] for key in order], frame, *lines)
    return {key: label for key, label in zip(order, placed, strict=True) if label is not None}


def _legend(figures: Sequence[YearFigures], tolerance: Decimal | None, left: float) -> tuple[LegendItem, ...]:
    kinds = [("actual", "實際"), ("target", "目標")]
    if tolerance:
        kinds.append(("band", "容許範圍"))
    if any(each.is_provisional for each in figures):
        kinds.append(("provisional", "尚未審核"))
    items = []
    x = float(left)
    for kind, text in kinds:
        x += _LEGEND_MARK
        items.append(LegendItem(kind, round(x, 1)))
        x += text_width(text, FONT_SIZE) + _LEGEND_GAP
    return tuple(items)

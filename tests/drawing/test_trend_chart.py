"""The trend chart as numbers: nothing leaves its box, gaps stay gaps, labels stay readable, for any figures."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.drawing.chart_labels import Box, Segment, Wanted, candidates, crossings, place_labels
from scorecard.drawing.chart_scale import axis_texts, make_scale, short_amount
from scorecard.drawing.text_wrap import text_width
from scorecard.drawing.trend_chart import YearFigures, trend

# Small numbers, so that equal ones and zeros meet often, beside all that a column holds.
figures = st.one_of(
    st.integers(-3, 3).map(Decimal),
    st.integers(90, 110).map(Decimal),
    st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4),
    st.decimals(min_value=0, max_value=1, places=4),
)


@st.composite
def years(draw, least=1, most=12):
    """Figures of successive years, some of them missing."""
    count = draw(st.integers(least, most))
    return [
        YearFigures(2013 + n, str(102 + n), draw(st.none() | figures), draw(st.none() | figures), draw(st.booleans()))
        for n in range(count)
    ]


def made(actuals, targets=None, **options):
    """The trend of plain numbers; None is no figure."""
    targets = targets or [None] * len(actuals)
    pairs = zip(actuals, targets, strict=True)
    values = [
        YearFigures(2013 + n, str(102 + n), *(None if value is None else Decimal(str(value)) for value in pair))
        for n, pair in enumerate(pairs)
    ]
    return trend(values, **options)


def coordinates(polyline):
    """The points of a polyline as printed."""
    return [tuple(map(float, point.split(","))) for point in polyline.split()]


def points(chart):
    return chart.actuals + chart.targets


def labels(chart):
    return [point.label for point in points(chart) if point.label is not None]


# The box


@given(years(), st.none() | st.just(Decimal(5)))
def test_nothing_is_drawn_outside_the_chart(values, tolerance):
    chart = trend(values, current=2013, tolerance=tolerance)
    plot = Box(chart.left, chart.top, chart.right, chart.bottom)
    assert 0 < plot.left < plot.right < chart.width and 0 < plot.top < plot.bottom < chart.height
    drawn = [(point.x, point.y) for point in points(chart)]
    for polyline in chart.bands + chart.target_lines + chart.actual_lines:
        drawn += coordinates(polyline)
    drawn += [(plot.left, tick.y) for tick in chart.ticks]
    assert all(plot.left <= x <= plot.right and plot.top <= y <= plot.bottom for x, y in drawn)
    whole = Box(0, 0, chart.width, chart.height)
    assert all(whole.holds(label.box) for label in labels(chart))
    assert all(plot.left <= year.left and year.left + year.width <= plot.right + 0.5 for year in chart.years)
    assert all(tick.x < plot.left for tick in chart.ticks)


@given(years())
def test_every_figure_has_its_point_above_its_year_and_at_its_height(values):
    chart = trend(values)
    scale = make_scale([v for each in values for v in (each.actual, each.target) if v is not None])
    for kind, marks in (("actual", chart.actuals), ("target", chart.targets)):
        shown = [(mark, getattr(each, kind)) for mark, each in zip(marks, _with(values, kind), strict=True)]
        for mark, value in shown:
            expected = chart.bottom - (chart.bottom - chart.top) * scale.share(value)
            assert mark.y == pytest.approx(expected, abs=0.1)
    xs = {year.text: year.x for year in chart.years}
    assert [mark.x for mark in chart.actuals] == [xs[each.text] for each in _with(values, "actual")]
    assert [mark.is_provisional for mark in chart.actuals] == [e.is_provisional for e in _with(values, "actual")]


def _with(values, kind):
    return [each for each in values if getattr(each, kind) is not None]


# Lines and gaps


@given(years())
def test_a_line_joins_neighbouring_years_and_nothing_else(values):
    chart = trend(values)
    middle = {year.x: index for index, year in enumerate(chart.years)}
    for kind, lines in (("actual", chart.actual_lines), ("target", chart.target_lines)):
        joined = [[middle[x] for x, _ in coordinates(line)] for line in lines]
        present = {index for index, each in enumerate(values) if getattr(each, kind) is not None}
        pairs = {(a, b) for line in joined for a, b in zip(line, line[1:], strict=False)}
        assert pairs == {(i, i + 1) for i in present if i + 1 in present}


def test_a_missing_year_breaks_the_line():
    chart = made([1, 2, None, 4, 5])
    assert [len(coordinates(line)) for line in chart.actual_lines] == [2, 2]
    assert len(chart.actuals) == 4


def test_years_that_do_not_follow_each_other_are_not_joined():
    values = [YearFigures(year, str(year), Decimal(year)) for year in (2013, 2014, 2016)]
    (line,) = trend(values).actual_lines
    assert len(coordinates(line)) == 2


def test_one_figure_is_a_point_without_a_line():
    chart = made([None, 7, None])
    assert (len(chart.actuals), chart.actual_lines) == (1, ())
    assert chart.top < chart.actuals[0].y < chart.bottom


def test_no_figure_is_an_empty_chart_with_its_years():
    chart = made([None, None])
    assert chart.is_empty and chart.ticks == ()
    assert [year.text for year in chart.years] == ["102", "103"]
    assert trend([]).is_empty


def test_equal_figures_lie_on_one_height():
    chart = made([100, 100, 100], [100, 100, 100])
    assert len({point.y for point in points(chart)}) == 1
    assert [point.label for point in chart.targets] == [None] * 3, "one number says both"


def test_more_years_make_a_wider_chart():
    assert made([1] * 7).width == made([1]).width < made([1] * 12).width


# Bands and the legend


def test_a_band_reaches_around_the_targets_and_ends_with_them():
    chart = made([None, 47, 50], [None, 50, 50], tolerance=Decimal(5))
    (band,) = chart.bands
    corners = coordinates(band)
    assert {x for x, _ in corners} == {year.x for year in chart.years[1:]}
    upper, lower = min(y for _, y in corners), max(y for _, y in corners)
    assert upper < chart.targets[0].y < lower
    assert made([47], [50]).bands == ()


def test_the_legend_names_what_is_drawn():
    def kinds(values, **options):
        return [item.kind for item in trend(values, **options).legend]

    settled = YearFigures(2016, "105", Decimal(1), Decimal(2))
    open_ = YearFigures(2016, "105", Decimal(1), Decimal(2), is_provisional=True)
    assert kinds([settled]) == ["actual", "target"]
    assert kinds([open_]) == ["actual", "target", "provisional"]
    assert kinds([settled], tolerance=Decimal(1)) == ["actual", "target", "band"]


def test_the_current_year_alone_stands_out():
    chart = made([1, 2, 3], current=2014)
    assert [year.is_current for year in chart.years] == [False, True, False]


# Labels


@given(years())
def test_labels_overlap_neither_each_other_nor_a_point(values):
    chart = trend(values, current=2013)
    found = labels(chart)
    assert not [pair for pair in combinations(found, 2) if pair[0].box.meets(pair[1].box)]
    for label in found:
        assert not [p for p in points(chart) if label.box.meets(Box(p.x - 4, p.y - 4, p.x + 4, p.y + 4))]


@given(years())
def test_a_label_crosses_a_line_only_where_every_other_place_is_taken_or_worse(values):
    chart = trend(values)
    lines = [coordinates(line) for line in chart.actual_lines + chart.target_lines]
    segments = [Segment(*a, *b) for line in lines for a, b in zip(line, line[1:], strict=False)]
    found = labels(chart)
    frame = Box(chart.left, chart.top - 18, chart.width - 4, chart.bottom - 1)
    marks = [Box(p.x - 6, p.y - 6, p.x + 6, p.y + 6) for p in points(chart)]
    for point in points(chart):
        if point.label is None or not crossings(point.label, segments):
            continue
        taken = marks + [label.box for label in found if label is not point.label]
        for other in candidates(Wanted(point.label.text, point.x, point.y), frame):
            is_free = frame.holds(other.box) and not any(other.box.meets(box) for box in taken)
            assert not is_free or crossings(other, segments) > 0


def test_lone_figures_and_plain_trends_have_all_their_numbers():
    chart = made([6.1, 6.7, 11.2, 10.9, None, None], [None, None, None, 10.2, 9.2, 8.2])
    assert [label.text for label in labels(chart)] == ["6.1", "6.7", "11.2", "10.9", "10.2", "9.2", "8.2"]
    assert [label.text for label in labels(made([1_545_480]))] == ["1,545,480"]


def test_no_label_runs_through_the_line_of_a_plain_trend():
    chart = made([6.1, 6.7, 11.2, 10.9, None, None], [None, None, None, 10.2, 9.2, 8.2])
    lines = [coordinates(line) for line in chart.actual_lines + chart.target_lines]
    segments = [Segment(*a, *b) for line in lines for a, b in zip(line, line[1:], strict=False)]
    assert sum(crossings(label, segments) for label in labels(chart)) == 0


def test_a_label_without_any_room_is_left_out():
    box = Box(0, 0, 60, 14)
    first, second = place_labels([Wanted("12345", 30, 20), Wanted("12345", 31, 20)], box, [])
    assert first is not None and second is None


def test_a_label_keeps_off_a_faint_line_where_it_has_another_place():
    wanted, box = [Wanted("24", 50, 50)], Box(40, 28, 60, 74)
    (above,) = place_labels(wanted, box, [])
    line = Segment(0, above.y - 4, 100, above.y - 4)
    (below,) = place_labels(wanted, box, [], [line])
    assert above.y < 50 < below.y
    through_below = Segment(0, below.y - 4, 100, below.y - 4)
    (kept,) = place_labels(wanted, box, [through_below], [line])
    assert kept.y < 50, "a line of figures is worse than a faint one"


def test_crossings_count_the_lines_through_a_label():
    (label,) = place_labels([Wanted("100", 50, 50)], Box(0, 0, 100, 100), [])
    through = Segment(label.x - 30, label.y - 4, label.x + 30, label.y - 4)
    beside = Segment(label.x - 30, label.y + 10, label.x + 30, label.y + 10)
    upright = Segment(label.x, 0, label.x, 100)
    assert [crossings(label, [segment]) for segment in (through, beside, upright)] == [1, 0, 1]


# Axes


@given(st.lists(figures, min_size=1, max_size=24))
def test_the_axis_holds_every_figure_between_a_few_round_ticks(values):
    scale = make_scale(values)
    assert scale.low <= min(values) and max(values) <= scale.high and scale.low < scale.high
    assert 2 <= len(scale.ticks) <= 7
    steps = {b - a for a, b in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}


@given(st.lists(figures, min_size=1))
def test_the_axis_shows_no_sign_that_no_figure_has(values):
    scale = make_scale(values)
    assert scale.low >= 0 or min(values) < 0
    assert scale.high <= 0 or max(values) > 0 or set(values) == {0}


@given(st.lists(st.integers(0, 5).map(Decimal), min_size=1))
def test_whole_numbers_have_whole_ticks(values):
    assert all(tick == int(tick) for tick in make_scale(values).ticks)


def test_ticks_of_some_figures():
    def ticks(*values):
        return [str(tick) for tick in make_scale(map(Decimal, values)).ticks]

    assert ticks("6.1", "11.2", "8.2") == ["6", "8", "10", "12"]
    assert ticks("80", "100") == ["80", "85", "90", "95", "100"]
    assert ticks("1", "4") == ["0", "1", "2", "3", "4"]
    assert ticks("0") == ["0", "1"]
    assert make_scale([]) is None


def test_an_axis_of_many_digits_is_told_in_one_word():
    assert axis_texts(map(Decimal, (0, 50_000, 99_999))) == ("0", "50,000", "99,999")
    assert axis_texts(map(Decimal, (0, 500_000, 1_500_000))) == ("0", "50 萬", "150 萬")
    assert axis_texts(map(Decimal, (0, 150_000_000))) == ("0", "1.5 億")
    assert axis_texts(map(Decimal, (-200_000, 0))) == ("-20 萬", "0")


def test_amounts_are_shortened_half_up():
    amounts = (0, 9_500, 9_999, 10_000, 11_909_542, 100_017_217, 1_050_000_000_000, 15_000)
    texts = ["0", "9,500", "9,999", "1 萬", "1,191 萬", "1.00 億", "1.05 兆", "2 萬"]
    assert [short_amount(amount) for amount in amounts] == texts


def test_a_break_is_a_line_before_its_year_whose_words_no_label_crosses():
    figures = [YearFigures(year, str(year), Decimal(90), Decimal(100)) for year in range(100, 106)]
    for year, is_left in ((101, False), (105, True)):
        chart = trend(figures, breaks={year: "單位改為 %"})
        (mark,) = chart.breaks
        column = chart.years[year - 100]
        assert (mark.x, mark.is_left) == (column.left, is_left)
        assert chart.left <= min(mark.text_x, mark.x) and max(mark.text_x, mark.x) <= chart.right
        labels = [point.label for point in (*chart.targets, *chart.actuals) if point.label]
        width = text_width(mark.text, 13)
        start = mark.text_x - width if is_left else mark.text_x
        assert not [each for each in labels if start < each.x < start + width and 20 < each.y < 36]
    assert trend(figures, breaks={100: "單位改為 %"}).breaks == (), "nothing before the first year"
    assert trend(figures).breaks == ()

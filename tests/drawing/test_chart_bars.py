"""Bullets, bars of lights and bars of money as numbers."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import Direction
from scorecard.domain.scoring import status_zones
from scorecard.drawing.chart_bars import bullet, money_chart, stacked_bar
from scorecard.drawing.chart_labels import FONT_SIZE
from scorecard.drawing.text_wrap import text_width

figures = st.one_of(
    st.integers(-3, 3).map(Decimal), st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4)
)
amounts = st.none() | st.integers(0, 3) | st.integers(0, 10**15)
texts = st.sampled_from(["", "實際 100%", "目標 99,999,999,999.9999 " + "單位" * 15, "實際 " + "長" * 60])


def drawn(target, actual, direction, tolerance=None, target_text="目標", actual_text="實際"):
    """The bullet of a measure with the zones that scoring gives."""
    zones = status_zones(target=Decimal(target), direction=direction, tolerance=tolerance, threshold=Decimal("0.9"))
    return bullet(
        target=Decimal(target),
        actual=None if actual is None else Decimal(actual),
        zones=[(zone.status.value, zone.status.label, zone.low, zone.high) for zone in zones],
        target_text=target_text,
        actual_text=actual_text,
        tolerance=tolerance,
    )


bullets = st.builds(
    drawn,
    figures,
    st.none() | figures,
    st.sampled_from(Direction),
    st.sampled_from([None, Decimal(0), Decimal(2)]),
    texts,
    texts,
)


@given(bullets)
def test_nothing_of_a_bullet_is_outside_its_box(chart):
    xs = [chart.zero_x, *chart.target_xs, *(zone.x for zone in chart.zones)]
    xs += [zone.x + zone.width for zone in chart.zones]
    if chart.bar_x is not None:
        xs += [chart.bar_x, chart.bar_x + chart.bar_width, chart.actual_x]
    assert all(-0.05 <= x <= chart.width + 0.05 for x in xs)
    for caption in filter(None, (chart.target, chart.actual)):
        half = text_width(caption.text, FONT_SIZE) / 2
        assert caption.x - half >= -0.1 and caption.x + half <= chart.width + 0.1


@given(bullets)
def test_the_zones_lie_side_by_side_and_their_names_do_not_overlap(chart):
    for zone, following in pairwise(chart.zones):
        assert abs(zone.x + zone.width - following.x) < 0.2
        assert zone.label_x + 16 + text_width(zone.text, FONT_SIZE) <= following.label_x
    first, last = chart.zones[0], chart.zones[-1]
    assert first.label_x >= 0
    assert last.label_x + 16 + text_width(last.text, FONT_SIZE) <= chart.width


@given(bullets)
def test_the_bar_reaches_from_zero_to_the_actual(chart):
    if chart.actual_x is None:
        assert (chart.bar_x, chart.bar_width, chart.actual) == (None, None, None)
    else:
        ends = {round(chart.bar_x, 1), round(chart.bar_x + chart.bar_width, 1)}
        assert ends == {chart.zero_x, chart.actual_x}


def test_the_better_side_turns_round_with_the_direction():
    higher, lower = drawn(100, 95, Direction.HIGHER), drawn(100, 105, Direction.LOWER)
    assert [zone.key for zone in higher.zones] == ["missed", "near", "met"]
    assert [zone.key for zone in lower.zones] == ["met", "near", "missed"]
    near = {chart: next(zone for zone in chart.zones if zone.key == "near") for chart in (higher, lower)}
    assert all(zone.x < chart.actual_x < zone.x + zone.width for chart, zone in near.items())
    assert higher.zones[-1].x == higher.target_xs[0]


def test_a_band_shows_both_its_edges():
    chart = drawn(50, 47, Direction.BAND, Decimal(5))
    assert len(chart.target_xs) == 2
    met = next(zone for zone in chart.zones if zone.key == "met")
    assert (met.x, round(met.x + met.width, 1)) == chart.target_xs
    assert met.x < chart.actual_x < met.x + met.width


def test_a_target_of_zero_leaves_room_on_its_better_side():
    chart = drawn(0, 3, Direction.LOWER)
    assert chart.zones[0].key == "met" and chart.zones[0].width > 30
    assert drawn(0, 0, Direction.HIGHER).zones[-1].width > 30


def test_a_negative_actual_grows_to_the_left_of_zero():
    chart = drawn(10, -5, Direction.HIGHER)
    assert chart.actual_x == chart.bar_x < chart.zero_x


# Lights


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(60, 600))
def test_lights_fill_their_bar_side_by_side_in_proportion(counts, width):
    shares = stacked_bar(list(enumerate(counts)), width)
    assert [share.count for share in shares] == [count for count in counts if count]
    assert [share.key for share in shares] == [key for key, count in enumerate(counts) if count]
    for share, following in pairwise(shares):
        assert abs(share.x + share.width - following.x) < 0.11
    if shares:
        assert shares[0].x == 0 and abs(shares[-1].x + shares[-1].width - width) < 0.11
    for share in shares:
        assert abs(share.width - width * share.count / sum(counts)) < 0.11
        digits = 8 * len(str(share.count))
        if share.has_mark:
            assert share.x <= share.mark_x - 4 and share.mark_x + 4 <= share.x + share.width
        if share.has_count:
            assert share.mark_x + 4 < share.count_x - digits / 2 + 0.1
            assert share.count_x + digits / 2 <= share.x + share.width


def test_what_does_not_fit_into_a_light_is_left_out_the_count_before_the_mark():
    wide, narrow, tiny = stacked_bar([("met", 72), ("near", 18), ("missed", 10)], 100)
    assert (wide.has_mark, wide.has_count) == (True, True)
    assert (narrow.has_mark, narrow.has_count) == (True, False), "a mark and two digits need 28"
    assert (tiny.has_mark, tiny.has_count) == (False, False)
    assert narrow.mark_x == narrow.x + narrow.width / 2


def test_no_kpi_makes_no_bar():
    assert stacked_bar([("met", 0)], 100) == ()


# Money


MONEY_ROWS = st.tuples(
    st.sampled_from(["102 年", "機要組"]), amounts, amounts, st.sampled_from(["", "含 120 案尚未審核"]), st.booleans()
)


@given(st.lists(MONEY_ROWS, max_size=12))
def test_money_is_drawn_to_one_scale_inside_the_chart(rows):
    chart = money_chart(rows)
    room = chart.width - chart.left
    largest = max((amount for _, *pair, _, _ in rows for amount in pair if amount is not None), default=0)
    for row, (label, amount, executed, _, is_current) in zip(chart.rows, rows, strict=True):
        assert (row.label, row.is_current) == (label, is_current)
        for length, value in ((row.amount_width, amount), (row.executed_width, executed)):
            assert (length is None) == (value is None)
            assert length is None or 0 <= length < room
            assert not length or abs(length - (room - 4) * value / largest) < 0.1
        assert row.text_y + 4 <= row.y + 46 and row.y + 46 <= chart.height
        assert chart.left + text_width(row.text, FONT_SIZE) <= chart.width
    for row, following in pairwise(chart.rows):
        assert following.y - row.y == 46


def test_money_is_told_in_words_beside_its_bar():
    rows = [
        ("104 年", 100_017_217, 96_120_000, "含 2 案尚未審核", False),
        ("105 年", 100_017_217, 96_120_000, "", True),
        ("106 年", 11_909_542, None, "", False),
        ("107 年", 11_909_542, None, "3 案尚未審核", False),
        ("108 年", None, None, "", False),
    ]
    assert [row.text for row in money_chart(rows).rows] == [
        "預算 1.00 億，執行 9,612 萬（含 2 案尚未審核）",
        "預算 1.00 億，執行 9,612 萬",
        "預算 1,191 萬，執行數尚未填報",
        "預算 1,191 萬，執行數3 案尚未審核",
        "沒有預算",
    ]


def test_an_execution_beyond_its_budget_stays_inside():
    (row,) = money_chart([("105 年", 100, 150, "", True)]).rows
    assert row.executed_width > row.amount_width

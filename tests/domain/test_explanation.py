"""How rates, scores, figures and calculations read: the properties and cases of domain.md §4."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scorecard.domain.choices import DisplayCap
from scorecard.domain.explanation import calculation
from scorecard.domain.scoring import UNBOUNDED, Outcome, grouped, percent_text, plain, score_text
from tests.score_builders import BAND, LOWER, figures, outcome_of, outcomes, rates, shares


@pytest.mark.parametrize(
    ("rate", "cap", "expected"),
    [
        (None, 0, "—"),
        (Fraction(10138, 10000), 0, "101.4%"),
        (Fraction(1), 0, "100%"),
        (Fraction(95, 100), 0, "95%"),
        (Fraction(0), 0, "0%"),
        (Fraction(2, 3), 0, "66.7%"),
        (Fraction(12345, 100000), 0, "12.3%"),
        (Fraction(1225, 10000), 0, "12.3%"),
        (Fraction(1235, 10000), 0, "12.4%"),
        (Fraction(94999, 100000), 0, "95.0%"),
        (Fraction(99999, 100000), 0, "99.9%"),
        (Fraction(100001, 100000), 0, "100.0%"),
        (Fraction(999, 100), 0, "999%"),
        (Fraction(99901, 10000), 0, ">999%"),
        (UNBOUNDED, 0, ">999%"),
        (UNBOUNDED, DisplayCap.AT_120, "120%"),
        (Fraction(13, 10), DisplayCap.AT_120, "120%"),
        (Fraction(11, 10), DisplayCap.AT_100, "100%"),
    ],
)
def test_a_rate_reads_as_a_percentage(rate, cap, expected):
    assert percent_text(rate, cap=cap) == expected


def test_a_rate_reads_with_as_many_decimals_as_asked():
    assert percent_text(Fraction(2, 3), places=0) == "67%"
    assert percent_text(Fraction(2, 3), places=3) == "66.667%"
    assert percent_text(Fraction(9999, 10000), places=0) == "99%"
    assert percent_text(Fraction(9999, 10000), places=2) == "99.99%"


@given(rates, st.integers(0, 3))
@example(Fraction(99951, 100000), 1)
def test_a_shown_percentage_is_true_to_half_a_unit_and_never_says_100_below_1(rate, places):
    text = percent_text(rate, places=places)
    if rate > Fraction(999, 100):
        assert text == ">999%"
        return
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)?%", text)
    shown = Fraction(text.rstrip("%"))
    unit = Fraction(1, 10**places)
    just_below = 100 - unit / 2 <= rate * 100 < 100
    assert abs(shown - rate * 100) <= (unit if just_below else unit / 2)
    assert (shown >= 100) == (rate >= 1)
    assert ("." in text) == (places > 0 and (rate * 100).denominator != 1)


@given(shares)
@example(Fraction(99999, 100000))
@example(Fraction(1))
def test_a_score_reads_on_a_scale_of_100_which_only_1_reaches(value):
    text = score_text(value)
    assert (text == "100") == (value == 1)
    assert text + "%" == percent_text(value)


def test_no_score_reads_as_a_dash():
    assert score_text(None) == "—"


@pytest.mark.parametrize(
    ("number", "short", "long"),
    [
        ("100", "100", "100"),
        ("1E+2", "100", "100"),
        ("93.4800", "93.48", "93.48"),
        ("-0.0000", "0", "0"),
        ("0E+5", "0", "0"),
        ("1545480.0", "1545480", "1,545,480"),
        ("-1234.50", "-1234.5", "-1,234.5"),
        ("0.0001", "0.0001", "0.0001"),
    ],
)
def test_a_figure_reads_without_trailing_zeros_or_exponent(number, short, long):
    assert plain(Decimal(number)) == short
    assert grouped(Decimal(number)) == long


@given(figures)
def test_a_figure_reads_back_as_itself(number):
    assert Decimal(plain(number)) == number
    assert grouped(number).replace(",", "") == plain(number)
    assert plain(number) == plain(number.scaleb(2).scaleb(-2).normalize())


def test_what_is_not_finite_has_no_text():
    with pytest.raises(ValueError, match="finite"):
        plain(Decimal("NaN"))


@pytest.mark.parametrize(
    ("outcome", "unit", "expected"),
    [
        (outcome_of("64.6", "68"), "", "實際 64.6 ÷ 目標 68 ＝ 95%"),
        (outcome_of("10.9", "10.2", LOWER), "", "目標 10.2 ÷ 實際 10.9 ＝ 93.6%"),
        (outcome_of("64.6", "68"), "%", "實際 64.6% ÷ 目標 68% ＝ 95%"),
        (outcome_of("1545480", "1000000"), "人次", "實際 1,545,480 人次 ÷ 目標 1,000,000 人次 ＝ 154.5%"),
        (outcome_of("999", "100"), "", "實際 999 ÷ 目標 100 ＝ 999%"),
        (outcome_of("9991", "1000"), "", "實際 9,991 ÷ 目標 1,000 ＞ 999%"),
        (outcome_of("5000", "1"), "", "實際 5,000 ÷ 目標 1 ＞ 999%"),
        (outcome_of("0", "5"), "", "實際 0 ÷ 目標 5 ＝ 0%"),
        (outcome_of("0", "0", LOWER), "", "目標 0，實際 0，不高於目標，達成率以 100% 計"),
        (outcome_of("1", "0", LOWER), "", "目標 0，實際 1，高於目標，達成率以 0% 計"),
        (outcome_of("-1", "0"), "", "目標 0，實際 -1，低於目標，達成率以 0% 計"),
        (outcome_of("-1", "5"), "", "目標 5，實際 -1，正負相反且未達，達成率以 0% 計"),
        (outcome_of("0", "5", LOWER), "", "目標 5，實際 0，不大於 0，已達成；相除沒有意義，達成率以 >999% 表示"),
        (outcome_of("3", "-5"), "", "目標 -5，實際 3，不小於 0，已達成；相除沒有意義，達成率以 >999% 表示"),
        (outcome_of("5", "5", BAND, "1"), "分", "實際 5 分，在範圍 4 分 至 6 分 之內，達成率 100%"),
        (outcome_of("6", "5", BAND, "1"), "", "實際 6，在範圍 4 至 6 之內，達成率 100%"),
        (outcome_of("4", "5", BAND, "1"), "", "實際 4，在範圍 4 至 6 之內，達成率 100%"),
        (outcome_of("8", "5", BAND, "1"), "", "實際 8，高於範圍上限：上限 6 ÷ 實際 8 ＝ 75%"),
        (outcome_of("2", "5", BAND, "1"), "", "實際 2，低於範圍下限：實際 2 ÷ 下限 4 ＝ 50%"),
        (outcome_of("5", "5", BAND), "", "實際 5，等於目標，達成率 100%"),
        (outcome_of("8", "5", BAND), "", "實際 8，高於目標：目標 5 ÷ 實際 8 ＝ 62.5%"),
        (outcome_of("1", "-1", BAND, "1"), "", "實際 1，高於範圍上限：上限 0，實際 1，高於上限，達成率以 0% 計"),
        (outcome_of(None, "68"), "%", "目標 68%，尚未填報實際值，不計達成率"),
        (outcome_of(None, "68", unmeasured=True), "%", "目標 68%，已填報但無統計數值，不計達成率"),
        (outcome_of("5", None), "%", "實際 5%，這一年沒有目標，不計達成率"),
        (outcome_of(None, None), "%", "這一年沒有目標，不計達成率"),
    ],
)
def test_the_calculation_tells_how_the_rate_came_about(outcome, unit, expected):
    assert calculation(outcome, unit) == expected


@given(outcomes())
def test_every_calculation_is_one_line_that_ends_in_the_rate_shown(outcome: Outcome):
    line = calculation(outcome, "件")
    assert "\n" not in line and "None" not in line
    if outcome.rate is None:
        assert line.endswith("不計達成率")
    elif outcome.rate == math.inf:
        assert "999%" in line
    else:
        assert percent_text(outcome.rate).lstrip(">") in line

"""Questions about figures: when they are asked, what they say, and what must always hold."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import Direction, Question
from scorecard.domain.plausibility import ReportedFigure, check_plausibility, unanswered
from scorecard.domain.ratios import Parts, parts_of, rounded

HIGHER, LOWER, BAND = Direction.HIGHER, Direction.LOWER, Direction.BAND


def figure(actual, *earlier, unit="件", direction=HIGHER, target=None, parts=None, **fields):
    """A figure of 105, compared with those of the years right before it."""
    years = range(2016 - len(earlier), 2016)
    known = tuple((y, Decimal(n)) for y, n in zip(years, earlier, strict=True) if n is not None)
    made = Parts(*map(Decimal, parts), 100) if parts else None
    return ReportedFigure(
        actual=made.stored if made else None if actual is None else Decimal(actual),
        unit=unit,
        direction=direction,
        target=None if target is None else Decimal(target),
        earlier=known,
        parts=made,
        **{"factor": 100 if made else None} | fields,
    )


def kinds(of):
    return [asked.question for asked in check_plausibility(of)]


@pytest.mark.parametrize(
    ("of", "expected", "said"),
    [
        (figure("280", "28"), Question.MAGNITUDE, "280 約是 104 年 28 的 10 倍"),
        (figure("2830", "28"), Question.MAGNITUDE, "2,830 約是 104 年 28 的 101.1 倍"),
        (figure("2.8", "28"), Question.MAGNITUDE, "104 年 28 約是 2.8 的 10 倍"),
        (figure("0.28", "28"), Question.MAGNITUDE, "104 年 28 約是 0.28 的 100 倍"),
        (figure("224", "28"), Question.MAGNITUDE, "224 約是 104 年 28 的 8 倍"),
        (figure("3.5", "28"), Question.MAGNITUDE, "104 年 28 約是 3.5 的 8 倍"),
        (figure("280", "28", None), Question.MAGNITUDE, "280 約是 103 年 28 的 10 倍"),
        (figure("0.92", unit="%", target="92"), Question.UNIT, "您要填的是 92 嗎"),
        (figure("0.92", "90", unit="％"), Question.UNIT, "104 年實際是 90"),
        (figure("0.3", unit="%", target="90"), Question.UNIT, "您要填的是 30 嗎"),
        (figure("2.7", unit="%", target="90"), Question.UNIT, "您要填的是 270 嗎"),
        (figure("0.11", "11", unit="%", target="11.2", direction=LOWER), Question.UNIT, "您要填的是 11 嗎"),
        (figure("70", "80", "75", "90"), Question.WORST, "70 低於 102 年至 104 年每一年（最差是 103 年 75）"),
        (figure("70", "60", "65", direction=LOWER), Question.WORST, "70 高於"),
        (figure("70", "48", "53", direction=BAND, target="50", tolerance=Decimal(5)), Question.WORST, "差距大於"),
        (figure(None, unit="%", parts=("31", "30")), Question.OVER_WHOLE, "分子 31 大於分母 30"),
        (figure(None, unit="%", parts=("31", "30"), target="100"), Question.OVER_WHOLE, "分子 31 大於分母 30"),
        (figure("103", unit="%", factor=100), Question.OVER_WHOLE, "103 超過 100%"),
    ],
)
def test_what_may_be_a_slip_is_asked_with_its_numbers(of, expected, said):
    (asked,) = check_plausibility(of)
    assert asked.question == expected
    assert said in asked.sentence
    assert asked.figure == of.actual


@pytest.mark.parametrize(
    "of",
    [
        figure("0"),
        figure("28"),
        figure("200", "28"),
        figure("223.9999", "28"),
        figure("5", "28"),
        figure("3.5001", "28"),
        figure("5", "0"),
        figure("0", "5"),
        figure("-280", "28"),
        figure("0.92", unit="%", target="1"),
        figure("0.2999", unit="%", target="90"),
        figure("2.7001", unit="%", target="90"),
        figure("0.92", "0.9", unit="%", target="92"),
        figure("0.92", unit="件", target="92"),
        figure("70", "80"),
        figure("75", "80", "75", "90"),
        figure("55", "48", "53", direction=BAND, target="50", tolerance=Decimal(5)),
        figure(None, unit="%", parts=("30", "30")),
        figure(None, unit="%", parts=("31", "30"), target="110"),
        figure("103", unit="%"),
    ],
)
def test_what_is_plausible_is_not_asked_about(of):
    assert kinds(of) == []


FIGURES = st.decimals("-1000", "1000", places=2)
POSITIVE = st.decimals("0.01", "1000", places=2)
FACTORS = st.sampled_from([Decimal(n) for n in ("0.001", "0.5", "3", "1000")])
UNITS = st.sampled_from(["件", "%", "％"])


@st.composite
def figures(draw):
    """Any figure with what it is compared with."""
    earlier = draw(st.lists(FIGURES, max_size=4))
    direction = draw(st.sampled_from(Direction))
    parts = draw(st.none() | st.tuples(FIGURES, POSITIVE))
    made = Parts(*parts, 100) if parts else None
    return ReportedFigure(
        actual=made.stored if made else draw(FIGURES),
        unit=draw(UNITS),
        direction=direction,
        target=draw(st.none() | FIGURES),
        tolerance=draw(POSITIVE) if direction == BAND else None,
        earlier=tuple(zip(range(2016 - len(earlier), 2016), earlier, strict=True)),
        parts=made,
        factor=100 if made else None,
    )


@given(figures(), FACTORS)
def test_the_unit_in_which_figures_are_given_changes_no_question(of, factor):
    scaled = ReportedFigure(
        actual=of.actual * factor,
        unit=of.unit,
        direction=of.direction,
        target=None if of.target is None else of.target * factor,
        tolerance=None if of.tolerance is None else of.tolerance * factor,
        earlier=tuple((year, number * factor) for year, number in of.earlier),
    )
    slips = [kind for kind in kinds(of) if kind != Question.OVER_WHOLE]
    assert kinds(scaled) == slips


@given(figures())
def test_a_blank_is_never_asked_about(of):
    blank = ReportedFigure(
        actual=None, unit=of.unit, direction=of.direction, target=of.target, tolerance=of.tolerance, earlier=of.earlier
    )
    assert check_plausibility(blank) == ()


@given(figures(), FIGURES)
def test_an_answer_silences_exactly_its_own_question_about_its_own_figure(of, other):
    asked = check_plausibility(of)
    assert unanswered(asked, ()) == asked
    for each in asked:
        rest = tuple(one for one in asked if one != each)
        assert unanswered(asked, [(each.question, each.figure)]) == rest
        if other != each.figure:
            assert unanswered(asked, [(each.question, other)]) == asked


@given(figures())
def test_one_slip_raises_one_question_and_each_names_the_figure_or_its_parts(of):
    asked = check_plausibility(of)
    assert len({each.question for each in asked}) == len(asked) <= 2
    assert sum(each.question != Question.OVER_WHOLE for each in asked) <= 1


# Ratios


@given(FIGURES, POSITIVE, st.sampled_from([1, 100, 10_000]))
def test_the_stored_quotient_is_within_half_a_place_and_found_again_as_its_parts(numerator, denominator, factor):
    parts = Parts(numerator, denominator, factor)
    assert abs(Fraction(parts.stored) - parts.quotient) <= Fraction(1, 20_000)
    assert parts_of(parts.stored, numerator, denominator, factor) == parts
    assert parts_of(parts.stored + Decimal("0.0001"), numerator, denominator, factor) is None


def test_halves_are_rounded_away_from_zero():
    assert rounded(Fraction(1, 8), Decimal("0.01")) == Decimal("0.13")
    assert rounded(Fraction(-1, 8), Decimal("0.01")) == Decimal("-0.13")


@pytest.mark.parametrize("missing", [(None, 1, 2), (50, None, 2), (50, 1, None), (50, 1, 0)])
def test_parts_are_none_where_one_is_missing(missing):
    assert parts_of(*(None if n is None else Decimal(n) for n in missing), 100) is None

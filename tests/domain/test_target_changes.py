"""When a target is softer, and when it asks for less than what is reached already."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import Direction
from scorecard.domain.scoring import UNBOUNDED, achievement_rate
from scorecard.domain.target_changes import is_met_far_above, is_raised, is_softer, is_softer_than_actual

HIGHER, LOWER, BAND = Direction.HIGHER, Direction.LOWER, Direction.BAND
# Whole quarters, so that equal figures and edges that touch are found.
FIGURES = st.integers(-40, 40).map(lambda n: Decimal(n) / 4)
MARGINS = st.integers(0, 20).map(lambda n: Decimal(n) / 4)
DIRECTIONS = st.sampled_from(Direction)


def softer(direction, old, new, margins=(None, None)):
    old, new = (None if n is None else Decimal(n) for n in (old, new))
    old_tolerance, new_tolerance = (None if n is None else Decimal(n) for n in margins)
    given_ = {"old_tolerance": old_tolerance, "new_tolerance": new_tolerance}
    return is_softer(direction, old, new, **given_), is_raised(direction, old, new, **given_)


@pytest.mark.parametrize(
    ("direction", "old", "new", "margins", "expected"),
    [
        (LOWER, "1.46", "1.6", (None, None), (True, False)),
        (LOWER, "1.6", "1.46", (None, None), (False, True)),
        (HIGHER, "1.46", "1.6", (None, None), (False, True)),
        (HIGHER, "1.6", "1.46", (None, None), (True, False)),
        (BAND, "1.46", "1.6", ("0.1", "0.1"), (True, False)),
        (BAND, "50", "50", ("5", "6"), (True, False)),
        (BAND, "50", "50", ("5", "4"), (False, True)),
        (BAND, "50", "51", ("5", "4"), (False, True)),
        (BAND, "50", "51", ("5", None), (False, True)),
        (HIGHER, "14", None, (None, None), (True, False)),
        (BAND, "14", None, ("1", "1"), (True, False)),
        (HIGHER, None, "14", (None, None), (False, False)),
        (LOWER, None, None, (None, None), (False, False)),
    ],
)
def test_softer_and_raised_follow_the_direction(direction, old, new, margins, expected):
    assert softer(direction, old, new, margins) == expected


@given(DIRECTIONS, FIGURES, FIGURES, MARGINS, MARGINS)
def test_softer_means_that_some_figure_passes_that_did_not(direction, old, new, old_margin, new_margin):
    margins = (old_margin, new_margin) if direction == BAND else (None, None)

    def passes(actual, target, margin):
        return achievement_rate(actual=actual, target=target, direction=direction, tolerance=margin) >= 1

    tried = [Decimal(n) / 8 for n in range(-130, 131)]
    passes_now = [n for n in tried if passes(n, new, margins[1]) and not passes(n, old, margins[0])]
    is_softer_now, is_raised_now = softer(direction, old, new, margins)
    assert is_softer_now == bool(passes_now)
    assert not (is_softer_now and is_raised_now)


@given(DIRECTIONS, FIGURES, FIGURES, MARGINS, MARGINS)
def test_what_is_raised_one_way_is_softer_the_other_way(direction, old, new, old_margin, new_margin):
    margins = (old_margin, new_margin) if direction == BAND else (None, None)
    there = softer(direction, old, new, margins)
    back = softer(direction, new, old, margins[::-1])
    assert not there[1] or back == (True, False)
    if direction != BAND:
        assert there == back[::-1]
    if (old, margins[0]) == (new, margins[1]):
        assert there == (False, False)


@given(DIRECTIONS, FIGURES, FIGURES, MARGINS, MARGINS, st.sampled_from(["0.01", "3", "1000"]))
def test_another_unit_of_the_same_figures_changes_nothing(direction, old, new, old_margin, new_margin, scale):
    margins = (old_margin, new_margin) if direction == BAND else (None, None)
    scaled = [n if n is None else n * Decimal(scale) for n in (old, new, *margins)]
    assert softer(direction, *scaled[:2], scaled[2:]) == softer(direction, old, new, margins)


@pytest.mark.parametrize(
    ("direction", "target", "actual", "expected"),
    [
        (HIGHER, 75, 82, True),
        (HIGHER, 82, 82, False),
        (HIGHER, 90, 82, False),
        (LOWER, 18, 20, False),
        (LOWER, 22, 20, True),
        (BAND, 10, 20, False),
        (HIGHER, None, 82, False),
        (HIGHER, 75, None, False),
    ],
)
def test_a_target_is_softer_than_what_was_reached(direction, target, actual, expected):
    assert is_softer_than_actual(direction, target, actual) is expected


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({2014: "1.21", 2015: "1.5", 2016: "1.3"}, True),
        ({2014: "1.2", 2015: "1.5", 2016: "1.3"}, False),
        ({2013: "1.3", 2015: "1.5", 2016: "1.3"}, False),
        ({2014: "1.3", 2015: "1.5", 2016: "1.3", 2017: None}, True),
        ({2014: "1.3", 2015: "1.5", 2016: "0.9"}, False),
        ({2013: "0.5", 2014: "1.3", 2015: "1.5", 2016: "1.3"}, True),
        ({2015: "1.5", 2016: "1.3"}, False),
        ({}, False),
        ({2016: None}, False),
    ],
)
def test_met_far_above_takes_three_years_running(rates, expected):
    assert is_met_far_above({year: rate and Fraction(rate) for year, rate in rates.items()}) is expected


def test_a_rate_beyond_any_ratio_is_far_above():
    assert is_met_far_above(dict.fromkeys((2014, 2015, 2016), UNBOUNDED))

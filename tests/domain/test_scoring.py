"""Achievement, status and roll-up: the properties and cases of domain.md §4."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorecard.domain.choices import Direction, Status
from scorecard.domain.scoring import UNBOUNDED, Score, Tally, achievement_rate, capped, kpi_score, rated_status, roll_up
from tests.score_builders import (
    BAND,
    HIGHER,
    LOWER,
    NINETY,
    directions,
    distance,
    figures,
    is_met,
    outcome_of,
    outcomes,
    rate_of,
    rates,
    scores,
    tolerances,
    weighted_scores,
    weights,
)

# Rates


@pytest.mark.parametrize(
    ("actual", "target", "direction", "expected"),
    [
        ("80", "100", HIGHER, Fraction(4, 5)),
        ("100", "100", HIGHER, 1),
        ("120", "100", HIGHER, Fraction(6, 5)),
        ("8", "10", LOWER, Fraction(5, 4)),
        ("20", "10", LOWER, Fraction(1, 2)),
        ("0", "0", LOWER, 1),
        ("1", "0", LOWER, 0),
        ("5", None, HIGHER, None),
        (None, "100", HIGHER, None),
        ("0", "100", HIGHER, 0),
        ("-5", "100", HIGHER, 0),
        ("0", "0", HIGHER, 1),
        ("-1", "0", HIGHER, 0),
        ("-5", "-10", HIGHER, 2),
        ("-20", "-10", HIGHER, Fraction(1, 2)),
        ("0", "-10", HIGHER, UNBOUNDED),
        ("0", "10", LOWER, UNBOUNDED),
        ("-1", "10", LOWER, UNBOUNDED),
        ("-20", "-10", LOWER, 2),
        ("-5", "-10", LOWER, Fraction(1, 2)),
        ("5", "-10", LOWER, 0),
        ("2", "3", HIGHER, Fraction(2, 3)),
    ],
)
def test_the_rate_follows_the_rules_of_the_domain(actual, target, direction, expected):
    assert rate_of(actual, target, direction) == expected


@pytest.mark.parametrize(
    ("actual", "target", "tolerance", "expected"),
    [
        ("5", "5", None, 1),
        ("4", "5", "1", 1),
        ("4.5", "5", "1", 1),
        ("6", "5", "1", 1),
        ("8", "5", "1", Fraction(3, 4)),
        ("2", "5", "1", Fraction(1, 2)),
        ("6", "5", None, Fraction(5, 6)),
        ("1", "-1", "1", 0),
        ("-1", "-3", "1", Fraction(1, 2)),
        ("3", "-3", "1", 0),
        ("-8", "-3", "1", Fraction(1, 2)),
        ("-8", "0", "4", Fraction(1, 2)),
    ],
)
def test_outside_a_band_the_nearer_edge_stands_in_as_the_target(actual, target, tolerance, expected):
    assert rate_of(actual, target, BAND, tolerance) == expected


@given(figures, figures, directions, st.none() | tolerances)
def test_a_measure_is_met_exactly_where_its_rate_is_at_least_one(actual, target, direction, tolerance):
    rate = achievement_rate(actual=actual, target=target, direction=direction, tolerance=tolerance)
    assert (rate >= 1) == is_met(actual, target, direction, tolerance)


@given(figures, figures, figures, directions, st.none() | tolerances)
def test_the_rate_never_falls_as_the_actual_improves(one, other, target, direction, tolerance):
    worse, better = sorted((one, other), key=lambda a: distance(a, target, direction, tolerance), reverse=True)
    if direction == BAND:
        assume((worse >= target) == (better >= target))
    rate_worse = achievement_rate(actual=worse, target=target, direction=direction, tolerance=tolerance)
    rate_better = achievement_rate(actual=better, target=target, direction=direction, tolerance=tolerance)
    assert rate_worse <= rate_better


@given(figures, figures, directions, tolerances, st.integers(1, 9999).map(lambda n: Decimal(n) / 100))
def test_the_rate_is_the_same_in_any_unit(actual, target, direction, tolerance, factor):
    rate = achievement_rate(actual=actual, target=target, direction=direction, tolerance=tolerance)
    scaled = {"actual": actual * factor, "target": target * factor, "tolerance": tolerance * factor}
    assert achievement_rate(**scaled, direction=direction) == rate


@given(st.none() | figures, st.none() | figures, directions, st.none() | tolerances)
def test_there_is_a_rate_exactly_where_both_numbers_are_and_it_is_never_negative(actual, target, direction, tolerance):
    rate = achievement_rate(actual=actual, target=target, direction=direction, tolerance=tolerance)
    assert (rate is None) == (actual is None or target is None)
    assert rate is None or rate >= 0


@given(rates)
def test_a_capped_rate_lies_between_zero_and_one_and_stays_exact(rate):
    score = capped(rate)
    assert isinstance(score, Fraction)
    assert score == (1 if rate >= 1 else rate)


def test_no_rate_has_no_capped_rate():
    assert capped(None) is None


@pytest.mark.parametrize("actual", [Decimal(1), None])
def test_a_negative_tolerance_is_refused(actual):
    with pytest.raises(ValueError, match="tolerance"):
        achievement_rate(actual=actual, target=Decimal(1), direction=BAND, tolerance=Decimal("-0.1"))


@pytest.mark.parametrize("figure", [Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")])
@pytest.mark.parametrize("direction", list(Direction))
def test_what_is_not_a_finite_figure_is_refused(figure, direction):
    with pytest.raises(ValueError, match="finite"):
        achievement_rate(actual=figure, target=Decimal(1), direction=direction)


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        achievement_rate(actual=0.1, target=Decimal(1), direction=HIGHER)


def test_a_direction_as_the_database_returns_it_is_understood():
    assert rate_of("8", "10", "lower") == Fraction(5, 4)
    with pytest.raises(ValueError, match="sideways"):
        rate_of("8", "10", "sideways")


# Status


@pytest.mark.parametrize(
    ("actual", "target", "unmeasured", "expected"),
    [
        ("100", "100", False, Status.MET),
        ("99.9999", "100", False, Status.NEAR),
        ("90", "100", False, Status.NEAR),
        ("89.9999", "100", False, Status.MISSED),
        ("0", "100", True, Status.MISSED),
        (None, "100", True, Status.UNMEASURED),
        (None, "100", False, Status.PENDING),
        ("5", None, False, Status.NO_TARGET),
        (None, None, True, Status.NO_TARGET),
        (None, None, False, Status.NO_TARGET),
    ],
)
def test_the_status_follows_target_then_rate_then_what_was_reported(actual, target, unmeasured, expected):
    assert outcome_of(actual, target, unmeasured=unmeasured).status == expected


@pytest.mark.parametrize("threshold", ["0", "90", "1.01", "-0.9", "NaN"])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(ValueError):
        rated_status(Fraction(1, 2), Decimal(threshold))


@given(outcomes())
def test_the_score_of_an_outcome_is_its_capped_rate(outcome):
    assert outcome.score == capped(outcome.rate)
    assert outcome.score is None or 0 <= outcome.score <= 1


# Roll-up


@given(weighted_scores)
def test_a_roll_up_lies_between_the_least_and_the_greatest_of_its_children(parts):
    values = [score.value for _weight, score in parts if score.value is not None]
    value = roll_up(parts, NINETY).value
    assert min(values) <= value <= max(values) if values else value is None


@given(weighted_scores, weights)
def test_a_child_without_a_rate_changes_nothing_but_the_tally(parts, weight):
    silent = kpi_score([(Decimal(1), outcome_of(None, "5"))], NINETY)
    before, after = roll_up(parts, NINETY), roll_up([*parts, (weight, silent)], NINETY)
    assert after.value == before.value
    assert before.value is None or after.status == before.status
    assert after.tally == before.tally + Tally(due=1)


@given(st.lists(scores, min_size=1, max_size=5), weights)
def test_equal_weights_give_the_plain_mean(children, weight):
    values = [score.value for score in children if score.value is not None]
    expected = sum(values) / len(values) if values else None
    assert roll_up([(weight, score) for score in children], NINETY).value == expected


@given(weighted_scores, st.randoms())
def test_the_order_of_the_parts_does_not_matter(parts, random):
    shuffled = random.sample(parts, len(parts))
    one, other = roll_up(parts, NINETY), roll_up(shuffled, NINETY)
    assert (one.value, one.status, one.tally) == (other.value, other.status, other.tally)


@given(weighted_scores)
def test_the_contributions_of_the_parts_add_up_to_the_value_and_their_shares_to_one(parts):
    total = roll_up(parts, NINETY)
    rated = [part for part in total.parts if part.value is not None]
    assert [(part.weight, part.child) for part in total.parts] == parts
    assert sum(part.contribution for part in rated) == (total.value or 0)
    assert sum(part.share for part in rated) == (1 if rated else 0)
    assert all(part.share is None and part.contribution is None for part in total.parts if part.value is None)


def test_weights_count_in_proportion():
    parts = [(Decimal(3), outcome_of("50", "100")), (Decimal(1), outcome_of("100", "100"))]
    assert kpi_score(parts, NINETY).value == Fraction(5, 8)


def test_an_over_fulfilled_child_does_not_hide_a_missed_one():
    parts = [(Decimal(1), outcome_of("300", "100")), (Decimal(1), outcome_of("0", "100"))]
    assert kpi_score(parts, NINETY).value == Fraction(1, 2)


def test_three_met_children_make_a_met_parent():
    parts = [(Decimal("0.3333"), outcome_of("7", "7"))] * 3
    kpi = kpi_score(parts, NINETY)
    assert (kpi.value, kpi.status) == (1, Status.MET)


def test_a_kpi_counts_as_one_however_many_measures_it_has():
    met, missed, pending = outcome_of("1", "1"), outcome_of("0", "1"), outcome_of(None, "1")
    baseline = outcome_of("5", None)

    def tally(*children):
        return kpi_score([(Decimal(1), child) for child in children], NINETY).tally

    assert tally(met, met) == Tally(met=1, assessed=1, due=1)
    assert tally(met, missed) == Tally(met=0, assessed=1, due=1)
    assert tally(pending, baseline) == Tally(met=0, assessed=0, due=1)
    assert tally(baseline) == Tally()


@given(weighted_scores)
def test_tallies_are_added_and_never_more_met_than_assessed_than_due(parts):
    tally = roll_up(parts, NINETY).tally
    assert tally == sum((score.tally for _weight, score in parts), start=Tally())
    assert tally.met <= tally.assessed <= tally.due <= len(parts)


@pytest.mark.parametrize(
    "combine", [kpi_score, lambda parts, t: roll_up([(w, kpi_score([(w, o)], t)) for w, o in parts], t)]
)
def test_without_any_rate_the_status_is_pending_then_unmeasured_then_no_target(combine):
    pending, unmeasured = outcome_of(None, "1"), outcome_of(None, "1", unmeasured=True)
    baseline = outcome_of("5", None)

    def status(*children):
        return combine([(Decimal(1), child) for child in children], NINETY).status

    assert status(baseline, unmeasured, pending) == Status.PENDING
    assert status(baseline, unmeasured) == Status.UNMEASURED
    assert status(baseline) == Status.NO_TARGET
    assert status() == Status.NO_TARGET


def test_a_roll_up_has_the_status_of_its_value_by_the_same_thresholds():
    def status(*actuals):
        return kpi_score([(Decimal(1), outcome_of(actual, "100")) for actual in actuals], NINETY).status

    assert status("100", "100") == Status.MET
    assert status("100", "80") == Status.NEAR
    assert status("100", "79.9999") == Status.MISSED


@pytest.mark.parametrize("weight", ["0", "-1", "NaN", "Infinity"])
def test_a_weight_that_is_not_above_zero_is_refused(weight):
    with pytest.raises(ValueError):
        kpi_score([(Decimal(weight), outcome_of("1", "1"))], NINETY)
    with pytest.raises(ValueError):
        roll_up([(Decimal(weight), Score(None, Status.PENDING, Tally(), ()))], NINETY)

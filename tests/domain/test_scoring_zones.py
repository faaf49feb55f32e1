"""Where the light of a measure changes, and how a change of score is told: properties against the rate itself."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import Direction, Status
from scorecard.domain.scoring import BLANK, achievement_rate, change_text, rated_status, status_zones

NINETY = Decimal("0.9")
HIGHER, LOWER, BAND = Direction.HIGHER, Direction.LOWER, Direction.BAND
figures = st.one_of(st.integers(-5, 5).map(Decimal), st.decimals(min_value=-(10**6), max_value=10**6, places=2))
thresholds = st.sampled_from([Decimal("0.5"), NINETY, Decimal(1)])
shares = st.fractions(min_value=0, max_value=1)


def zones(target, direction, tolerance=None, threshold=NINETY):
    """(status, low, high) of each zone."""
    found = status_zones(target=Decimal(target), direction=direction, tolerance=tolerance, threshold=threshold)
    return [(zone.status, zone.low, zone.high) for zone in found]


@given(figures, figures, st.sampled_from(Direction), st.sampled_from([None, Decimal(0), Decimal(2)]), thresholds)
def test_an_actual_lies_in_a_zone_of_the_light_that_its_rate_gives(actual, target, direction, tolerance, threshold):
    rate = achievement_rate(actual=actual, target=target, direction=direction, tolerance=tolerance)
    light = rated_status(rate, threshold)
    found = status_zones(target=target, direction=direction, tolerance=tolerance, threshold=threshold)
    around = [zone.status for zone in found if not _is_outside(actual, zone)]
    # On an edge two zones meet, and the better light counts.
    order = [Status.MET, Status.NEAR, Status.MISSED]
    assert min(around, key=order.index) == light


def _is_outside(actual, zone):
    return (zone.low is not None and actual < zone.low) or (zone.high is not None and actual > zone.high)


@given(figures, st.sampled_from(Direction), thresholds)
def test_the_zones_cover_every_figure_once(target, direction, threshold):
    found = status_zones(target=target, direction=direction, tolerance=Decimal(1), threshold=threshold)
    assert found[0].low is None and found[-1].high is None
    for zone, following in zip(found, found[1:], strict=False):
        assert zone.high == following.low
        assert zone.low is None or zone.low < zone.high


def test_the_zones_of_each_direction():
    assert zones(100, HIGHER) == [(Status.MISSED, None, 90), (Status.NEAR, 90, 100), (Status.MET, 100, None)]
    assert zones(9, LOWER) == [(Status.MET, None, 9), (Status.NEAR, 9, 10), (Status.MISSED, 10, None)]
    assert zones(100, BAND, Decimal(10)) == [
        (Status.MISSED, None, 81),
        (Status.NEAR, 81, 90),
        (Status.MET, 90, 110),
        (Status.NEAR, 110, Fraction(1100, 9)),
        (Status.MISSED, Fraction(1100, 9), None),
    ]


def test_a_target_of_zero_leaves_no_room_for_near():
    assert [status for status, _, _ in zones(0, HIGHER)] == [Status.MISSED, Status.MET]
    assert [status for status, _, _ in zones(0, LOWER)] == [Status.MET, Status.MISSED]


def test_a_threshold_of_one_leaves_no_room_for_near():
    assert [status for status, _, _ in zones(100, HIGHER, threshold=Decimal(1))] == [Status.MISSED, Status.MET]


@pytest.mark.parametrize("wrong", [{"target": 1.5}, {"threshold": Decimal(90)}, {"tolerance": Decimal(-1)}])
def test_what_cannot_be_judged_has_no_zones(wrong):
    with pytest.raises((TypeError, ValueError)):
        status_zones(**{"target": Decimal(1), "direction": BAND, "tolerance": None, "threshold": NINETY} | wrong)


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        (Fraction(9, 10), Fraction(931, 1000), "+3.1"),
        (Fraction(9, 10), Fraction(88, 100), "−2"),
        (Fraction(1, 3), Fraction(1, 3), "±0"),
        (Fraction(0), Fraction(1), "+100"),
        (Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**6), "+0.0"),
        (None, Fraction(1), BLANK),
        (Fraction(1), None, BLANK),
    ],
)
def test_a_change_of_score_is_told_with_its_sign(before, now, text):
    assert change_text(before, now) == text


@given(shares, shares)
def test_the_same_change_the_other_way_differs_in_its_sign_alone(before, now):
    there, back = change_text(before, now), change_text(now, before)
    assert there[1:] == back[1:]
    assert {there[0], back[0]} in ({"+", "−"}, {"±"})

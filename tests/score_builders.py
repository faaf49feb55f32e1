"""Figures, outcomes and scores to test with, drawn by chance and made of text."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from scorecard.domain.choices import Direction
from scorecard.domain.scoring import UNBOUNDED, achievement_rate, assess, kpi_score

NINETY = Decimal("0.9")
HIGHER, LOWER, BAND = Direction.HIGHER, Direction.LOWER, Direction.BAND

# Few and small numbers beside all that fit: edges, zeros and equal numbers must meet often.
figures = st.one_of(
    st.integers(-4, 4).map(Decimal),
    st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4),
)
tolerances = st.one_of(st.integers(0, 4).map(Decimal), st.decimals(min_value=0, max_value=10**6, places=4))
directions = st.sampled_from(Direction)
weights = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)
rates = st.one_of(st.fractions(min_value=0, max_value=12), st.just(UNBOUNDED))
shares = st.fractions(min_value=0, max_value=1)


@st.composite
def outcomes(draw):
    return assess(
        actual=draw(st.none() | figures),
        target=draw(st.none() | figures),
        direction=draw(directions),
        tolerance=draw(st.none() | tolerances),
        unmeasured=draw(st.booleans()),
        threshold=NINETY,
    )


scores = st.lists(st.tuples(weights, outcomes()), max_size=3).map(lambda parts: kpi_score(parts, NINETY))
weighted_scores = st.lists(st.tuples(weights, scores), max_size=5)


def d(text):
    return None if text is None else Decimal(text)


def rate_of(actual, target, direction, tolerance=None):
    return achievement_rate(actual=d(actual), target=d(target), direction=direction, tolerance=d(tolerance))


def outcome_of(actual, target, direction=HIGHER, tolerance=None, unmeasured=False):
    return assess(
        actual=d(actual),
        target=d(target),
        direction=direction,
        tolerance=d(tolerance),
        unmeasured=unmeasured,
        threshold=NINETY,
    )


def is_met(actual, target, direction, tolerance):
    """What "met" means, said without any rate."""
    if direction == BAND:
        return abs(Fraction(actual) - Fraction(target)) <= Fraction(tolerance or 0)
    return actual >= target if direction == HIGHER else actual <= target


def distance(actual, target, direction, tolerance):
    """How far an actual is from being as good as can be; less is better."""
    if direction == BAND:
        return max(abs(Fraction(actual) - Fraction(target)) - Fraction(tolerance or 0), 0)
    return -actual if direction == HIGHER else actual

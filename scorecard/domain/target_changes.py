"""Whether a target became softer than what was planned, or asks for less than what is reached already. Pure.

A target is judged by the direction that its measure has now. A band is as soft as the figures that it lets pass.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from scorecard.domain.choices import Direction
from scorecard.domain.scoring import Rate, band_edges

# Met by more than this for so many years running, a target asks for less than what is reached anyhow.
FAR_ABOVE = Fraction(120, 100)
YEARS_RUNNING = 3


def is_softer(
    direction: Direction,
    old: Decimal | None,
    new: Decimal | None,
    *,
    old_tolerance: Decimal | None = None,
    new_tolerance: Decimal | None = None,
) -> bool:
    """Whether some figure would meet the new target that did not meet the old one; a number removed is softer.

    Figures share one unit. A tolerance matters for a band only, where None means 0. False where there was no number.
    """
    if old is None:
        return False
    if new is None:
        return True
    if direction == Direction.BAND:
        old_low, old_high = band_edges(old, old_tolerance)
        new_low, new_high = band_edges(new, new_tolerance)
        return new_low < old_low or new_high > old_high
    return new > old if direction == Direction.LOWER else new < old


def is_raised(
    direction: Direction,
    old: Decimal | None,
    new: Decimal | None,
    *,
    old_tolerance: Decimal | None = None,
    new_tolerance: Decimal | None = None,
) -> bool:
    """Whether the new target asks for more, and nowhere for less. False without both numbers."""
    if old is None or new is None:
        return False
    if is_softer(direction, old, new, old_tolerance=old_tolerance, new_tolerance=new_tolerance):
        return False
    return is_softer(direction, new, old, old_tolerance=new_tolerance, new_tolerance=old_tolerance)


def is_softer_than_actual(direction: Direction, target: Decimal | None, actual: Decimal | None) -> bool:
    """Whether the target lies on the worse side of what was reached. Never of a band, which has no such side."""
    if target is None or actual is None or direction == Direction.BAND:
        return False
    return is_softer(direction, actual, target)


def is_met_far_above(rates: Mapping[int, Rate | None]) -> bool:
    """Whether the last years of which there is a rate were met by more than 120 %, three of them without a gap.

    rates: {year: achievement rate, None for none}.
    """
    rated = [year for year, rate in rates.items() if rate is not None]
    if not rated:
        return False
    last = range(max(rated) - YEARS_RUNNING + 1, max(rated) + 1)
    return all((rates.get(year) or 0) > FAR_ABOVE for year in last)

"""Quotients of exact figures; scoring.py judges them."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# What the column of a figure holds.
_STORED_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Parts:
    """What an actual is the quotient of: numerator ÷ denominator × factor, factor being 100 for a percentage."""

    numerator: Decimal
    denominator: Decimal
    factor: int

    @property
    def quotient(self) -> Fraction:
        """The actual without loss, by which it is judged. ZeroDivisionError for a denominator of 0."""
        return times(self.numerator, self.denominator) * self.factor

    @property
    def stored(self) -> Decimal:
        """The actual as its column keeps it: the quotient rounded half-up to 4 places."""
        return rounded(self.quotient, _STORED_PLACES)


def parts_of(
    actual: Decimal | None, numerator: Decimal | None, denominator: Decimal | None, factor: int
) -> Parts | None:
    """The parts of an actual as stored; None where there are none.

    None as well where the actual is not their quotient, because the measure's factor or the actual has changed since:
    the actual alone counts then.
    """
    if actual is None or numerator is None or not denominator:
        return None
    parts = Parts(numerator, denominator, factor)
    return parts if parts.stored == actual else None


def times(number: Decimal, other: Decimal) -> Fraction:
    """number ÷ other, exact. ZeroDivisionError for an other of 0."""
    return Fraction(number) / Fraction(other)


def rounded(number: Fraction, unit: Decimal) -> Decimal:
    """The number rounded half-up to a multiple of the unit, as Decimal("0.01"); away from zero where it is negative."""
    steps = math.floor(abs(number) / Fraction(unit) + Fraction(1, 2))
    return (Decimal(-steps) if number < 0 else Decimal(steps)) * unit

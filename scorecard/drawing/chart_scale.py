"""Axes with round numbers, and figures short enough to stand on them. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from scorecard.domain.scoring import grouped

_ROUND_STEPS = (1, 2, 5, 10)
_PRECISE = Context(prec=60)
# How amounts of many digits are read in Taiwan: size, word, and the places to which a short amount is rounded.
_WORDS = (
    (10**12, "兆", Decimal("0.01")),
    (10**8, "億", Decimal("0.01")),
    (10**4, "萬", Decimal(1)),
)
# Axes keep all digits up to here: 99,999 is read as fast as 9.9999 萬.
_LONGEST_PLAIN = 100_000


@dataclass(frozen=True)
class Scale:
    """An axis from low to high with its ticks, all in the unit of the figures."""

    low: Decimal | Fraction
    high: Decimal | Fraction
    ticks: tuple[Decimal, ...]

    def share(self, value: Decimal | Fraction) -> float:
        """Where a figure lies on the axis: 0 at low, 1 at high; beyond an end, the end."""
        share = (Fraction(value) - Fraction(self.low)) / (Fraction(self.high) - Fraction(self.low))
        return float(min(max(share, Fraction(0)), Fraction(1)))


def make_scale(values: Iterable[Decimal], intervals: int = 4) -> Scale | None:
    """The scale on which all values lie, with about as many intervals as told; None without a value.

    It begins at zero where the values come near it, and never shows another sign than theirs. Whole numbers get whole
    ticks: there is no half person.
    """
    values = [Fraction(value) for value in values]
    if not values:
        return None
    are_whole = all(value.denominator == 1 for value in values)
    low, high = _reach(min(values), max(values), are_whole)
    step = _round_step((high - low) / intervals, are_whole)
    first, last = math.floor(low / Fraction(step)), math.ceil(high / Fraction(step))
    ticks = tuple(_PRECISE.multiply(step, Decimal(number)) for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _reach(low, high, are_whole):
    """The stretch that the axis has to show."""
    span = high - low
    if span == 0:
        margin = max(abs(low) / 10, Fraction(1) if are_whole else abs(low) / 10) or Fraction(1)
        return (max(low - margin, 0), high + margin) if low >= 0 else (low - margin, min(high + margin, 0))
    if 0 <= low <= span / 2:
        return Fraction(0), high
    if -span / 2 <= high <= 0:
        return low, Fraction(0)
    return low, high


def _round_step(raw, is_whole):
    """The smallest of 1, 2, 5, 10 × a power of ten that is not below raw."""
    exponent = _PRECISE.divide(Decimal(raw.numerator), Decimal(raw.denominator)).adjusted()
    step = next(
        step for digit in _ROUND_STEPS if Fraction(step := Decimal(digit).scaleb(exponent, context=_PRECISE)) >= raw
    )
    return max(step, Decimal(1)) if is_whole else step


def axis_texts(ticks: Iterable[Decimal]) -> tuple[str, ...]:
    """The ticks in one word of magnitude: 「0」, 「50 萬」, 「100 萬」; numbers below 100,000 as they are."""
    ticks = tuple(ticks)
    largest = max(map(abs, ticks), default=Decimal(0))
    for size, word, _ in _WORDS:
        if largest >= max(size, _LONGEST_PLAIN):
            return tuple(f"{grouped(_PRECISE.divide(tick, size))} {word}" if tick else "0" for tick in ticks)
    return tuple(grouped(tick) for tick in ticks)


def short_amount(amount: int) -> str:
    """NT$ as read aloud, rounded half-up: 「1.00 億」, 「1,191 萬」, 「9,500」. The exact one stands in a table."""
    for size, word, places in _WORDS:
        if amount >= size:
            return f"{(Decimal(amount) / size).quantize(places, ROUND_HALF_UP):,f} {word}"
    return f"{amount:,}"

"""Questions about a figure before it is submitted: a slip of the unit or of the decimal point, an odd year.

They are questions, not walls: whoever reports may answer that the figure is right. Pure: exact figures in, sentences
out. Nothing here depends on the unit in which figures are given, only on how they stand to each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scorecard.domain.choices import Direction, Question
from scorecard.domain.ratios import Parts, rounded, times
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped, plain
from scorecard.domain.written_words import is_percentage

# From this many times the figure before (or less than its inverse) somebody may have slipped by a place.
TIMES = 8
# A hundredfold of the figure comes this near to what was expected.
NEAR = 3
HUNDRED = 100
# A year is only worse than 「every earlier one」 where there are several.
YEARS_TO_COMPARE = 2


@dataclass(frozen=True)
class Figure:
    """A measure's actual and what it is compared with, all in the measure's unit; None means that there is none.

    earlier: (Gregorian year, actual) of the years before that have a number, oldest first. factor: what the quotient
    of a ratio is multiplied by, None for a measure that is no ratio.
    """

    actual: Decimal | None
    unit: str
    direction: Direction
    target: Decimal | None = None
    tolerance: Decimal | None = None
    earlier: tuple[tuple[int, Decimal], ...] = ()
    parts: Parts | None = None
    factor: int | None = None


@dataclass(frozen=True)
class Asked:
    """A question about a figure, in a sentence that names the numbers. figure is the actual it was asked of."""

    question: Question
    sentence: str
    figure: Decimal

    @property
    def figure_text(self) -> str:
        """The figure in its one canonical form, as an answer sends it back."""
        return plain(self.figure)


def ask(figure: Figure) -> tuple[Asked, ...]:
    """Everything to ask about the figure; nothing about a blank.

    One slip raises one question: what looks like another unit is not asked about again for its size, and neither is
    for being the worst.
    """
    if figure.actual is None:
        return ()
    found = (_unit(figure) or _magnitude(figure) or _worst(figure), _over_whole(figure))
    return tuple(Asked(*each, figure.actual) for each in found if each)


def unanswered(asked: Iterable[Asked], answered: Iterable[tuple[Question, Decimal]]) -> tuple[Asked, ...]:
    """The questions that no answer was given to. answered: (question, the actual it was given for)."""
    given = set(answered)
    return tuple(each for each in asked if (each.question, each.figure) not in given)


def _unit(figure):
    """A hundredth of what a percentage should be: 0.92 for 92 %."""
    if not is_percentage(figure.unit.strip()):
        return None
    expected = [("目標", figure.target)] if figure.target else []
    expected += [(f"{year_text(year)}實際", number) for year, number in figure.earlier[-1:] if number]
    ratios = [times(figure.actual, number) for _, number in expected]
    if any(_is_about(ratio, 1) for ratio in ratios):
        return None
    for (name, number), ratio in zip(expected, ratios, strict=True):
        if _is_about(ratio * HUNDRED, 1):
            meant = grouped(figure.actual * HUNDRED)
            return Question.UNIT, (
                f"單位是 %，{name}是 {grouped(number)}，填入的是 {grouped(figure.actual)}；您要填的是 {meant} 嗎？"
            )
    return None


def _magnitude(figure):
    """About ten or a hundred times the last figure before, or a tenth or hundredth of it."""
    if not figure.earlier or not figure.earlier[-1][1] or not figure.actual:
        return None
    year, before = figure.earlier[-1]
    shown, ratio = grouped(figure.actual), times(figure.actual, before)
    if ratio >= TIMES:
        many = grouped(rounded(ratio, Decimal("0.1")))
        return Question.MAGNITUDE, f"{shown} 約是 {year_text(year)} {grouped(before)} 的 {many} 倍，位數是否有誤？"
    if 0 < ratio <= Fraction(1, TIMES):
        many = grouped(rounded(times(before, figure.actual), Decimal("0.1")))
        return Question.MAGNITUDE, f"{year_text(year)} {grouped(before)} 約是 {shown} 的 {many} 倍，位數是否有誤？"
    return None


def _worst(figure):
    """Worse than every earlier year; within a band: farther from the target."""
    if len(figure.earlier) < YEARS_TO_COMPARE or figure.direction == Direction.BAND and figure.target is None:
        return None
    badness = {Direction.HIGHER: lambda n: -n, Direction.LOWER: lambda n: n}.get(
        figure.direction, lambda n: max(abs(n - figure.target) - (figure.tolerance or 0), Decimal(0))
    )
    year, worst = max(figure.earlier, key=lambda each: badness(each[1]))
    if badness(figure.actual) <= badness(worst):
        return None
    word = {Direction.HIGHER: "低於", Direction.LOWER: "高於"}.get(figure.direction, "比目標的差距大於")
    first, last = figure.earlier[0][0], figure.earlier[-1][0]
    span = f"{year_text(first)}至 {year_text(last)}每一年（最差是 {year_text(year)} {grouped(worst)}）"
    return Question.WORST, f"{grouped(figure.actual)} {word} {span}，數字是否正確？"


def _over_whole(figure):
    """A part greater than its whole, where the target itself does not go beyond it."""
    if figure.factor != HUNDRED or figure.target is not None and figure.target > HUNDRED:
        return None
    exact = Fraction(figure.actual) if figure.parts is None else figure.parts.quotient
    if exact <= HUNDRED:
        return None
    if figure.parts is None:
        return Question.OVER_WHOLE, f"{grouped(figure.actual)} 超過 100%，數字是否正確？"
    numerator, denominator = grouped(figure.parts.numerator), grouped(figure.parts.denominator)
    return Question.OVER_WHOLE, f"分子 {numerator} 大於分母 {denominator}，比率超過 100%，數字是否正確？"


def _is_about(ratio, number):
    return Fraction(number, NEAR) <= ratio <= number * NEAR

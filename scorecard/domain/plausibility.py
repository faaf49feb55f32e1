"""Questions about a figure before it is submitted: a slip of the unit or of the decimal point, an odd year.

Staff may answer that the figure is right. Nothing here depends on the unit in which figures are given, only on their
ratios.
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
_WORSE = {Direction.HIGHER: "低於", Direction.LOWER: "高於", Direction.BAND: "比目標的差距大於"}


@dataclass(frozen=True)
class ReportedFigure:
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
class PlausibilityQuestion:
    """sentence names the numbers. figure: the actual it is about; an answer is void once the actual differs."""

    question: Question
    sentence: str
    figure: Decimal

    @property
    def figure_text(self) -> str:
        """The figure in its one canonical form, as an answer sends it back."""
        return plain(self.figure)


def check_plausibility(figure: ReportedFigure) -> tuple[PlausibilityQuestion, ...]:
    """Every question about the figure; none about a blank.

    One slip raises one question: a figure that looks like another unit is not asked about for its size as well, nor a
    figure of another size for being the worst.
    """
    if figure.actual is None:
        return ()
    found = (
        _unit(figure, figure.actual) or _magnitude(figure, figure.actual) or _worst(figure, figure.actual),
        _over_whole(figure, figure.actual),
    )
    return tuple(PlausibilityQuestion(question, sentence, figure.actual) for question, sentence in filter(None, found))


def unanswered(
    asked: Iterable[PlausibilityQuestion], answered: Iterable[tuple[Question, Decimal]]
) -> tuple[PlausibilityQuestion, ...]:
    """The questions that no answer was given to. answered: (question, the actual it was given for)."""
    given = set(answered)
    return tuple(each for each in asked if (each.question, each.figure) not in given)


def _unit(figure: ReportedFigure, actual: Decimal) -> tuple[Question, str] | None:
    """A hundredth of what a percentage should be: 0.92 for 92 %."""
    if not is_percentage(figure.unit.strip()):
        return None
    expected = [("目標", figure.target)] if figure.target else []
    expected += [(f"{year_text(year)}實際", number) for year, number in figure.earlier[-1:] if number]
    ratios = [times(actual, number) for _, number in expected]
    if any(_is_about(ratio, 1) for ratio in ratios):
        return None
    for (name, number), ratio in zip(expected, ratios, strict=True):
        if _is_about(ratio * HUNDRED, 1):
            meant = grouped(actual * HUNDRED)
            return Question.UNIT, (
                f"單位是 %，{name}是 {grouped(number)}，填入的是 {grouped(actual)}；您要填的是 {meant} 嗎？"
            )
    return None


def _magnitude(figure: ReportedFigure, actual: Decimal) -> tuple[Question, str] | None:
    """About ten or a hundred times the last figure before, or a tenth or hundredth of it."""
    if not figure.earlier or not figure.earlier[-1][1] or not actual:
        return None
    year, before = figure.earlier[-1]
    shown, ratio = grouped(actual), times(actual, before)
    if ratio >= TIMES:
        many = grouped(rounded(ratio, Decimal("0.1")))
        return Question.MAGNITUDE, f"{shown} 約是 {year_text(year)} {grouped(before)} 的 {many} 倍，位數是否有誤？"
    if 0 < ratio <= Fraction(1, TIMES):
        many = grouped(rounded(times(before, actual), Decimal("0.1")))
        return Question.MAGNITUDE, f"{year_text(year)} {grouped(before)} 約是 {shown} 的 {many} 倍，位數是否有誤？"
    return None


def _worst(figure: ReportedFigure, actual: Decimal) -> tuple[Question, str] | None:
    """Worse than every earlier year; for a band: farther from the target."""
    if len(figure.earlier) < YEARS_TO_COMPARE or figure.direction == Direction.BAND and figure.target is None:
        return None
    year, worst = max(figure.earlier, key=lambda each: _badness(figure, each[1]))
    if _badness(figure, actual) <= _badness(figure, worst):
        return None
    word = _WORSE[figure.direction]
    first, last = figure.earlier[0][0], figure.earlier[-1][0]
    span = f"{year_text(first)}至 {year_text(last)}每一年（最差是 {year_text(year)} {grouped(worst)}）"
    return Question.WORST, f"{grouped(actual)} {word} {span}，數字是否正確？"


def _badness(figure: ReportedFigure, number: Decimal) -> Decimal:
    """Larger is worse. A band must have its target."""
    if figure.direction == Direction.HIGHER:
        return -number
    if figure.direction == Direction.LOWER or figure.target is None:
        return number
    return max(abs(number - figure.target) - (figure.tolerance or 0), Decimal(0))


def _over_whole(figure: ReportedFigure, actual: Decimal) -> tuple[Question, str] | None:
    """A part greater than its whole, where the target itself does not go beyond it."""
    if figure.factor != HUNDRED or figure.target is not None and figure.target > HUNDRED:
        return None
    exact = Fraction(actual) if figure.parts is None else figure.parts.quotient
    if exact <= HUNDRED:
        return None
    if figure.parts is None:
        return Question.OVER_WHOLE, f"{grouped(actual)} 超過 100%，數字是否正確？"
    numerator, denominator = grouped(figure.parts.numerator), grouped(figure.parts.denominator)
    return Question.OVER_WHOLE, f"分子 {numerator} 大於分母 {denominator}，比率超過 100%，數字是否正確？"


def _is_about(ratio: Fraction, number: int) -> bool:
    return Fraction(number, NEAR) <= ratio <= number * NEAR

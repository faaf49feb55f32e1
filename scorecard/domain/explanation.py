"""計算過程 of one measure in words: the numbers put into the rule of domain.md §4 that gave its rate."""

from decimal import Decimal
from fractions import Fraction

from scorecard.domain import written_words
from scorecard.domain.choices import Direction, Status
from scorecard.domain.ratios import Parts, rounded
from scorecard.domain.scoring import (
    LARGEST_SHOWN,
    Judgement,
    Outcome,
    Rate,
    Rule,
    band_edges,
    grouped,
    judge,
    percent_text,
)


def calculation(outcome: Outcome, unit: str, labels: tuple[str, str] = ("", "")) -> str:
    """One line in Chinese: the numbers put into the formula that gave the outcome's rate (domain.md §4).

    The rate is not capped. unit follows every figure; "" leaves it out. labels name the parts of a ratio, whose own
    working comes first.
    """
    line = _calculation(outcome, unit)
    return line if outcome.parts is None else f"{working(outcome.parts, unit, labels)}；{line}"


def _calculation(outcome: Outcome, unit: str) -> str:
    judgement = judge(outcome.exact, outcome.target, outcome.direction, outcome.tolerance)
    if judgement is None or outcome.actual is None or outcome.target is None:
        return _why_no_rate(outcome, unit)
    if outcome.direction != Direction.BAND:
        return _ratio_line(judgement, outcome.actual, "目標", unit)
    edges = band_edges(outcome.target, outcome.tolerance)
    return _band_line(judgement, outcome.actual, edges, unit)


def working(parts: Parts, unit: str, labels: tuple[str, str] = ("", "")) -> str:
    """How a ratio's actual is calculated: 「28 / 30 × 100 % = 93.33 %」; labels precede their numbers.

    The result is rounded half-up to two places, below 1 to four.
    """
    numerator, denominator = (
        f"{label} {grouped(number)}".strip()
        for label, number in zip(labels, (parts.numerator, parts.denominator), strict=True)
    )
    is_percentage = parts.factor == 100 and written_words.is_percentage(unit)
    if is_percentage:
        times = " × 100 %"
    elif parts.factor == 1:
        times = ""
    else:
        times = f" × {parts.factor:,}"
    return f"{numerator} / {denominator}{times} = {_shown(parts.quotient)} {unit}".strip()


def _shown(number: Fraction) -> str:
    return grouped(rounded(number, Decimal("0.01") if abs(number) >= 1 else Decimal("0.0001")))


def figure(number: Decimal, unit: str) -> str:
    """A figure with its unit: 「1,500 件」, 「93.5%」."""
    return grouped(number) + unit_after(unit)


def unit_after(unit: str) -> str:
    """A unit as it follows a figure: 「 件」, 「%」."""
    is_close = not unit or written_words.is_percentage(unit)
    return unit if is_close else f" {unit}"


def _why_no_rate(outcome: Outcome, unit: str) -> str:
    actual = "" if outcome.actual is None else f"實際 {figure(outcome.actual, unit)}，"
    if outcome.target is None:
        return f"{actual}這一年沒有目標，不計達成率"
    reason = "已填報但無統計數值" if outcome.status == Status.UNMEASURED else "尚未填報實際值"
    return f"目標 {figure(outcome.target, unit)}，{reason}，不計達成率"


def _ratio_line(judgement: Judgement, actual: Decimal, name: str, unit: str) -> str:
    """The line of a rate against one number, which is called name: the target, or an edge of its band."""
    is_lower = judgement.direction == Direction.LOWER
    done = f"實際 {figure(actual, unit)}"
    goal = f"{name} {figure(judgement.against, unit)}"
    match judgement.rule:
        case Rule.ACTUAL_OVER_TARGET:
            return f"{done} ÷ {goal} {_equals(judgement.rate)}"
        case Rule.TARGET_OVER_ACTUAL:
            return f"{goal} ÷ {done} {_equals(judgement.rate)}"
        case Rule.ACTUAL_ON_WRONG_SIDE_OF_ZERO:
            return f"{goal}，{done}，正負相反且未達，達成率以 0% 計"
        case Rule.ZERO_TARGET_MET:
            return f"{goal}，{done}，{'不高於' if is_lower else '不低於'}{name}，達成率以 100% 計"
        case Rule.ZERO_TARGET_MISSED:
            return f"{goal}，{done}，{'高於' if is_lower else '低於'}{name}，達成率以 0% 計"
    return f"{goal}，{done}，{'不大於' if is_lower else '不小於'} 0，已達成；相除沒有意義，達成率以 >999% 表示"


def _band_line(judgement: Judgement, actual: Decimal, edges: tuple[Decimal, Decimal], unit: str) -> str:
    lower, upper = edges
    done = f"實際 {figure(actual, unit)}"
    has_width = lower != upper
    if judgement.rule == Rule.INSIDE_BAND:
        where = f"在範圍 {figure(lower, unit)} 至 {figure(upper, unit)} 之內" if has_width else "等於目標"
        return f"{done}，{where}，達成率 100%"
    above = judgement.direction == Direction.LOWER
    name = ("上限" if above else "下限") if has_width else "目標"
    where = f"{'高於' if above else '低於'}{'範圍' if has_width else ''}{name}"
    return f"{done}，{where}：{_ratio_line(judgement, actual, name, unit)}"


def _equals(rate: Rate) -> str:
    return "＞ 999%" if rate > LARGEST_SHOWN else f"＝ {percent_text(rate)}"

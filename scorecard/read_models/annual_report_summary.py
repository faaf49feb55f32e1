"""The annual report's summary: the figures in sentences, and nothing else."""

from collections.abc import Sequence

from scorecard.domain.choices import NOT_RATED, RATED, Status
from scorecard.read_models.budgets import BudgetSummary
from scorecard.read_models.movement import Movement, ScoreChange
from scorecard.read_models.scorecard import KPILine, Scorecard

MAX_NAMES_LISTED = 12


def summarise(
    scorecard: Scorecard,
    budgets: BudgetSummary,
    moved: Movement | None,
    score_change: ScoreChange | None,
    *,
    is_part: bool = False,
) -> tuple[str, ...]:
    """The sentences, the most important first. is_part: they are about a part of the plan.

    moved: a Movement, or None; score_change: that of what the report is about, or None.
    """
    sentences = (
        _lights(scorecard),
        _scores(scorecard, is_part),
        _missed(scorecard),
        _score_change(score_change),
        _movement(moved),
        _money(scorecard, budgets),
        _provisional(scorecard),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _lights(scorecard: Scorecard) -> str:
    counts = dict(scorecard.kpi_lights)
    tally = scorecard.score.tally
    rated = "、".join(f"{status.label} {counts[status]} 項" for status in RATED if counts[status])
    others = "、".join(f"{status.label} {counts[status]} 項" for status in NOT_RATED if counts[status])
    text = f"{len(scorecard.kpis)} 項 KPI 中，應評 {tally.due} 項，已評 {tally.assessed} 項"
    text += f"：{rated}" if rated else ""
    return f"{text}；其餘{others}。" if others else f"{text}。"


def _scores(scorecard: Scorecard, is_part: bool) -> str:
    rated = [(line.score.value, line) for line in scorecard.perspectives if line.score.value is not None]
    if not rated:
        return "本年度尚無可計算的達成率。"
    if is_part:
        return f"得分 {scorecard.score_text}。"
    text = f"整體得分 {scorecard.score_text}"
    highest, best = max(rated, key=lambda pair: pair[0])
    lowest, worst = min(rated, key=lambda pair: pair[0])
    if highest == lowest:
        return f"{text}。"
    return f"{text}；{best.full_name}最高（{best.score_text}），{worst.full_name}最低（{worst.score_text}）。"


def _missed(scorecard: Scorecard) -> str:
    parts = []
    for word, status in (("未達者為", Status.MISSED), ("接近者為", Status.NEAR)):
        kpis = [kpi for kpi in scorecard.kpis if kpi.status == status]
        if kpis:
            parts.append(f"{word} {named(kpis)}")
    return f"{'；'.join(parts)}。" if parts else ""


def _score_change(change: ScoreChange | None) -> str:
    if change is None:
        return ""
    text = f"兩年都有達成率的 {change.compared} 項 KPI，得分"
    if not (change.is_rise or change.is_fall):
        return f"{text}與 {change.year.text}同為 {change.now_text}。"
    word = "升" if change.is_rise else "降"
    return f"{text}由 {change.year.text}的 {change.before_text} {word}為 {change.now_text}（{change.text}）。"


def _movement(moved: Movement | None) -> str:
    if moved is None or not moved.compared:
        return ""
    parts = (("進步", moved.improved), ("持平", moved.unchanged), ("退步", moved.worsened))
    text = f"與 {moved.year.text}實際值相比，可比較的 {moved.compared} 個衡量項中"
    text += "，" + "、".join(f"{word} {len(found)} 個" for word, found in parts if found)
    if moved.first_met:
        text += f"；由未達或接近首次轉為達成：{named(moved.first_met)}"
    again = [kpi for kpi in moved.newly_met if kpi not in moved.first_met]
    if again:
        text += f"；再度轉為達成：{named(again)}"
    if moved.no_longer_met:
        text += f"；由達成轉為接近或未達：{named(moved.no_longer_met)}"
    return f"{text}。"


def _money(scorecard: Scorecard, budgets: BudgetSummary) -> str:
    money = budgets.total.current
    if money.amount is None:
        return ""
    text = f"{budgets.total.plans} 個行動方案 {scorecard.year.text}預算共 {money.amount_text} 元"
    if money.executed is None:
        return f"{text}，執行數{money.mark or '尚未填報'}。"
    remarks = [] if money.is_complete else [f"已填 {money.reported}／{money.expected} 案"]
    remarks += [money.mark] if money.mark else []
    done = f"（{'，'.join(remarks)}）" if remarks else ""
    return f"{text}，執行數 {money.executed_text} 元{done}，執行率 {money.rate_text}。"


def _provisional(scorecard: Scorecard) -> str:
    count = scorecard.unapproved_figures_count
    if not count:
        return ""
    if scorecard.include_provisional:
        return f"本報告含 {count} 項 KPI 尚未審核的數值，均標示「尚未審核」。"
    return f"另有 {count} 項 KPI 已填數值而尚未審核通過，本報告不列入。"


def named(kpis: Sequence[KPILine]) -> str:
    """「EC1.1、FC1.1」; beyond MAX_NAMES_LISTED 「EC1.1、… 等 15 項」."""
    text = "、".join(kpi.code for kpi in kpis[:MAX_NAMES_LISTED])
    return text if len(kpis) <= MAX_NAMES_LISTED else f"{text} 等 {len(kpis)} 項"

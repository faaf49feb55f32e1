"""儀表板: an edition on one page: scores, what moved, what was missed, the money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scorecard.domain.choices import ReportState, Status
from scorecard.drawing.chart_bars import MoneyChart, money_chart
from scorecard.models import Plan, YearlyReport
from scorecard.read_models.budgets import BudgetSummary, summarise_budgets
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.movement import Movement, movement
from scorecard.read_models.progress import DivisionProgress, build_progress, count_states
from scorecard.read_models.score_lines import ScoreLine, groups_of
from scorecard.read_models.scorecard import KPILine, Scorecard

LIGHTS_WIDTH = 240


@dataclass(frozen=True)
class Concern:
    """A KPI that missed or nearly met its target, with what its division says about it."""

    kpi: KPILine
    explanation: str
    improvement: str


@dataclass(frozen=True)
class Dashboard:
    """An edition at a glance. states: the number of due reports in each state.

    movement: what moved since the year before; None where no year before is shown.
    """

    scorecard: Scorecard
    movement: Movement | None
    by_perspective: tuple[ScoreLine, ...]
    by_theme: tuple[ScoreLine, ...]
    by_division: tuple[ScoreLine, ...]
    missed: tuple[Concern, ...]
    near: tuple[Concern, ...]
    budgets: BudgetSummary
    money: MoneyChart
    progress: tuple[DivisionProgress, ...]
    states: tuple[tuple[ReportState, int], ...]

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """Missed KPIs first, then those that nearly met their target."""
        return self.missed + self.near

    @property
    def previous(self) -> YearLine | None:
        return self.movement.year if self.movement else None

    @property
    def has_scores(self) -> bool:
        """Whether anything of the year has a rate."""
        return self.scorecard.score.value is not None

    @property
    def money_text(self) -> str:
        """The bars of money in words, for readers who cannot see them."""
        texts = []
        for year, money in self.budgets.by_year:
            remark = f"（{money.mark}）" if money.mark else ""
            texts.append(f"{year.text}預算 {money.amount_text} 元、執行數 {money.executed_text}{remark}")
        return "；".join(texts)


def build_dashboard(plan: Plan, *, include_provisional: bool = False) -> Dashboard:
    """plan as build_scorecard() requires it. 8 queries.

    include_provisional: show and count figures that are not approved yet, and mark them 尚未審核.
    """
    scorecard = build_scorecard(
        plan, include_provisional=include_provisional, with_action_plans=True, with_earlier_budgets=True
    )
    reports = YearlyReport.objects.of_plan(plan).counting(include_provisional=include_provisional)
    rows = reports.values_list("kpi_id", "explanation", "improvement")
    texts = {kpi_id: (explanation, improvement) for kpi_id, explanation, improvement in rows}
    return assemble(scorecard, texts)


def assemble(scorecard: Scorecard, texts: Mapping[int, Sequence[str]]) -> Dashboard:
    """The scorecard has action plans; texts: (explanation, improvement) by KPI id. No query."""
    moved = movement(scorecard)
    budgets = summarise_budgets(scorecard)
    return Dashboard(
        scorecard=scorecard,
        movement=moved,
        by_perspective=groups_of(scorecard, "perspective", LIGHTS_WIDTH, moved=moved),
        by_theme=groups_of(scorecard, "theme", LIGHTS_WIDTH, moved=moved),
        by_division=groups_of(scorecard, "division", LIGHTS_WIDTH, moved=moved),
        missed=_concerns(scorecard, texts, Status.MISSED),
        near=_concerns(scorecard, texts, Status.NEAR),
        budgets=budgets,
        money=money_chart(
            (year.text, money.amount, money.executed, money.mark, year == scorecard.year)
            for year, money in budgets.by_year
        ),
        progress=build_progress(scorecard),
        states=count_states(scorecard.kpis),
    )


def _concerns(scorecard: Scorecard, texts: Mapping[int, Sequence[str]], status: Status) -> tuple[Concern, ...]:
    return tuple(Concern(kpi, *texts.get(kpi.id, ("", ""))) for kpi in scorecard.kpis if kpi.status == status)

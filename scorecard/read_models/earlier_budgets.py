"""Money of the years before an edition's own, from the editions of those years, by lineage of the action plans."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from scorecard.domain.choices import ReportState
from scorecard.models import ActionBudget, Plan
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.cell_assessor import CellAssessor


@dataclass(frozen=True)
class EndedActionPlan:
    """An action plan that the edition has no more, as the last edition had it. kpi: the lineage of its KPI there."""

    kpi: UUID
    line: ActionPlanLine

    @property
    def last_year(self) -> int:
        return max(self.line.budgets)


@dataclass(frozen=True)
class EarlierBudgets:
    """years: those of which there is a budget, in order. continued: by lineage of an action plan, then by year."""

    years: tuple[int, ...]
    continued: dict[UUID, dict[int, BudgetLine]]
    ended: tuple[EndedActionPlan, ...]

    def of_action_plan(self, lineage: UUID, year: int) -> BudgetLine | None:
        return self.continued.get(lineage, {}).get(year)

    def of_kpis(self, lineages: Collection[UUID]) -> "EarlierBudgets":
        """Without the action plans that ended under other KPIs."""
        return replace(self, ended=tuple(each for each in self.ended if each.kpi in lineages))


NO_EARLIER_BUDGETS = EarlierBudgets((), {}, ())


def find_earlier_budgets(plan: Plan, present: Iterable[UUID], assessor: CellAssessor) -> EarlierBudgets:
    """present: the lineages of the edition's action plans. One query."""
    fields = ("lineage", "kpi__lineage", "id", "code", "description", "owner_division__name", "owner_person")
    rows = (
        ActionBudget.objects.before(plan)
        .order_by("year", "action_plan__kpi__position", "action_plan__kpi_id", "action_plan__position")
        .values_list(
            *(f"action_plan__{name}" for name in fields),
            "action_plan__kpi__reports__state",
            *("year", "amount", "executed", "progress", "id"),
        )
    )
    budgets: dict[UUID, dict[int, BudgetLine]] = defaultdict(dict)
    last: dict[UUID, EndedActionPlan] = {}
    for lineage, kpi, id_, code, description, division, person, state, *budget in rows:
        line = assessor.budget(tuple(budget), counts=state == ReportState.APPROVED)
        budgets[lineage][line.year] = line
        described = ActionPlanLine(id_, code, description, division or person, budgets[lineage], lineage)
        last[lineage] = EndedActionPlan(kpi, described)
    going_on = set(present)
    return EarlierBudgets(
        years=tuple(sorted({year for by_year in budgets.values() for year in by_year})),
        continued={lineage: by_year for lineage, by_year in budgets.items() if lineage in going_on},
        ended=tuple(each for lineage, each in last.items() if lineage not in going_on),
    )

"""Money of action plans, summed: by year, theme and owner, with what was executed of it.

NT$ whole dollars in exact integers; a rate of execution is what was executed over the budget of the same action plans,
so that plans whose execution is not reported yet neither raise nor lower it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from scorecard.domain.scoring import BLANK, percent_text
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.scorecard import KPILine


@dataclass(frozen=True)
class Money:
    """A sum over budgets of one year.

    amount None: no budget at all. executed None: nothing reported yet; rated_amount is the budget of those budgets
    whose execution is reported. reported of expected budgets have an execution; a budget of zero expects none.
    """

    amount: int | None
    executed: int | None
    rated_amount: int
    reported: int
    expected: int

    @property
    def amount_text(self):
        """「1,545,480」, a dash where there is no budget."""
        return BLANK if self.amount is None else f"{self.amount:,}"

    @property
    def executed_text(self):
        """「1,500,000」, a dash where nothing is reported."""
        return BLANK if self.executed is None else f"{self.executed:,}"

    @property
    def executed_phrase(self):
        """What was executed, in words: 「執行數 1,500,000 元」, 「執行數尚未填報」."""
        return "執行數尚未填報" if self.executed is None else f"執行數 {self.executed_text} 元"

    @property
    def rate_text(self):
        """執行率 as 「96.4%」, a dash where nothing is reported or the budget is zero."""
        if self.executed is None or not self.rated_amount:
            return BLANK
        return percent_text(Fraction(self.executed, self.rated_amount))

    @property
    def is_complete(self):
        """Whether every budget that expects an execution has one."""
        return self.reported == self.expected


@dataclass(frozen=True)
class BudgetRow:
    """A theme, an owner or the whole plan: its money by plan year in order, and that of the report's year."""

    code: str
    name: str
    plans: int
    years: tuple[Money, ...]
    current: Money


@dataclass(frozen=True)
class PlanMoney:
    """An action plan under its KPI with its money by plan year; progress is 執行情形 of the report's year."""

    kpi: KPILine
    plan: ActionPlanLine
    years: tuple[Money, ...]
    current: Money
    progress: str


@dataclass(frozen=True)
class BudgetSummary:
    """The money of a plan. total stands for all action plans; its years are in the order of plan_years."""

    plan_years: tuple[YearLine, ...]
    plans: tuple[PlanMoney, ...]
    total: BudgetRow
    by_theme: tuple[BudgetRow, ...]
    by_owner: tuple[BudgetRow, ...]

    @property
    def by_year(self):
        """(YearLine, Money) of each plan year."""
        return tuple(zip(self.plan_years, self.total.years, strict=True))


@dataclass(frozen=True)
class PlanBudgets:
    """Some action plans with their money, and its sum."""

    plans: tuple[PlanMoney, ...]
    total: BudgetRow


def add_up(budgets: Iterable[BudgetLine | None]) -> Money:
    """The sum of budgets of one year; None stands for an action plan without a budget in it."""
    found = [budget for budget in budgets if budget is not None]
    done = [budget for budget in found if budget.executed is not None]
    return Money(
        amount=sum(budget.amount for budget in found) if found else None,
        executed=sum(budget.executed for budget in done) if done else None,
        rated_amount=sum(budget.amount for budget in done),
        reported=len(done),
        expected=sum(bool(budget.amount) or budget.executed is not None for budget in found),
    )


def summarise_budgets(scorecard):
    """The BudgetSummary of a scorecard built with its action plans; no query."""
    pairs = [(kpi, plan) for kpi in scorecard.kpis for plan in kpi.action_plans]
    by_theme, by_owner = {}, {}
    for kpi, plan in pairs:
        theme = scorecard.objectives_by_code[kpi.objective_code].theme_code
        by_theme.setdefault(theme, []).append(plan)
        by_owner.setdefault(plan.owner, []).append(plan)
    return BudgetSummary(
        plan_years=scorecard.plan_years,
        plans=tuple(_plan_money(scorecard, kpi, plan) for kpi, plan in pairs),
        total=_row(scorecard, "", "合計", [plan for _, plan in pairs]),
        by_theme=tuple(_row(scorecard, line.code, line.name, by_theme.get(line.code, ())) for line in scorecard.themes),
        by_owner=tuple(_row(scorecard, "", owner, plans) for owner, plans in by_owner.items()),
    )


def budgets_of(scorecard, kpis):
    """The PlanBudgets of the action plans that serve the KPIs, of a scorecard built with its action plans; no query."""
    pairs = [(kpi, plan) for kpi in kpis for plan in kpi.action_plans]
    return PlanBudgets(
        plans=tuple(_plan_money(scorecard, kpi, plan) for kpi, plan in pairs),
        total=_row(scorecard, "", "合計", [plan for _, plan in pairs]),
    )


def _row(scorecard, code, name, plans):
    return BudgetRow(code, name, len(plans), *_years(scorecard, plans))


def _plan_money(scorecard, kpi, plan):
    budget = plan.budgets.get(scorecard.year.year)
    return PlanMoney(kpi, plan, *_years(scorecard, (plan,)), budget.progress if budget else "")


def _years(scorecard, plans):
    """The money of each plan year, and that of the scorecard's year."""
    years = tuple(add_up(plan.budgets.get(year.year) for plan in plans) for year in scorecard.plan_years)
    return years, add_up(plan.budgets.get(scorecard.year.year) for plan in plans)

"""Money of action plans, summed by year, theme and owner, with the amounts executed.

Whole NT$ in exact integers. A rate of execution is the amount executed over the budget of the same action plans: a plan
whose execution is not reported yet neither raises nor lowers it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import BLANK, percent_text
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.earlier_budgets import EndedActionPlan
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class Money:
    """A sum over budgets of one year.

    amount None: no budget at all. executed None: nothing reported yet. rated_amount: the sum of the budgets whose
    execution is reported. reported and expected: of the budgets above zero, how many have an execution, and how many
    should have one: all. provisional: how many of the amounts executed are not approved yet; withheld: how many are not
    shown because of that.
    """

    amount: int | None
    executed: int | None
    rated_amount: int
    reported: int
    expected: int
    provisional: int = 0
    withheld: int = 0

    @property
    def amount_text(self) -> str:
        """「1,545,480」; a dash where there is no budget."""
        return BLANK if self.amount is None else f"{self.amount:,}"

    @property
    def executed_text(self) -> str:
        """「1,500,000」; a dash where nothing is reported, or what is reported is not shown."""
        return BLANK if self.executed is None else f"{self.executed:,}"

    @property
    def mark(self) -> str:
        """Of amounts not approved yet: 「含 2 案尚未審核」, 「2 案尚未審核」; "" where there are none."""
        if self.provisional:
            return f"含 {self.provisional} 案尚未審核"
        return f"{self.withheld} 案尚未審核" if self.withheld else ""

    @property
    def rate_text(self) -> str:
        """執行率: 「96.4%」; a dash where nothing is reported or the budget is zero."""
        if self.executed is None or not self.rated_amount:
            return BLANK
        return percent_text(Fraction(self.executed, self.rated_amount))

    @property
    def is_complete(self) -> bool:
        """Whether every budget that should have an execution has one."""
        return self.reported == self.expected


@dataclass(frozen=True)
class BudgetRow:
    """A theme, an owner or the whole plan: its money by year with targets in order, and in the report's year.

    earlier: by year before, as far as the scorecard has it; with what ended since.
    """

    code: str
    name: str
    plans: int
    years: tuple[Money, ...]
    current: Money
    earlier: tuple[Money, ...] = ()


@dataclass(frozen=True)
class PlanMoney:
    """An action plan under its KPI with its money by year with targets.

    progress: 執行情形 of the report's year, "" also where it is withheld. is_provisional: the amount executed or the
    progress of that year is not approved yet. earlier: as of BudgetRow. ended: 「至 105 年」 of one that the edition
    has no more, "" otherwise.
    """

    kpi: KPILine
    plan: ActionPlanLine
    years: tuple[Money, ...]
    current: Money
    progress: str
    is_provisional: bool = False
    earlier: tuple[Money, ...] = ()
    ended: str = ""

    @property
    def mark(self) -> str:
        """「尚未審核」 beside what is shown and in place of what is not; "" where all is final."""
        return "尚未審核" if self.is_provisional or self.current.withheld else ""

    @property
    def executed_phrase(self) -> str:
        """「執行數 1,500,000 元」, 「執行數 1,500,000 元（尚未審核）」, 「執行數尚未審核」 or 「執行數尚未填報」."""
        if self.current.executed is None:
            return "執行數尚未審核" if self.current.withheld else "執行數尚未填報"
        phrase = f"執行數 {self.current.executed_text} 元"
        return f"{phrase}（{self.mark}）" if self.mark else phrase


@dataclass(frozen=True)
class BudgetSummary:
    """The money of a plan. total: of all action plans; its years are in the order of target_years, and those before
    in the order of earlier_years.
    """

    target_years: tuple[YearLine, ...]
    earlier_years: tuple[YearLine, ...]
    plans: tuple[PlanMoney, ...]
    total: BudgetRow
    by_theme: tuple[BudgetRow, ...]
    by_owner: tuple[BudgetRow, ...]

    @property
    def by_year(self) -> tuple[tuple[YearLine, Money], ...]:
        """Earlier years first."""
        return _paired(self.earlier_years, self.target_years, self.total)


@dataclass(frozen=True)
class PlanBudgets:
    """Some action plans with their money, and its sum. ended: those that their KPIs had in the earlier years alone."""

    plans: tuple[PlanMoney, ...]
    total: BudgetRow
    earlier_years: tuple[YearLine, ...] = ()
    ended: tuple[PlanMoney, ...] = ()
    target_years: tuple[YearLine, ...] = ()

    @property
    def by_year(self) -> tuple[tuple[YearLine, Money], ...]:
        """Earlier years first."""
        return _paired(self.earlier_years, self.target_years, self.total)


def add_up(budgets: Iterable[BudgetLine | None]) -> Money:
    """budgets: all of one year; None is an action plan without a budget in it."""
    found = [budget for budget in budgets if budget is not None]
    executed = [budget.executed for budget in found if budget.executed is not None]
    done = [budget for budget in found if budget.executed is not None]
    budgeted = [budget for budget in found if budget.amount]
    return Money(
        amount=sum(budget.amount for budget in found) if found else None,
        executed=sum(executed) if executed else None,
        rated_amount=sum(budget.amount for budget in done),
        reported=sum(budget.executed is not None for budget in budgeted),
        expected=len(budgeted),
        provisional=sum(budget.is_provisional for budget in done),
        withheld=sum(budget.is_withheld for budget in found),
    )


def summarise_budgets(scorecard: Scorecard) -> BudgetSummary:
    """The scorecard is built with its action plans. No query."""
    pairs = [(kpi, plan) for kpi in scorecard.kpis for plan in kpi.action_plans]
    by_theme: dict[str, list[ActionPlanLine]] = {}
    by_owner: dict[str, list[ActionPlanLine]] = {}
    for kpi, plan in pairs:
        theme = scorecard.objectives_by_code[kpi.objective_code].theme_code
        by_theme.setdefault(theme, []).append(plan)
        by_owner.setdefault(plan.owner, []).append(plan)
    ended = [each.line for each in scorecard.earlier_budgets.ended]
    return BudgetSummary(
        target_years=scorecard.target_years,
        earlier_years=_earlier_years(scorecard),
        plans=tuple(_plan_money(scorecard, kpi, plan) for kpi, plan in pairs),
        total=_row(scorecard, "", "合計", [plan for _, plan in pairs], ended),
        by_theme=tuple(_row(scorecard, line.code, line.name, by_theme.get(line.code, ())) for line in scorecard.themes),
        by_owner=tuple(_row(scorecard, "", owner, plans) for owner, plans in by_owner.items()),
    )


def budgets_of(scorecard: Scorecard, kpis: Iterable[KPILine]) -> PlanBudgets:
    """The action plans of the KPIs. The scorecard is built with its action plans. No query."""
    by_lineage = {kpi.lineage: kpi for kpi in kpis}
    pairs = [(kpi, plan) for kpi in by_lineage.values() for plan in kpi.action_plans]
    ended = scorecard.earlier_budgets.of_kpis(by_lineage.keys()).ended
    return PlanBudgets(
        plans=tuple(_plan_money(scorecard, kpi, plan) for kpi, plan in pairs),
        total=_row(scorecard, "", "合計", [plan for _, plan in pairs], [each.line for each in ended]),
        earlier_years=_earlier_years(scorecard),
        ended=tuple(_ended_money(scorecard, by_lineage[each.kpi], each) for each in ended),
        target_years=scorecard.target_years,
    )


def _paired(earlier: Sequence[YearLine], own: Sequence[YearLine], row: BudgetRow) -> tuple[tuple[YearLine, Money], ...]:
    return tuple(zip((*earlier, *own), (*row.earlier, *row.years), strict=True))


def _earlier_years(scorecard: Scorecard) -> tuple[YearLine, ...]:
    return tuple(YearLine(year, is_baseline=True) for year in scorecard.earlier_budgets.years)


def _row(
    scorecard: Scorecard,
    code: str,
    name: str,
    plans: Sequence[ActionPlanLine],
    ended: Sequence[ActionPlanLine] = (),
) -> BudgetRow:
    return BudgetRow(
        code,
        name,
        len(plans),
        _by_year(scorecard, plans),
        _in_current_year(scorecard, plans),
        _in_earlier_years(scorecard, plans, ended),
    )


def _plan_money(scorecard: Scorecard, kpi: KPILine, plan: ActionPlanLine) -> PlanMoney:
    budget = plan.budgets.get(scorecard.year.year)
    return PlanMoney(
        kpi=kpi,
        plan=plan,
        years=_by_year(scorecard, (plan,)),
        current=_in_current_year(scorecard, (plan,)),
        progress=budget.progress if budget else "",
        is_provisional=budget is not None and budget.is_provisional,
        earlier=_in_earlier_years(scorecard, (plan,), ()),
    )


def _ended_money(scorecard: Scorecard, kpi: KPILine, ended: EndedActionPlan) -> PlanMoney:
    """kpi: as the scorecard has it."""
    nothing = add_up(())
    return PlanMoney(
        kpi=kpi,
        plan=ended.line,
        years=tuple(nothing for _ in scorecard.target_years),
        current=nothing,
        progress="",
        earlier=_in_earlier_years(scorecard, (), (ended.line,)),
        ended=f"至 {year_text(ended.last_year)}",
    )


def _by_year(scorecard: Scorecard, plans: Sequence[ActionPlanLine]) -> tuple[Money, ...]:
    return tuple(add_up(plan.budgets.get(year.year) for plan in plans) for year in scorecard.target_years)


def _in_earlier_years(
    scorecard: Scorecard, plans: Iterable[ActionPlanLine], ended: Iterable[ActionPlanLine]
) -> tuple[Money, ...]:
    earlier = scorecard.earlier_budgets
    made = []
    for year in earlier.years:
        going_on = [earlier.of_action_plan(plan.lineage, year) for plan in plans]
        made.append(add_up([*going_on, *(plan.budgets.get(year) for plan in ended)]))
    return tuple(made)


def _in_current_year(scorecard: Scorecard, plans: Sequence[ActionPlanLine]) -> Money:
    return add_up(plan.budgets.get(scorecard.year.year) for plan in plans)

"""行動方案 of a scorecard's KPIs, with their budgets by year."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BudgetLine:
    """One action plan in one year, in whole NT$. executed None: not reported."""

    year: int
    amount: int
    executed: int | None
    progress: str = ""
    id: int | None = None


@dataclass(frozen=True)
class ActionPlanLine:
    """budgets: by Gregorian year."""

    id: int
    code: str
    description: str
    owner: str
    budgets: dict[int, BudgetLine]

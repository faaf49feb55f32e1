"""行動方案 of a scorecard's KPIs, with their budgets by year."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class BudgetLine:
    """One action plan in one year, in whole NT$. executed None: not reported, or withheld.

    is_provisional: an amount executed or a progress is shown that is not approved yet. is_withheld: there is an amount
    executed, but it is not shown.
    """

    year: int
    amount: int
    executed: int | None
    progress: str = ""
    id: int | None = None
    is_provisional: bool = False
    is_withheld: bool = False


@dataclass(frozen=True)
class ActionPlanLine:
    """budgets: by Gregorian year."""

    id: int
    code: str
    description: str
    owner: str
    budgets: dict[int, BudgetLine]
    lineage: UUID

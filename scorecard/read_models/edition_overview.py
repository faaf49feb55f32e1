"""All years of an agency (年度管理): what each edition holds, how far it is reported, and its one next step."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db.models import Count, F, Model

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models import KPI, ActionPlan, Objective, Plan, YearlyReport


class NextStep(Enum):
    """What comes next in an edition's life; the value is said of it."""

    COMPARE = "版本比較與核定"
    DISCARD = "捨棄草案"
    OPEN = "開放填報"
    FOLLOW = "追蹤填報"
    REVIEW = "審核填報"
    CLOSE = "關閉年度"
    CARRY = "沿用這一版建立草案"
    REOPEN = "如需重新開放"
    NONE = ""


# Acts of the admin alone (domain.md §6).
OF_ADMINS = frozenset({NextStep.OPEN, NextStep.CLOSE, NextStep.REOPEN})


@dataclass(frozen=True)
class Reported:
    """Of an open edition: KPIs that are due, those that wait for review, and those that passed it."""

    due: int
    submitted: int
    approved: int


@dataclass(frozen=True)
class EditionOverview:
    """hindrance: what has to be done before the step, with the edition where it is done; "" and None for nothing.

    reported: None unless the edition is open.
    """

    plan: Plan
    objectives: int
    kpis: int
    action_plans: int
    reported: Reported | None
    step: NextStep
    hindrance: str = ""
    hindered_by: Plan | None = None

    @property
    def step_text(self) -> str:
        """「關閉年度」; with what stands in its way 「關閉年度（請先關閉 105 年）」."""
        return f"{self.step.value}（{self.hindrance}）" if self.hindrance else self.step.value

    @property
    def is_for_admins(self) -> bool:
        return self.step in OF_ADMINS


def build_edition_overviews(editions: Sequence[Plan], *, today: date) -> tuple[EditionOverview, ...]:
    """Of all editions of one agency, the latest first. Five queries. editions: in the order of years, with agency."""
    objectives, kpis, action_plans = (_counts(model, editions) for model in (Objective, KPI, ActionPlan))
    reported = _reported([plan for plan in editions if plan.is_open])
    found = []
    for plan in reversed(editions):
        step, hindrance, hindered_by = _next_step(plan, editions, reported.get(plan.pk), today)
        found.append(
            EditionOverview(
                plan,
                objectives[plan.pk],
                kpis[plan.pk],
                action_plans[plan.pk],
                reported.get(plan.pk),
                step,
                hindrance,
                hindered_by,
            )
        )
    return tuple(found)


def _counts(model: type[Model], editions: Sequence[Plan]) -> Counter[int]:
    rows = model._default_manager.filter(plan__in=editions).order_by().values("plan")
    return Counter(dict(rows.annotate(count=Count("pk")).values_list("plan", "count")))


def _reported(opened: Sequence[Plan]) -> dict[int, Reported]:
    """{edition's id: Reported}; the KPIs with a target in the edition's own year are due."""
    due = KPI.objects.filter(
        plan__in=opened, measures__values__year=F("plan__year"), measures__values__target__isnull=False
    )
    counts = dict(due.order_by().values("plan").annotate(count=Count("pk", distinct=True)).values_list("plan", "count"))
    states = YearlyReport.objects.filter(kpi__in=due.order_by().values("pk"))
    found = Counter(
        {
            (plan, state): count
            for plan, state, count in states.order_by()
            .values("kpi__plan", "state")
            .annotate(count=Count("pk"))
            .values_list("kpi__plan", "state", "count")
        }
    )
    return {
        plan.pk: Reported(
            counts.get(plan.pk, 0),
            found[plan.pk, ReportState.SUBMITTED.value],
            found[plan.pk, ReportState.APPROVED.value],
        )
        for plan in opened
    }


def _next_step(
    plan: Plan, editions: Sequence[Plan], reported: Reported | None, today: date
) -> tuple[NextStep, str, Plan | None]:
    counting = [each for each in editions if not each.is_draft]
    earlier = [each for each in counting if each.year < plan.year and not each.is_closed]
    later = [each for each in counting if each.year > plan.year]
    closed = [each for each in later if each.is_closed]
    if plan.is_draft:
        return (NextStep.DISCARD, f"已有 {later[0].title}核定", None) if later else (NextStep.COMPARE, "", None)
    if plan.state == PlanState.ADOPTED:
        hindered_by = closed[-1] if closed else None
        return NextStep.OPEN, f"請先重新開放 {hindered_by.year_text}" if hindered_by else "", hindered_by
    if plan.is_closed:
        if closed:
            return NextStep.REOPEN, f"請先重新開放 {closed[-1].year_text}", closed[-1]
        return (NextStep.NONE if plan.year < editions[-1].year else NextStep.CARRY), "", None
    if reported is not None and reported.submitted:
        return NextStep.REVIEW, "", None
    is_over = plan.due_date is not None and plan.due_date < today
    if reported is not None and reported.approved < reported.due and not is_over:
        return NextStep.FOLLOW, "", None
    return NextStep.CLOSE, f"請先關閉 {earlier[0].year_text}" if earlier else "", earlier[0] if earlier else None

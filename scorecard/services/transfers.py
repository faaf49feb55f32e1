"""Hands all KPIs and action plans of a division, or all action plans of a person, over to another owner.

A closed edition keeps the owners that it was signed with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from django.db import transaction

from scorecard import permissions
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import (
    RuleBroken,
    check_division_is_present,
    check_not_closed,
    check_reason_given,
)
from scorecard.models import KPI, ActionPlan, Agency, Division, Plan, User
from scorecard.services import audit
from scorecard.services.years import lock_editions

_Row = TypeVar("_Row", KPI, ActionPlan)


@dataclass(frozen=True)
class Owner:
    """A division, or a person by name."""

    division: Division | None = None
    person: str = ""

    def __str__(self) -> str:
        return self.division.name if self.division else self.person


@dataclass(frozen=True)
class Moves:
    """What one owner hands over to another."""

    kpis: tuple[KPI, ...]
    action_plans: tuple[ActionPlan, ...]

    @property
    def seen(self) -> str:
        """A digest of exactly these rows. The person confirms it, so nothing else is moved."""
        text = repr([[row.pk for row in rows] for rows in (self.kpis, self.action_plans)])
        return sha256(text.encode()).hexdigest()[:20]

    @property
    def count(self) -> int:
        return len(self.kpis) + len(self.action_plans)


def find_moves(*, agency: Agency, source: Owner, plan: Plan | None = None) -> Moves:
    """What the source owns in the edition; None: in all of the agency that are not closed. One or two queries."""
    plans = Plan.objects.filter(agency=agency).exclude(state=PlanState.CLOSED)
    if plan:
        plans = plans.filter(pk=plan.pk)
    owner = {"owner_division": source.division} if source.division else {"owner_person": source.person}
    action_plans = ActionPlan.objects.filter(plan__in=plans, **owner).select_related("plan__agency", "kpi")
    kpis = KPI.objects.filter(plan__in=plans, division=source.division) if source.division else KPI.objects.none()
    return Moves(_in_order(kpis.select_related("plan__agency")), _in_order(action_plans))


def _in_order(rows: Iterable[_Row]) -> tuple[_Row, ...]:
    return tuple(sorted(rows, key=lambda row: (row.plan.year, row.code, row.pk)))


def people_of(agency: Agency) -> list[str]:
    """The names of persons who own action plans in editions that are not closed, sorted."""
    names = ActionPlan.objects.filter(plan__agency=agency).exclude(plan__state=PlanState.CLOSED)
    names = names.exclude(owner_person="")
    return list(names.order_by("owner_person").values_list("owner_person", flat=True).distinct())


@transaction.atomic
@audit.held_back()
def transfer(
    *, by: User, agency: Agency, source: Owner, target: Owner, seen: str, reason: str, plan: Plan | None = None
) -> Moves:
    """Move everything from source to target, all or nothing.

    seen: Moves.seen of what the person confirmed. reason: needed where an edition is adopted. Raises RuleBroken where
    what was seen has changed or is nothing, without a reason, for a closed plan and for a division that another one
    took over from, ValueError where KPIs would go to a person: a KPI's owner is a division.
    """
    permissions.check_can_keep_members(by, agency.pk)
    # Nobody may save, submit or review a report while its division changes.
    for locked in lock_editions(agency):
        if plan and locked.pk == plan.pk:
            check_not_closed(locked)
    if target.division:
        check_division_is_present(target.division)
    moves = find_moves(agency=agency, source=source, plan=plan)
    if not moves.count:
        raise RuleBroken(f"{source}沒有可以移交的 KPI 或行動方案。")
    for adopted in {row.plan for row in moves.kpis} | {row.plan for row in moves.action_plans}:
        check_reason_given(adopted, reason)
    if moves.seen != seen:
        raise RuleBroken("要移交的內容在您確認之前已經變更，沒有任何變動；請看過現在的清單再確認一次。")
    for kpi in moves.kpis:
        if target.division is None:
            raise ValueError("KPIs belong to divisions.")
        kpi.division = target.division
        kpi.save(update_fields=["division"])
        _record(by, kpi, kpi, source, target, reason)
    for action_plan in moves.action_plans:
        action_plan.owner_division = target.division
        action_plan.owner_person = target.person
        action_plan.save(update_fields=["owner_division", "owner_person"])
        _record(by, action_plan, action_plan.kpi, source, target, reason)
    return moves


def _record(by: User, row: KPI | ActionPlan, kpi: KPI, source: Owner, target: Owner, reason: str) -> None:
    changes = [("主責", str(source), str(target))]
    why = f"移交：{reason}" if reason else "移交"
    audit.record(by=by, action=AuditAction.CHANGED, target=row, plan=row.plan, kpi=kpi, changes=changes, reason=why)

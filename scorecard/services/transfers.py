"""Handing over: all KPIs and action plans of a division, or all action plans of a person, to another in one step.

Ownership is no figure, so closed years do not stand in its way.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from scorecard import permissions
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionPlan, Division, Plan, PlanYear
from scorecard.services import audit


@dataclass(frozen=True)
class Owner:
    """Who is responsible: a division, or a person by name."""

    division: Division | None = None
    person: str = ""

    def __str__(self):
        return self.division.name if self.division else self.person


@dataclass(frozen=True)
class Moves:
    """What goes from one owner to another."""

    kpis: tuple[KPI, ...]
    action_plans: tuple[ActionPlan, ...]

    @property
    def seen(self):
        """A word that stands for exactly these rows, so that what is moved is what was shown."""
        text = repr([[row.pk for row in rows] for rows in (self.kpis, self.action_plans)])
        return sha256(text.encode()).hexdigest()[:20]

    @property
    def count(self):
        """How many rows."""
        return len(self.kpis) + len(self.action_plans)


def find_moves(*, agency, source, plan=None):
    """What the owner is responsible for in one of the agency's plans, or in all of them. One or two queries."""
    plans = {"plan": plan} if plan else {"plan__agency": agency}
    owner = {"owner_division": source.division} if source.division else {"owner_person": source.person}
    action_plans = ActionPlan.objects.filter(**plans, **owner).select_related("plan__agency", "kpi")
    kpis = KPI.objects.filter(**plans, division=source.division) if source.division else KPI.objects.none()
    return Moves(_in_order(kpis.select_related("plan__agency")), _in_order(action_plans))


def _in_order(rows):
    return tuple(sorted(rows, key=lambda row: (row.plan.slug, row.code, row.pk)))


def people_of(agency):
    """Names of persons who are responsible for action plans of the agency, in order."""
    names = ActionPlan.objects.filter(plan__agency=agency).exclude(owner_person="")
    return list(names.order_by("owner_person").values_list("owner_person", flat=True).distinct())


@transaction.atomic
@audit.held_back()
def transfer(*, by, agency, source, target, seen, plan=None):
    """Move everything from source to target and return the Moves; all or nothing.

    RuleBroken where it is no longer what the person was shown (seen), or nothing. A KPI's owner is a division, so
    from a division everything goes to another one.
    """
    permissions.check_can_keep_members(by, agency.pk)
    plans = [plan] if plan else list(Plan.objects.filter(agency=agency))
    # Nobody saves, submits or reviews a report while its division changes.
    list(PlanYear.objects.select_for_update(no_key=True).filter(plan__in=plans).order_by("pk"))
    moves = find_moves(agency=agency, source=source, plan=plan)
    if not moves.count:
        raise RuleBroken(f"{source}沒有可以移交的 KPI 或行動方案。")
    if moves.seen != seen:
        raise RuleBroken("要移交的內容在您確認之前已經變更，沒有任何變動；請看過現在的清單再確認一次。")
    if moves.kpis and target.division is None:
        raise ValueError("KPIs belong to divisions.")
    for kpi in moves.kpis:
        kpi.division = target.division
        kpi.save(update_fields=["division"])
        _record(by, kpi, kpi, source, target)
    for action_plan in moves.action_plans:
        action_plan.owner_division, action_plan.owner_person = target.division, target.person
        action_plan.save(update_fields=["owner_division", "owner_person"])
        _record(by, action_plan, action_plan.kpi, source, target)
    return moves


def _record(by, row, kpi, source, target):
    changes = [("主責", str(source), str(target))]
    audit.record(by=by, action=AuditAction.CHANGED, target=row, plan=row.plan, kpi=kpi, changes=changes, reason="移交")

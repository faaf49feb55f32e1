"""Renames a division, or hands everything of it to another (裁撤、承接).

What a closed edition or a receipt names keeps its name: then the new name makes a division of its own, the successor,
and members and the editions that are not closed move to it. Whoever reports for the successor may do so for what it
took over from (permissions.can_report_for).
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionPlan,
    Agency,
    Division,
    Invitation,
    Membership,
    Plan,
    Submission,
    Theme,
    UnsavedEntries,
    User,
)
from scorecard.services import audit
from scorecard.services.years import lock_editions


@transaction.atomic
@audit.held_back()
def rename(*, by: User, division: Division, name: str) -> Division:
    """Give the division a new name, and return the one that has it: the same, or its successor.

    The same name again changes nothing. Raises RuleBroken for a name that another division has and for a division that
    has a successor, ValidationError for one too long, PermissionDenied.
    """
    division = _lock(by, division)
    if division.name == name:
        return division
    _check_name(division, name)
    if not is_kept(division):
        changes = [("名稱", division.name, name)]
        division.name = name
        division.save(update_fields=["name"])
        audit.record(
            by=by, action=AuditAction.CHANGED, target=division, agency=division.agency, changes=changes, reason="改名"
        )
        return division
    successor = Division.objects.create(agency=division.agency, name=name, position=division.position)
    _succeed(by, division, successor, "改名")
    return successor


@transaction.atomic
@audit.held_back()
def hand_over(*, by: User, division: Division, to: Division) -> None:
    """Let another division of the agency take over everything of one that is no more (裁撤、承接).

    Raises RuleBroken for the same division, for one of another agency, and where either has a successor already.
    """
    division = _lock(by, division)
    to = Division.objects.select_related("successor").get(pk=to.pk)
    if to.agency_id != division.agency_id or to == division:
        raise RuleBroken("請選擇同一個機關的另一個科室承接。")
    policies.check_division_is_present(to)
    _succeed(by, division, to, "承接")


def is_kept(division: Division) -> bool:
    """Whether a closed edition or a receipt names it, so that it keeps its name. At most five queries."""
    closed = {"plan__state": PlanState.CLOSED}
    return (
        Submission.objects.filter(division=division).exists()
        or Theme.objects.filter(lead_division=division, **closed).exists()
        or KPI.objects.filter(division=division, **closed).exists()
        or KPI.objects.filter(supporting_divisions=division, **closed).exists()
        or ActionPlan.objects.filter(owner_division=division, **closed).exists()
    )


def _lock(by: User, division: Division) -> Division:
    # The operator keeps every agency's divisions in the admin site.
    if not by.is_superuser:
        permissions.check_can_keep_members(by, division.agency_id)
    # Members first, as services/members.py does; then nobody may submit while a report's division changes.
    Agency.objects.select_for_update(no_key=True).get(pk=division.agency_id)
    lock_editions(division.agency_id)
    locked = Division.objects.select_related("agency", "successor").get(pk=division.pk)
    policies.check_division_is_present(locked)
    return locked


def _check_name(division: Division, name: str) -> None:
    wanted = Division(agency=division.agency, name=name, position=division.position)
    wanted.clean_fields(exclude=["agency"])
    taken = Division.objects.filter(agency=division.agency, name=name).select_related("successor").first()
    if taken is not None and taken.successor is not None:
        raise RuleBroken(f"「{name}」是「{taken.successor}」以前的名稱，請另取一個。")
    if taken is not None:
        raise RuleBroken(f"這個機關已有「{name}」；請另取名稱，或由它承接這個科室。")


def _succeed(by: User, old: Division, new: Division, reason: str) -> None:
    for plan in Plan.objects.filter(agency=old.agency_id).exclude(state=PlanState.CLOSED).order_by("year"):
        changes = _move_in(plan, old, new)
        if changes:
            audit.record(by=by, action=AuditAction.CHANGED, target=plan, plan=plan, changes=changes, reason=reason)
    people = _move_members(old, new)
    _move_unsaved(old, new)
    old.succeeded.update(successor=new)
    old.successor = old.first_successor = new
    old.succeeded_at = timezone.now()
    old.save(update_fields=["successor", "first_successor", "succeeded_at"])
    changes = [("承接科室", None, new.name)]
    if people:
        changes.append(("填報人員", None, "、".join(people)))
    audit.record(by=by, action=AuditAction.CHANGED, target=old, agency=old.agency, changes=changes, reason=reason)


def _move_in(plan: Plan, old: Division, new: Division) -> list[audit.Change]:
    changes: list[audit.Change] = []
    for theme in Theme.objects.filter(plan=plan, lead_division=old):
        theme.lead_division = new
        theme.save(update_fields=["lead_division"])
        changes.append((f"策略主題 {theme.code} 主辦單位", old.name, new.name))
    for kpi in KPI.objects.filter(plan=plan, division=old):
        kpi.division = new
        kpi.save(update_fields=["division"])
        changes.append((f"{kpi.code} 主責科室", old.name, new.name))
    for kpi in KPI.objects.filter(plan=plan, supporting_divisions=old):
        kpi.supporting_divisions.remove(old)
        kpi.supporting_divisions.add(new)
        changes.append((f"{kpi.code} 協辦科室", old.name, new.name))
    for action_plan in ActionPlan.objects.filter(plan=plan, owner_division=old):
        action_plan.owner_division = new
        action_plan.save(update_fields=["owner_division"])
        changes.append((f"{action_plan.code} 主責科室", old.name, new.name))
    return changes


def _move_members(old: Division, new: Division) -> list[str]:
    """Members and people invited report for the new division from now on. Returns the members' names."""
    people = []
    for membership in Membership.objects.filter(divisions=old).select_related("user").order_by("pk"):
        membership.divisions.remove(old)
        membership.divisions.add(new)
        people.append(str(membership.user))
    for invitation in Invitation.objects.filter(divisions=old):
        invitation.divisions.remove(old)
        invitation.divisions.add(new)
    return people


def _move_unsaved(old: Division, new: Division) -> None:
    """What somebody typed and has not saved goes to the table in which its KPIs stand now."""
    rows: Iterable[UnsavedEntries] = UnsavedEntries.objects.filter(division=old).exclude(plan__state=PlanState.CLOSED)
    for unsaved in rows:
        present = UnsavedEntries.objects.filter(user=unsaved.user_id, plan=unsaved.plan_id, division=new).first()
        if present is None:
            unsaved.division = new
            unsaved.save(update_fields=["division"])
        else:
            present.rows = unsaved.rows | present.rows
            present.save(update_fields=["rows"])
            unsaved.delete()

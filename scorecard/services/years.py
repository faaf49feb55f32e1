"""Opens, closes and reopens an edition's year (domain.md §5).

One transaction closes a year and saves its snapshot. The snapshot's files take seconds, so services/year_closing.py
makes them before any lock, and close_year() accepts them only if the data has not changed since. Editions are locked in
the order of years, then reports, then versions, then the audit chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from scorecard import permissions
from scorecard.documents.frozen_files import KINDS
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, PlanState, ReportState
from scorecard.domain.head_approval import HeadApprovalFacts, check_head_approval
from scorecard.domain.roc_years import year_text
from scorecard.domain.signatures import kept_name
from scorecard.models import KPI, Agency, HeadApproval, Plan, PlanVersion, User, YearlyReport, YearSnapshot
from scorecard.models.snapshots import FILES
from scorecard.services import audit


@dataclass(frozen=True)
class PreparedYear:
    """The files of a year's snapshot, and the state of the data that they show. The fields are YearSnapshot's."""

    plan_id: int
    data_version: int
    audit_number: int
    audit_digest: str
    document: bytes
    report: bytes
    workbook: bytes
    opendocument: bytes
    form: bytes
    map: bytes


class PlanChangedMeanwhile(Exception):
    """Raised by close_year() when data_version moved after the files were made. Nothing is written; retry."""


def unapproved_count(plan: Plan) -> int:
    """How many KPIs with a target in the edition's own year have no approved report."""
    due = KPI.objects.filter(plan=plan, measures__values__year=plan.year, measures__values__target__isnull=False)
    approved = YearlyReport.objects.of_plan(plan).filter(state=ReportState.APPROVED)
    return due.distinct().exclude(pk__in=approved.values("kpi")).count()


def lock_editions(agency: Agency | int, *, until: int | None = None) -> list[Plan]:
    """The agency's editions, all or those until a year, locked in the order of years."""
    editions = Plan.objects.select_for_update(of=("self",), no_key=True).filter(agency=agency)
    if until is not None:
        editions = editions.filter(year__lte=until)
    return list(editions.select_related("agency").order_by("year"))


def _title(editions: QuerySet[Plan]) -> str:
    first = editions.first()
    return first.title if first else ""


def later_closed(plan: Plan) -> str:
    """Title of the latest closed edition of a later year, which would be reopened first; "" for none. One query."""
    return _title(Plan.objects.filter(agency=plan.agency_id, year__gt=plan.year, state=PlanState.CLOSED))


def earlier_not_closed(plan: Plan) -> str:
    """Title of the first edition of an earlier year that is adopted or open; "" for none. One query."""
    earlier = Plan.objects.filter(agency=plan.agency_id, year__lt=plan.year)
    return _title(earlier.filter(state__in=[PlanState.ADOPTED, PlanState.OPEN]).order_by("year"))


@transaction.atomic
def open_year(*, by: User, plan: Plan, due_date: date, contact: str) -> Plan:
    """contact: whom staff may ask. Raises RuleBroken where the year may not open."""
    plan = _lock(by, plan)
    policies.check_year_may_open(plan, later_closed=later_closed(plan))
    changes = [("填報截止日", plan.due_date, due_date), ("聯絡窗口", plan.contact, contact)]
    plan.due_date = due_date
    plan.contact = contact
    _save(by, plan, PlanState.OPEN)
    _record(by, plan, AuditAction.OPENED, changes)
    return plan


@transaction.atomic
def change_open_year(*, by: User, plan: Plan, due_date: date, contact: str) -> Plan:
    """Without a change it writes no audit event. Raises RuleBroken where the year is not open."""
    plan = _lock(by, plan)
    policies.check_open_year_may_change(plan)
    values = {"due_date": due_date, "contact": contact}
    changes = [
        (audit.field_label(plan, name), getattr(plan, name), new)
        for name, new in values.items()
        if getattr(plan, name) != new
    ]
    if not changes:
        return plan
    plan.due_date = due_date
    plan.contact = contact
    _save(by, plan, PlanState.OPEN)
    _record(by, plan, AuditAction.CHANGED, changes)
    return plan


def check_may_close(*, by: User, plan: Plan, approval: HeadApprovalFacts, reason: str) -> None:
    """Raise what close_year() would raise, before the files are made."""
    permissions.check_can_manage(by, plan.agency_id)
    _check_may_close(Plan.objects.get(pk=plan.pk), approval, reason)


def _check_may_close(plan: Plan, approval: HeadApprovalFacts, reason: str) -> None:
    policies.check_year_may_close(
        plan, unapproved=unapproved_count(plan), earlier=earlier_not_closed(plan), reason=reason
    )
    check_head_approval(approval, timezone.localdate())


@transaction.atomic
def close_year(*, by: User, plan: Plan, prepared: PreparedYear, approval: HeadApprovalFacts, reason: str = "") -> Plan:
    """Close the year with its snapshot and the head's approval. Not inside audit.held_back().

    Raises RuleBroken where an earlier year is not closed, or reports are not approved and there is no reason;
    PlanChangedMeanwhile where the data changed after prepared was made.
    """
    permissions.check_can_manage(by, plan.agency_id)
    plan = lock_editions(plan.agency_id, until=plan.year)[-1]
    _check_may_close(plan, approval, reason)
    # Every change of what the edition shows raises its version, so it needs this lock, too.
    version = PlanVersion.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if (prepared.plan_id, prepared.data_version) != (plan.pk, version.data_version):
        raise PlanChangedMeanwhile
    snapshot = _freeze(by, plan, prepared, reason)
    approved = keep_approval(by, plan, approval, closing=snapshot.number)
    # The event raises the edition's version, which nothing can once it is closed.
    _record(by, plan, AuditAction.CLOSED, [*approved, *digests_of(snapshot)], reason)
    plan.closings = snapshot.number
    _save(by, plan, PlanState.CLOSED)
    return plan


def digests_of(snapshot: YearSnapshot) -> list[audit.Change]:
    """For the audit event that tells of the snapshot."""
    digests = ((KINDS[name], getattr(snapshot, f"{name}_sha256")) for name in FILES)
    return [(f"定稿檔 {kind.label} {kind.kind_of_file} SHA-256", None, digest) for kind, digest in digests if digest]


def _freeze(by: User, plan: Plan, prepared: PreparedYear, reason: str) -> YearSnapshot:
    files = {name: getattr(prepared, name) for name in FILES}
    return YearSnapshot.objects.create(
        plan=plan,
        number=plan.closings + 1,
        closed_by=by,
        closed_by_name=kept_name(by),
        closed_at=timezone.now(),
        reason=reason,
        data_version=prepared.data_version,
        audit_number=prepared.audit_number,
        audit_digest=prepared.audit_digest,
        **files,
        **{f"{name}_sha256": sha256(content).hexdigest() for name, content in files.items()},
    )


def keep_approval(by: User | None, plan: Plan, approval: HeadApprovalFacts, *, closing: int) -> list[audit.Change]:
    """Keep what the head approved, and return it for the audit event.

    closing: 0 for the adoption. by: None for a command on the server.
    """
    row = HeadApproval(
        plan=plan,
        closing=closing,
        approved_on=approval.approved_on,
        title=approval.title,
        document_number=approval.document_number,
        no_number_reason=approval.no_number_reason,
        recorded_by=by,
        recorded_by_name=kept_name(by) or "系統",
    )
    row.full_clean()
    row.save()
    return [("核定日期", None, row.approved_on), ("核定人職稱", None, row.title), ("文號", None, row.number_text)]


def check_may_freeze(*, by: User, plan: Plan, reason: str) -> None:
    """Raise what freeze_closed_year() would raise, before the files are made."""
    permissions.check_can_manage(by, plan.agency_id)
    policies.check_may_freeze(
        Plan.objects.get(pk=plan.pk),
        has_snapshot=YearSnapshot.objects.filter(plan=plan).exists(),
        reason=reason,
    )


@transaction.atomic
def freeze_closed_year(*, by: User, plan: Plan, prepared: PreparedYear, reason: str) -> YearSnapshot:
    """Save the snapshot of a year that was closed before closings left files; it counts as its first closing."""
    plan = _lock(by, plan)
    check_may_freeze(by=by, plan=plan, reason=reason)
    snapshot = _freeze(by, plan, prepared, reason)
    Plan.objects.filter(pk=plan.pk).update(closings=snapshot.number)
    _record(by, plan, AuditAction.CHANGED, digests_of(snapshot), reason)
    return snapshot


@transaction.atomic
def reopen_year(*, by: User, plan: Plan, due_date: date, reason: str) -> Plan:
    """due_date: the new one. Raises RuleBroken without a reason, and while a later year is closed."""
    plan = _lock(by, plan)
    policies.check_year_may_reopen(plan, later_closed=later_closed(plan), reason=reason)
    changes = [("填報截止日", plan.due_date, due_date)]
    plan.due_date = due_date
    _save(by, plan, PlanState.OPEN)
    _record(by, plan, AuditAction.REOPENED, changes, reason)
    return plan


def _lock(by: User, plan: Plan) -> Plan:
    permissions.check_can_manage(by, plan.agency_id)
    return Plan.objects.get_locked(plan.pk)


def _save(by: User, plan: Plan, state: PlanState) -> None:
    plan.state = state
    plan.changed_by = by
    plan.full_clean()
    plan.save()


def _record(by: User, plan: Plan, action: AuditAction, changes: Iterable[audit.Change] = (), reason: str = "") -> None:
    target = f"{year_text(plan.year)}度"
    audit.record(by=by, action=action, target=target, plan=plan, changes=changes, reason=reason)

"""Opens, closes and reopens a plan year (domain.md §5).

One transaction closes a year and saves its snapshot. The snapshot's files take seconds, so services/year_closing.py
makes them before any lock, and close_year() accepts them only if the plan has not changed since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState, YearState
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, Plan, PlanYear, User, YearlyReport, YearSnapshot
from scorecard.services import audit


@dataclass(frozen=True)
class PreparedYear:
    """The files of a year's snapshot, and the state of the data that they show. The fields are YearSnapshot's."""

    plan_year_id: int
    data_version: int
    audit_number: int
    audit_digest: str
    document: bytes
    report: bytes
    workbook: bytes


class PlanChangedMeanwhile(Exception):
    """Raised by close_year() when data_version moved after the files were made. Nothing is written; retry."""


def unapproved_count(plan: Plan, year: int) -> int:
    """How many KPIs with a target in the year have no approved report."""
    due = KPI.objects.filter(plan=plan, measures__values__year=year, measures__values__target__isnull=False).distinct()
    approved = YearlyReport.objects.for_year(plan, year).filter(state=ReportState.APPROVED)
    return due.exclude(pk__in=approved.values("kpi")).count()


@transaction.atomic
def open_year(*, by: User, plan_year: PlanYear, due_date: date, contact: str) -> PlanYear:
    """contact: whom staff may ask. Raises RuleBroken where the year may not open."""
    plan_year = _lock(by, plan_year)
    policies.check_year_may_open(plan_year)
    changes = [("填報截止日", plan_year.due_date, due_date), ("聯絡窗口", plan_year.contact, contact)]
    plan_year.due_date = due_date
    plan_year.contact = contact
    return _move(by, plan_year, YearState.OPEN, AuditAction.OPENED, changes)


@transaction.atomic
def change_open_year(*, by: User, plan_year: PlanYear, due_date: date, contact: str) -> PlanYear:
    """Without a change it writes no audit event. Raises RuleBroken where the year is not open."""
    plan_year = _lock(by, plan_year)
    policies.check_open_year_may_change(plan_year)
    values = {"due_date": due_date, "contact": contact}
    changes = [
        (audit.field_label(plan_year, name), getattr(plan_year, name), new)
        for name, new in values.items()
        if getattr(plan_year, name) != new
    ]
    if not changes:
        return plan_year
    plan_year.due_date = due_date
    plan_year.contact = contact
    return _move(by, plan_year, YearState.OPEN, AuditAction.CHANGED, changes)


def check_may_close(*, by: User, plan_year: PlanYear, reason: str) -> None:
    """Raise what close_year() would raise, before the files are made."""
    permissions.check_can_manage(by, plan_year.plan.agency_id)
    plan_year = PlanYear.objects.select_related("plan").get(pk=plan_year.pk)
    policies.check_year_may_close(plan_year, unapproved_count(plan_year.plan, plan_year.year), reason)


@transaction.atomic
def close_year(*, by: User, plan_year: PlanYear, prepared: PreparedYear, reason: str = "") -> PlanYear:
    """Raises RuleBroken where reports are not approved and there is no reason, PlanChangedMeanwhile where the plan
    changed after prepared was made.
    """
    plan_year = _lock(by, plan_year)
    policies.check_year_may_close(plan_year, unapproved_count(plan_year.plan, plan_year.year), reason)
    # Every change of the plan raises its version, so it needs this lock, too.
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan_year.plan_id)
    if (prepared.plan_year_id, prepared.data_version) != (plan_year.pk, plan.data_version):
        raise PlanChangedMeanwhile
    snapshot = _freeze(by, plan_year, prepared, reason)
    plan_year.closings = snapshot.number
    changes = [
        (f"凍結檔 {label} SHA-256", None, digest)
        for label, digest in (
            ("JSON", snapshot.document_sha256),
            ("PDF", snapshot.report_sha256),
            ("XLSX", snapshot.workbook_sha256),
        )
    ]
    return _move(by, plan_year, YearState.CLOSED, AuditAction.CLOSED, changes, reason)


def _freeze(by: User, plan_year: PlanYear, prepared: PreparedYear, reason: str) -> YearSnapshot:
    return YearSnapshot.objects.create(
        plan_year=plan_year,
        number=plan_year.closings + 1,
        closed_by=by,
        closed_at=timezone.now(),
        reason=reason,
        data_version=prepared.data_version,
        audit_number=prepared.audit_number,
        audit_digest=prepared.audit_digest,
        document=prepared.document,
        document_sha256=sha256(prepared.document).hexdigest(),
        report=prepared.report,
        report_sha256=sha256(prepared.report).hexdigest(),
        workbook=prepared.workbook,
        workbook_sha256=sha256(prepared.workbook).hexdigest(),
    )


@transaction.atomic
def reopen_year(*, by: User, plan_year: PlanYear, due_date: date, reason: str) -> PlanYear:
    """due_date: the new one. Raises RuleBroken without a reason, and where the year may not reopen."""
    plan_year = _lock(by, plan_year)
    policies.check_year_may_reopen(plan_year, reason)
    changes = [("填報截止日", plan_year.due_date, due_date)]
    plan_year.due_date = due_date
    return _move(by, plan_year, YearState.OPEN, AuditAction.REOPENED, changes, reason)


def _lock(by: User, plan_year: PlanYear) -> PlanYear:
    permissions.check_can_manage(by, plan_year.plan.agency_id)
    return PlanYear.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=plan_year.pk)


def _move(
    by: User,
    plan_year: PlanYear,
    state: YearState,
    action: AuditAction,
    changes: Iterable[audit.Change] = (),
    reason: str = "",
) -> PlanYear:
    plan_year.state = state
    plan_year.changed_by = by
    plan_year.full_clean()
    plan_year.save()
    audit.record(
        by=by,
        action=action,
        target=f"{year_text(plan_year.year)}度",
        plan=plan_year.plan,
        year=plan_year.year,
        changes=changes,
        reason=reason,
    )
    return plan_year

"""Opening, closing and reopening a plan year (domain.md §5).

A year is closed together with its snapshot, in one transaction. The snapshot's files take seconds to make, so they are
made before any lock (services/year_closing.py), and close_year() accepts them only for the data that they show.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState, YearState
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, Plan, PlanYear, YearlyReport, YearSnapshot
from scorecard.services import audit


@dataclass(frozen=True)
class PreparedYear:
    """The files of a year's snapshot, and which state of the data they show; the fields are YearSnapshot's."""

    plan_year_id: int
    data_version: int
    audit_number: int
    audit_digest: str
    document: bytes
    report: bytes
    workbook: bytes


class PlanChangedMeanwhile(Exception):
    """The plan was changed after the snapshot's files had been prepared; nothing was written."""


def unapproved_count(plan, year):
    """How many KPIs with a target in the year have no approved report."""
    due = KPI.objects.filter(plan=plan, measures__values__year=year, measures__values__target__isnull=False).distinct()
    approved = YearlyReport.objects.for_year(plan, year).filter(state=ReportState.APPROVED)
    return due.exclude(pk__in=approved.values("kpi")).count()


@transaction.atomic
def open_year(*, by, plan_year, due_date, contact):
    """Open a year for reporting until a due date; contact is whom staff may ask."""
    plan_year = _lock(by, plan_year)
    policies.check_year_may_open(plan_year)
    changes = [("填報截止日", plan_year.due_date, due_date), ("聯絡窗口", plan_year.contact, contact)]
    plan_year.due_date, plan_year.contact = due_date, contact
    return _move(by, plan_year, YearState.OPEN, AuditAction.OPENED, changes)


@transaction.atomic
def change_open_year(*, by, plan_year, due_date, contact):
    """Change due date and contact of an open year; no change leaves no trace. RuleBroken unless the year is open."""
    plan_year = _lock(by, plan_year)
    policies.check_open_year_may_change(plan_year)
    values = {"due_date": due_date, "contact": contact}
    changes = [
        (PlanYear._meta.get_field(name).verbose_name, getattr(plan_year, name), new)
        for name, new in values.items()
        if getattr(plan_year, name) != new
    ]
    if not changes:
        return plan_year
    plan_year.due_date, plan_year.contact = due_date, contact
    return _move(by, plan_year, YearState.OPEN, AuditAction.CHANGED, changes)


def check_may_close(*, by, plan_year, reason):
    """Raise what close_year() would raise for the year as it stands now, before its files are made."""
    permissions.check_can_manage(by, plan_year.plan.agency_id)
    plan_year = PlanYear.objects.select_related("plan").get(pk=plan_year.pk)
    policies.check_year_may_close(plan_year, unapproved_count(plan_year.plan, plan_year.year), reason)


@transaction.atomic
def close_year(*, by, plan_year, prepared, reason=""):
    """Close an open year with its snapshot, and return it. prepared: a PreparedYear made of the data as they stand.

    RuleBroken where reports are unapproved and no reason is stated; Overtaken where the plan changed since prepared
    was made: make it again.
    """
    plan_year = _lock(by, plan_year)
    policies.check_year_may_close(plan_year, unapproved_count(plan_year.plan, plan_year.year), reason)
    # Whoever changes anything of the plan raises its version and so waits here, or is waited for.
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


def _freeze(by, plan_year, prepared, reason):
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
def reopen_year(*, by, plan_year, due_date, reason):
    """Reopen a closed year with a reason and a new due date."""
    plan_year = _lock(by, plan_year)
    policies.check_year_may_reopen(plan_year, reason)
    changes = [("填報截止日", plan_year.due_date, due_date)]
    plan_year.due_date = due_date
    return _move(by, plan_year, YearState.OPEN, AuditAction.REOPENED, changes, reason)


def _lock(by, plan_year):
    permissions.check_can_manage(by, plan_year.plan.agency_id)
    return PlanYear.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=plan_year.pk)


def _move(by, plan_year, state, action, changes=(), reason=""):
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

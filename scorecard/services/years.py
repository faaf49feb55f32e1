"""Opening, closing and reopening a plan year (domain.md §5)."""

from django.db import transaction

from scorecard import permissions, policies
from scorecard.choices import AuditAction, ReportState, YearState
from scorecard.models import KPI, PlanYear, YearlyReport
from scorecard.roc import year_text
from scorecard.services import audit


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
def close_year(*, by, plan_year, reason=""):
    """Close an open year; RuleBroken where reports are unapproved and no reason is stated."""
    plan_year = _lock(by, plan_year)
    policies.check_year_may_close(plan_year, unapproved_count(plan_year.plan, plan_year.year), reason)
    return _move(by, plan_year, YearState.CLOSED, AuditAction.CLOSED, reason=reason)


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
        by=by, action=action, target=f"{year_text(plan_year.year)}度", plan=plan_year.plan, year=plan_year.year,
        changes=changes, reason=reason,
    )  # fmt: skip
    return plan_year

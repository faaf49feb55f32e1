"""Removing 示範資料: what demo accounts entered goes, and what a real person entered stays."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from scorecard.domain.choices import AuditAction, ReportState, YearState
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    ActionBudget,
    AuditEvent,
    Comment,
    Evidence,
    FigureConfirmation,
    ObjectiveLink,
    Plan,
    PlanYear,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import audit


@dataclass(frozen=True)
class Removed:
    """How many of each went. kept: sample reports that stay because a real person had a hand in their figures."""

    reports: int = 0
    comments: int = 0
    links: int = 0
    executions: int = 0
    years: int = 0
    accounts: int = 0
    kept: int = 0

    def __add__(self, other):
        return Removed(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@transaction.atomic
@audit.held_back()
def remove():
    """Remove sample data from every plan and switch demo accounts off; returns what went.

    Audit events stay, as they always do, and with them the accounts they name. Each plan that changes gets an event
    that tells so. A report in which a real person, too, entered something stays as it is, and still counts as sample
    data while a demo account was the last to enter; a real person's comment or evidence keeps its report's row.
    """
    removed = Removed()
    for plan in Plan.objects.order_by("pk"):
        removed += _remove_from(plan)
    active = User.objects.filter(is_demo=True, is_active=True)
    return removed + Removed(accounts=active.update(is_active=False, password=make_password(None)))


def _remove_from(plan):
    plan_years = list(PlanYear.objects.select_for_update(no_key=True).filter(plan=plan).order_by("pk"))
    mixed, sample = _sample_reports(plan)
    reopened = _unfreeze(plan, plan_years, sample)
    executions = _take_back_executions(sample)
    comments = _delete_comments_and_evidence(plan)
    _take_back_figures(sample)
    _delete_or_empty(sample)
    links, _ = ObjectiveLink.objects.filter(plan=plan, created_by__is_demo=True).delete()
    taken_back = {year.pk for year in plan_years if _take_back_opening(year)}
    years = len(taken_back)
    removed = Removed(len(sample), comments, links, executions, years, kept=len(mixed))
    told = (
        ("示範填報", removed.reports),
        ("示範留言", removed.comments),
        ("示範因果關係", removed.links),
        ("示範執行數", removed.executions),
        ("示範年度", removed.years),
    )
    changes = [(what, count, None) for what, count in told if count]
    changes += [
        (f"{year_text(year.year)}度狀態", YearState.CLOSED.label, YearState.OPEN.label)
        for year in reopened
        if year.pk not in taken_back
    ]
    if changes:
        audit.record(by=None, action=AuditAction.DEMO_REMOVED, target=plan.title, plan=plan, changes=changes)
    return removed


def _sample_reports(plan):
    """Sample reports with a real person's hand in them, and those without; the latter's rows locked."""
    by_person = set(
        AuditEvent.objects.filter(plan=plan, action__in=[AuditAction.SAVED, AuditAction.RESTORED])
        .exclude(actor__is_demo=True)
        .values_list("kpi_id", "year")
    )
    reports = YearlyReport.objects.filter(kpi__plan=plan).sample()
    locked = list(reports.select_for_update(of=("self",), no_key=True).order_by("pk"))
    mixed = [report for report in locked if (report.kpi_id, report.year) in by_person]
    return mixed, [report for report in locked if report not in mixed]


def _take_back_executions(reports):
    """Blank the executed amounts that came with the sample reports; how many."""
    recorded = Q(executed__isnull=False) | ~Q(progress="")
    return sum(
        ActionBudget.objects.filter(recorded, action_plan__kpi=report.kpi_id, year=report.year).update(
            executed=None, progress=""
        )
        for report in reports
    )


def _unfreeze(plan, plan_years, sample):
    """Make what is to be removed removable, by the ways that are open to everybody: reopen years, return reports.

    Returns the years reopened; their figures change, so that each has to be closed anew, with a new snapshot.
    """
    by_demo = [
        Comment.objects.filter(report__kpi__plan=plan, author__is_demo=True).values_list("report__year", flat=True),
        Evidence.objects.filter(report__kpi__plan=plan, uploaded_by__is_demo=True).values_list(
            "report__year", flat=True
        ),
    ]
    touched = {report.year for report in sample}.union(*by_demo)
    reopened = [year for year in plan_years if year.is_frozen and year.year in touched]
    for year in reopened:
        year.state = YearState.OPEN
        year.save(update_fields=["state"])
    numbers = [report.pk for report in sample]
    YearlyReport.objects.filter(pk__in=numbers, state=ReportState.APPROVED).update(state=ReportState.RETURNED)
    return reopened


def _delete_comments_and_evidence(plan):
    """Delete what demo accounts said and attached; how many comments."""
    evidence = Evidence.objects.filter(report__kpi__plan=plan, uploaded_by__is_demo=True)
    # What a real person's approved report rests on stays with it.
    evidence = evidence.exclude(report__state=ReportState.APPROVED)
    for file in [row.file for row in evidence]:
        # The file goes only when the transaction that forgets it is certain.
        transaction.on_commit(lambda file=file: file.storage.delete(file.name))
    evidence.delete()
    count, _ = Comment.objects.filter(report__kpi__plan=plan, author__is_demo=True).delete()
    return count


def _take_back_figures(reports):
    """Blank the actuals of the reports' KPIs and years; targets stay."""
    for report in reports:
        values = YearlyValue.objects.filter(measure__kpi=report.kpi_id, year=report.year)
        FigureConfirmation.objects.filter(value__in=values).delete()
        values.update(actual=None, actual_note="", unmeasured=False, numerator=None, denominator=None)
        # Made when a figure was entered where there was neither target nor note.
        values.filter(target__isnull=True, target_note="").delete()


def _delete_or_empty(reports):
    """Delete the reports; one that a real person commented on or attached evidence to is only emptied."""
    numbers = [report.pk for report in reports]
    used = Q(comments__isnull=False) | Q(evidence__isnull=False)
    kept = set(YearlyReport.objects.filter(used, pk__in=numbers).values_list("pk", flat=True))
    YearlyReport.objects.filter(pk__in=set(numbers) - kept).delete()
    for report in reports:
        if report.pk in kept:
            blank = YearlyReport(pk=report.pk, kpi_id=report.kpi_id, year=report.year, state=ReportState.PENDING)
            blank.version = report.version + 1
            blank.save(force_update=True)


def _take_back_opening(plan_year):
    """Set a year back to 未開放 that a demo account last opened or closed, unless anybody's report is left in it."""
    by_demo = plan_year.changed_by_id and plan_year.changed_by.is_demo
    if not by_demo or YearlyReport.objects.for_year(plan_year.plan_id, plan_year.year).exists():
        return False
    if plan_year.snapshots.exclude(closed_by__is_demo=True).exists():
        return False
    plan_year.state, plan_year.due_date = YearState.NOT_OPEN, None
    plan_year.contact, plan_year.changed_by = "", None
    plan_year.save()
    if plan_year.closings:
        plan_year.snapshots.all().delete()
        plan_year.closings = 0
        plan_year.save()
    return True

"""Removes 示範資料: what demo accounts entered. What a real person entered stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

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
    """How many of each were removed. kept: sample reports with figures that a real person entered, too."""

    reports: int = 0
    comments: int = 0
    links: int = 0
    executions: int = 0
    years: int = 0
    accounts: int = 0
    kept: int = 0

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@transaction.atomic
@audit.held_back()
def remove() -> Removed:
    """Remove sample data from every plan, and switch demo accounts off.

    Audit events stay, and so do the accounts that they name. Each changed plan gets an event. A report with entries of
    a real person stays unchanged; it is still sample data while a demo account was the last to enter. A report with a
    real person's comment or evidence is emptied but keeps its row.
    """
    removed = Removed()
    for plan in Plan.objects.order_by("pk"):
        removed += _remove_from(plan)
    active = User.objects.filter(is_demo=True, is_active=True)
    return removed + Removed(accounts=active.update(is_active=False, password=make_password(None)))


def _remove_from(plan: Plan) -> Removed:
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
    counts = (
        ("示範填報", removed.reports),
        ("示範留言", removed.comments),
        ("示範因果關係", removed.links),
        ("示範執行數", removed.executions),
        ("示範年度", removed.years),
    )
    changes: list[audit.Change] = [(what, count, None) for what, count in counts if count]
    changes += [
        (f"{year_text(year.year)}度狀態", YearState.CLOSED.label, YearState.OPEN.label)
        for year in reopened
        if year.pk not in taken_back
    ]
    if changes:
        audit.record(by=None, action=AuditAction.DEMO_REMOVED, target=plan.title, plan=plan, changes=changes)
    return removed


def _sample_reports(plan: Plan) -> tuple[list[YearlyReport], list[YearlyReport]]:
    """Sample reports with entries of a real person, and those without. All rows are locked."""
    by_person = set(
        AuditEvent.objects.filter(plan=plan, action__in=[AuditAction.SAVED, AuditAction.RESTORED])
        .exclude(actor__is_demo=True)
        .values_list("kpi_id", "year")
    )
    reports = YearlyReport.objects.filter(kpi__plan=plan).sample()
    locked = list(reports.select_for_update(of=("self",), no_key=True).order_by("pk"))
    mixed = [report for report in locked if (report.kpi_id, report.year) in by_person]
    return mixed, [report for report in locked if report not in mixed]


def _take_back_executions(reports: Iterable[YearlyReport]) -> int:
    """Blank the executed amounts of the sample reports, and return how many."""
    recorded = Q(executed__isnull=False) | ~Q(progress="")
    return sum(
        ActionBudget.objects.filter(recorded, action_plan__kpi=report.kpi_id, year=report.year).update(
            executed=None, progress=""
        )
        for report in reports
    )


def _unfreeze(plan: Plan, plan_years: Iterable[PlanYear], sample: Sequence[YearlyReport]) -> list[PlanYear]:
    """Reopen closed years and return approved reports, as users could: only then may their rows change.

    Returns the reopened years. Their figures change, so each must be closed again with a new snapshot.
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


def _delete_comments_and_evidence(plan: Plan) -> int:
    """Delete the comments and evidence of demo accounts, and return how many comments."""
    evidence = Evidence.objects.filter(report__kpi__plan=plan, uploaded_by__is_demo=True)
    # A real person's approved report keeps its evidence.
    evidence = evidence.exclude(report__state=ReportState.APPROVED)
    for file in [row.file for row in evidence]:
        # Only after the commit: a rollback keeps the row, and the row needs its file.
        transaction.on_commit(partial(file.storage.delete, file.name))
    evidence.delete()
    count, _ = Comment.objects.filter(report__kpi__plan=plan, author__is_demo=True).delete()
    return count


def _take_back_figures(reports: Iterable[YearlyReport]) -> None:
    """Blank the actuals of the reports; targets stay."""
    for report in reports:
        values = YearlyValue.objects.filter(measure__kpi=report.kpi_id, year=report.year)
        FigureConfirmation.objects.filter(value__in=values).delete()
        values.update(actual=None, actual_note="", unmeasured=False, numerator=None, denominator=None)
        # The entry of the figure made these rows: they have neither target nor note.
        values.filter(target__isnull=True, target_note="").delete()


def _delete_or_empty(reports: Sequence[YearlyReport]) -> None:
    """Delete the reports. One with a comment or evidence left is only emptied."""
    numbers = [report.pk for report in reports]
    used = Q(comments__isnull=False) | Q(evidence__isnull=False)
    kept = set(YearlyReport.objects.filter(used, pk__in=numbers).values_list("pk", flat=True))
    YearlyReport.objects.filter(pk__in=set(numbers) - kept).delete()
    for report in reports:
        if report.pk in kept:
            blank = YearlyReport(pk=report.pk, kpi_id=report.kpi_id, year=report.year, state=ReportState.PENDING)
            blank.version = report.version + 1
            blank.save(force_update=True)


def _take_back_opening(plan_year: PlanYear) -> bool:
    """Set a year to 未開放 if a demo account changed it last and no report is left. Returns whether it did."""
    if plan_year.changed_by is None or not plan_year.changed_by.is_demo:
        return False
    if YearlyReport.objects.for_year(plan_year.plan_id, plan_year.year).exists():
        return False
    if plan_year.snapshots.exclude(closed_by__is_demo=True).exists():
        return False
    plan_year.state = YearState.NOT_OPEN
    plan_year.due_date = None
    plan_year.contact = ""
    plan_year.changed_by = None
    plan_year.save()
    if plan_year.closings:
        plan_year.snapshots.all().delete()
        plan_year.closings = 0
        plan_year.save()
    return True

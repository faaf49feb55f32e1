"""Removes 示範資料: what demo accounts entered. What a real person entered stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from scorecard.domain.choices import AuditAction, PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    KPI,
    ActionBudget,
    Agency,
    AuditEvent,
    Comment,
    Correction,
    Evidence,
    FigureConfirmation,
    HeadApproval,
    ObjectiveLink,
    Plan,
    Submission,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import audit
from scorecard.services.editions import delete_edition
from scorecard.services.years import lock_editions


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
    """Remove sample data from every edition, and switch demo accounts off.

    Audit events stay, and so do the accounts that they name. Each changed edition gets an event. A report with entries
    of a real person stays unchanged; it is still sample data while a demo account was the last to enter. A report with
    a real person's comment or evidence is emptied but keeps its row. An edition that demo accounts opened is adopted
    again, and gone where they alone carried it forward and it has no receipt.
    """
    removed = Removed()
    for agency in Agency.objects.order_by("pk"):
        removed += _remove_from_agency(agency)
    active = User.objects.filter(is_demo=True, is_active=True)
    return removed + Removed(accounts=active.update(is_active=False, password=make_password(None)))


def _remove_from_agency(agency: Agency) -> Removed:
    plans = lock_editions(agency)
    removed = Removed()
    reopened = _reopen(plans)
    # The latest first: an edition that goes leaves the one before as it was.
    for plan in reversed(plans):
        removed += _remove_from(plan, was_reopened=plan in reopened)
    return removed


def _reopen(plans: Sequence[Plan]) -> list[Plan]:
    """Reopen the closed editions with sample data, and those after them: only then may their rows change.

    Their figures change, so each must be closed again with a new snapshot.
    """
    touched = [plan.year for plan in plans if plan.is_closed and (_sample_reports(plan)[1] or _is_touched(plan))]
    if not touched:
        return []
    reopened = [plan for plan in reversed(plans) if plan.is_closed and plan.year >= min(touched)]
    for plan in reopened:
        plan.state = PlanState.OPEN
        plan.save(update_fields=["state"])
    return reopened


def _is_touched(plan: Plan) -> bool:
    """Whether it has words or files of a demo account, or a demo account alone closed it, without any report."""
    return (
        Comment.objects.filter(report__kpi__plan=plan, author__is_demo=True).exists()
        or Evidence.objects.filter(report__kpi__plan=plan, uploaded_by__is_demo=True).exists()
        or _may_be_taken_back(plan)
    )


def _remove_from(plan: Plan, *, was_reopened: bool) -> Removed:
    mixed, sample = _sample_reports(plan)
    _return_approved(sample)
    executions = _take_back_executions(plan, sample)
    comments = 0
    links = 0
    if not plan.is_closed:
        comments = _delete_comments_and_evidence(plan)
        _take_back_figures(plan, sample)
        _delete_or_empty(sample)
        links, _ = ObjectiveLink.objects.filter(plan=plan, created_by__is_demo=True).delete()
    is_taken_back = _may_be_taken_back(plan)
    if is_taken_back:
        _take_back_opening(plan)
    is_discarded = _may_be_discarded(plan)
    removed = Removed(len(sample), comments, links, executions, int(is_taken_back or is_discarded), kept=len(mixed))
    counts = (
        ("示範填報", removed.reports),
        ("示範留言", removed.comments),
        ("示範因果關係", removed.links),
        ("示範執行數", removed.executions),
        ("示範年度", removed.years),
    )
    changes: list[audit.Change] = [(what, count, None) for what, count in counts if count]
    if was_reopened and not is_taken_back:
        state = f"{year_text(plan.year)}度狀態"
        changes.append((state, PlanState.CLOSED.label, PlanState.OPEN.label))
    if changes:
        audit.record(by=None, action=AuditAction.DEMO_REMOVED, target=plan.title, plan=plan, changes=changes)
    if is_discarded:
        plan.state = PlanState.DRAFT
        plan.save(update_fields=["state"])
        delete_edition(plan)
    return removed


def _sample_reports(plan: Plan) -> tuple[list[YearlyReport], list[YearlyReport]]:
    """Sample reports with entries of a real person, and those without. All rows are locked."""
    by_person = AuditEvent.objects.filter(
        agency=plan.agency_id, year=plan.year, action__in=[AuditAction.SAVED, AuditAction.RESTORED]
    ).exclude(actor__is_demo=True)
    # By lineage: events from before there were editions name the first edition's row.
    entered = set(KPI.objects.filter(pk__in=by_person.values("kpi")).values_list("lineage", flat=True))
    reports = YearlyReport.objects.of_plan(plan).sample().select_related("kpi")
    locked = list(reports.select_for_update(of=("self",), no_key=True).order_by("pk"))
    mixed = [report for report in locked if report.kpi.lineage in entered]
    return mixed, [report for report in locked if report not in mixed]


def _return_approved(sample: Iterable[YearlyReport]) -> None:
    """As reviewers could: only then may their figures change."""
    numbers = [report.pk for report in sample]
    YearlyReport.objects.filter(pk__in=numbers, state=ReportState.APPROVED).update(state=ReportState.RETURNED)


def _take_back_executions(plan: Plan, reports: Iterable[YearlyReport]) -> int:
    """Blank the executed amounts of the sample reports, and return how many."""
    recorded = Q(executed__isnull=False) | ~Q(progress="")
    kpis = [report.kpi_id for report in reports]
    budgets = ActionBudget.objects.filter(recorded, action_plan__kpi__in=kpis, year=plan.year)
    return budgets.update(executed=None, progress="")


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


def _take_back_figures(plan: Plan, reports: Iterable[YearlyReport]) -> None:
    """Blank the actuals of the reports; targets stay."""
    for report in reports:
        values = YearlyValue.objects.filter(measure__kpi=report.kpi_id, year=plan.year)
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
            blank = YearlyReport(pk=report.pk, kpi_id=report.kpi_id, state=ReportState.PENDING)
            blank.version = report.version + 1
            blank.save(force_update=True)


def _may_be_taken_back(plan: Plan) -> bool:
    """Whether a demo account opened or closed it last, and nothing is reported or frozen for anybody else."""
    if plan.state not in (PlanState.OPEN, PlanState.CLOSED) or plan.changed_by is None or not plan.changed_by.is_demo:
        return False
    return not (YearlyReport.objects.of_plan(plan).exists() or plan.snapshots.exclude(closed_by__is_demo=True).exists())


def _take_back_opening(plan: Plan) -> None:
    """Set an open edition back to adopted, with all that its closings left."""
    plan.state = PlanState.ADOPTED
    plan.due_date = None
    plan.contact = ""
    plan.changed_by = None
    plan.save()
    Correction.objects.filter(plan=plan, by__is_demo=True).delete()
    HeadApproval.objects.filter(plan=plan, closing__gt=0, recorded_by__is_demo=True).delete()
    if plan.closings:
        plan.snapshots.all().delete()
        plan.closings = 0
        plan.save()


def _may_be_discarded(plan: Plan) -> bool:
    """Whether demo accounts carried it forward, nobody else had a hand in it, and it has no receipt."""
    if plan.state not in (PlanState.DRAFT, PlanState.ADOPTED) or Submission.objects.filter(plan=plan).exists():
        return False
    events = AuditEvent.objects.filter(agency=plan.agency_id, year=plan.year)
    if not events.filter(action=AuditAction.CARRIED, actor__is_demo=True).exists():
        return False
    return not events.filter(actor__is_demo=False).exists()

"""Enters, submits and reviews yearly reports (domain.md §5).

Every write locks the edition's row first, so nobody can close the year meanwhile, and then the reports in primary-key
order. Audit events come last: they lock versions and the end of the audit chain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState, Status
from scorecard.domain.signatures import kept_name
from scorecard.models import KPI, Comment, Plan, User, YearlyReport
from scorecard.read_models.hands import NO_HANDS, hands_on
from scorecard.services import audit
from scorecard.services.receipts import JudgedReport, issue_receipts, judge_report
from scorecard.services.report_figures import (
    Answer,
    Entry,
    Execution,
    apply_answers,
    apply_entries,
    apply_executions,
    open_questions,
)
from scorecard.services.report_notices import tell_of_approvals, tell_of_comment, tell_of_return

__all__ = ["Answer", "Conflict", "ReportEntry", "Entry", "Execution"]


@dataclass(frozen=True)
class ReportEntry:
    """What one person entered for one KPI.

    version: the report's as the person saw it, 0 for none. Measures without an entry and budgets without an execution
    do not change.
    """

    kpi: KPI
    version: int
    entries: tuple[Entry, ...]
    explanation: str = ""
    improvement: str = ""
    executions: tuple[Execution, ...] = ()
    answers: tuple[Answer, ...] = ()


class Conflict(Exception):
    """Someone else changed these reports meanwhile; nothing is written. reports: with their current values."""

    def __init__(self, reports: Sequence[YearlyReport]) -> None:
        self.reports = reports
        super().__init__("、".join(report.kpi.code for report in reports))


def _reports_of(report_entries: Sequence[ReportEntry]) -> QuerySet[YearlyReport]:
    return YearlyReport.objects.filter(kpi__in=[report_entry.kpi for report_entry in report_entries])


def _lock_reports(reports: QuerySet[YearlyReport]) -> list[YearlyReport]:
    """The current rows, locked in primary-key order."""
    locked = reports.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.select_related("kpi__plan", "kpi__division", "changed_by", "submitted_by"))


def _touch(report: YearlyReport, *, by: User, state: ReportState) -> None:
    report.state = state
    report.version += 1
    report.changed_by = by
    report.changed_at = timezone.now()


@transaction.atomic
@audit.held_back()
def save_reports(
    *,
    by: User,
    plan: Plan,
    report_entries: Sequence[ReportEntry],
    action: AuditAction = AuditAction.SAVED,
    reason: str = "",
) -> list[YearlyReport]:
    """Save entries, all or none, and return the changed reports. Without a change there is no audit event.

    action, reason: of the audit events. Raises Conflict with every report whose version is not the one seen,
    RuleBroken where the year or a report may not be edited, PermissionDenied for other people's KPIs, ValueError for a
    KPI of another edition.
    """
    policies.check_year_is_open(Plan.objects.get_locked(plan.pk))
    for report_entry in report_entries:
        if report_entry.kpi.plan_id != plan.pk:
            raise ValueError(f"{report_entry.kpi.code} is not a KPI of the edition that was checked.")
        permissions.check_can_report_for(by, report_entry.kpi.division)
    existing = {report.kpi_id: report for report in _lock_reports(_reports_of(report_entries))}
    pairs = [
        (report_entry, existing.get(report_entry.kpi.pk) or YearlyReport(kpi=report_entry.kpi))
        for report_entry in report_entries
    ]
    for _, report in pairs:
        policies.check_report_is_editable(report)
    changed_by_other = [report for report_entry, report in pairs if report.version != report_entry.version]
    if changed_by_other:
        raise Conflict(changed_by_other)
    return [report for report_entry, report in pairs if _save_report_entry(by, report_entry, report, action, reason)]


def _save_report_entry(
    by: User, report_entry: ReportEntry, report: YearlyReport, action: AuditAction, reason: str
) -> bool:
    """Write what differs, and return whether anything did."""
    kpi = report_entry.kpi
    changes = apply_entries(kpi, report_entry.entries)
    for field in ("explanation", "improvement"):
        old, new = getattr(report, field), getattr(report_entry, field)
        if old != new:
            changes.append((audit.field_label(report, field), old, new))
            setattr(report, field, new)
    changes += apply_executions(kpi, report_entry.executions)
    changes += apply_answers(kpi, report_entry.answers, by=by)
    if not changes:
        return False
    policies.check_may_become(report, ReportState.IN_PROGRESS)
    _touch(report, by=by, state=ReportState.IN_PROGRESS)
    report.save()
    audit.record(by=by, action=action, target=kpi, plan=kpi.plan, kpi=kpi, changes=changes, reason=reason)
    return True


def confirm_figures(*, by: User, kpi: KPI, version: int, answers: Iterable[Answer]) -> bool:
    """Answer questions about a KPI's figures with 「數字無誤」, and return whether any answer was kept.

    version: the report's as the person saw it. Raises what save_reports() raises.
    """
    report = YearlyReport.objects.filter(kpi=kpi).first() or YearlyReport(kpi=kpi)
    report_entry = ReportEntry(kpi, version, (), report.explanation, report.improvement, answers=tuple(answers))
    return bool(save_reports(by=by, plan=kpi.plan, report_entries=[report_entry]))


def _missing(report: YearlyReport, judged: JudgedReport) -> list[str]:
    """Sentences that say why the report cannot be submitted yet; three queries."""
    measures = [(line.measure.label, line.value.target is not None, line.value.is_reported) for line in judged.lines]
    asked = [each.sentence for _, _, asked in open_questions(report.kpi) for each in asked]
    return policies.missing_for_submission(
        report.kpi.code,
        measures,
        is_missed=judged.score.status == Status.MISSED,
        is_explained=bool(report.explanation),
        questions=asked,
    )


@transaction.atomic
@audit.held_back()
def submit_reports(*, by: User, plan: Plan, kpis: Iterable[KPI]) -> list[YearlyReport]:
    """Submit the saved reports of these KPIs, all or none, and return those changed. Each division gets a receipt.

    A report that is submitted already does not change, so a POST sent twice makes one change and one receipt. Raises
    RuleBroken with everything that is missing, PermissionDenied for other people's KPIs.
    """
    policies.check_year_is_open(Plan.objects.get_locked(plan.pk))
    existing = _lock_reports(YearlyReport.objects.of_plan(plan).filter(kpi__in=kpis))
    for report in existing:
        permissions.check_can_report_for(by, report.kpi.division)
    locked = [report for report in existing if not report.is_submitted]
    for report in locked:
        policies.check_may_become(report, ReportState.SUBMITTED)
    judged = {report.pk: judge_report(report) for report in locked}
    missing = [sentence for report in locked for sentence in _missing(report, judged[report.pk])]
    if missing:
        raise policies.RuleBroken(missing)
    for report in locked:
        _touch(report, by=by, state=ReportState.SUBMITTED)
        report.submitted_by = by
        report.submitted_by_name = kept_name(by)
        report.submitted_for = by.acting_for
        report.submitted_at = report.changed_at
        report.reviewed_by = report.reviewed_for = None
        report.reviewed_by_name = ""
        report.reviewed_at = None
        report.save()
    for receipt, reports in issue_receipts(by=by, plan=plan, reports=locked, judged=judged):
        for report in reports:
            _record(by, AuditAction.SUBMITTED, report, changes=[("填報收執", None, receipt.number)])
    return locked


@transaction.atomic
@audit.held_back()
def approve_reports(*, by: User, plan: Plan, chosen: Iterable[tuple[YearlyReport, int]]) -> list[YearlyReport]:
    """Approve submitted reports, all or none, and return those changed.

    chosen: each report with the version that the reviewer saw. A report that is approved already does not change, so a
    POST sent twice makes one change. Raises Conflict with every report changed since, RuleBroken naming every report
    that is not submitted, PermissionDenied for one that the person submitted or had a hand in, ValueError for one of
    another edition.
    """
    permissions.check_can_review(by, plan.agency_id)
    policies.check_year_is_open(Plan.objects.get_locked(plan.pk))
    seen_versions = {report.pk: version for report, version in chosen}
    locked = _lock_reports(YearlyReport.objects.of_plan(plan).filter(pk__in=seen_versions))
    if len(locked) != len(seen_versions):
        raise ValueError("A report is not one of the edition that was checked.")
    pending = [report for report in locked if not report.is_approved]
    changed_by_other = [report for report in pending if report.version != seen_versions[report.pk]]
    if changed_by_other:
        raise Conflict(changed_by_other)
    policies.check_all_may_become(pending, ReportState.APPROVED)
    hands = hands_on(plan, [report.kpi_id for report in pending])
    for report in pending:
        permissions.check_can_approve(by, report, hands.get(report.kpi_id, NO_HANDS).people)
    approved = [_review(by, report, ReportState.APPROVED, AuditAction.APPROVED) for report in pending]
    tell_of_approvals(by=by, reports=approved)
    return approved


@transaction.atomic
def return_report(*, by: User, report: YearlyReport, version: int, comment: str) -> YearlyReport:
    """Return a submitted report to its division, or withdraw an approval. comment: what the division should correct.

    version: the one that the reviewer saw. Raises Conflict where it changed since, RuleBroken without a comment.
    """
    permissions.check_can_review(by, report.kpi.plan.agency_id)
    policies.check_year_is_open(Plan.objects.get_locked(report.kpi.plan_id))
    (locked,) = _lock_reports(YearlyReport.objects.filter(pk=report.pk))
    if locked.version != version:
        raise Conflict([locked])
    policies.check_may_become(locked, ReportState.RETURNED)
    if not comment:
        raise policies.RuleBroken("退回時請說明需要補正的內容。")
    Comment.objects.create(report=locked, author=by, author_name=kept_name(by), text=comment)
    tell_of_return(by=by, report=locked, version=version, comment=comment)
    return _review(by, locked, ReportState.RETURNED, AuditAction.RETURNED, reason=comment)


@transaction.atomic
def comment_on_report(*, by: User, kpi: KPI, text: str) -> Comment:
    """The same comment by the same person twice in a row, without a change between, is one comment sent twice.

    Raises RuleBroken for an empty text, in a closed year, or where the KPI has no report yet.
    """
    permissions.check_can_comment(by, kpi)
    policies.check_may_comment(Plan.objects.get_locked(kpi.plan_id))
    if not text:
        raise policies.RuleBroken("請輸入留言內容。")
    report = next(iter(_lock_reports(YearlyReport.objects.filter(kpi=kpi))), None)
    if report is None:
        raise policies.RuleBroken("這項 KPI 在這個年度還沒有填報，不能留言。")
    last = report.comments.last()
    is_answered = last and report.changed_at and report.changed_at > last.written_at
    if last and (last.author_id, last.text) == (by.pk, text) and not is_answered:
        return last
    comment = Comment.objects.create(report=report, author=by, author_name=kept_name(by), text=text)
    tell_of_comment(comment)
    changes = [("留言", None, text)]
    audit.record(by=by, action=AuditAction.COMMENTED, target=kpi, plan=kpi.plan, kpi=kpi, changes=changes)
    return comment


def _review(by: User, report: YearlyReport, state: ReportState, action: AuditAction, reason: str = "") -> YearlyReport:
    changes: list[audit.Change] = []
    if report.is_approved:
        # Withdrawing an approval is an ordinary return; only this change shows that there was one.
        changes.append((audit.field_label(report, "state"), report.get_state_display(), state.label))
    _touch(report, by=by, state=state)
    report.reviewed_by = by
    report.reviewed_by_name = kept_name(by)
    report.reviewed_for = by.acting_for
    report.reviewed_at = report.changed_at
    report.save()
    _record(by, action, report, reason, changes)
    return report


def _record(
    by: User, action: AuditAction, report: YearlyReport, reason: str = "", changes: Iterable[audit.Change] = ()
) -> None:
    kpi = report.kpi
    audit.record(by=by, action=action, target=kpi, plan=kpi.plan, kpi=kpi, changes=changes, reason=reason)

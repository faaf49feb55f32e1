"""Entering, submitting and reviewing yearly reports (domain.md §5).

Every write locks the plan year's row first, so that closing a year and reporting in it never cross, and then the
reports in primary-key order. Its audit events come last: they lock the plan and the end of the audit chain.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, MailKind, ReportState, Status
from scorecard.models import KPI, Comment, PlanYear, YearlyReport
from scorecard.services import audit, mail, mail_texts
from scorecard.services.receipts import issue_receipts, judge_report
from scorecard.services.report_figures import (
    Answer,
    Entry,
    Execution,
    apply_answers,
    apply_entries,
    apply_executions,
    open_questions,
)

__all__ = ["Answer", "Conflict", "ReportEntry", "Entry", "Execution"]


@dataclass(frozen=True)
class ReportEntry:
    """What one person entered for one KPI's year.

    version is the report's as the person saw it, 0 where there was none. Measures and budgets that have no entry and
    no execution stay as they are.
    """

    kpi: KPI
    version: int
    entries: tuple[Entry, ...]
    explanation: str = ""
    improvement: str = ""
    executions: tuple[Execution, ...] = ()
    answers: tuple[Answer, ...] = ()


class Conflict(Exception):
    """Someone else changed these reports meanwhile. reports are as they stand now; nothing was written."""

    def __init__(self, reports):
        self.reports = reports
        super().__init__("、".join(report.kpi.code for report in reports))


def _reports_of(drafts, year):
    return YearlyReport.objects.filter(kpi__in=[draft.kpi for draft in drafts], year=year)


def _lock_reports(reports):
    """The rows as they stand now, locked in primary-key order."""
    locked = reports.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.select_related("kpi__plan", "kpi__division", "changed_by", "submitted_by"))


def _touch(report, *, by, state):
    report.state = state
    report.version += 1
    report.changed_by, report.changed_at = by, timezone.now()


@transaction.atomic
@audit.held_back()
def save_reports(*, by, plan, year, drafts, action=AuditAction.SAVED, reason=""):
    """Save drafts, all or none, and return the reports changed; a draft that changes nothing leaves no trace.

    action and reason: what the audit events tell, where it is not an ordinary entry.

    Raises Conflict for every report that stands in another version than the one seen, RuleBroken where the year or a
    report may not be edited, PermissionDenied for other people's KPIs, ValueError for a KPI of another plan.
    """
    policies.check_year_is_open(PlanYear.objects.get_locked(plan, year))
    for draft in drafts:
        if draft.kpi.plan_id != plan.pk:
            raise ValueError(f"{draft.kpi.code} is not a KPI of the plan whose year was checked.")
        permissions.check_can_report_for(by, draft.kpi.division)
    standing = {report.kpi_id: report for report in _lock_reports(_reports_of(drafts, year))}
    pairs = [(draft, standing.get(draft.kpi.pk) or YearlyReport(kpi=draft.kpi, year=year)) for draft in drafts]
    for _, report in pairs:
        policies.check_report_is_editable(report)
    changed_by_other = [report for draft, report in pairs if report.version != draft.version]
    if changed_by_other:
        raise Conflict(changed_by_other)
    return [report for draft, report in pairs if _save_draft(by, draft, report, action, reason)]


def _save_draft(by, draft, report, action, reason):
    """Write what differs; whether anything did."""
    kpi = draft.kpi
    changes = apply_entries(kpi, report.year, draft.entries)
    for field in ("explanation", "improvement"):
        old, new = getattr(report, field), getattr(draft, field)
        if old != new:
            changes.append((report._meta.get_field(field).verbose_name, old, new))
            setattr(report, field, new)
    changes += apply_executions(kpi, report.year, draft.executions)
    changes += apply_answers(kpi, report.year, draft.answers, by=by)
    if not changes:
        return False
    policies.check_may_become(report, ReportState.IN_PROGRESS)
    _touch(report, by=by, state=ReportState.IN_PROGRESS)
    report.save()
    audit.record(
        by=by, action=action, target=kpi, plan=kpi.plan, kpi=kpi, year=report.year, changes=changes, reason=reason
    )
    return True


def confirm_figures(*, by, kpi, year, version, answers):
    """Answer questions about a KPI's figures with 「數字無誤」, all else as it stands; True if anything was kept.

    version: the report's as the person saw it. Raises as save_reports() does.
    """
    report = YearlyReport.objects.filter(kpi=kpi, year=year).first() or YearlyReport(kpi=kpi, year=year)
    draft = ReportEntry(kpi, version, (), report.explanation, report.improvement, answers=tuple(answers))
    return bool(save_reports(by=by, plan=kpi.plan, year=year, drafts=[draft]))


def _missing(report, judged):
    """What keeps the report as it stands in the database from being submitted; three queries."""
    measures = [(line.measure.label, line.value.target is not None, line.value.is_reported) for line in judged.lines]
    asked = [each.sentence for _, _, asked in open_questions(report.kpi, report.year) for each in asked]
    return policies.missing_for_submission(
        report.kpi.code,
        measures,
        is_missed=judged.score.status == Status.MISSED,
        is_explained=bool(report.explanation),
        questions=asked,
    )


@transaction.atomic
@audit.held_back()
def submit_reports(*, by, plan, year, kpis):
    """Send the saved reports of these KPIs to review and return them; all or nothing. Each division gets a receipt.

    Raises RuleBroken naming everything that is missing, PermissionDenied for other people's KPIs. A report that is
    submitted already stays as it is, so a POST sent twice makes one change and one receipt.
    """
    policies.check_year_is_open(PlanYear.objects.get_locked(plan, year))
    standing = _lock_reports(YearlyReport.objects.for_year(plan, year).filter(kpi__in=kpis))
    for report in standing:
        permissions.check_can_report_for(by, report.kpi.division)
    locked = [report for report in standing if not report.is_submitted]
    for report in locked:
        policies.check_may_become(report, ReportState.SUBMITTED)
    judged = {report.pk: judge_report(report) for report in locked}
    missing = [sentence for report in locked for sentence in _missing(report, judged[report.pk])]
    if missing:
        raise policies.RuleBroken(missing)
    for report in locked:
        _touch(report, by=by, state=ReportState.SUBMITTED)
        report.submitted_by, report.submitted_at = by, report.changed_at
        report.reviewed_by = report.reviewed_at = None
        report.save()
    for receipt, reports in issue_receipts(by=by, plan=plan, year=year, reports=locked, judged=judged):
        for report in reports:
            _record(by, AuditAction.SUBMITTED, report, changes=[("填報收執", None, receipt.number)])
    return locked


@transaction.atomic
@audit.held_back()
def approve_reports(*, by, plan, year, chosen):
    """Approve submitted reports, all or none, and return those changed.

    chosen: (report, version that the reviewer saw) of each. A report that is approved already stays as it is, so a
    POST sent twice makes one change. Raises Conflict for every report that changed since, RuleBroken naming every one
    that is not submitted, PermissionDenied for one that the person submitted, ValueError for one of another plan or
    year.
    """
    permissions.check_can_review(by, plan.agency_id)
    policies.check_year_is_open(PlanYear.objects.get_locked(plan, year))
    seen = {report.pk: version for report, version in chosen}
    locked = _lock_reports(YearlyReport.objects.for_year(plan, year).filter(pk__in=seen))
    if len(locked) != len(seen):
        raise ValueError("A report is not one of the plan and year that were checked.")
    standing = [report for report in locked if not report.is_approved]
    changed_by_other = [report for report in standing if report.version != seen[report.pk]]
    if changed_by_other:
        raise Conflict(changed_by_other)
    policies.check_all_may_become(standing, ReportState.APPROVED)
    for report in standing:
        permissions.check_can_approve(by, report)
    return [_review(by, report, ReportState.APPROVED, AuditAction.APPROVED) for report in standing]


@transaction.atomic
def return_report(*, by, report, version, comment):
    """Return a submitted report to its division, or withdraw an approval; the comment says what to mend.

    Raises Conflict if it changed since the version the reviewer saw, RuleBroken without a comment.
    """
    permissions.check_can_review(by, report.kpi.plan.agency_id)
    policies.check_year_is_open(PlanYear.objects.get_locked(report.kpi.plan, report.year))
    (locked,) = _lock_reports(YearlyReport.objects.filter(pk=report.pk))
    if locked.version != version:
        raise Conflict([locked])
    policies.check_may_become(locked, ReportState.RETURNED)
    if not comment:
        raise policies.RuleBroken("退回時請說明需要補正的內容。")
    Comment.objects.create(report=locked, author=by, text=comment)
    _tell_submitter(by, locked, version, comment)
    return _review(by, locked, ReportState.RETURNED, AuditAction.RETURNED, reason=comment)


def _tell_submitter(by, report, version, comment):
    subject, body = mail_texts.returned(report=report, reviewer=by, comment=comment)
    letter, _ = mail.write(
        kind=MailKind.RETURNED,
        key=f"returned:{report.pk}:{version}",
        recipient=report.submitted_by,
        agency=report.kpi.plan.agency,
        subject=subject,
        body=body,
    )
    mail.send_after_commit(letter)


@transaction.atomic
def comment_on_report(*, by, kpi, year, text):
    """Add to the thread of a KPI's year; RuleBroken where nothing has been reported yet or nothing is said.

    What the same person said last, with nothing done since, is the same comment sent twice: it stands once.
    """
    permissions.check_can_comment(by, kpi)
    if not text:
        raise policies.RuleBroken("請輸入留言內容。")
    report = next(iter(_lock_reports(YearlyReport.objects.filter(kpi=kpi, year=year))), None)
    if report is None:
        raise policies.RuleBroken("這項 KPI 在這個年度還沒有填報，不能留言。")
    last = report.comments.last()
    is_answered = last and report.changed_at and report.changed_at > last.written_at
    if last and (last.author_id, last.text) == (by.pk, text) and not is_answered:
        return last
    comment = Comment.objects.create(report=report, author=by, text=text)
    changes = [("留言", None, text)]
    audit.record(by=by, action=AuditAction.COMMENTED, target=kpi, plan=kpi.plan, kpi=kpi, year=year, changes=changes)
    return comment


def _review(by, report, state, action, reason=""):
    # An approval withdrawn is a return like any other; that it had been approved is what the event adds.
    was, now = report.get_state_display(), ReportState(state).label
    changes = [(report._meta.get_field("state").verbose_name, was, now)] if report.is_approved else ()
    _touch(report, by=by, state=state)
    report.reviewed_by, report.reviewed_at = by, report.changed_at
    report.save()
    _record(by, action, report, reason, changes)
    return report


def _record(by, action, report, reason="", changes=()):
    kpi = report.kpi
    audit.record(
        by=by, action=action, target=kpi, plan=kpi.plan, kpi=kpi, year=report.year, changes=changes, reason=reason
    )

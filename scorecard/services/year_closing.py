"""Closes a year with its snapshot. It makes the files without a lock, and again if the data change meanwhile."""

from django.conf import settings

from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.documents.annual_report_pdf import annual_report_pdf
from scorecard.documents.map_svg import map_svg
from scorecard.documents.scorecard_table import whole_table
from scorecard.documents.scorecard_workbook import scorecard_workbook, table_ods
from scorecard.documents.year_snapshot_json import as_bytes, plan_as_closed, report_rows, year_document
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Plan, User, YearSnapshot
from scorecard.read_models.annual_report import build_annual_report
from scorecard.services import years

ATTEMPTS = 2


def close_year(*, by: User, plan: Plan, approval: HeadApprovalFacts, reason: str = "") -> Plan:
    """Close an open year and freeze its figures. It takes seconds, without a lock.

    Raises what years.close_year() raises, but RuleBroken where the data change during each attempt.
    """
    years.check_may_close(by=by, plan=plan, approval=approval, reason=reason)
    for _ in range(ATTEMPTS):
        try:
            return years.close_year(
                by=by, plan=plan, prepared=prepare_year(plan), approval=approval, reason=reason
            )
        except years.PlanChangedMeanwhile:
            continue
    raise RuleBroken("產生凍結檔時一直有人在變更這份年版的資料，所以年度還沒有關閉；請稍候再關閉一次。")


def make_snapshot(*, by: User, plan: Plan, reason: str) -> YearSnapshot:
    """Freeze a year that was closed before closings left files, as it stands now. It takes seconds, without a lock.

    Raises RuleBroken where the year is not closed or has a snapshot, and without a reason; PermissionDenied.
    """
    years.check_may_freeze(by=by, plan=plan, reason=reason)
    return years.freeze_closed_year(by=by, plan=plan, prepared=prepare_year(plan), reason=reason)


def prepare_year(plan: Plan) -> years.PreparedYear:
    """The files of a year as they are once it is closed: without 草稿."""
    event = AuditEvent.objects.last_of(plan)
    closed = plan_as_closed(plan)
    report = build_annual_report(closed)
    scorecard = report.scorecard
    number = event.pk if event else 0
    digest = event.digest if event else ""
    reports = report_rows(closed)
    document = year_document(scorecard, reports=reports, audit_number=number, audit_digest=digest)
    return years.PreparedYear(
        plan_id=plan.pk,
        data_version=closed.data_version,
        audit_number=number,
        audit_digest=digest,
        document=as_bytes(document),
        report=annual_report_pdf(closed, wait_seconds=settings.PDF_SECONDS),
        workbook=scorecard_workbook(scorecard),
        opendocument=table_ods(whole_table(scorecard)),
        form=form_xlsx(scorecard, choose_years(scorecard, with_actuals=True)),
        map=map_svg(report.map),
    )

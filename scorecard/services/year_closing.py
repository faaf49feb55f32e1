"""Closes a year with its snapshot. It makes the files without a lock, and again if the plan changes meanwhile."""

from django.conf import settings

from scorecard.documents.annual_report_pdf import annual_report_pdf
from scorecard.documents.scorecard_workbook import scorecard_workbook
from scorecard.documents.year_snapshot_json import as_bytes, plan_as_closed, report_rows, year_document
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, PlanYear, User
from scorecard.read_models.annual_report import build_annual_report
from scorecard.services import years

ATTEMPTS = 2


def close_year(*, by: User, plan_year: PlanYear, reason: str = "") -> PlanYear:
    """Close an open year and freeze its figures. It takes seconds, without a lock.

    Raises what years.close_year() raises, but RuleBroken where the plan changes during each attempt.
    """
    years.check_may_close(by=by, plan_year=plan_year, reason=reason)
    for _ in range(ATTEMPTS):
        try:
            return years.close_year(by=by, plan_year=plan_year, prepared=prepare_year(plan_year), reason=reason)
        except years.PlanChangedMeanwhile:
            continue
    raise RuleBroken("產生凍結檔時一直有人在變更這份計畫的資料，所以年度還沒有關閉；請稍候再關閉一次。")


def prepare_year(plan_year: PlanYear) -> years.PreparedYear:
    """The files of an open year as they are once it is closed: without 草稿."""
    plan = plan_as_closed(plan_year)
    event = AuditEvent.objects.last_of(plan)
    report = build_annual_report(plan, plan_year.year)
    number = event.pk if event else 0
    digest = event.digest if event else ""
    reports = report_rows(plan, plan_year.year)
    document = year_document(report.scorecard, reports=reports, audit_number=number, audit_digest=digest)
    return years.PreparedYear(
        plan_year_id=plan_year.pk,
        data_version=plan.data_version,
        audit_number=number,
        audit_digest=digest,
        document=as_bytes(document),
        report=annual_report_pdf(plan, plan_year.year, wait_seconds=settings.PDF_SECONDS),
        workbook=scorecard_workbook(report.scorecard),
    )

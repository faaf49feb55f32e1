"""Closes a year with its snapshot. It makes the files without a lock, and again if the data change meanwhile."""

from django.conf import settings

from scorecard.documents.frozen_files import freeze
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.policies import RuleBroken
from scorecard.models import Plan, User, YearSnapshot
from scorecard.services import years

ATTEMPTS = 2


def close_year(*, by: User, plan: Plan, approval: HeadApprovalFacts, reason: str = "") -> Plan:
    """Close an open year and freeze its figures. It takes seconds, without a lock.

    Raises what years.close_year() raises, but RuleBroken where the data change during each attempt.
    """
    years.check_may_close(by=by, plan=plan, approval=approval, reason=reason)
    for _ in range(ATTEMPTS):
        try:
            prepared = prepare_year(plan, approval)
            return years.close_year(by=by, plan=plan, prepared=prepared, approval=approval, reason=reason)
        except years.PlanChangedMeanwhile:
            continue
    raise RuleBroken("產生定稿檔時一直有人在變更這份年版的資料，所以年度還沒有關閉；請稍候再關閉一次。")


def make_snapshot(*, by: User, plan: Plan, reason: str) -> YearSnapshot:
    """Freeze a year that was closed before closings left files, as it stands now. It takes seconds, without a lock.

    Raises RuleBroken where the year is not closed or has a snapshot, and without a reason; PermissionDenied.
    """
    years.check_may_freeze(by=by, plan=plan, reason=reason)
    return years.freeze_closed_year(by=by, plan=plan, prepared=prepare_year(plan), reason=reason)


def prepare_year(plan: Plan, approval: HeadApprovalFacts | None = None) -> years.PreparedYear:
    """The files of a year as they are once it is closed: without 草稿. approval: that the closing will record."""
    frozen = freeze(plan, approval, wait_seconds=settings.PDF_SECONDS)
    return years.PreparedYear(
        plan_id=plan.pk,
        data_version=frozen.data_version,
        audit_number=frozen.audit_number,
        audit_digest=frozen.audit_digest,
        **frozen.files,
    )

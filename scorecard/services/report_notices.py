"""Tells the people concerned what happened to a report: its submitter, its division's staff, those who spoke of it.

Only members who are switched on are told; nobody is told of what they did themselves.
"""

from collections.abc import Collection

from django.urls import reverse

from scorecard.domain.choices import NoticeKind
from scorecard.domain.roc_years import year_text
from scorecard.models import Comment, User, YearlyReport
from scorecard.services import notices
from scorecard.services.mail import one_line
from scorecard.services.recipients import members_of, reviewers_of, staff_of

MAX_CODES = 5


def tell_of_return(*, by: User, report: YearlyReport, version: int, comment: str) -> None:
    """The submitter, or all of the division's staff where the submitter is not one any more.

    version: the one returned.
    """
    kpi, plan = report.kpi, report.kpi.plan
    staff = staff_of(members_of(plan.agency_id), [kpi.division])
    submitters = [user for user in staff if user.pk == report.submitted_by_id]
    for user in submitters or staff:
        notices.tell(
            recipient=user,
            kind=NoticeKind.RETURNED,
            key=f"returned:{report.pk}:{version}",
            subject=f"{year_text(plan.year)} {kpi.code} {kpi.name}",
            text=f"已由 {one_line(by.signature)} 退回補正。需補正的內容：\n{comment}\n\n請到填報頁補正後再送出一次。",
            path=f"{reverse('reporting_table', args=[plan.agency.slug, plan.year, kpi.division_id])}#{kpi.code}",
            agency=plan.agency,
        )


def tell_of_approvals(*, by: User, reports: Collection[YearlyReport]) -> None:
    """Each submitter, once for all of their reports. reports: of one edition."""
    of_submitter: dict[int | None, list[YearlyReport]] = {}
    for report in reports:
        of_submitter.setdefault(report.submitted_by_id, []).append(report)
    if not of_submitter:
        return
    for member in members_of(next(iter(reports)).kpi.plan.agency_id):
        own = of_submitter.get(member.user_id, [])
        if own and member.user_id != by.pk:
            _tell_of_approval(by, member.user, own)


def _tell_of_approval(by: User, user: User, reports: list[YearlyReport]) -> None:
    first = reports[0]
    plan = first.kpi.plan
    codes = "、".join(report.kpi.code for report in reports[:MAX_CODES])
    if len(reports) > MAX_CODES:
        codes = f"{codes} 等 {len(reports)} 項"
    if len(reports) == 1:
        path = reverse("kpi", args=[plan.agency.slug, plan.year, first.kpi.code])
    else:
        path = reverse("reporting_table", args=[plan.agency.slug, plan.year, first.kpi.division_id])
    notices.tell(
        recipient=user,
        kind=NoticeKind.APPROVED,
        key=f"approved:{first.pk}:{first.version}",
        subject=f"{year_text(plan.year)} {codes}",
        text=f"已由 {one_line(by.signature)} 審核通過。",
        path=path,
        agency=plan.agency,
    )


def tell_of_comment(comment: Comment) -> None:
    """The division's staff and whoever spoke of the report before; the reviewers where somebody else speaks.

    comment.report: with kpi, plan and agency.
    """
    report, by = comment.report, comment.author
    kpi = report.kpi
    members = members_of(kpi.plan.agency_id)
    reviewers = reviewers_of(members)
    told = {user.pk for user in staff_of(members, [kpi.division])}
    told |= set(report.comments.values_list("author", flat=True))
    if by.pk not in {user.pk for user in reviewers}:
        told |= {user.pk for user in reviewers}
    for member in members:
        if member.user_id in told and member.user_id != by.pk:
            notices.tell(
                recipient=member.user,
                kind=NoticeKind.COMMENT,
                key=f"comment:{comment.pk}",
                subject=f"{one_line(by.signature)}：{year_text(kpi.plan.year)} {kpi.code} {kpi.name}",
                text=comment.text,
                path=reverse("kpi", args=[kpi.plan.agency.slug, kpi.plan.year, kpi.code]),
                agency=kpi.plan.agency,
            )

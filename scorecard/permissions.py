"""Who may do what (domain.md §6): rules about people, as named pairs.

check_can_x raises PermissionDenied with a sentence for the person; can_x answers yes or no. A person's memberships
are read once per request, with one query at the first question. Rules about states stand in policies.py.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import Role


@dataclass(frozen=True)
class AgencyRole:
    """What a person is in one agency: a role, and for staff the ids of their divisions."""

    role: Role
    division_ids: frozenset[int]


def roles_by_agency(user):
    """The person's standing by agency id; empty for strangers. One query, kept on the user object."""
    if not user.is_authenticated:
        return {}
    if not hasattr(user, "_standings"):
        found = {}
        for agency_id, role, division_id in user.memberships.values_list("agency_id", "role", "divisions"):
            divisions = found[agency_id].division_ids if agency_id in found else frozenset()
            found[agency_id] = AgencyRole(Role(role), divisions | ({division_id} if division_id else set()))
        user._standings = found
    return user._standings


def _has_role(user, agency_id, *roles):
    standing = roles_by_agency(user).get(agency_id)
    return standing is not None and standing.role in roles


def _check(allowed, sentence):
    if not allowed:
        raise PermissionDenied(sentence)


def can_view(user, agency_id):
    """Whether the person may see the agency's maps, scorecards, KPI pages and exports."""
    return agency_id in roles_by_agency(user)


def can_report_for(user, division):
    """Whether the person enters and submits actuals for the division."""
    standing = roles_by_agency(user).get(division.agency_id)
    return standing is not None and standing.role == Role.STAFF and division.id in standing.division_ids


def check_can_report_for(user, division):
    """Raise unless the person enters and submits actuals for the division."""
    _check(can_report_for(user, division), f"只有{division.name}的填報人員可以填報這些 KPI。")


def can_report(user, agency_id):
    """Whether the person reports for any division of the agency."""
    return _has_role(user, agency_id, Role.STAFF)


def check_can_report(user, agency_id):
    """Raise unless the person reports for some division of the agency."""
    _check(can_report(user, agency_id), "您在這個機關沒有填報的科室；如需填報，請洽機關管理者。")


def can_fill_in(user, division):
    """Whether the person may take the division's fill-in workbook: its staff, who send it back, and reviewers."""
    return can_report_for(user, division) or can_review(user, division.agency_id)


def check_can_fill_in(user, division):
    """Raise unless the person may take the division's fill-in workbook."""
    _check(can_fill_in(user, division), f"只有{division.name}的填報人員、審核人員與管理者可以下載這份填報表。")


def can_see_receipts(user, agency_id):
    """Whether the person may see any receipts of the agency: reviewers all, staff those of their divisions."""
    return can_review(user, agency_id) or can_report(user, agency_id)


def check_can_see_receipts(user, agency_id):
    """Raise unless the person may see any receipts of the agency."""
    _check(can_see_receipts(user, agency_id), "只有填報、審核人員與管理者可以看填報收執。")


def can_review(user, agency_id):
    """Whether the person approves and returns the agency's reports."""
    return _has_role(user, agency_id, Role.REVIEWER, Role.ADMIN)


def check_can_review(user, agency_id):
    """Raise unless the person approves and returns the agency's reports."""
    _check(can_review(user, agency_id), "只有審核人員與管理者可以審核填報。")


def can_approve(user, report):
    """Whether the person may approve this report: a reviewer, but never of their own submission."""
    return can_review(user, report.kpi.plan.agency_id) and report.submitted_by_id != user.id


def check_can_approve(user, report):
    """Raise unless the person may approve this report."""
    check_can_review(user, report.kpi.plan.agency_id)
    _check(report.submitted_by_id != user.id, f"{report.kpi.code} 是您自己送出的，須由另一位審核人員核定。")


def can_comment(user, kpi):
    """Whether the person may write into the report's thread: reviewers, and staff on their own divisions' KPIs."""
    return can_review(user, kpi.plan.agency_id) or can_report_for(user, kpi.division)


def check_can_comment(user, kpi):
    """Raise unless the person may write into the thread."""
    _check(can_comment(user, kpi), "只有審核人員與主責科室的填報人員可以留言。")


def can_edit_strategy(user, agency_id):
    """Whether the person changes objectives, KPIs, targets and links."""
    return _has_role(user, agency_id, Role.REVIEWER, Role.ADMIN)


def check_can_edit_strategy(user, agency_id):
    """Raise unless the person changes objectives, KPIs, targets and links."""
    _check(can_edit_strategy(user, agency_id), "只有審核人員與管理者可以修改策略目標、KPI 與因果關係。")


def can_manage(user, agency_id):
    """Whether the person opens, closes and reopens years, and keeps members and settings."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_manage(user, agency_id):
    """Raise unless the person manages the agency."""
    _check(can_manage(user, agency_id), "只有管理者可以開放、關閉或重新開放年度。")


def can_keep_members(user, agency_id):
    """Whether the person invites, changes and lets go the agency's members, and hands over what they own."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_keep_members(user, agency_id):
    """Raise unless the person keeps the agency's members."""
    _check(can_keep_members(user, agency_id), "只有管理者可以管理成員與移交 KPI。")


def agencies_with_role(user, *roles):
    """The ids of agencies in which the person holds one of the roles."""
    return {agency_id for agency_id, standing in roles_by_agency(user).items() if standing.role in roles}

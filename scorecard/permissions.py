"""Who may do what (domain.md §6): rules about people, as named pairs.

can_x returns whether the person may; check_can_x raises PermissionDenied with a sentence for the person. The first
question of a request reads the person's memberships, with one query. Rules about states are in domain/policies.py.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import Role
from scorecard.models import Notice


@dataclass(frozen=True)
class AgencyRole:
    """division_ids: of staff, those that they report for, with the divisions that these took over from."""

    role: Role
    division_ids: frozenset[int]


def roles_by_agency(user):
    """{agency id: AgencyRole}. One query, cached on the user for the request.

    Nobody's and those of an account that is switched off are none. A deputy has the roles of the person they stand in
    for in that agency, and no other (decision 0018).
    """
    if not user.is_active:
        return {}
    if not hasattr(user, "_roles_by_agency"):
        found = {}
        rows = (
            _memberships(user)
            .filter(is_active=True)
            .values_list(
                "agency_id", "role", "divisions", "divisions__succeeded", Notice.objects.unread_count_of("user")
            )
        )
        for agency_id, role, division_id, former_id, unread in rows:
            user._unread_notices = unread or 0
            divisions = found[agency_id].division_ids if agency_id in found else frozenset()
            divisions |= {pk for pk in (division_id, former_id) if pk}
            found[agency_id] = AgencyRole(Role(role), divisions)
        user._roles_by_agency = found
    return user._roles_by_agency


def unread_notices(user):
    """How many the person has. Every page shows it, so members' are counted by the query of roles_by_agency()."""
    if user.deputyship is not None or not roles_by_agency(user):
        return user.notices.unread().count()
    return user._unread_notices


def _memberships(user):
    deputyship = user.deputyship
    if deputyship is None:
        return user.memberships
    return deputyship.person.memberships.filter(agency=deputyship.agency_id)


def _has_role(user, agency_id, *roles):
    own = roles_by_agency(user).get(agency_id)
    return own is not None and own.role in roles


def _check(allowed, sentence):
    if not allowed:
        raise PermissionDenied(sentence)


def can_view(user, agency_id):
    """See the agency's maps, scorecards, KPI pages and exports."""
    return agency_id in roles_by_agency(user)


def can_report_for(user, division):
    """Enter and submit actuals for the division; also where another one has taken over from it since."""
    own = roles_by_agency(user).get(division.agency_id)
    return own is not None and own.role == Role.STAFF and division.id in own.division_ids


def check_can_report_for(user, division):
    _check(can_report_for(user, division), f"只有{division.name}的填報人員可以填報這些 KPI。")


def can_report(user, agency_id):
    """Report for some division of the agency."""
    return _has_role(user, agency_id, Role.STAFF)


def check_can_report(user, agency_id):
    _check(can_report(user, agency_id), "您在這個機關沒有填報的科室；如需填報，請洽機關管理者。")


def can_fill_in(user, division):
    """Download the division's fill-in workbook: its staff, who return it, and reviewers."""
    return can_report_for(user, division) or can_review(user, division.agency_id)


def check_can_fill_in(user, division):
    _check(can_fill_in(user, division), f"只有{division.name}的填報人員、審核人員與管理者可以下載這份填報表。")


def can_see_receipts(user, agency_id):
    """See receipts of the agency: reviewers see all, staff those of their divisions."""
    return can_review(user, agency_id) or can_report(user, agency_id)


def check_can_see_receipts(user, agency_id):
    _check(can_see_receipts(user, agency_id), "只有填報、審核人員與管理者可以看填報收執。")


def can_review(user, agency_id):
    """Approve and return the agency's reports."""
    return _has_role(user, agency_id, Role.REVIEWER, Role.ADMIN)


def check_can_review(user, agency_id):
    _check(can_review(user, agency_id), "只有審核人員與管理者可以審核填報。")


def can_approve(user, report, hands):
    """Reviewers, but never what they submitted or had a hand in (four eyes, decision 0017).

    hands: ids of those who entered, changed or confirmed anything in the report since it was last approved, and of
    those who count as one with them.
    """
    return can_review(user, report.kpi.plan.agency_id) and not _is_own(user, report, hands)


def check_can_approve(user, report, hands):
    check_can_review(user, report.kpi.plan.agency_id)
    _check(report.submitted_by_id != user.id, f"{report.kpi.code} 是您自己送出的，須由另一位審核人員審核。")
    _check(
        not _is_own(user, report, hands),
        f"{report.kpi.code} 上次審核通過之後有您填報、變更或確認的內容，須由另一位審核人員審核。",
    )


def _is_own(user, report, hands):
    """Of the person, or of the one whom they stand in for."""
    own = {user.id, user.acting_for.id} if user.acting_for else {user.id}
    return report.submitted_by_id in own or bool(own & hands)


def can_comment(user, kpi):
    """Reviewers, and staff on the KPIs of their divisions."""
    return can_review(user, kpi.plan.agency_id) or can_report_for(user, kpi.division)


def check_can_comment(user, kpi):
    _check(can_comment(user, kpi), "只有審核人員與主責科室的填報人員可以留言。")


def can_edit_strategy(user, agency_id):
    """Change objectives, KPIs, targets and links."""
    return _has_role(user, agency_id, Role.REVIEWER, Role.ADMIN)


def check_can_edit_strategy(user, agency_id):
    _check(can_edit_strategy(user, agency_id), "只有審核人員與管理者可以修改策略目標、KPI 與因果關係。")


def can_see_drafts(user, agency_id):
    """See editions that are not adopted yet; for all others they are not there."""
    return can_edit_strategy(user, agency_id)


def can_be_consulted(user, kpi):
    """Propose targets for the KPI, and comment on it, while its draft is shared: whoever reports for its division."""
    return can_report_for(user, kpi.division)


def check_can_be_consulted(user, kpi):
    _check(can_be_consulted(user, kpi), f"只有{kpi.division.name}的填報人員可以對 {kpi.code} 表示意見。")


def can_answer(user, agency_id):
    """Answer a consultation at all."""
    return can_report(user, agency_id)


def check_can_answer(user, agency_id):
    _check(can_answer(user, agency_id), "徵詢由各科室的填報人員表示意見；審核人員與管理者請在版本比較留下意見。")


def can_share_drafts(user, agency_id):
    """Share a draft with the divisions until a day (徵詢科室)."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_share_drafts(user, agency_id):
    _check(can_share_drafts(user, agency_id), "只有管理者可以把草案送科室徵詢。")


def can_comment_on_edition(user, agency_id):
    """Comment on an edition or any KPI of it, and take proposals over or decline them."""
    return can_edit_strategy(user, agency_id)


def check_can_comment_on_edition(user, agency_id):
    _check(can_comment_on_edition(user, agency_id), "只有審核人員與管理者可以留下意見、處理建議目標值。")


def can_send_for_adoption(user, agency_id):
    """送請核定: reviewers, who cannot adopt an edition themselves."""
    return _has_role(user, agency_id, Role.REVIEWER)


def check_can_send_for_adoption(user, agency_id):
    _check(can_send_for_adoption(user, agency_id), "只有審核人員可以送請核定；管理者可以直接登錄核定或退回修正。")


def can_manage(user, agency_id):
    """Adopt editions, open, close and reopen their years, add a 更正說明, and change the agency's settings."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_manage(user, agency_id):
    _check(can_manage(user, agency_id), "只有管理者可以核定年版，以及開放、關閉或重新開放年度。")


def can_keep_members(user, agency_id):
    """Invite, change and remove the agency's members, hand over KPIs and action plans, and rename divisions."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_keep_members(user, agency_id):
    _check(can_keep_members(user, agency_id), "只有管理者可以管理成員與移交 KPI。")


def can_see_security_events(user, agency_id):
    """See the agency's security events."""
    return _has_role(user, agency_id, Role.ADMIN)


def check_can_see_security_events(user, agency_id):
    _check(can_see_security_events(user, agency_id), "只有管理者可以看資安事件。")


def can_invite(user, agency_id):
    """Invite to the agency: its admins, and the operator, who brings in the first of them; nobody while a deputy.

    Whoever is invited stays longer than the deputy stands in. It is asked of the inviter again when the invitation is
    accepted: by then the account may be switched off.
    """
    if not user.is_active or user.deputyship is not None:
        return False
    return can_keep_members(user, agency_id) or user.is_superuser


def check_can_invite(user, agency_id):
    _check(can_invite(user, agency_id), "只有管理者可以邀請成員；正在代理別人時，請先結束代理。")


def can_name_deputy(user, agency_id, person):
    """Name and end deputies: the person themselves and admins, but nobody while they are a deputy."""
    if not user.is_active or user.deputyship is not None:
        return False
    return can_keep_members(user, agency_id) or (person == user and can_view(user, agency_id))


def check_can_name_deputy(user, agency_id, person):
    _check(
        can_name_deputy(user, agency_id, person),
        "只有本人與管理者可以指定或終止職務代理人；正在代理別人時，請先結束代理。",
    )


def agencies_with_role(user, *roles):
    """Ids of the agencies in which the person has one of the roles."""
    return {agency_id for agency_id, own in roles_by_agency(user).items() if own.role in roles}

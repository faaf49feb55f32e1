"""The texts of mails: plain text, one line for each paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from scorecard.domain.choices import ReportState
from scorecard.domain.roc_years import date_text, year_text
from scorecard.models import Division, Invitation, Notice, Plan, User
from scorecard.services.mail import INVITATION_LINK, PASSWORD_LINK, link, one_line

SIGNATURE = "平衡計分卡系統\n（這封信由系統寄出，請勿直接回覆。）"
ANSWERED = "平衡計分卡系統\n（這封信由系統寄出；直接回覆會寄給聯絡窗口。）"


@dataclass(frozen=True)
class MissingKPI:
    """A KPI with a target in the year whose report is not submitted."""

    code: str
    name: str
    division_id: int
    state: ReportState


def letter(name: object, *paragraphs: str, is_answered: bool = False) -> str:
    """The whole body: greeting, paragraphs that are not empty, signature. is_answered: a reply reaches a person."""
    signature = ANSWERED if is_answered else SIGNATURE
    parts = [f"{one_line(name)} 您好：", *(part for part in paragraphs if part), f"--\n{signature}"]
    return "\n\n".join(parts) + "\n"


def invitation(*, invitation: Invitation, days: int) -> tuple[str, str]:
    """(subject, body): the same whether the address has an account or not. days: how long the link works."""
    agency = invitation.agency
    body = letter(
        invitation.name,
        f"{one_line(invitation.invited_by)} 邀請您加入{one_line(agency)}的平衡計分卡，"
        f"角色為「{invitation.get_role_display()}」。",
        f"請在 {days} 天內開啟下列連結，由您本人決定是否接受；接受之後才會成為成員：\n{INVITATION_LINK}",
        "請勿把這封信轉寄給別人。連結逾期時，請洽機關管理者重寄。如果您不認識這個機關，請不必理會這封信。",
    )
    return f"【邀請】{agency} 平衡計分卡", body


def forgotten_password(*, user: User, days: int) -> tuple[str, str]:
    """(subject, body). days: how long the password link works."""
    body = letter(
        user,
        f"有人要求重設您在平衡計分卡的密碼（帳號 {user.username}）。"
        f"如果是您本人，請在 {days} 天內開啟下列連結設定新密碼：",
        PASSWORD_LINK,
        "如果不是您，請不必理會這封信，密碼不會改變。",
    )
    return "【重設密碼】平衡計分卡", body


def due_text(due_date: date | None, day: date) -> str:
    """「截止日 106 年 1 月 31 日（尚餘 7 天）」."""
    if due_date is None:
        raise ValueError("Only an open year has a due date.")
    days = (due_date - day).days
    if days > 0:
        left = f"尚餘 {days} 天"
    elif days == 0:
        left = "今天截止"
    else:
        left = f"已逾期 {-days} 天"
    return f"截止日 {date_text(due_date)}（{left}）"


def missing_section(*, plan: Plan, day: date, divisions: Iterable[tuple[Division, Sequence[MissingKPI]]]) -> str:
    """What the staff of these divisions still have to report. divisions: each with its missing KPIs."""
    lines = [f"■ {one_line(plan.agency_name)} {year_text(plan.year)}度填報　{due_text(plan.due_date, day)}"]
    for division, kpis in divisions:
        lines += ["", f"{one_line(division.name)}還有 {len(kpis)} 項 KPI 尚未送出："]
        lines += [f"  ・{kpi.code} {one_line(kpi.name)}{_mark(kpi)}" for kpi in kpis]
        lines.append(f"  填報頁：{link('reporting_table', plan.agency.slug, plan.year, division.pk)}")
    if plan.contact:
        lines += ["", f"聯絡窗口：{one_line(plan.contact)}"]
    return "\n".join(lines)


def _mark(kpi: MissingKPI) -> str:
    return f"（{kpi.state.label}）" if kpi.state in {ReportState.RETURNED, ReportState.IN_PROGRESS} else ""


def queue_section(*, plan: Plan, day: date, waiting: int, longest: int) -> str:
    """longest: for how many days the first report waits."""
    since = f"，最久的一項已等候 {longest} 天" if longest else ""
    return (
        f"■ {one_line(plan.agency_name)} {year_text(plan.year)}度審核　{due_text(plan.due_date, day)}\n\n"
        f"有 {waiting} 項填報等候審核{since}。\n  審核頁：{link('review', plan.agency.slug, plan.year)}"
    )


def reminder(
    *, user: User, sections: Iterable[str], is_staff: bool, is_reviewer: bool, is_answered: bool = False
) -> tuple[str, str]:
    """(subject, body). is_answered: as for letter()."""
    subjects = []
    if is_staff:
        subjects.append("年度填報")
    if is_reviewer:
        subjects.append("待審核")
    return f"【提醒】平衡計分卡{'、'.join(subjects)}", letter(user, *sections, is_answered=is_answered)


def notices(*, user: User, notices: Sequence[Notice], is_answered: bool = False) -> tuple[str, str]:
    """(subject, body) of a day's mail. notices: at least one. is_answered: as for letter()."""
    if len(notices) == 1:
        subject = f"【{notices[0].get_kind_display()}】{notices[0].subject}"
    else:
        subject = f"【通知】平衡計分卡有 {len(notices)} 則新通知"
    return subject, letter(user, *(_notice_section(notice) for notice in notices), is_answered=is_answered)


def _notice_section(notice: Notice) -> str:
    lines = [f"■ {notice.get_kind_display()}　{notice.subject}"]
    if notice.text:
        lines.append(notice.text)
    if notice.path:
        lines.append(f"{settings.SITE_URL}{notice.path}")
    return "\n\n".join(lines)

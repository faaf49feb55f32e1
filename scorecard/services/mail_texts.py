"""What mails say: plain text, in lines that a mail program shows as they stand."""

from scorecard.domain.choices import ReportState
from scorecard.domain.roc_years import date_text, year_text
from scorecard.services.mail import PASSWORD_LINK, link, one_line

SIGNATURE = "平衡計分卡系統\n（這封信由系統寄出，請勿直接回覆。）"


def letter(name, *paragraphs):
    """A whole body: the greeting, the paragraphs that say something, and the signature."""
    parts = [f"{one_line(name)} 您好：", *(part for part in paragraphs if part), f"--\n{SIGNATURE}"]
    return "\n\n".join(parts) + "\n"


def returned(*, report, reviewer, comment):
    """(subject, body) for the submitter of a returned report."""
    kpi = report.kpi
    plan, year = kpi.plan, report.year
    page = link("reporting_table", plan.slug, year, kpi.division_id)
    body = letter(
        report.submitted_by,
        f"您送出的 {year_text(year)} {kpi.code} {one_line(kpi.name)} 已由 {one_line(reviewer)} 退回補正。",
        f"需補正的內容：\n{comment}",
        f"請到填報頁補正後再送出一次：\n{page}#{kpi.code}",
    )
    return f"【退回補正】{year_text(year)} {kpi.code} {kpi.name}", body


def invitation(*, user, agency, role, inviter, has_account, uses_sso, days):
    """(subject, body) for somebody who was made a member. days: how long the password link lasts."""
    if has_account:
        how = f"請用您原有的帳號登入：\n{link('home')}"
    elif uses_sso:
        how = f"請用機關的單一登入進入：\n{link('home')}"
    else:
        how = (
            f"您的帳號是 {user.username}。請在 {days} 天內開啟下列連結設定密碼，之後即可登入：\n{PASSWORD_LINK}\n\n"
            f"連結逾期時，請洽機關管理者重新邀請。設定後的登入網址：\n{link('login')}"
        )
    body = letter(user, f"{one_line(inviter)} 邀請您加入{one_line(agency)}的平衡計分卡，角色為「{role}」。", how)
    return f"【邀請】{agency} 平衡計分卡", body


def forgotten_password(*, user, days):
    """(subject, body) for somebody who asked for a new password."""
    body = letter(
        user,
        f"有人要求重設您在平衡計分卡的密碼（帳號 {user.username}）。"
        f"如果是您本人，請在 {days} 天內開啟下列連結設定新密碼：",
        PASSWORD_LINK,
        "如果不是您，請不必理會這封信，密碼不會改變。",
    )
    return "【重設密碼】平衡計分卡", body


def due_text(due_date, day):
    """The due date with how far it is away: 「截止日 106 年 1 月 31 日（尚餘 7 天）」."""
    days = (due_date - day).days
    left = f"尚餘 {days} 天" if days > 0 else "今天截止" if days == 0 else f"已逾期 {-days} 天"
    return f"截止日 {date_text(due_date)}（{left}）"


def missing_section(*, plan_year, day, divisions):
    """What staff of the divisions still have to report. divisions: (division, its missing KPIs) each."""
    plan = plan_year.plan
    lines = [f"■ {one_line(plan)} {year_text(plan_year.year)}度填報　{due_text(plan_year.due_date, day)}"]
    for division, kpis in divisions:
        lines += ["", f"{one_line(division.name)}還有 {len(kpis)} 項 KPI 尚未送出："]
        lines += [f"  ・{kpi.code} {one_line(kpi.name)}{_mark(kpi)}" for kpi in kpis]
        lines.append(f"  填報頁：{link('reporting_table', plan.slug, plan_year.year, division.pk)}")
    if plan_year.contact:
        lines += ["", f"聯絡窗口：{one_line(plan_year.contact)}"]
    return "\n".join(lines)


def _mark(kpi):
    return f"（{kpi.state.label}）" if kpi.state in {ReportState.RETURNED, ReportState.IN_PROGRESS} else ""


def queue_section(*, plan_year, day, waiting, longest):
    """How many reports wait for review, and for how many days the first of them."""
    plan = plan_year.plan
    since = f"，最久的一項已等候 {longest} 天" if longest else ""
    return (
        f"■ {one_line(plan)} {year_text(plan_year.year)}度審核　{due_text(plan_year.due_date, day)}\n\n"
        f"有 {waiting} 項填報等候審核{since}。\n  審核頁：{link('review', plan.slug, plan_year.year)}"
    )


def reminder(*, user, sections, is_staff, is_reviewer):
    """(subject, body) of a person's one reminder of the day."""
    what = "、".join(name for name, wanted in (("年度填報", is_staff), ("待審核", is_reviewer)) if wanted)
    return f"【提醒】平衡計分卡{what}", letter(user, *sections)

"""Every enumeration of the domain, and the named sets of states that rules use."""

from django.db import models


class Role(models.TextChoices):
    """What a membership lets a person do in an agency (domain.md §6)."""

    VIEWER = "viewer", "檢視"
    STAFF = "staff", "填報"
    REVIEWER = "reviewer", "審核"
    ADMIN = "admin", "管理"


class Direction(models.TextChoices):
    """Which way a measure's figures are better (domain.md §3)."""

    HIGHER = "higher", "越高越好"
    LOWER = "lower", "越低越好"
    BAND = "band", "落在範圍內"


class Status(models.TextChoices):
    """The light of a measure, KPI or roll-up in a year (domain.md §4)."""

    MET = "met", "達成"
    NEAR = "near", "接近"
    MISSED = "missed", "未達"
    UNMEASURED = "unmeasured", "無統計"
    PENDING = "pending", "待填報"
    NO_TARGET = "no_target", "無目標"


# Lights with a rate, and those without.
RATED = (Status.MET, Status.NEAR, Status.MISSED)
NOT_RATED = (Status.UNMEASURED, Status.PENDING, Status.NO_TARGET)


class ChangeKind(models.TextChoices):
    """What became of a score from one year to another."""

    ROSE = "rose", "上升"
    FELL = "fell", "下降"
    NEW = "new", "新增評核"
    GONE = "gone", "不再評核"
    SAME = "same", "持平"
    NONE = "none", "兩年都未評核"


class DisplayCap(models.IntegerChoices):
    """Where the achievement rate stops on display, in percent (domain.md §4); scores are always capped at 100."""

    OFF = 0, "不設上限"
    AT_100 = 100, "100%"
    AT_120 = 120, "120%"
    AT_150 = 150, "150%"


class Question(models.TextChoices):
    """Why a figure is questioned before it is submitted; plausibility.py says when."""

    UNIT = "unit", "單位可能有誤"
    MAGNITUDE = "magnitude", "與前次相差十倍左右"
    WORST = "worst", "比以往各年都差"
    OVER_WHOLE = "over_whole", "比率超過 100%"


class PlanState(models.TextChoices):
    """The life of an edition (domain.md §5). A reopened one is open again, with closings above zero."""

    DRAFT = "draft", "草案"
    ADOPTED = "adopted", "已核定"
    OPEN = "open", "開放填報"
    CLOSED = "closed", "已關閉"


# Whatever the order of acts, an edition moves in no other way; models/frozen_rows.py has the same rule.
PLAN_TRANSITIONS = {
    PlanState.DRAFT: frozenset({PlanState.ADOPTED}),
    PlanState.ADOPTED: frozenset({PlanState.DRAFT, PlanState.OPEN}),
    # Back to adopted only where nothing was reported: when sample data are removed.
    PlanState.OPEN: frozenset({PlanState.CLOSED, PlanState.ADOPTED}),
    PlanState.CLOSED: frozenset({PlanState.OPEN}),
}


class ReportState(models.TextChoices):
    """The way of a yearly report through review (domain.md §5)."""

    PENDING = "pending", "待填報"
    IN_PROGRESS = "draft", "填報中"
    SUBMITTED = "submitted", "已送出"
    APPROVED = "approved", "審核通過"
    RETURNED = "returned", "退回補正"


EDITABLE_STATES = frozenset({ReportState.PENDING, ReportState.IN_PROGRESS, ReportState.RETURNED})

REPORT_TRANSITIONS = {
    ReportState.PENDING: frozenset({ReportState.IN_PROGRESS}),
    ReportState.IN_PROGRESS: frozenset({ReportState.IN_PROGRESS, ReportState.SUBMITTED}),
    ReportState.RETURNED: frozenset({ReportState.IN_PROGRESS, ReportState.SUBMITTED}),
    ReportState.SUBMITTED: frozenset({ReportState.APPROVED, ReportState.RETURNED}),
    # An approval is withdrawn, with a comment (docs/decisions/0008); nothing else changes an approved report.
    ReportState.APPROVED: frozenset({ReportState.RETURNED}),
}


class ProposalDecision(models.TextChoices):
    """What became of a division's proposal for a target."""

    TAKEN = "taken", "採納"
    DECLINED = "declined", "不採納"


class EditionCommentKind(models.TextChoices):
    """What a comment on an edition is; the last two ask somebody to act and change no state."""

    COMMENT = "comment", "意見"
    SENT_FOR_ADOPTION = "sent_for_adoption", "送請核定"
    SENT_BACK = "sent_back", "退回修正"


class AuditAction(models.TextChoices):
    """What an audit event records."""

    CREATED = "created", "新增"
    CARRIED = "carried", "沿用"
    ADOPTED = "adopted", "核定年版"
    CHANGED = "changed", "修改"
    DELETED = "deleted", "刪除"
    SAVED = "saved", "儲存填報"
    RESTORED = "restored", "還原"
    SUBMITTED = "submitted", "送出"
    APPROVED = "approved", "審核通過"
    RETURNED = "returned", "退回"
    COMMENTED = "commented", "留言"
    OPENED = "opened", "開放填報"
    CLOSED = "closed", "關閉年度"
    REOPENED = "reopened", "重新開放"
    CORRECTED = "corrected", "更正說明"
    REVISED = "revised", "登錄修正"
    DEMO_REMOVED = "demo_removed", "移除示範資料"
    REMINDED = "reminded", "提醒"
    INVITED = "invited", "邀請"


class SecurityEventKind(models.TextChoices):
    """What a security event records (services/security_events.py)."""

    LOGGED_IN = "logged_in", "登入"
    LOGGED_OUT = "logged_out", "登出"
    LOGIN_FAILED = "login_failed", "登入失敗"
    LOCKED_OUT = "locked_out", "登入等候"
    UNLOCKED = "unlocked", "解除等候"
    DENIED = "denied", "拒絕存取"
    EXPORTED = "exported", "下載資料"
    EVIDENCE = "evidence", "下載佐證"
    INVITED = "invited", "邀請成員"
    ROLE_CHANGED = "role_changed", "變更角色"
    ACCOUNT_CHANGED = "account_changed", "變更帳號"
    PASSWORD_CHANGED = "password_changed", "變更密碼"
    SETTINGS_CHANGED = "settings_changed", "變更設定"


# The same again within the hour is counted in one row: anybody can cause these as often as they like.
REPEATED_EVENTS = frozenset({SecurityEventKind.LOGIN_FAILED, SecurityEventKind.LOCKED_OUT, SecurityEventKind.DENIED})


class MailKind(models.TextChoices):
    """Why a mail is sent."""

    REMINDER = "reminder", "填報與審核提醒"
    RETURNED = "returned", "退回補正"
    INVITATION = "invitation", "邀請"
    PASSWORD = "password", "重設密碼"
    NOTICES = "notices", "通知"
    SECURITY = "security", "帳號安全"


# A person gets one of each of these a day at most.
DAILY = frozenset({MailKind.REMINDER, MailKind.NOTICES})
# Sent at most once: a lost reminder is followed by the next one, and a second one annoys everybody. All others are
# sent at least once: their recipient waits for them.
AT_MOST_ONCE = frozenset({MailKind.REMINDER})
# These hold a link that opens the account, so it is made when the mail is sent and is never kept.
WITH_PASSWORD_LINK = frozenset({MailKind.INVITATION, MailKind.PASSWORD})
# Likewise the link that ends a wait after wrong passwords, where the text has one.
WITH_UNLOCK_LINK = frozenset({MailKind.SECURITY})


class NoticeKind(models.TextChoices):
    """Why a person is told something (services/notices.py)."""

    COMMENT = "comment", "留言"
    RETURNED = "returned", "退回補正"
    APPROVED = "approved", "審核通過"
    CONSULTATION = "consultation", "徵詢"
    INVITATION = "invitation", "邀請"
    LOCKED_OUT = "locked_out", "登入等候"
    ACCOUNT = "account", "帳號安全"


# Mailed as soon as they happen, unless the day's mail of notices has gone: somebody's work stands still.
MAILED_AT_ONCE = frozenset({NoticeKind.RETURNED})

"""The texts of mails about the safety of an account; see mail_texts.py."""

from datetime import datetime

from django.utils import timezone

from scorecard.domain.roc_years import datetime_text
from scorecard.models import User
from scorecard.services.mail import UNLOCK_LINK, link, one_line
from scorecard.services.mail_texts import letter


def _source(at: datetime, browser: str, address: str) -> str:
    lines = [f"時間：{datetime_text(timezone.localtime(at))}", f"瀏覽器：{browser}"]
    if address:
        lines.append(f"來源位址：{address}")
    return "\n".join(lines)


def new_device(*, user: User, at: datetime, browser: str, address: str) -> tuple[str, str]:
    """(subject, body)."""
    body = letter(
        user,
        f"您的帳號 {user.username} 剛從一個以前沒有用過的瀏覽器登入平衡計分卡。",
        _source(at, browser, address),
        "如果是您本人，請不必理會這封信。",
        f"如果不是您，請立即重設密碼，其他瀏覽器會同時登出，並通知機關管理者：\n{link('password_reset')}",
    )
    return "【帳號安全】從新的瀏覽器登入平衡計分卡", body


def new_password(*, user: User, at: datetime) -> tuple[str, str]:
    """(subject, body)."""
    body = letter(
        user,
        f"您在平衡計分卡的密碼（帳號 {user.username}）已變更，其他瀏覽器都已登出。",
        f"時間：{datetime_text(timezone.localtime(at))}",
        "如果是您本人變更的，請不必理會這封信。",
        f"如果不是您，請立即重設密碼，並通知機關管理者：\n{link('password_reset')}",
    )
    return "【帳號安全】平衡計分卡的密碼已變更", body


def new_address(*, user: User, at: datetime, by: User) -> tuple[str, str]:
    """(subject, body), to the old address."""
    body = letter(
        user,
        f"您在平衡計分卡的帳號 {user.username} 已由系統管理者 {one_line(by)} 改用另一個電子郵件，"
        "之後的信不再寄到這裡。",
        f"時間：{datetime_text(timezone.localtime(at))}",
        "如果不是您要求的，請立即通知機關管理者。",
    )
    return "【帳號安全】平衡計分卡帳號的電子郵件已變更", body


def waiting(*, user: User, at: datetime, failures: int, browser: str, address: str, is_locked: bool) -> tuple[str, str]:
    """(subject, body). is_locked: whether the account's own known devices have to wait as well."""
    if is_locked:
        effect = "帳號已鎖定 15 分鐘，鎖定期間任何瀏覽器都不能登入。"
    else:
        effect = "系統已放慢這個帳號從新瀏覽器的登入。您登入過的瀏覽器不受別人影響，仍可照常登入。"
    body = letter(
        user,
        f"有人以您的帳號 {user.username} 登入平衡計分卡，密碼連續錯誤 {failures} 次以上。{effect}",
        _source(at, browser, address),
        f"如果是您本人，可以等候後再試，或在一天內開啟下列連結，不必再等：\n{UNLOCK_LINK}",
        f"如果不是您，這幾次都沒有登入成功，請不必理會；這類通知一天最多寄一封。忘記密碼時：\n{link('password_reset')}",
    )
    return "【帳號安全】平衡計分卡登入失敗多次", body

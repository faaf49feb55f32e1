"""Nothing lasts for ever: a statement, a lock, an idle transaction, a login, a link that opens an account."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from scorecard.checks.query import rows

POSTGRESQL_LIMITS = {
    "statement_timeout": "單一指令的時間",
    "lock_timeout": "等待鎖定的時間",
    "idle_in_transaction_session_timeout": "交易閒置的時間",
}
LONGEST_LOGIN_HOURS = 24
LONGEST_LINK = 7 * 24 * 60 * 60
# In days.
SIX_MONTHS = 184


def findings(connection):
    """Asked of the connection, so that it does not matter whether role, database or server sets the limits."""
    if connection.vendor != "postgresql":
        return []
    asked = "SELECT name FROM pg_settings WHERE setting = '0' AND name = ANY(%s) ORDER BY name"
    return [
        Error(
            f"資料庫沒有限制{POSTGRESQL_LIMITS[name]}（{name}）。",
            hint=f"請由資料庫管理者執行 ALTER ROLE 網站的角色 SET {name} = '60s'；見 README 的「資料庫角色」。",
            id="scorecard.E016",
        )
        for (name,) in rows(connection, asked, [list(POSTGRESQL_LIMITS)])
    ]


@register(Tags.security, deploy=True)
def logins_links_and_records_last_as_long_as_they_should(app_configs, **kwargs):
    found = []
    if settings.LOGIN_HOURS > LONGEST_LOGIN_HOURS:
        found.append(
            Error(
                f"一次登入最長 {settings.LOGIN_HOURS} 小時，超過一天。",
                hint="請縮短 LOGIN_HOURS，例如 LOGIN_HOURS=8。",
                id="scorecard.E050",
            )
        )
    if settings.LOGIN_IDLE_MINUTES >= settings.LOGIN_HOURS * 60:
        found.append(
            Error(
                f"閒置 {settings.LOGIN_IDLE_MINUTES} 分鐘才登出，不比一次登入的期限短，等於沒有閒置登出。",
                hint="請縮短 LOGIN_IDLE_MINUTES，例如 LOGIN_IDLE_MINUTES=60。",
                id="scorecard.E051",
            )
        )
    if settings.PASSWORD_RESET_TIMEOUT > LONGEST_LINK:
        found.append(
            Error(
                "開通帳號與重設密碼的連結有效超過 7 天。",
                hint="請縮短 bsc_site/settings.py 的 PASSWORD_RESET_TIMEOUT。",
                id="scorecard.E052",
            )
        )
    if settings.SECURITY_EVENT_DAYS < SIX_MONTHS:
        found.append(
            Error(
                f"資安紀錄只保留 {settings.SECURITY_EVENT_DAYS} 天，不到資通系統防護基準要求的六個月。",
                hint=f"請設定 SECURITY_EVENT_DAYS={SIX_MONTHS} 以上。",
                id="scorecard.E053",
            )
        )
    return found

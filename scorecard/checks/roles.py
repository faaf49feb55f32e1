"""On PostgreSQL the site runs as a role that can neither undo triggers nor rewrite the audit trail."""

from django.conf import settings
from django.core.checks import Error

from scorecard.checks.query import rows
from scorecard.models.database_roles import DENIED, owned_tables

POWERS = "SELECT rolsuper, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user"
# TRUNCATE passes by the triggers of rows, and a trigger of one's own can undo what another refuses.
BEYOND_ROWS = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND has_table_privilege(c.oid, 'TRUNCATE, TRIGGER') ORDER BY 1
"""
MAKES_TABLES = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
HINT = (
    "請由資料庫管理者建立兩個角色，以擁有資料表的角色（MIGRATE_DATABASE_URL）執行 manage.py migrate 與 "
    "manage.py grant_roles，網站的 DATABASE_URL 用另一個；見 README 的「資料庫角色」。"
)


def findings(connection):
    """Nothing on SQLite, which has no roles."""
    if connection.vendor != "postgresql":
        return []
    if settings.SITE_ROLE:
        message = "設定了 MIGRATE_DATABASE_URL，檢查看到的是擁有資料表的角色，而不是網站的角色。"
        return [Error(message, hint="請先執行 unset MIGRATE_DATABASE_URL，再檢查一次。", id="scorecard.E018")]
    ((is_superuser, *other_powers),) = rows(connection, POWERS)
    if is_superuser or any(other_powers):
        return [_error("E011", "網站使用的資料庫角色是超級使用者，或可以建立角色、複寫資料庫。")]
    found = []
    if owned := owned_tables(connection):
        found.append(
            _error("E012", f"網站使用的資料庫角色擁有 {len(owned)} 個資料表（例如 {owned[0]}），可以停用觸發程序。")
        )
    elif tables := [name for (name,) in rows(connection, BEYOND_ROWS)]:
        names = "、".join(tables[:3])
        found.append(_error("E013", f"網站使用的資料庫角色可以清空資料表或加上觸發程序：{names}。"))
    for table, denied in DENIED.items():
        allowed = [right for right in denied.split(", ") if _is_allowed(connection, table, right)]
        if allowed and table not in owned:
            names = "、".join(allowed)
            found.append(_error("E014", f"網站使用的資料庫角色可以改寫 {table}（{names}），應該只能依規定新增。"))
    if rows(connection, MAKES_TABLES) == [(True,)]:
        found.append(_error("E015", "網站使用的資料庫角色可以自行建立資料表。"))
    return found


def _error(number, message):
    return Error(message, hint=HINT, id=f"scorecard.{number}")


def _is_allowed(connection, table, right):
    # A right to one column counts as well; there is none to delete one.
    asks = "has_table_privilege" if right == "DELETE" else "has_any_column_privilege"
    return rows(connection, f"SELECT {asks}(%s, %s)", [table, right]) == [(True,)]

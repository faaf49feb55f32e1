"""The database can be used, and is as the program expects; where it cannot be used, nothing more is asked of it."""

from django.core.checks import Error, Tags, register
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from scorecard.checks import clock, roles, time_limits, triggers


@register(Tags.database, deploy=True)
def database_is_fit(app_configs, databases=None, **kwargs):
    """databases: the aliases to look at; Django gives None where nobody asked for the database."""
    found = []
    for alias in databases or ():
        connection = connections[alias]
        unusable = _what_is_wrong(connection)
        if unusable:
            found.append(unusable)
            continue
        for ask in (roles.findings, triggers.findings, time_limits.findings, clock.findings):
            found += ask(connection)
    return found


def _what_is_wrong(connection):
    """An Error, or None."""
    hint = "請確認 DATABASE_URL 正確、資料庫已啟動，並先執行 manage.py migrate。"
    try:
        loader = MigrationLoader(connection)
        missing = sorted(loader.graph.nodes.keys() - loader.applied_migrations.keys())
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return Error(f"資料庫無法使用：{reason}", hint=hint, id="scorecard.E010")
    if missing:
        names = "、".join(f"{app}.{name}" for app, name in missing[:3])
        return Error(
            f"資料庫還有 {len(missing)} 個更新沒有執行：{names}。",
            hint="請執行 manage.py migrate。",
            id="scorecard.E010",
        )
    return None

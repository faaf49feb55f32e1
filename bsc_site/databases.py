"""The database by DATABASE_URL and MIGRATE_DATABASE_URL, for settings.py."""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from bsc_site.environment import env_text

SQLITE_OPTIONS = {
    # Writers wait at BEGIN for up to 20 seconds. With the deferred default, a transaction that reads first and then
    # writes fails at once with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Readers continue while one process writes; NORMAL is safe from corruption under WAL.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def parsed_database(name, url):
    """The database of an address. name: the variable that has it."""
    try:
        return dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    except (ValueError, KeyError) as error:
        # Without the address in the message: it has the password.
        raise ImproperlyConfigured(
            f"環境變數 {name} 無法辨識。請用 sqlite:////完整路徑/db.sqlite3 或 postgresql://帳號:密碼@主機:5432/資料庫。"
        ) from error


def database_from_environment(file):
    """From DATABASE_URL; without it, SQLite in the file."""
    url = env_text("DATABASE_URL")
    if not url:
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": file}
    else:
        database = parsed_database("DATABASE_URL", url)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # Kept open: whenever the last connection closes, SQLite merges its log into the file and deletes it.
        database["CONN_MAX_AGE"] = None
        database["OPTIONS"] = {**database.get("OPTIONS", {}), **SQLITE_OPTIONS}
    return database


def owner_from_environment(site):
    """The same database for its owner, who migrates; None for the site itself, and where one role does both.

    site: the database of the site.
    """
    url = env_text("MIGRATE_DATABASE_URL")
    if not url:
        return None
    owner = parsed_database("MIGRATE_DATABASE_URL", url)
    place = ("ENGINE", "NAME", "HOST", "PORT")
    is_same = [owner.get(key) for key in place] == [site.get(key) for key in place]
    if not is_same or owner["ENGINE"] != "django.db.backends.postgresql" or owner["USER"] == site["USER"]:
        raise ImproperlyConfigured(
            "環境變數 MIGRATE_DATABASE_URL 與 DATABASE_URL 請連到同一個 PostgreSQL 資料庫，而用不同的角色；"
            "不分角色時請不要設定 MIGRATE_DATABASE_URL。"
        )
    return owner

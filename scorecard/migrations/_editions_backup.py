"""A copy of the database before its plans become editions (docs/decisions/0028): there is no way back."""

import os
from pathlib import Path

from django.core.management.base import CommandError
from django.db import DatabaseError

UNCONFIRMED = (
    "這次升級會把資料庫改為一年一版，不能退回。請先備份（例如 pg_dump --format=custom），確認備份可以還原後，"
    "設定環境變數 EDITIONS_BACKUP=done 再執行一次 manage.py migrate。資料庫沒有任何變更。"
)


def keep_a_copy(connection):
    """SQLite: beside the file; returns the sentence that says where. PostgreSQL: raises CommandError unless the
    operator says that there is one.
    """
    if connection.vendor == "postgresql":
        if os.environ.get("EDITIONS_BACKUP", "").strip() != "done":
            raise CommandError(UNCONFIRMED)
        return None
    if connection.is_in_memory_db():
        return None
    return f"升級前的資料庫已複製到 {_copy_beside(connection, Path(connection.settings_dict['NAME']))}。"


def _copy_beside(connection, database):
    copy = _free_name(database)
    try:
        # VACUUM INTO fills an empty file; made here with the rights of the original, which has people's data.
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, database.stat().st_mode & 0o777))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    except (OSError, DatabaseError) as error:
        copy.unlink(missing_ok=True)
        raise CommandError(
            f"無法把升級前的資料庫複製到 {copy}（{error}）。請確認資料夾可以寫入、磁碟空間足夠，再執行一次。"
            "資料庫沒有任何變更。"
        ) from error
    return copy


def _free_name(database):
    number = 1
    while True:
        ending = ".before-editions" if number == 1 else f".before-editions-{number}"
        copy = database.with_name(database.name + ending)
        if not copy.exists():
            return copy
        number += 1

"""The migrations to editions go forward only (docs/decisions/0028)."""

from django.db.migrations.exceptions import IrreversibleError


def refuse_to_go_back(apps, schema_editor):
    """The reverse of each of them."""
    raise IrreversibleError(
        "資料庫已改為一年一版，不能再退回舊版的資料表。要回到舊版，請還原升級前的備份"
        "（SQLite 在資料庫檔案旁，檔名結尾為 .before-editions）。"
    )

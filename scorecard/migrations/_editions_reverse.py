"""The migrations to editions go forward only (docs/decisions/0028)."""

from django.core.management.base import CommandError


def refuse_to_go_back(*args):
    """The reverse of each of them, whatever it is given."""
    raise CommandError(
        "資料庫已改為一年一版，不能再退回舊版的資料表，沒有任何變更。要回到舊版，請還原升級前的備份"
        "（SQLite 的在資料庫檔案旁，檔名結尾為 .before-editions），再以舊版的程式啟動。"
    )

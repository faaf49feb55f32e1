"""What commands share that write a plan's file. Every CommandError says what to do instead."""

import errno
import secrets
from pathlib import Path

from django.core.management.base import CommandError

from scorecard.domain.roc_years import YearError, parse_year
from scorecard.models import Plan

REASONS = {
    errno.ENOENT: "資料夾不存在",
    errno.ENOTDIR: "上層不是資料夾",
    errno.EACCES: "沒有寫入權限",
    errno.EPERM: "沒有寫入權限",
    errno.EROFS: "這個磁碟只能讀取",
    errno.ENOSPC: "磁碟空間不足",
    errno.ENAMETOOLONG: "檔名太長",
}


def find_plan(slug):
    """The edition 「taipei-secretariat-105」, with its agency and version. Raises CommandError with the known ones."""
    agency, _, year = slug.rpartition("-")
    plans = Plan.objects.select_related("agency", "version")
    try:
        return plans.get(agency__slug=agency, year=parse_year(year))
    except (Plan.DoesNotExist, YearError):
        known = "、".join(plan.slug for plan in plans.order_by("agency__slug", "year"))
        hint = f"現有年版：{known}。" if known else "資料庫裡還沒有任何年版。"
        raise CommandError(f"找不到年版「{slug}」（機關代稱加年度，例如 taipei-secretariat-105）。{hint}") from None


def read_year(text):
    """The Gregorian year of 105, 民國105年 or 2016. Raises CommandError."""
    try:
        return parse_year(text)
    except YearError as error:
        raise CommandError(str(error)) from error


def write_whole(path, content):
    """Write the whole file or nothing: nobody reads half of it, and a failure keeps the old file."""
    path = Path(path)
    try:
        if path.is_dir():
            raise CommandError(f"「{path}」是資料夾；請寫出檔名。")
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with temporary.open("xb") as file:
                file.write(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = REASONS.get(error.errno, error.strerror)
        raise CommandError(f"無法寫入「{path}」：{reason}。請換一個資料夾或檔名。") from error

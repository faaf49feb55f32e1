"""Clocks agree: the audit trail, receipts and due dates are only as right as the machine's time."""

import ctypes
from datetime import timedelta

from django.core.checks import Error, Tags, Warning, register
from django.utils import timezone

from scorecard.checks.query import rows
from scorecard.domain.roc_years import datetime_text
from scorecard.models import AuditEvent

# More than a loaded machine takes to answer.
TOLERANCE = timedelta(seconds=5)
CLOCK_IS_UNSYNCHRONISED = 5
HINT = "請安裝並啟動校時服務（apt-get install systemd-timesyncd 或 chrony），再以 timedatectl 確認。"


@register(Tags.security, deploy=True)
def machine_keeps_time(app_configs, **kwargs):
    """The kernel knows, whichever program keeps it right. A Warning: a virtual machine may get its time elsewhere."""
    if clock_is_synchronised():
        return []
    return [Warning("本機的時鐘沒有與基準時間源同步。", hint=HINT, id="scorecard.W040")]


def clock_is_synchronised():
    """True also where the kernel does not say."""
    # The kernel writes 208 bytes; all zero, nothing is set.
    buffer = ctypes.create_string_buffer(512)
    try:
        state = ctypes.CDLL(None).adjtimex(buffer)
    except AttributeError:
        return True
    return state != CLOCK_IS_UNSYNCHRONISED


def findings(connection):
    found = []
    if connection.vendor == "postgresql":
        before = timezone.now()
        ((at,),) = rows(connection, "SELECT clock_timestamp()")
        if not before - TOLERANCE < at < timezone.now() + TOLERANCE:
            seconds = round(abs((at - before).total_seconds()))
            found.append(
                Error(f"資料庫主機的時鐘與本機相差 {seconds} 秒。", hint=f"{HINT}兩台主機都要。", id="scorecard.E041")
            )
    last = AuditEvent.objects.using(connection.alias).order_by("-pk").values_list("at", flat=True).first()
    if last and last > timezone.now() + TOLERANCE:
        at = datetime_text(timezone.localtime(last))
        found.append(Error(f"最後一筆稽核紀錄的時間（{at}）比現在還晚，時鐘曾經不準。", hint=HINT, id="scorecard.E042"))
    return found

"""manage.py verify_snapshot [PLAN]: checks that the files of each closing are intact and still correct."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.documents.year_snapshot_check import check_snapshot, closed_without_snapshot
from scorecard.domain.roc_years import datetime_text
from scorecard.management.files import find_plan
from scorecard.models import YearSnapshot

MAX_MESSAGES = 50
# The exit status where a closed year has no snapshot.
MISSING = 3


class Command(BaseCommand):
    """Exits with 1 if a file has another hash or a closed year differs from it, else with 3 if one has no snapshot."""

    help = (
        "檢查年度定稿檔：雜湊值是否相符，關閉的年度現在的資料是否與凍結時相同；有問題時結束狀態為 1，"
        "已關閉的年度沒有定稿檔時為 3。"
    )

    def add_arguments(self, parser):
        """[PLAN]."""
        parser.add_argument(
            "plan", metavar="PLAN", nargs="?", help="年版，例如 taipei-secretariat-105；不寫則檢查所有年版"
        )

    def handle(self, *args, **options):
        snapshots = YearSnapshot.objects.select_related("plan__agency", "plan__version")
        missing = closed_without_snapshot()
        if options["plan"]:
            plan = find_plan(options["plan"])
            snapshots = snapshots.filter(plan=plan)
            missing = [other for other in missing if other == plan]
        count = 0
        broken = 0
        for snapshot in snapshots.order_by("plan", "number").iterator(chunk_size=1):
            count += 1
            if not self._show(snapshot):
                broken += 1
        for plan in missing:
            self.stdout.write(f"{plan}　已關閉，但沒有定稿檔；請執行 manage.py make_snapshot {plan.slug} 補做。")
        if broken:
            raise CommandError(f"{count} 份年度定稿檔中有 {broken} 份有問題（見上）。")
        self.stdout.write(f"共檢查 {count} 份年度定稿檔，沒有問題。" if count else "沒有年度定稿檔。")
        if missing:
            sys.exit(MISSING)

    def _show(self, snapshot):
        """Write the result, and return whether the snapshot is intact."""
        check = check_snapshot(snapshot)
        at = datetime_text(timezone.localtime(snapshot.closed_at))
        closing = f"第 {snapshot.number} 次關閉（{at}，{snapshot.closed_by_name}）"
        self.stdout.write(f"{snapshot.plan} {closing}")
        for fault in check.faults:
            self.stdout.write(f"  ✘ {fault}")
        for difference in check.differences[:MAX_MESSAGES]:
            frozen = _shown(difference.frozen)
            now = _shown(difference.now)
            self.stdout.write(f"  ✘ {difference.place}：凍結時 {frozen}，現在 {now}")
        if len(check.differences) > MAX_MESSAGES:
            self.stdout.write(f"  ✘ 另有 {len(check.differences) - MAX_MESSAGES} 處不同。")
        if check.is_whole:
            compared = "與目前資料相同" if check.is_current else "之後已重新開放，不與目前資料比對"
            self.stdout.write(f"  檔案完整，{compared}。")
        return check.is_whole


def _shown(value):
    return "無" if value is None else f"「{value}」"

"""manage.py verify_snapshot [PLAN [YEAR]]: checks that the files of each closing are intact and still correct."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.documents.year_snapshot_check import check_snapshot
from scorecard.domain.roc_years import datetime_text, year_text
from scorecard.management.files import find_plan, read_year
from scorecard.models import YearSnapshot

MAX_MESSAGES = 50


class Command(BaseCommand):
    """Exits with 1 if a file has another hash, or a closed year differs from its snapshot."""

    help = "檢查年度凍結檔：雜湊值是否相符，關閉的年度現在的資料是否與凍結時相同；有問題時結束狀態為 1。"

    def add_arguments(self, parser):
        """[PLAN [YEAR]]."""
        parser.add_argument("plan", metavar="PLAN", nargs="?", help="計畫的網址代稱；不寫則檢查所有計畫")
        parser.add_argument("year", metavar="YEAR", nargs="?", help="年度：105、民國105年 或 2016；不寫則檢查所有年度")

    def handle(self, *args, **options):
        snapshots = YearSnapshot.objects.select_related("closed_by", "plan_year__plan")
        if options["plan"]:
            snapshots = snapshots.filter(plan_year__plan=find_plan(options["plan"]))
        if options["year"]:
            snapshots = snapshots.filter(plan_year__year=read_year(options["year"]))
        count = 0
        broken = 0
        for snapshot in snapshots.order_by("plan_year", "number").iterator(chunk_size=1):
            count += 1
            if not self._show(snapshot):
                broken += 1
        if broken:
            raise CommandError(f"{count} 份年度凍結檔中有 {broken} 份有問題（見上）。")
        self.stdout.write(f"共檢查 {count} 份年度凍結檔，沒有問題。" if count else "沒有年度凍結檔。")

    def _show(self, snapshot):
        """Write the result, and return whether the snapshot is intact."""
        check = check_snapshot(snapshot)
        year = snapshot.plan_year
        at = datetime_text(timezone.localtime(snapshot.closed_at))
        closing = f"第 {snapshot.number} 次關閉（{at}，{snapshot.closed_by}）"
        self.stdout.write(f"{year.plan} {year_text(year.year)} {closing}")
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

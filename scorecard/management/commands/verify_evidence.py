"""manage.py verify_evidence [PLAN]: checks that the files of evidence are on disk, and as they were uploaded."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.domain.roc_years import datetime_text
from scorecard.management.files import find_plan
from scorecard.models import Evidence
from scorecard.read_models.evidence_files import fault_of


class Command(BaseCommand):
    """Exits with 1 if a file is missing or changed. Removed evidence counts as well: its file stays."""

    help = "檢查佐證檔案是否都在磁碟上、內容是否與上傳時相同；有問題時結束狀態為 1。"

    def add_arguments(self, parser):
        """[PLAN]."""
        parser.add_argument(
            "plan", metavar="PLAN", nargs="?", help="年版，例如 taipei-secretariat-105；不寫則檢查所有年版"
        )

    def handle(self, *args, **options):
        files = Evidence.objects.select_related("report__kpi__plan__agency", "uploaded_by")
        if options["plan"]:
            files = files.filter(report__kpi__plan=find_plan(options["plan"]))
        count = damaged = without_digest = 0
        for evidence in files.order_by("pk").iterator():
            count += 1
            if not evidence.digest:
                without_digest += 1
            fault = fault_of(evidence)
            if fault:
                damaged += 1
                self.stdout.write(f"  ✘ {_name(evidence)}：{fault}。")
        if without_digest:
            self.stdout.write(f"其中 {without_digest} 個檔案上傳時還沒有記錄雜湊值，只檢查大小。")
        if damaged:
            raise CommandError(f"{count} 個佐證檔案中有 {damaged} 個有問題（見上）；請從備份還原這些檔案。")
        self.stdout.write(f"共檢查 {count} 個佐證檔案，沒有問題。" if count else "沒有佐證檔案。")


def _name(evidence):
    """Where the file belongs, and where it is."""
    report = evidence.report
    at = datetime_text(timezone.localtime(evidence.uploaded_at))
    place = f"{report.kpi.plan} {report.kpi.code}「{evidence.name}」"
    return f"{place}（{evidence.uploaded_by_name or evidence.uploaded_by} {at} 上傳，{evidence.file.name}）"

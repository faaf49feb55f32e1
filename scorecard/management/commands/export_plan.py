"""manage.py export_plan PLAN --format json|xlsx -o FILE: writes an edition's scorecard as data or as a workbook."""

from django.core.management.base import BaseCommand, CommandError

from scorecard.documents.plan_json import plan_json
from scorecard.documents.scorecard_workbook import scorecard_workbook
from scorecard.management.files import find_plan, write_whole
from scorecard.read_models.build_scorecard import build_scorecard

STANDARD_OUTPUT = "-"
WRITERS = {"json": lambda scorecard: plan_json(scorecard).encode(), "xlsx": scorecard_workbook}


class Command(BaseCommand):
    help = "匯出一份年版：JSON（全部資料）或 XLSX（平衡計分卡工作表）。"

    def add_arguments(self, parser):
        """PLAN --format json|xlsx -o FILE [--provisional]."""
        parser.add_argument("plan", metavar="PLAN", help="年版：機關代稱加年度，例如 taipei-secretariat-105")
        parser.add_argument("--format", required=True, choices=sorted(WRITERS), help="檔案格式")
        parser.add_argument(
            "-o", "--output", metavar="FILE", required=True, help="要寫入的檔案；JSON 可用 - 寫到標準輸出"
        )
        parser.add_argument("--provisional", action="store_true", help="列入尚未審核的數值")

    def handle(self, *args, **options):
        """Say what was written; a CommandError otherwise, and then no file was touched."""
        to_standard_output = options["output"] == STANDARD_OUTPUT
        if to_standard_output and options["format"] != "json":
            raise CommandError("只有 JSON 能寫到標準輸出；XLSX 請用 -o 指定檔名。")
        plan = find_plan(options["plan"])
        scorecard = build_scorecard(plan, include_provisional=options["provisional"], with_action_plans=True)
        content = WRITERS[options["format"]](scorecard)
        if to_standard_output:
            self._write_out(content)
            return
        write_whole(options["output"], content)
        self.stdout.write(f"已寫入 {options['output']}：{scorecard.agency} {scorecard.plan_title}")

    def _write_out(self, content):
        """Write UTF-8 whatever the terminal's encoding is."""
        # A text stream of a test has no buffer.
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:
            self.stdout.write(content.decode(), ending="")
        else:
            buffer.write(content)

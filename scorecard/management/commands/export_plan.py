"""manage.py export_plan PLAN --format json|xlsx -o FILE: writes a plan's scorecard as data or as a workbook."""

from django.core.management.base import BaseCommand, CommandError

from scorecard.documents.plan_json import plan_json
from scorecard.documents.scorecard_workbook import scorecard_workbook
from scorecard.domain.choices import ReportState
from scorecard.domain.roc_years import year_text
from scorecard.management.files import find_plan, read_year, write_whole
from scorecard.models import YearlyReport
from scorecard.read_models.build_scorecard import NoSuchYear, build_scorecard

STANDARD_OUTPUT = "-"
WRITERS = {"json": lambda scorecard: plan_json(scorecard).encode(), "xlsx": scorecard_workbook}


class Command(BaseCommand):
    help = "匯出計畫：JSON（全部年度的資料）或 XLSX（平衡計分卡工作表）。"

    def add_arguments(self, parser):
        """PLAN --format json|xlsx -o FILE [--year YEAR] [--provisional]."""
        parser.add_argument("plan", metavar="PLAN", help="計畫的網址代稱，例如 taipei-secretariat-105")
        parser.add_argument("--format", required=True, choices=sorted(WRITERS), help="檔案格式")
        parser.add_argument(
            "-o", "--output", metavar="FILE", required=True, help="要寫入的檔案；JSON 可用 - 寫到標準輸出"
        )
        parser.add_argument(
            "--year",
            metavar="YEAR",
            help="工作表的年度：105、民國105年 或 2016；省略時為最近開放填報或有審核通過的數值的年度",
        )
        parser.add_argument("--provisional", action="store_true", help="列入尚未審核的數值")

    def handle(self, *args, **options):
        """Say what was written; a CommandError otherwise, and then no file was touched."""
        to_standard_output = options["output"] == STANDARD_OUTPUT
        if to_standard_output and options["format"] != "json":
            raise CommandError("只有 JSON 能寫到標準輸出；XLSX 請用 -o 指定檔名。")
        plan = find_plan(options["plan"])
        year = read_year(options["year"]) if options["year"] else _default_year(plan)
        scorecard = _build(plan, year, options["provisional"])
        content = WRITERS[options["format"]](scorecard)
        if to_standard_output:
            self._write_out(content)
            return
        write_whole(options["output"], content)
        self.stdout.write(
            f"已寫入 {options['output']}：{scorecard.agency} {scorecard.plan_title}（{scorecard.year.text}）"
        )

    def _write_out(self, content):
        """Write UTF-8 whatever the terminal's encoding is."""
        # A text stream of a test has no buffer.
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:
            self.stdout.write(content.decode(), ending="")
        else:
            buffer.write(content)


def _build(plan, year, include_provisional):
    try:
        return build_scorecard(plan, year, include_provisional=include_provisional, with_action_plans=True)
    except NoSuchYear:
        known = "、".join(year_text(row.year) for row in plan.years.all())
        raise CommandError(f"計畫「{plan.slug}」沒有 {year_text(year)}；現有年度：{known}。") from None


def _default_year(plan):
    """The latest year that is open or has approved figures, or else the plan's first."""
    approved = YearlyReport.objects.filter(kpi__plan=plan, state=ReportState.APPROVED)
    with_figures = set(approved.values_list("year", flat=True).distinct())
    years = [row.year for row in plan.years.all() if row.is_open or row.year in with_figures]
    return max(years, default=plan.first_year)

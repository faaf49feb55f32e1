"""manage.py annual_report PLAN YEAR -o FILE: the annual report as PDF."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.exports.pdf import PDFError, annual_report_pdf
from scorecard.management.files import find_plan, read_year, write_whole
from scorecard.reports.annual import BaselineYear, NoSuchYear, build_annual_report
from scorecard.roc import year_text


class Command(BaseCommand):
    """Writes the annual report of a plan's year to a file."""

    help = "產生年度績效報告（PDF）。"

    def add_arguments(self, parser):
        """PLAN YEAR -o FILE [--provisional]."""
        parser.add_argument("plan", metavar="PLAN", help="計畫的網址代稱，例如 taipei-secretariat-105")
        parser.add_argument("year", metavar="YEAR", help="年度：105、民國105年 或 2016")
        parser.add_argument("-o", "--output", metavar="FILE", required=True, help="要寫入的 PDF 檔")
        parser.add_argument("--provisional", action="store_true", help="列入尚未核定的數值，並標示「未核定」")

    def handle(self, *args, **options):
        """Say what was written; a CommandError otherwise, and then no file was touched."""
        plan = find_plan(options["plan"])
        report = _build(plan, read_year(options["year"]), options["provisional"])
        try:
            pdf = annual_report_pdf(report, made_at=timezone.localtime())
        except PDFError as error:
            raise CommandError(f"無法產生 PDF：{error}") from error
        write_whole(options["output"], pdf)
        mark = "（草稿：年度尚未關閉）" if report.scorecard.is_draft else ""
        self.stdout.write(f"已寫入 {options['output']}：{report.scorecard.agency} {report.title}{mark}")


def _build(plan, year, include_provisional):
    plan_years = f"{year_text(plan.first_year)}至 {year_text(plan.last_year)}"
    try:
        return build_annual_report(plan, year, include_provisional=include_provisional)
    except NoSuchYear:
        raise CommandError(f"計畫「{plan.slug}」沒有 {year_text(year)}；計畫年度為 {plan_years}。") from None
    except BaselineYear:
        raise CommandError(
            f"{year_text(year)}是計畫開始前的基準年度，只有實際值，沒有年度報告；計畫年度為 {plan_years}。"
        ) from None

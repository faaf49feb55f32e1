"""manage.py annual_report PLAN YEAR -o FILE: the annual report as PDF."""

import os
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.exports.pdf import PDFError, annual_report_pdf
from scorecard.models import Plan
from scorecard.reports.annual import BaselineYear, NoSuchYear, build_annual_report
from scorecard.roc import YearError, parse_year, year_text


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
        plan = _find_plan(options["plan"])
        report = _build(plan, _read_year(options["year"]), options["provisional"])
        try:
            pdf = annual_report_pdf(report, made_at=timezone.localtime())
        except PDFError as error:
            raise CommandError(f"無法產生 PDF：{error}") from error
        path = Path(options["output"])
        _write(path, pdf)
        mark = "（草稿：年度尚未關閉）" if report.scorecard.is_draft else ""
        self.stdout.write(f"已寫入 {path}：{report.scorecard.agency} {report.title}{mark}")


def _find_plan(slug):
    try:
        return Plan.objects.select_related("agency").prefetch_related("years").get(slug=slug)
    except Plan.DoesNotExist:
        known = "、".join(Plan.objects.order_by("slug").values_list("slug", flat=True))
        hint = f"現有計畫：{known}。" if known else "資料庫裡還沒有任何計畫。"
        raise CommandError(f"找不到計畫「{slug}」。{hint}") from None


def _read_year(text):
    try:
        return parse_year(text)
    except YearError as error:
        raise CommandError(str(error)) from error


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


def _write(path, content):
    """Whole or not at all: a reader never meets half a file, and a failure leaves the old one."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = file.name
            file.write(content)
        # mkstemp makes a file that only its owner may read; what is exported is an ordinary file.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise CommandError(f"無法寫入 {path}：{error.strerror}。請確認資料夾存在且可以寫入。") from error


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""manage.py export_form PLAN FILE: writes the agency's filled form, as XLSX or ODS by the file's name."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from scorecard.agency_form.writing.form_file import choose_years, form_ods, form_xlsx
from scorecard.domain.roc_years import year_text
from scorecard.management.files import find_plan, read_year, write_whole
from scorecard.read_models.build_scorecard import build_scorecard

WRITERS = {".xlsx": form_xlsx, ".ods": form_ods}


class Command(BaseCommand):
    help = "匯出填好的機關原表（策略地圖與平衡計分卡）：副檔名 .xlsx 或 .ods。只列審核通過的實際值。"

    def add_arguments(self, parser):
        """PLAN FILE [--from YEAR] [--to YEAR] [--actuals]."""
        parser.add_argument("plan", metavar="PLAN", help="年版：機關代稱加年度，例如 taipei-secretariat-105")
        parser.add_argument("file", metavar="FILE", help="要寫入的檔案，副檔名 .xlsx 或 .ods")
        parser.add_argument("--from", dest="first", metavar="YEAR", help="從哪一年：102、民國102年 或 2013")
        parser.add_argument("--to", dest="last", metavar="YEAR", help="到哪一年")
        parser.add_argument("--actuals", action="store_true", help="在目標值旁列出本年度的實際值")

    def handle(self, *args, **options):
        """Say what was written; a CommandError otherwise, and then no file was touched."""
        path = Path(options["file"])
        write = WRITERS.get(path.suffix.lower())
        if write is None:
            raise CommandError(f"「{path.name}」的副檔名不是 .xlsx 或 .ods；請改用其中之一。")
        plan = find_plan(options["plan"])
        first = read_year(options["first"]) if options["first"] else None
        last = read_year(options["last"]) if options["last"] else None
        scorecard = build_scorecard(plan, with_action_plans=True)
        chosen = choose_years(scorecard, first=first, last=last, with_actuals=options["actuals"])
        if not chosen.years:
            known = "、".join(year.text for year in scorecard.years)
            raise CommandError(f"年版「{plan.slug}」在這個範圍沒有年度；現有年度：{known}。")
        write_whole(path, write(scorecard, chosen))
        years = "、".join(year_text(year.year) for year in chosen.years)
        self.stdout.write(f"已寫入 {path}：{scorecard.agency} {scorecard.plan_title}（{years}）")

"""manage.py annual_report PLAN -o FILE: writes the annual report as PDF."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scorecard.documents.annual_report_pdf import annual_report_pdf
from scorecard.management.files import find_plan, write_whole
from scorecard.pdf.jobs import PDFBusy
from scorecard.pdf.writer import PDFError
from scorecard.read_models.annual_report import Choices, build_annual_report
from scorecard.read_models.annual_report_part import parts_of
from scorecard.read_models.build_scorecard import build_scorecard


class Command(BaseCommand):
    help = "產生年度績效報告（PDF）。"

    def add_arguments(self, parser):
        """PLAN -o FILE [--part PART] [--no-appendix] [--provisional]."""
        parser.add_argument("plan", metavar="PLAN", help="年版：機關代稱加年度，例如 taipei-secretariat-105")
        parser.add_argument("-o", "--output", metavar="FILE", required=True, help="要寫入的 PDF 檔")
        parser.add_argument("--part", metavar="PART", default="", help="只報告一個策略主題、構面或科室，寫代碼或名稱")
        parser.add_argument("--no-appendix", action="store_true", help="不含附錄：計算方式、填表說明、填好的原表")
        parser.add_argument("--provisional", action="store_true", help="列入尚未審核的數值，並標示「尚未審核」")

    def handle(self, *args, **options):
        """Say what was written; a CommandError otherwise, and then no file was touched."""
        plan = find_plan(options["plan"])
        part = _find_part(build_scorecard(plan), options["part"]) if options["part"] else ""
        choices = Choices(part, not options["no_appendix"], options["provisional"])
        report = build_annual_report(plan, choices)
        try:
            pdf = annual_report_pdf(plan, choices, wait_seconds=settings.PDF_SECONDS)
        except PDFBusy:
            raise CommandError("系統正在產生其他報告，請稍後再試。") from None
        except PDFError as error:
            raise CommandError(f"無法產生 PDF：{error}") from error
        write_whole(options["output"], pdf)
        mark = "（草稿：年度尚未關閉）" if report.scorecard.is_preliminary else ""
        if report.scorecard.year.is_draft:
            mark = "（草案，尚未核定）"
        self.stdout.write(f"已寫入 {options['output']}：{report.scorecard.agency} {report.title}{mark}")


def _find_part(scorecard, written):
    """The code of the part, such as 「theme-A」. written: a code or a name; CommandError unless it fits one part."""
    pairs = [pair for _, pairs in parts_of(scorecard) for pair in pairs]
    found = [code for code, part in pairs if written in (code, part.name, part.text, getattr(part.line, "code", None))]
    if len(found) == 1:
        return found[0]
    names = "、".join(f"{part.text}（{code}）" for code, part in pairs)
    problem = "沒有" if not found else "不只一個"
    raise CommandError(f"年版{problem}「{written}」；請寫下列之一的代碼或名稱：{names}。")

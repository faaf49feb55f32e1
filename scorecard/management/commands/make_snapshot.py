"""manage.py make_snapshot PLAN --by USERNAME --reason TEXT: freezes a closed year that has no snapshot."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from scorecard.management.files import find_plan
from scorecard.models import User
from scorecard.pdf.jobs import PDFBusy
from scorecard.pdf.writer import PDFError
from scorecard.services.year_closing import make_snapshot


class Command(BaseCommand):
    """Such years were closed before there were snapshots; verify_snapshot names them, with exit status 3."""

    help = "為已關閉而沒有定稿檔的年度補做定稿檔，以現在的資料為準，留下稽核紀錄。"

    def add_arguments(self, parser):
        """PLAN --by USERNAME --reason TEXT."""
        parser.add_argument("plan", metavar="PLAN", help="年版：機關代稱加年度，例如 taipei-secretariat-105")
        parser.add_argument("--by", metavar="USERNAME", required=True, help="這個機關的管理者帳號，記為凍結的人")
        parser.add_argument("--reason", metavar="TEXT", required=True, help="補做的理由，會記入稽核紀錄")

    def handle(self, *args, **options):
        """A CommandError says what to do instead; then nothing was written."""
        plan = find_plan(options["plan"])
        person = User.objects.filter(username=options["by"]).first()
        if person is None:
            raise CommandError(f"沒有帳號「{options['by']}」，請確認帳號名稱（區分大小寫）。")
        try:
            snapshot = make_snapshot(by=person, plan=plan, reason=options["reason"].strip())
        except PermissionDenied as error:
            raise CommandError(f"「{person}」不是這個機關的管理者，沒有凍結：{error}") from error
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        except (PDFBusy, PDFError) as error:
            raise CommandError(f"無法產生年度報告的 PDF，沒有凍結；請稍後再試。{error}") from error
        self.stdout.write(f"已凍結 {plan}：年度報告 SHA-256 {snapshot.report_sha256}。")

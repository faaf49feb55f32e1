"""manage.py send_reminders [--date YYYY-MM-DD] [--dry-run]: sends reminders, notices and waiting mails; for a timer."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.services import mail, notices, reminders


class Command(BaseCommand):
    """A person gets one reminder and one mail of notices a day, however often the command runs."""

    help = "寄出當天的填報與審核提醒、未讀的通知與尚未寄出的郵件；每人每天最多一封提醒、一封通知，可以重複執行。"

    def add_arguments(self, parser):
        """[--date YYYY-MM-DD] [--dry-run]."""
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="以這一天計算（西元）；省略時為今天")
        parser.add_argument("--dry-run", action="store_true", help="只列出會寄給誰，不寫入也不寄出")

    def handle(self, *args, **options):
        day = _day(options["date"])
        if options["dry_run"]:
            self._show(reminders.due_reminders(day=day), day, "會提醒")
            return
        self._show(reminders.send_due_reminders(day=day), day, "提醒")
        letters = notices.write_daily_mails(day=day)
        self.stdout.write(f"通知 {len(letters)} 人。")
        delivered = mail.deliver()
        self.stdout.write(f"寄出 {delivered.sent} 封（含先前未寄出的郵件）。")
        if delivered.deferred:
            self.stdout.write(f"寄信伺服器請稍後再寄的 {delivered.deferred} 封，下次執行時再試。")
        if delivered.failed:
            raise CommandError(f"有 {delivered.failed} 封郵件未能寄出，原因見資料管理的「郵件」。")

    def _show(self, reminded, day, verb):
        self.stdout.write(f"{date_text(day)}：{verb} {len(reminded.notices)} 人。")
        for notice in reminded.notices:
            what = "、".join(str(plan) for plan in notice.plans)
            self.stdout.write(f"  {notice.user}（{notice.user.email}）：{what}")
        for notice in reminded.earlier:
            self.stdout.write(f"  今天已提醒過：{notice.user}")
        for skipped in reminded.skipped:
            self.stdout.write(f"  略過：{skipped.user}（{skipped.user.username}），{skipped.reason}")
        for problem in reminded.problems:
            self.stderr.write(f"  無法排定：{problem}")


def _day(text):
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"「{text}」不是日期；請寫成西元的 YYYY-MM-DD，例如 2017-01-24。") from None

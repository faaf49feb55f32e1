"""manage.py send_mail: sends mails that could not be sent before; for a timer, every few minutes."""

from django.core.management.base import BaseCommand, CommandError

from scorecard.services import mail


class Command(BaseCommand):
    """Exits with 1 if a mail could not be sent."""

    help = "寄出還沒寄出的郵件（例如寄信伺服器當時無法連線）。"

    def handle(self, *args, **options):
        delivered = mail.deliver()
        self.stdout.write(f"寄出 {delivered.sent} 封。")
        if delivered.deferred:
            self.stdout.write(f"寄信伺服器請稍後再寄的 {delivered.deferred} 封，下次執行時再試。")
        if delivered.failed:
            raise CommandError(f"有 {delivered.failed} 封郵件未能寄出，原因見資料管理的「郵件」。")

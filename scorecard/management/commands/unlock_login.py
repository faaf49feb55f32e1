"""manage.py unlock_login NAME: lets an account log in again at once after wrong passwords."""

from django.core.management.base import BaseCommand, CommandError

from scorecard.models import User
from scorecard.services import logins


class Command(BaseCommand):
    """For an operator whose people have no mail; they themselves use the link in the mail."""

    help = "解除一個帳號因密碼連續錯誤而須等候的限制。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="帳號名稱")

    def handle(self, *args, username, **options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"沒有帳號「{username}」，請確認帳號名稱（區分大小寫）。")
        is_done = logins.unlock(user=user)
        self.stdout.write(f"帳號「{username}」可以再登入了。" if is_done else f"帳號「{username}」沒有需要解除的等候。")

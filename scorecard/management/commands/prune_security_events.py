"""manage.py prune_security_events: deletes security events older than SECURITY_EVENT_DAYS; for a timer, every night."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from scorecard.services import security_events


class Command(BaseCommand):
    help = "刪除超過保存期限（SECURITY_EVENT_DAYS）的資安事件；稽核紀錄不受影響。"

    def handle(self, *args, **options):
        count = security_events.prune(now=timezone.now())
        self.stdout.write(f"已刪除 {count} 筆過期的資安事件。")

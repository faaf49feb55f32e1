"""manage.py audit_head: the head of the audit chain as a line to keep elsewhere; for a timer, every day."""

import json

from django.core.management.base import BaseCommand
from django.utils import timezone

from scorecard.models import AuditHead


class Command(BaseCommand):
    """Reads one row. Whoever keeps the line can have verify_audit --receipt check it later."""

    help = "印出稽核鏈頭（一行 JSON）；請每天執行並存到別處，日後以 verify_audit --receipt 檢查。"

    def handle(self, *args, **options):
        head = AuditHead.objects.get(pk=AuditHead.ONLY)
        line = {"at": timezone.now().isoformat(timespec="seconds"), "event": "audit_head"}
        self.stdout.write(json.dumps(line | {"events": head.events, "number": head.number, "digest": head.digest}))

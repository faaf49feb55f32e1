"""manage.py verify_audit [--receipt DIGEST]: checks that no audit event was changed, removed, inserted or moved.

And that the database has every trigger as the code defines it, so that none could be meanwhile.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from scorecard.domain.roc_years import datetime_text
from scorecard.models.database_roles import owned_tables
from scorecard.read_models.audit_verification import verify_chain
from scorecard.read_models.trigger_verification import verify_triggers

OWNS_TABLES = (
    "注意：目前連線的資料庫角色擁有資料表，可以停用觸發程序；請改用另一個角色執行系統，見 README「資料庫角色」。"
)


class Command(BaseCommand):
    """Exits with 1 if the chain is broken, and names the first broken event; also if a trigger is not as defined."""

    help = "檢查稽核紀錄是否曾被改過、刪除、插入或調換，以及觸發程序是否齊全；有問題時結束狀態為 1。"

    def add_arguments(self, parser):
        """[--receipt DIGEST]…."""
        parser.add_argument(
            "--receipt",
            metavar="DIGEST",
            action="append",
            default=[],
            help="以前印出或另外保存的指紋（64 個十六進位字元）；檢查它是否仍在鏈中。可以重複。",
        )

    def handle(self, *args, **options):
        receipts = [receipt.strip().lower() for receipt in options["receipt"]]
        # A broken chain does not hide how it could be broken.
        faults = [*self.faults_of_chain(receipts), *self.faults_of_triggers()]
        if faults:
            raise CommandError("\n".join(faults))
        if owned_tables(connection):
            self.stdout.write(OWNS_TABLES)

    def faults_of_chain(self, receipts):
        """Sentences; what is whole is written."""
        verdict = verify_chain(receipts)
        if verdict.broken:
            return [
                f"稽核紀錄不完整。{_place(verdict.broken)}{verdict.broken.what}",
                f"在它之前完整的有 {verdict.events} 筆（{_last(verdict)}）。",
            ]
        faults = []
        for receipt in receipts:
            if receipt in verdict.met:
                self.stdout.write(f"指紋 {receipt} 在第 {verdict.met[receipt]} 號：到這一筆為止的紀錄與當時相同。")
            else:
                faults.append(f"指紋 {receipt} 不在鏈中：稽核紀錄曾在留下這個指紋之後整批重寫或截斷，或指紋抄寫有誤。")
        if not faults:
            self.stdout.write(f"稽核紀錄完整：共 {verdict.events} 筆（{_last(verdict)}）。")
            if verdict.digest:
                self.stdout.write(f"鏈頭指紋：{verdict.digest}")
        return faults

    def faults_of_triggers(self):
        faults = verify_triggers().sentences
        if faults:
            return [*faults, "請查明原因，再執行 manage.py migrate 重新建立觸發程序。"]
        self.stdout.write("觸發程序齊全，與程式定義的相同。")
        return []


def _place(broken):
    if broken.number is None:
        return ""
    at = f"（{datetime_text(timezone.localtime(broken.at))}）" if broken.at else ""
    return f"第 {broken.number} 號{at}："


def _last(verdict):
    return f"最後一筆第 {verdict.number} 號" if verdict.events else "沒有紀錄"

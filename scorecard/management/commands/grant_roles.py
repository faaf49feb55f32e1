"""manage.py grant_roles: gives the run-time role of PostgreSQL its rights, as the owner; after every migrate."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from scorecard.models import database_roles

CURE = (
    "請先設定 MIGRATE_DATABASE_URL（擁有資料表的角色）與 DATABASE_URL（系統執行時的角色）；"
    "兩者連到同一個 PostgreSQL 資料庫，角色不同。"
)


class Command(BaseCommand):
    help = "由擁有者授權給系統執行時的 PostgreSQL 角色（DATABASE_URL）；每次 migrate 之後執行。"

    def handle(self, *args, **options):
        role = settings.SITE_ROLE
        if not role:
            raise CommandError(CURE)
        if not database_roles.exists(connection, role):
            raise CommandError(
                f"資料庫沒有「{role}」這個角色；請由資料庫管理者先建立（CREATE ROLE），見 README「資料庫角色」。"
            )
        database_roles.grant(connection, role)
        self.stdout.write(f"已授權給「{role}」：可讀寫資料，不能更改資料表、觸發程序與稽核紀錄。")

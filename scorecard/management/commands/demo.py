"""manage.py demo load|remove: demo members and labelled sample data, only on one's own computer."""

import os

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scorecard.domain.roc_years import year_text
from scorecard.management.files import find_plan
from scorecard.management.tables import aligned
from scorecard.pdf.jobs import PDFBusy
from scorecard.pdf.writer import PDFError
from scorecard.services import demo, demo_removal
from scorecard.services.year_closing import close_year

HEADINGS = ("帳號", "姓名", "角色", "科室")


class Command(BaseCommand):
    """Refuses to run without DEBUG."""

    help = "載入或移除示範帳號與示範資料（只在 DEBUG=on 時可用）。"

    def add_arguments(self, parser):
        """load [--plan PLAN] or remove."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="load|remove")
        load = acts.add_parser("load", help="建立示範帳號，並為秘書處的年版填入示範資料")
        load.add_argument("--plan", default="taipei-secretariat-105", help="年版（預設 %(default)s）")
        acts.add_parser("remove", help="移除示範資料，並停用示範帳號；真實人員填報的內容保留")

    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError(
                "示範資料只能在 DEBUG=on 時載入或移除：示範帳號共用一組密碼，不可出現在正式環境。"
                "如需在自己的電腦試用，請設定 DEBUG=on 再執行一次。"
            )
        if options["act"] == "load":
            self._load(find_plan(options["plan"]))
        else:
            self._remove()

    def _load(self, plan):
        password = os.environ.get("DEMO_PASSWORD", "").strip() or None
        try:
            loaded = demo.load(plan=plan, password=password, today=timezone.localdate(), close_year=close_year)
        except demo.NameTaken as error:
            raise CommandError(f"帳號「{error}」已有人使用，而且不是示範帳號；請先改名。沒有任何變更。") from error
        except PermissionDenied as error:
            raise CommandError(f"示範帳號的角色已被修改，無法載入示範資料：{error}沒有任何變更。") from error
        except ValidationError as error:
            raise CommandError(f"無法載入示範資料：{' '.join(error.messages)}沒有任何變更。") from error
        except (PDFBusy, PDFError) as error:
            raise CommandError(
                f"示範帳號與 {plan.year_text}的填報已載入，但正式版本無法產生，年度沒有關閉：{error}請再執行一次。"
            ) from error
        self.stdout.write(f"{plan}：示範帳號")
        self.stdout.write("\n".join(table(loaded.accounts)))
        self._show_password(loaded)
        filled = "、".join(year_text(year) for year in loaded.years)
        self.stdout.write(
            f"示範資料：{f'已填入 {filled}' if filled else '年度資料未變更'}，新增因果關係 {loaded.links} 條。"
            "移除請執行 manage.py demo remove。"
        )

    def _show_password(self, loaded):
        if loaded.password is None:
            self.stdout.write("密碼：沿用先前的密碼（設定 DEMO_PASSWORD 再執行一次可更換）。")
            return
        old = [account.username for account in loaded.accounts if not account.has_new_password]
        self.stdout.write(f"密碼（共用，只顯示這一次）：{self.style.SUCCESS(loaded.password)}")
        if old:
            self.stdout.write(f"沿用原有密碼的帳號：{'、'.join(old)}。")

    def _remove(self):
        removed = demo_removal.remove()
        self.stdout.write(
            f"已移除示範資料：填報 {removed.reports} 項、留言 {removed.comments} 則、因果關係 {removed.links} 條、"
            f"執行數 {removed.executions} 筆；回復為未開放或捨棄的年度 {removed.years} 個；"
            f"停用示範帳號 {removed.accounts} 個。"
        )
        if removed.kept:
            self.stdout.write(f"有 {removed.kept} 項填報曾由真實人員填寫，予以保留，請自行確認內容。")


def table(accounts):
    rows = [(account.username, account.name, account.role, account.division) for account in accounts]
    return aligned(HEADINGS, rows)

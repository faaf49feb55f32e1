"""manage.py load_plan [FILE]: loads an edition from a file of rows, and never overwrites what is there."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scorecard.services.load_plan import load_plan


class Command(BaseCommand):
    help = "載入一份年版（預設為臺北市政府秘書處 105 年版），留下稽核紀錄；已有的資料一律不覆寫。"

    def add_arguments(self, parser):
        """[FILE]."""
        parser.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            default="taipei-secretariat-105",
            help="年版檔（.json）的路徑，或 fixtures 資料夾中的名稱（預設 %(default)s）",
        )

    def handle(self, *args, **options):
        path = _path(options["file"])
        try:
            plan = load_plan(text=path.read_text(encoding="utf-8"), source=path.name)
        except OSError as error:
            raise CommandError(f"無法開啟「{path}」：{error.strerror}。") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"「{path}」不是 UTF-8 的文字檔。") from error
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        if options["verbosity"]:
            self.stdout.write(f"已載入年版 {plan.slug}：{plan}。")


def _path(name):
    """The file of that path, else that of the product's own fixtures."""
    path = Path(name)
    own = settings.FIXTURE_DIRS[0] / f"{name}.json"
    return own if not path.exists() and own.is_file() else path

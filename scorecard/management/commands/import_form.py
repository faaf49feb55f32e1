"""manage.py import_form FILE [--agency NAME] [--write] [--json]: reads an agency's filled form."""

import json
import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scorecard.imports import importer
from scorecard.imports.form import FormRefused, read_form
from scorecard.imports.grid import WHOLE_FILE
from scorecard.imports.messages import Level, Message
from scorecard.imports.plan_read import FormRead
from scorecard.management.tables import aligned

HEADINGS = ("等級", "工作表", "儲存格", "內容", "讀為", "說明")


class Command(BaseCommand):
    """Reads a form, tells everything it inferred, corrected or could not read, and imports it on request."""

    help = "讀取機關填好的表單（.xlsx 或 .ods）；加 --write 才寫入，有錯誤時結束狀態為 1 且不寫入。"

    def add_arguments(self, parser):
        """FILE [--agency NAME] [--write] [--json]."""
        parser.add_argument("file", metavar="FILE", help="填好的表單，.xlsx 或 .ods")
        parser.add_argument("--agency", metavar="NAME", default="", help="機關名稱；省略時取自工作表的標題")
        parser.add_argument("--write", action="store_true", help="寫入資料庫；省略時只檢查，不變更任何資料")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出計畫代稱與所有訊息")

    def handle(self, *args, **options):
        """Say everything; exit status 1 with errors, and then nothing was written."""
        form = _read(options["file"], options["agency"].strip())
        slug, outcome, problems = self._import(form, options["write"])
        messages = (*form.messages, *problems)
        has_errors = form.plan is None or any(message.level is Level.ERROR for message in messages)
        if options["json"]:
            document = {"plan": slug, "messages": [message.as_json() for message in messages]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_table(messages)))
            self.stdout.write(outcome)
        if has_errors:
            sys.exit(1)

    def _import(self, form, writes):
        """(slug or None, a sentence, further messages)."""
        if form.plan is None or form.has_errors:
            count = sum(message.level is Level.ERROR for message in form.messages)
            return _slug(form), f"有 {count} 個錯誤，沒有寫入任何資料；請改正後再執行一次。", ()
        agency = importer.find_agency(form.plan.agency)
        slug = _slug(form)
        if not writes:
            return slug, f"檢查完成，沒有錯誤，也沒有寫入；加 --write 寫入計畫 {slug}。", ()
        try:
            plan = importer.apply_new(by=None, form=form, agency=agency)
        except ValidationError as error:
            problems = tuple(_whole_file(sentence) for sentence in error.messages)
            return slug, "沒有寫入任何資料。", problems
        return plan.slug, f"已寫入計畫 {plan.slug}：{plan}。", ()


def _read(path, agency):
    try:
        with open(path, "rb") as file:
            return read_form(file, agency=agency)
    except FormRefused as refusal:
        return FormRead(None, (_whole_file(str(refusal)),))
    except OSError as error:
        raise CommandError(f"無法開啟「{path}」：{error.strerror}。") from error


def _whole_file(sentence):
    return Message(Level.ERROR, WHOLE_FILE.sheet, WHOLE_FILE.cell, "", "", sentence)


def _slug(form):
    if form.plan is None or not form.plan.agency:
        return None
    agency = importer.find_agency(form.plan.agency)
    plan = importer.find_plan(agency, form.plan)
    return plan.slug if plan else importer.slug_for(form.plan, agency)


def _table(messages):
    rows = [
        (each.level.label, each.sheet, each.cell, _line(each.found), _line(each.read), each.text) for each in messages
    ]
    return aligned(HEADINGS, rows) if rows else ["沒有任何訊息。"]


def _line(text):
    line = " ".join(text.split())
    return line if len(line) <= 20 else f"{line[:20]}…"

"""manage.py import_form FILE [--agency NAME] [--write] [--json]: reads an agency's filled form, or imports it."""

import json
import sys
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scorecard.agency_form.current_plan import find_agency, find_plan
from scorecard.agency_form.form_plan import ParsedForm
from scorecard.agency_form.reading.form_file import read_form
from scorecard.agency_form.uploaded_form import compare
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.roc_years import to_roc
from scorecard.domain.value_text import as_read
from scorecard.management.tables import aligned
from scorecard.services import import_into_plan, import_new_plan
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import WHOLE_FILE, UnreadableFile

NOTHING_WRITTEN = "沒有寫入任何資料。"
ASK_APPROVAL = (
    "這是新的年版，匯入後即為已核定；請加上核定日期 --approved-on、核定人職稱 --title，"
    "與文號 --number（或免文號的理由 --no-number）。"
)
HEADINGS = ("等級", "工作表", "儲存格", "內容", "讀為", "說明")


class Command(BaseCommand):
    """Shows all messages of the reader. Exits with 1 for errors, and then writes nothing."""

    help = "讀取機關填好的表單（.xlsx 或 .ods）；加 --write 才寫入，有錯誤時結束狀態為 1 且不寫入。"

    def add_arguments(self, parser):
        """FILE [--agency NAME] [--write] [--approved-on DATE --title TITLE --number TEXT] [--reason TEXT] [--json]."""
        parser.add_argument("file", metavar="FILE", help="填好的表單，.xlsx 或 .ods")
        parser.add_argument("--agency", metavar="NAME", default="", help="機關名稱；省略時取自工作表的標題")
        parser.add_argument("--write", action="store_true", help="寫入資料庫；省略時只檢查，不變更任何資料")
        parser.add_argument("--reason", default="", help="匯入的理由；變更已核定或開放中的年版時必填")
        approval = parser.add_argument_group("核定紀錄", "新的年版匯入後即為已核定，加 --write 時必填。")
        approval.add_argument("--approved-on", metavar="YYYY-MM-DD", default="", help="核定日期（西元）")
        approval.add_argument("--title", metavar="TITLE", default="", help="核定人職稱，例如 秘書長")
        number = approval.add_mutually_exclusive_group()
        number.add_argument("--number", metavar="TEXT", default="", help="文號")
        number.add_argument("--no-number", metavar="REASON", default="", help="免文號的理由")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出年版代稱與所有訊息")

    def handle(self, *args, **options):
        form = _read(options["file"], options["agency"].strip())
        approval = _approval(options) if options["write"] else None
        slug, outcome, problems = _import(form, options["write"], options["reason"].strip(), approval)
        messages = (*form.messages, *problems)
        has_errors = form.plan is None or any(message.level is Severity.ERROR for message in messages)
        if options["json"]:
            document = {"plan": slug, "messages": [message.as_json() for message in messages]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_table(messages)))
            self.stdout.write(outcome)
        if has_errors:
            sys.exit(1)


def _approval(options):
    """None where nothing of it is given."""
    given = {name: options[name].strip() for name in ("approved_on", "title", "number", "no_number")}
    if not any(given.values()):
        return None
    try:
        day = date.fromisoformat(given["approved_on"])
    except ValueError:
        raise CommandError("核定日期請以 --approved-on 寫成西元的 YYYY-MM-DD，例如 2016-01-05。") from None
    return HeadApprovalFacts(day, given["title"], given["number"], given["no_number"])


def _import(form, writes, reason, approval):
    """The edition's slug or None, a text for the person, further messages."""
    if form.has_errors:
        count = sum(message.level is Severity.ERROR for message in form.messages)
        return _slug(form), f"有 {count} 個錯誤，沒有寫入任何資料；請改正後再執行一次。", ()
    agency = find_agency(form.plan.agency)
    plan = find_plan(agency, form.plan)
    try:
        if plan:
            return _update(plan, form, writes, reason)
        if writes and approval is None:
            return _slug(form), NOTHING_WRITTEN, (_whole_file(ASK_APPROVAL),)
        if writes:
            plan = import_new_plan.apply_new(by=None, form=form, agency=agency, approval=approval, reason=reason)
            return plan.slug, f"已寫入年版 {plan.slug}：{plan}，並已核定。", ()
    except ValidationError as error:
        return _slug(form), NOTHING_WRITTEN, tuple(_whole_file(sentence) for sentence in error.messages)
    slug = _slug(form)
    return slug, f"檢查完成，沒有錯誤，也沒有寫入；加 --write 與核定紀錄寫入年版 {slug}。", ()


def _update(plan, form, writes, reason):
    found = compare(plan, form)
    lines = [
        f"{change.kind.label}：{change.what} {_shown(change.old)} → {_shown(change.new)}" for change in found.changes
    ]
    lines += [f"{change.kind.label}：{change.what} {change.old}（保留在年版中）" for change in found.removed]
    if not lines:
        lines = [f"與年版 {plan.slug} 沒有差異。"]
    if found.has_errors:
        return plan.slug, "\n".join([*lines, NOTHING_WRITTEN]), found.messages
    if not writes:
        return (
            plan.slug,
            "\n".join([*lines, f"檢查完成，也沒有寫入；加 --write 更新年版 {plan.slug}。"]),
            found.messages,
        )
    try:
        changes = import_into_plan.apply_to(
            by=None, plan=plan, form=form, expected_values=found.expected_values(), reason=reason
        )
    except import_into_plan.ImportConflict as conflict:
        sentence = f"剛才有人改了 {conflict}；沒有寫入任何資料，請再執行一次。"
        return plan.slug, NOTHING_WRITTEN, (*found.messages, _whole_file(sentence))
    return plan.slug, "\n".join([*lines, f"已更新年版 {plan.slug}：{len(changes)} 項變更。"]), found.messages


def _shown(value):
    return _line(as_read(value) or "空白")


def _read(path, agency):
    try:
        with open(path, "rb") as file:
            return read_form(file, agency=agency)
    except UnreadableFile as refusal:
        return ParsedForm(None, (_whole_file(str(refusal)),))
    except OSError as error:
        raise CommandError(f"無法開啟「{path}」：{error.strerror}。") from error


def _whole_file(sentence):
    return Message(Severity.ERROR, WHOLE_FILE.sheet, WHOLE_FILE.cell, "", "", sentence)


def _slug(form):
    if form.plan is None or not form.plan.agency:
        return None
    agency = find_agency(form.plan.agency)
    plan = find_plan(agency, form.plan)
    if plan is not None:
        return plan.slug
    slug = agency.slug if agency else import_new_plan.agency_slug(form.plan.agency)
    return f"{slug}-{to_roc(form.plan.first_year)}"


def _table(messages):
    rows = [
        (each.level.label, each.sheet, each.cell, _line(each.found), _line(each.read), each.text) for each in messages
    ]
    return aligned(HEADINGS, rows) if rows else ["沒有任何訊息。"]


def _line(text):
    line = " ".join(text.split())
    return line if len(line) <= 20 else f"{line[:20]}…"

"""manage.py import_form FILE [--agency NAME] [--write [--adopt]] [--json]: reads an agency's form, or imports it."""

import json
import sys
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from scorecard.agency_form.changes import Drops
from scorecard.agency_form.current_plan import find_agency, find_plan
from scorecard.agency_form.form_plan import ParsedForm
from scorecard.agency_form.matching import KINDS, NEW, folded
from scorecard.agency_form.reading.form_file import read_form
from scorecard.agency_form.uploaded_form import compare, compare_new
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.roc_years import to_roc
from scorecard.management.tables import aligned
from scorecard.services import editions, import_into_plan, import_new_plan
from scorecard.services.import_into_plan import ImportConflict
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import WHOLE_FILE, UnreadableFile

NOTHING_WRITTEN = "沒有寫入任何資料。"
ASK_APPROVAL = (
    "要一併核定年版（--adopt），請加上核定日期 --approved-on、核定人職稱 --title，"
    "與文號 --number（或免文號的理由 --no-number）。"
)
ADOPT_NEEDS_WRITE = "--adopt 要和 --write 一起使用。"
IS_NO_DRAFT = "{title}已核定，不能再核定一次；請去掉 --adopt。"
ASK_MATCHES = "還有 {count} 項要確認是不是原有的項目；請逐項以 --match 說明，例如 --match {example}。"
HEADINGS = ("等級", "工作表", "儲存格", "內容", "讀為", "說明")


class Command(BaseCommand):
    """Shows all messages of the reader. Exits with 1 for errors, and then writes nothing."""

    help = "讀取機關填好的表單（.xlsx 或 .ods）；加 --write 才寫入，有錯誤時結束狀態為 1 且不寫入。"

    def add_arguments(self, parser):
        """FILE [--agency NAME] [--match KIND:CODE=CODE] [--write [--drop] [--adopt …]] [--reason TEXT] [--json]."""
        parser.add_argument("file", metavar="FILE", help="填好的表單，.xlsx 或 .ods")
        parser.add_argument("--agency", metavar="NAME", default="", help="機關名稱；省略時取自工作表的標題")
        parser.add_argument("--write", action="store_true", help="寫入資料庫；省略時只檢查，不變更任何資料")
        parser.add_argument(
            "--match",
            metavar="KIND:CODE=CODE",
            action="append",
            default=[],
            help="表單的項目是原有的哪一項，例如 kpi:AC1.3=AC1.2；不是任何一項時寫 kpi:AC1.3=new。可重複。",
        )
        parser.add_argument("--drop", action="store_true", help="停列草案有而表單沒有的項目；省略時保留")
        parser.add_argument("--reason", default="", help="匯入或核定的理由；變更已核定或開放中的年版時必填")
        parser.add_argument("--adopt", action="store_true", help="匯入後一併核定年版；省略時留為草案")
        approval = parser.add_argument_group("核定紀錄", "加 --adopt 時必填。")
        approval.add_argument("--approved-on", metavar="YYYY-MM-DD", default="", help="核定日期（西元）")
        approval.add_argument("--title", metavar="TITLE", default="", help="核定人職稱，例如 秘書長")
        number = approval.add_mutually_exclusive_group()
        number.add_argument("--number", metavar="TEXT", default="", help="文號")
        number.add_argument("--no-number", metavar="REASON", default="", help="免文號的理由")
        parser.add_argument("--json", action="store_true", help="以 JSON 輸出年版代稱與所有訊息")

    def handle(self, *args, **options):
        form = _read(options["file"], options["agency"].strip())
        if options["adopt"] and not options["write"]:
            raise CommandError(ADOPT_NEEDS_WRITE)
        slug, outcome, problems = _import(form, _asked(options))
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


@dataclass(frozen=True)
class Asked:
    """What the person asks for. approval: None unless all that adopting asks is given."""

    writes: bool
    drops: bool
    adopts: bool
    approval: HeadApprovalFacts | None
    reason: str
    matches: tuple[str, ...]


def _asked(options):
    return Asked(
        writes=options["write"],
        drops=options["drop"],
        adopts=options["adopt"],
        approval=_approval(options) if options["adopt"] else None,
        reason=options["reason"].strip(),
        matches=tuple(options["match"]),
    )


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


def _import(form, asked):
    """The edition's slug or None, a text for the person, further messages."""
    if form.has_errors:
        count = sum(message.level is Severity.ERROR for message in form.messages)
        return _slug(form), f"有 {count} 個錯誤，沒有寫入任何資料；請改正後再執行一次。", ()
    agency = find_agency(form.plan.agency)
    plan = find_plan(agency, form.plan)
    if asked.adopts and asked.approval is None:
        return _slug(form), NOTHING_WRITTEN, (_whole_file(ASK_APPROVAL),)
    if asked.adopts and plan is not None and not plan.is_draft:
        return _slug(form), NOTHING_WRITTEN, (_whole_file(IS_NO_DRAFT.format(title=plan.title)),)
    try:
        found, answers = _compared(agency, plan, form, asked.matches)
        lines = _lines(found, plan, asked) if found else []
        problems = _problems(found)
        if any(message.level is Severity.ERROR for message in problems):
            return _slug(form), "\n".join([*lines, NOTHING_WRITTEN]), problems
        if not asked.writes:
            return _slug(form), "\n".join([*lines, _checked(form, plan, found)]), problems
        outcome = _write(agency, plan, form, asked, found, answers)
        return _slug(form), "\n".join([*lines, outcome]), problems
    except ImportConflict as conflict:
        sentence = f"剛才有人改了 {conflict}；沒有寫入任何資料，請再執行一次。"
        return _slug(form), NOTHING_WRITTEN, (_whole_file(sentence),)
    except ValidationError as error:
        return _slug(form), NOTHING_WRITTEN, tuple(_whole_file(sentence) for sentence in error.messages)


def _compared(agency, plan, form, matches):
    """(PlanChanges or None for an agency's first edition, the answers about rows)."""

    def compared(answers):
        if plan is not None:
            return compare(plan, form, answers)
        return compare_new(agency, form, answers) if agency is not None else None

    found = compared({})
    answers = _answers(found.matches, matches) if found is not None else {}
    return (compared(answers) if answers else found), answers


def _answers(matches, given):
    """{key of a row: lineage or NEW} of the options --match."""
    answers = {}
    for text in given:
        row, _, wanted = text.partition("=")
        kind, _, code = row.partition(":")
        match = next((m for m in matches.rows if (m.row.kind, m.row.code) == (kind, code)), None)
        if match is None:
            raise CommandError(f"--match {text}：表單沒有「{row}」；種類是 {'、'.join(KINDS)}，編號照表單。")
        item = next((i for i in matches.options(match.row.kind) if i.code == wanted), None)
        if wanted != NEW and item is None:
            raise CommandError(f"--match {text}：原有的項目沒有可以選的「{wanted}」。")
        answers[match.row.key] = NEW if wanted == NEW else str(item.lineage)
    return answers


def _problems(found):
    if found is None:
        return ()
    left = found.matches.unanswered
    if not left:
        return found.messages
    lines = [_line_of_match(found.matches, match) for match in left]
    first = left[0].row
    example = f"{first.kind}:{first.code}={NEW}"
    asked = _whole_file(ASK_MATCHES.format(count=len(left), example=example))
    return (*found.messages, *(Message(Severity.HINT, "", "", "", "", line) for line in lines), asked)


def _line_of_match(matches, match):
    row, item = match.row, matches.item(match.row.kind, match.proposed)
    near = [i for i in matches.options(row.kind) if row.code == i.code or folded(row.name) == folded(i.name)]
    named = "、".join(each.full_name for each in ([item] if item else near))
    return f"{row.kind}:{row.code} {row.name}：{match.certainty.label}{named}"


def _lines(found, plan, asked):
    lines = [
        f"{'、'.join(change.chips)}：{change.what} {_line(change.old_text)} → {_line(change.new_text)}"
        for change in found.changes
    ]
    goes = found.drops is Drops.ALL or (found.drops is Drops.TICKED and asked.drops)
    outcome = "停列" if goes else "表單沒有，保留"
    lines += [f"{outcome}：{change.what}" for change in found.dropped]
    return lines or [f"與年版 {plan.slug if plan else found.matches.old.title} 沒有差異。"]


def _checked(form, plan, found):
    if plan is not None:
        return f"檢查完成，也沒有寫入；加 --write 更新年版 {plan.slug}。"
    return f"檢查完成，沒有錯誤，也沒有寫入；加 --write 寫入 {_slug(form)} 的草案，再加 --adopt 一併核定。"


def _write(agency, plan, form, asked, found, answers):
    """All or nothing, the adoption too. Returns what to tell."""
    expected = found.expected_values() if found is not None else {}
    given = {"by": None, "form": form, "expected_values": expected, "answers": answers, "reason": asked.reason}
    with transaction.atomic():
        if plan is None:
            plan = import_new_plan.apply_new(agency=agency, **given)
            outcome = f"已寫入年版 {plan.slug}：{plan}（草案）"
        else:
            names = [change.name for change in found.dropped] if asked.drops else []
            changes = import_into_plan.apply_to(plan=plan, dropped=names, **given)
            outcome = f"已更新年版 {plan.slug}：{len(changes)} 項變更"
        if asked.adopts:
            editions.record_adoption(by=None, plan=plan, approval=asked.approval, reason=asked.reason)
            return f"{outcome}，並已核定。"
    return f"{outcome}。"


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

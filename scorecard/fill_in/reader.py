"""Reads the entries of a division's fill-in workbook; scorecard/fill_in/layout.py describes the layout.

Nothing here uses the database or checks permissions. A row whose cells are as when the file was made is not touched:
saving it would replace somebody's new figure by an old one. An unreadable cell gives an error message
(spreadsheets/cell_messages.py) and the figure None. Only a file without errors may be used.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.roc_years import NumberError, parse_amount, parse_number
from scorecard.domain.scoring import plain
from scorecard.domain.written_words import NO_FIGURE
from scorecard.fill_in import layout
from scorecard.fill_in.layout import BudgetColumn, MeasureColumn
from scorecard.spreadsheets.cell_messages import Message, Messages
from scorecard.spreadsheets.grid import WHOLE_FILE, Place, coordinate

NOT_OURS = "這不是從本系統下載的填報表；請在年度填報頁下載，填好後再上傳。"
OTHER_LAYOUT = "這份填報表是由不同版本的系統產生；請重新下載，再把填好的內容貼上。"
BROKEN_SEAL = "列的識別資料與檔案不符：可能有列被刪除、複製，或來自另一份檔案。請重新下載，再把填好的內容貼上。"

_MEASURE = re.compile(r"M(\d{1,18})-K(\d{1,18})-V(\d{1,9})-D([0-9a-f]{12})")
_BUDGET = re.compile(r"B(\d{1,18})-K(\d{1,18})-D([0-9a-f]{12})")


class NotAFillIn(ValueError):
    """The file is no readable fill-in workbook. The message says in Chinese what to do."""


@dataclass(frozen=True)
class FilledMeasure:
    """The entries of a measure. cell: of its actual."""

    measure_id: int
    actual: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    note: str
    unmeasured: bool
    cell: str


@dataclass(frozen=True)
class FilledReport:
    """The entries of a KPI. version: of its report when the file was made, 0 for none. cell: in its first row."""

    kpi_id: int
    version: int
    measures: tuple[FilledMeasure, ...]
    explanation: str
    improvement: str
    is_touched: bool
    cell: str


@dataclass(frozen=True)
class FilledBudget:
    """The entries of an action plan's budget. executed: NT$ whole dollars, None if not reported.

    was: layout.digest_of((executed, progress)) when the file was made; a different digest of the current values means
    that somebody changed them meanwhile.
    """

    budget_id: int
    kpi_id: int
    executed: int | None
    progress: str
    was: str
    is_touched: bool
    cell: str


@dataclass(frozen=True)
class ParsedFillIn:
    """A whole workbook. plan: the edition's slug. year: Gregorian. data_version: when the file was made."""

    plan: str
    year: int
    division_id: int
    data_version: int
    reports: tuple[FilledReport, ...]
    budgets: tuple[FilledBudget, ...]
    messages: tuple[Message, ...]


def is_fill_in(sheets):
    """A fill-in workbook rather than an agency's form."""
    identity = next((sheet for sheet in sheets if sheet.name == layout.IDENTITY_SHEET), None)
    return identity is not None and identity.text(1, 2).split(" ")[0] == layout.MARK


def read_fill_in(sheets):
    """Raises NotAFillIn."""
    by_name = {sheet.name: sheet for sheet in sheets}
    names = (layout.MEASURES_SHEET, layout.BUDGETS_SHEET, layout.IDENTITY_SHEET)
    if not is_fill_in(sheets) or not all(name in by_name for name in names):
        raise NotAFillIn(NOT_OURS)
    measures, budgets, identity = (by_name[name] for name in names)
    values = {identity.text(row, 1): identity.text(row, 2) for row in range(1, len(layout.KEYS) + 1)}
    if values.get(layout.MARK_KEY) != f"{layout.MARK} {layout.LAYOUT_VERSION}":
        raise NotAFillIn(OTHER_LAYOUT)
    numbers = [values.get(key, "") for key in (layout.YEAR, layout.DIVISION, layout.DATA_VERSION)]
    if not all(re.fullmatch(r"[0-9]{1,18}", number) for number in numbers):
        raise NotAFillIn(NOT_OURS)
    year, division_id, data_version = map(int, numbers)
    reader = _Reader()
    reports, filled_budgets = reader.read_reports(measures), reader.read_budgets(budgets)
    plan = values[layout.PLAN]
    if values[layout.SEAL] != layout.seal_of(plan, year, division_id, reader.identities):
        reader.messages.error(WHOLE_FILE, BROKEN_SEAL)
    return ParsedFillIn(plan, year, division_id, data_version, reports, filled_budgets, reader.messages.all())


class _Reader:
    def __init__(self):
        self.messages, self.identities = Messages(), []

    def read_reports(self, sheet):
        groups = {}
        for row in sorted(row for row in sheet.rows if row >= layout.FIRST_ROW):
            match = self._identity(sheet, row, _MEASURE)
            if match:
                groups.setdefault((int(match[2]), int(match[3]), match[4]), []).append((row, int(match[1])))
        return tuple(self._report(sheet, *key, found) for key, found in groups.items())

    def read_budgets(self, sheet):
        found = ((row, self._identity(sheet, row, _BUDGET)) for row in sorted(sheet.rows) if row >= layout.FIRST_ROW)
        return tuple(self._budget(sheet, row, match) for row, match in found if match)

    def _identity(self, sheet, row, pattern):
        """The match of a row's identity, or None. A row with texts but no identity was added: it is an error."""
        text = sheet.text(row, MeasureColumn.IDENTITY)
        match = pattern.fullmatch(text)
        if match:
            self.identities.append(text)
        elif sheet.rows[row]:
            self._add_error(
                sheet, row, MeasureColumn.KPI, "這一列不是系統產生的，沒有讀入；請刪除這一列，填在原有的列。"
            )
        return match

    def _report(self, sheet, kpi_id, version, digest, found):
        first = found[0][0]
        measures, texts = [], []
        for row, measure_id in found:
            measure, own = self._measure(sheet, row, measure_id)
            measures.append(measure)
            texts += own
        explanation, improvement = (
            self._text(sheet, first, column, layout.MAX_TEXT_LENGTH)
            for column in (MeasureColumn.EXPLANATION, MeasureColumn.IMPROVEMENT)
        )
        now = layout.digest_of((layout.digest_of(texts), explanation, improvement))
        cell = coordinate(first, MeasureColumn.KPI)
        return FilledReport(kpi_id, version, tuple(measures), explanation, improvement, now != digest, cell)

    def _measure(self, sheet, row, measure_id):
        """(FilledMeasure, texts of its open cells for the digest)."""
        unit = sheet.text(row, MeasureColumn.UNIT)
        numerator = self._number(sheet, row, MeasureColumn.NUMERATOR)
        denominator = self._number(sheet, row, MeasureColumn.DENOMINATOR)
        self._check_parts(sheet, row, numerator, denominator)
        note = self._text(sheet, row, MeasureColumn.NOTE, layout.MAX_NOTE_LENGTH)
        word = sheet.text(row, MeasureColumn.UNMEASURED).strip()
        typed = sheet.text(row, MeasureColumn.ACTUAL).strip()
        unmeasured = word == layout.UNMEASURED
        actual = None
        texts = [_digested(value) for value in (numerator, denominator)]
        if typed in NO_FIGURE:
            # A word in the place of the number, as in the agency's form: the word is the reason.
            unmeasured = True
            note_or_word = note or typed
        else:
            actual = self._number(sheet, row, MeasureColumn.ACTUAL, unit)
            note_or_word = note
        texts += [typed if typed in NO_FIGURE else _digested(actual), word, note]
        if word not in ("", layout.UNMEASURED):
            said = f"「{word[:20]}」不是選項；沒有統計時請選「無統計」，否則留白。"
            self._add_error(sheet, row, MeasureColumn.UNMEASURED, said)
        self._check_unmeasured(sheet, row, unmeasured, actual, note_or_word)
        cell = coordinate(row, MeasureColumn.ACTUAL)
        return FilledMeasure(measure_id, actual, numerator, denominator, note_or_word, unmeasured, cell), texts

    def _check_parts(self, sheet, row, numerator, denominator):
        if not sheet.text(row, MeasureColumn.PARTS):
            if numerator is not None or denominator is not None:
                self._add_error(sheet, row, MeasureColumn.NUMERATOR, "這一項沒有分子與分母；請清除，只填實際值。")
        elif (numerator is None) != (denominator is None):
            missing = MeasureColumn.NUMERATOR if numerator is None else MeasureColumn.DENOMINATOR
            self._add_error(sheet, row, missing, "分子與分母請同時填寫，或同時留白。")
        elif denominator == 0:
            self._add_error(sheet, row, MeasureColumn.DENOMINATOR, "分母不可為 0。")

    def _check_unmeasured(self, sheet, row, unmeasured, actual, note):
        if unmeasured and actual is not None:
            self._add_error(sheet, row, MeasureColumn.ACTUAL, "已選「無統計」；請清除數字，或清除「無統計」。")
        elif unmeasured and not note:
            self._add_error(sheet, row, MeasureColumn.NOTE, "請在備註說明無統計的原因。")

    def _budget(self, sheet, row, match):
        typed = sheet.text(row, BudgetColumn.EXECUTED)
        executed = None
        try:
            executed = parse_amount(typed)
        except NumberError as error:
            self._add_error(sheet, row, BudgetColumn.EXECUTED, str(error))
        progress = self._text(sheet, row, BudgetColumn.PROGRESS, layout.MAX_TEXT_LENGTH)
        now = layout.digest_of(("" if executed is None else str(executed), progress))
        cell = coordinate(row, BudgetColumn.EXECUTED)
        return FilledBudget(int(match[1]), int(match[2]), executed, progress, match[3], now != match[3], cell)

    def _number(self, sheet, row, column, unit=""):
        try:
            return parse_number(sheet.text(row, column), unit=unit)
        except NumberError as error:
            self._add_error(sheet, row, column, str(error))
            return None

    def _text(self, sheet, row, column, longest):
        text = sheet.text(row, column).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > longest:
            self._add_error(sheet, row, column, f"有 {len(text)} 個字，最多 {longest} 個；請縮短。")
        return text

    def _add_error(self, sheet, row, column, text):
        place = Place(sheet.name, coordinate(row, column))
        self.messages.error(place, text, found=sheet.text(row, column))


def _digested(number):
    return "" if number is None else plain(number)

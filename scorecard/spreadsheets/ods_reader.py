"""Reads the cells of an OpenDocument spreadsheet; ignores its drawings, and of its styles what changes no content."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from zipfile import ZipFile

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.cell_values import cleaned, number_text, percent_text
from scorecard.spreadsheets.grid import Cell, CellKind, GridSheet, Position, Remark, UnreadableFile
from scorecard.spreadsheets.limits import MAX_COLUMNS, MAX_ROWS, Area, check_cells, check_remarks, merged_areas
from scorecard.spreadsheets.ods_styles import StyleReader
from scorecard.spreadsheets.rich_text import Mark, comment_remark, seen_text
from scorecard.spreadsheets.xml_events import Attributes

HAS_LINKS = "檔案連結到其他試算表；請在 LibreOffice 的「編輯 → 連結」中斷連結，另存新檔後再上傳。"
# Their content is not the cell's own text.
_ASIDE = frozenset({"annotation", "tracked-changes", "shapes", "forms", "scenario"})
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
# How LibreOffice shows a truth value that a formula gave; the file has it as the number 1 or 0.
_TRUTHS = frozenset({"TRUE", "FALSE", "真", "假"})
_SHOWN_NUMBER = re.compile(r"(?P<before>[^0-9.]*)(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(?P<after>[^0-9]*)")
MAX_SHOWN_LENGTH = 40
_WIDE = Context(prec=200)
_MINUS = re.compile("[-(−－△▲▼]")
_MONEY_OR_SIGN = re.compile(r"[-()−－△▲▼+:：\s/.,$＄元圓整]|NTD?|新[臺台]幣")


def read_ods(archive: ZipFile, deadline: xml_events.Deadline) -> tuple[GridSheet, ...]:
    """archive: already checked to be an .ods file."""
    styles = StyleReader()
    reader = _Reader(styles)
    try:
        if "styles.xml" in archive.namelist():
            with archive.open("styles.xml") as stream:
                xml_events.parse(stream, deadline, start=styles.start)
        with archive.open("content.xml") as stream:
            xml_events.parse(stream, deadline, start=reader.start, end=reader.end, text=reader.text)
    except KeyError as error:
        raise UnreadableFile(xml_events.DAMAGED) from error
    return tuple(reader.sheets)


class _Reader:
    """Handles the events of content.xml."""

    def __init__(self, styles: StyleReader) -> None:
        self.sheets: list[GridSheet] = []
        self.styles = styles
        self.comment: list[str] | None = None
        self.spans: list[str] = []
        # How deep the parser is in elements to ignore, and in tables.
        self.aside = 0
        self.depth = 0
        self._start_sheet(name="", is_hidden=False)
        self.column = 0
        self.row_repeat = 0
        self.attributes: dict[str, str] = {}
        self.runs: list[tuple[str, Mark | None]] = []
        self.paragraphs = 0
        self.is_in_paragraph = 0

    def _start_sheet(self, *, name: str, is_hidden: bool) -> None:
        self.cells: dict[Position, Cell] = {}
        self.areas: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.columns = 0
        self.remarks: dict[Position, tuple[Remark, ...]] = {}
        self.shown: dict[Position, Cell] = {}
        self.row = 0
        self.name = name
        self.is_hidden = is_hidden

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in _ASIDE:
            self.aside += 1
            if tag == "annotation" and self.aside == 1:
                self.comment = []
        if self.aside:
            self.is_in_paragraph += tag == "p"
            return
        if tag in _CELLS:
            self.attributes = xml_events.local(attributes)
            self.runs = []
            self.comment = None
            self.spans = []
            self.paragraphs = 0
        elif tag == "table-row":
            self._start_row(attributes)
        elif tag in ("p", "h"):
            if self.paragraphs:
                self._add("\n")
            self.paragraphs += 1
            self.is_in_paragraph += 1
        elif tag == "span":
            self.spans.append(xml_events.local(attributes).get("style-name", ""))
        elif tag == "line-break":
            self._add("\n")
        elif tag in ("s", "tab"):
            self._add(" " * min(_count(attributes, "c"), 100))
        elif tag == "table-column":
            first, self.columns = self.columns, self.columns + _count(attributes, "number-columns-repeated")
            if xml_events.local(attributes).get("visibility") in ("collapse", "filter"):
                self.hidden_columns.update(range(first + 1, min(self.columns, MAX_COLUMNS) + 1))
        elif tag == "table":
            self._open_table(xml_events.local(attributes))
        elif tag == "table-source":
            raise UnreadableFile(HAS_LINKS)
        else:
            self.styles.start(tag, attributes)

    def _start_row(self, attributes: Attributes) -> None:
        self.row += 1
        self.row_repeat = _count(attributes, "number-rows-repeated")
        self.column = 0
        if xml_events.local(attributes).get("visibility") in ("collapse", "filter"):
            self.hidden_rows.update(range(self.row, min(self.row + self.row_repeat, MAX_ROWS + 1)))

    def _add(self, text: str) -> None:
        names = (*reversed(self.spans), self.attributes.get("style-name", ""))
        self.runs.append((text, next((mark for name in names if (mark := self.styles.mark(name))), None)))

    def end(self, tag: str) -> None:
        if tag in _ASIDE:
            self.aside -= 1
        elif self.aside:
            self.is_in_paragraph -= tag == "p"
        elif tag == "span":
            self.spans.pop()
        elif tag in _CELLS:
            self._take(is_covered=tag == "covered-table-cell")
        elif tag in ("p", "h"):
            self.is_in_paragraph -= 1
        elif tag == "table-row":
            self.row += self.row_repeat - 1
        elif tag == "table":
            self.depth -= 1
            if not self.depth:
                merges = merged_areas(self.areas, self.cells)
                self.sheets.append(
                    GridSheet(
                        self.name,
                        self.is_hidden,
                        self.cells,
                        merges,
                        hidden_rows=self.hidden_rows,
                        hidden_columns=self.hidden_columns,
                        remarks=self.remarks,
                        shown=self.shown,
                    )
                )

    def text(self, data: str) -> None:
        if not self.is_in_paragraph:
            return
        if not self.aside:
            self._add(" ".join(data.split("\n")))
        elif self.aside == 1 and self.comment is not None:
            self.comment.append(data)

    def _open_table(self, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            is_hidden = attributes.get("style-name") in self.styles.hidden
            self._start_sheet(name=attributes.get("name", ""), is_hidden=is_hidden)

    def _take(self, *, is_covered: bool) -> None:
        repeat = _count(self.attributes, "number-columns-repeated")
        row, column = self.row, self.column + 1
        self.column += repeat
        down = _count(self.attributes, "number-rows-spanned")
        across = _count(self.attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            self.areas.append((row, column, row + down - 1, column + across - 1))
        raw, remarks = seen_text(self.runs)
        if self.comment is not None:
            remarks = (*remarks, comment_remark("".join(self.comment)))
        if remarks and not is_covered:
            self._remark(row, column, repeat, remarks)
        cell = None if is_covered or remarks and self.runs and not raw else self._cell(raw)
        if cell is None:
            return
        shown = _shown(cell, cleaned(raw))
        if shown is None and _shows_otherwise(cell, cleaned(raw)):
            said = f"儲存格顯示為「{cleaned(raw)[:40]}」，存的是 {cell.text}；讀入的是 {cell.text}，請確認。"
            self._remark(row, column, repeat, (*remarks, Remark(said, is_correction=True)))
        for each_row in range(row, row + min(self.row_repeat, MAX_ROWS + 1)):
            for each_column in range(column, column + min(repeat, MAX_COLUMNS + 1)):
                check_cells(each_row, each_column, len(self.cells))
                self.cells[each_row, each_column] = cell
                if shown is not None:
                    self.shown[each_row, each_column] = shown

    def _remark(self, row: int, column: int, repeat: int, remarks: tuple[Remark, ...]) -> None:
        for each_row in range(row, min(row + self.row_repeat, MAX_ROWS + 1)):
            for each_column in range(column, min(column + repeat, MAX_COLUMNS + 1)):
                check_remarks(len(self.remarks))
                self.remarks[each_row, each_column] = remarks

    def _cell(self, raw: str) -> Cell | None:
        text, kind = cleaned(raw), self.attributes.get("value-type", "")
        has_formula = "formula" in self.attributes
        if text in _ERRORS or (has_formula and text.startswith(("Err:", "錯誤:"))):
            return Cell(text, CellKind.ERROR)
        if has_formula and text in _TRUTHS:
            return Cell(text, CellKind.BOOLEAN)
        if kind in ("float", "currency", "percentage"):
            return _number(self.attributes.get("value", ""), text, is_percentage=kind == "percentage")
        if kind in ("date", "time"):
            return Cell(text or self.attributes.get(f"{kind}-value", "?"), CellKind.DATE)
        if kind == "boolean":
            return Cell(text or "?", CellKind.BOOLEAN)
        if not text and has_formula and not kind and not self.paragraphs:
            return Cell("（公式）", CellKind.NO_VALUE)
        if not text and not self.paragraphs:
            text = cleaned(self.attributes.get("string-value", ""))
        return Cell(text) if text else None


def _number(value: str, text: str, *, is_percentage: bool) -> Cell:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Cell(text or "?", CellKind.ERROR)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return Cell(text or "?", CellKind.ERROR)
    if is_percentage:
        return Cell(percent_text(number), CellKind.PERCENT)
    return Cell(number_text(number), CellKind.NUMBER)


def _shown(cell: Cell, text: str) -> Cell | None:
    """What the program shows of a number, where it is another number than the stored one or has a unit.

    A text that cannot come from the number by rounding and thousands says nothing: some programs write none.
    """
    match = _SHOWN_NUMBER.fullmatch(text) if cell.kind in (CellKind.NUMBER, CellKind.PERCENT) else None
    if match is None or len(match["number"]) > MAX_SHOWN_LENGTH:
        return None
    stored, seen = Decimal(cell.text.rstrip("%")), Decimal(match["number"].replace(",", ""))
    before, unit = (_MONEY_OR_SIGN.sub("", match[name]) for name in ("before", "after"))
    step = seen.as_tuple().exponent
    assert isinstance(step, int)
    for power in (0, -3, -4, -6, -8):
        scaled = abs(stored).scaleb(power)
        if abs(scaled.adjusted()) < 20 and scaled.quantize(Decimal(1).scaleb(step), ROUND_HALF_UP, _WIDE) == seen:
            is_negative = stored < 0 and _MINUS.search(match["before"]) is not None
            seen = -seen if is_negative else seen
            if seen == stored and not before and unit in ("", "%"):
                return None
            return Cell(f"{before}{number_text(seen)}{unit}", CellKind.PERCENT if before or unit else CellKind.NUMBER)
    return None


def _shows_otherwise(cell: Cell, text: str) -> bool:
    """Whether a number is shown by other digits than its own, as by a format that is not understood."""
    if cell.kind is not CellKind.NUMBER or not re.search("[0-9]", text):
        return False
    match = _SHOWN_NUMBER.fullmatch(text)
    return match is None or Decimal(match["number"].replace(",", "")) != abs(Decimal(cell.text))


def _count(attributes: Mapping[str, str], name: str) -> int:
    """The attribute as a count of repetitions or cells; 1 where it is missing or unreadable."""
    value = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 9 else 1

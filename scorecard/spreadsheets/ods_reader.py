"""Reads the cells of an OpenDocument spreadsheet; ignores its drawings, notes and all styles but hidden sheets'."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from zipfile import ZipFile

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.cell_values import cleaned, number_text, percent_text
from scorecard.spreadsheets.grid import Cell, CellKind, GridSheet, Position, UnreadableFile
from scorecard.spreadsheets.limits import MAX_COLUMNS, MAX_ROWS, Area, check_cells, merged_areas
from scorecard.spreadsheets.xml_events import Attributes

HAS_LINKS = "檔案連結到其他試算表；請在 LibreOffice 的「編輯 → 連結」中斷連結，另存新檔後再上傳。"
# Their content is not the cell's own text.
_ASIDE = frozenset({"annotation", "tracked-changes", "shapes", "forms", "scenario"})
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})


def read_ods(archive: ZipFile, deadline: xml_events.Deadline) -> tuple[GridSheet, ...]:
    """archive: already checked to be an .ods file."""
    reader = _Reader()
    try:
        with archive.open("content.xml") as stream:
            xml_events.parse(stream, deadline, start=reader.start, end=reader.end, text=reader.text)
    except KeyError as error:
        raise UnreadableFile(xml_events.DAMAGED) from error
    return tuple(reader.sheets)


class _Reader:
    """Handles the events of content.xml."""

    def __init__(self) -> None:
        self.sheets: list[GridSheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        # How deep the parser is in elements to ignore, and in tables.
        self.aside = 0
        self.depth = 0
        self._start_sheet(name="", is_hidden=False)
        self.column = 0
        self.row_repeat = 0
        self.attributes: dict[str, str] = {}
        self.parts: list[str] = []
        self.paragraphs = 0
        self.is_in_paragraph = 0

    def _start_sheet(self, *, name: str, is_hidden: bool) -> None:
        self.cells: dict[Position, Cell] = {}
        self.areas: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.row = 0
        self.name = name
        self.is_hidden = is_hidden

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in _ASIDE:
            self.aside += 1
        if self.aside:
            return
        if tag in _CELLS:
            self.attributes = xml_events.local(attributes)
            self.parts = []
            self.paragraphs = 0
        elif tag == "table-row":
            self.row += 1
            self.row_repeat = _count(attributes, "number-rows-repeated")
            self.column = 0
            if xml_events.local(attributes).get("visibility") in ("collapse", "filter"):
                self.hidden_rows.update(range(self.row, min(self.row + self.row_repeat, MAX_ROWS + 1)))
        elif tag in ("p", "h"):
            if self.paragraphs:
                self.parts.append("\n")
            self.paragraphs += 1
            self.is_in_paragraph += 1
        elif tag == "line-break":
            self.parts.append("\n")
        elif tag in ("s", "tab"):
            self.parts.append(" " * min(_count(attributes, "c"), 100))
        elif tag == "table":
            self._open_table(xml_events.local(attributes))
        elif tag == "table-source":
            raise UnreadableFile(HAS_LINKS)
        elif tag == "style":
            self.style = xml_events.local(attributes).get("name", "")
        elif tag == "table-properties" and xml_events.local(attributes).get("display") == "false":
            self.hidden_styles.add(self.style)

    def end(self, tag: str) -> None:
        if tag in _ASIDE:
            self.aside -= 1
        elif self.aside:
            return
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
                    GridSheet(self.name, self.is_hidden, self.cells, merges, hidden_rows=self.hidden_rows)
                )

    def text(self, data: str) -> None:
        if self.is_in_paragraph and not self.aside:
            self.parts.append(" ".join(data.split("\n")))

    def _open_table(self, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            is_hidden = attributes.get("style-name") in self.hidden_styles
            self._start_sheet(name=attributes.get("name", ""), is_hidden=is_hidden)

    def _take(self, *, is_covered: bool) -> None:
        repeat = _count(self.attributes, "number-columns-repeated")
        row, column = self.row, self.column + 1
        self.column += repeat
        down = _count(self.attributes, "number-rows-spanned")
        across = _count(self.attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            self.areas.append((row, column, row + down - 1, column + across - 1))
        cell = None if is_covered else self._cell("".join(self.parts))
        if cell is None:
            return
        for each_row in range(row, row + min(self.row_repeat, MAX_ROWS + 1)):
            for each_column in range(column, column + min(repeat, MAX_COLUMNS + 1)):
                check_cells(each_row, each_column, len(self.cells))
                self.cells[each_row, each_column] = cell

    def _cell(self, raw: str) -> Cell | None:
        text, kind = cleaned(raw), self.attributes.get("value-type", "")
        has_formula = "formula" in self.attributes
        if text in _ERRORS or (has_formula and text.startswith(("Err:", "錯誤:"))):
            return Cell(text, CellKind.ERROR)
        if kind in ("float", "currency", "percentage"):
            return _number(self.attributes.get("value", ""), text, is_percentage=kind == "percentage")
        if kind in ("date", "time"):
            return Cell(text or self.attributes.get(f"{kind}-value", "?"), CellKind.DATE)
        if kind == "boolean":
            return Cell(text or "?", CellKind.BOOLEAN)
        if not text and has_formula and not kind:
            return Cell("（公式）", CellKind.NO_VALUE)
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


def _count(attributes: Mapping[str, str], name: str) -> int:
    """The attribute as a count of repetitions or cells; 1 where it is missing or unreadable."""
    value = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 9 else 1

"""Reads the cells of an OpenDocument spreadsheet; what it does not know (styles, drawings, notes) it passes over."""

from decimal import Decimal, InvalidOperation

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.cell_values import cleaned, number_text, percent_text
from scorecard.spreadsheets.grid import Cell, CellKind, GridSheet, UnreadableFile
from scorecard.spreadsheets.limits import MAX_COLUMNS, MAX_ROWS, check_cells, merged_areas

HAS_LINKS = "檔案連結到其他試算表；請在 LibreOffice 的「編輯 → 連結」中斷連結，另存新檔後再上傳。"
# Their content is not the cell's own text.
_ASIDE = frozenset({"annotation", "tracked-changes", "shapes", "forms", "scenario"})
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})


def read_ods(archive, deadline):
    """The sheets of an open zip archive that was checked to be an .ods file."""
    reader = _Reader()
    try:
        with archive.open("content.xml") as stream:
            xml_events.parse(stream, deadline, start=reader.start, end=reader.end, text=reader.text)
    except KeyError as error:
        raise UnreadableFile(xml_events.DAMAGED) from error
    return tuple(reader.sheets)


class _Reader:
    """Handles the events of content.xml."""

    def __init__(self):
        self.sheets, self.hidden_styles, self.style = [], set(), ""
        self.aside = self.depth = 0
        self.cells, self.areas, self.hidden_rows, self.name, self.is_hidden = {}, [], set(), "", False
        self.row = self.column = self.row_repeat = 0
        self.attributes, self.parts, self.paragraphs = {}, [], 0
        self.is_in_paragraph = 0

    def start(self, tag, attributes):
        """A start tag."""
        if tag in _ASIDE:
            self.aside += 1
        if self.aside:
            return
        if tag in _CELLS:
            self.attributes, self.parts, self.paragraphs = xml_events.local(attributes), [], 0
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

    def end(self, tag):
        """An end tag."""
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

    def text(self, data):
        """Text between tags."""
        if self.is_in_paragraph and not self.aside:
            self.parts.append(" ".join(data.split("\n")))

    def _open_table(self, attributes):
        self.depth += 1
        if self.depth == 1:
            self.cells, self.areas, self.hidden_rows, self.row = {}, [], set(), 0
            self.name = attributes.get("name", "")
            self.is_hidden = attributes.get("style-name") in self.hidden_styles

    def _take(self, *, is_covered):
        repeat = _count(self.attributes, "number-columns-repeated")
        row, column = self.row, self.column + 1
        self.column += repeat
        down, across = (_count(self.attributes, f"number-{what}-spanned") for what in ("rows", "columns"))
        if down > 1 or across > 1:
            self.areas.append((row, column, row + down - 1, column + across - 1))
        cell = None if is_covered else self._cell("".join(self.parts))
        if cell is None:
            return
        for each_row in range(row, row + min(self.row_repeat, MAX_ROWS + 1)):
            for each_column in range(column, column + min(repeat, MAX_COLUMNS + 1)):
                check_cells(each_row, each_column, len(self.cells))
                self.cells[each_row, each_column] = cell

    def _cell(self, raw):
        text, kind = cleaned(raw), self.attributes.get("value-type", "")
        has_formula = "formula" in self.attributes
        if text in _ERRORS or has_formula and text.startswith(("Err:", "錯誤:")):
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


def _number(value, text, *, is_percentage):
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Cell(text or "?", CellKind.ERROR)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return Cell(text or "?", CellKind.ERROR)
    if is_percentage:
        return Cell(percent_text(number), CellKind.PERCENT)
    return Cell(number_text(number), CellKind.NUMBER)


def _count(attributes, name):
    """How often or how far; 1 where nothing readable is said."""
    value = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 9 else 1

"""Reads the cells of one sheet of an .xlsx package."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.cell_values import cleaned, date_text, number_text, percent_text
from scorecard.spreadsheets.grid import Cell, CellKind, GridSheet, Position, Remark, UnreadableFile, row_and_column
from scorecard.spreadsheets.limits import MAX_COLUMNS, MAX_ROWS, Area, check_cells, check_remarks, merged_areas
from scorecard.spreadsheets.rich_text import Mark, comment_remark, seen_text
from scorecard.spreadsheets.xlsx_parts import Look, Runs, font_mark
from scorecard.spreadsheets.xml_events import Attributes

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLAIN = Look()
_ON = frozenset({"1", "true"})
_FONT = frozenset({"strike", "vertAlign"})


class SheetReader:
    """Handles the events of one sheet's XML."""

    def __init__(self, strings: Sequence[str | Runs], looks: Mapping[str | None, Look]) -> None:
        self.strings = strings
        self.looks = looks
        self.cells: dict[Position, Cell] = {}
        self.remarks: dict[Position, tuple[Remark, ...]] = {}
        self.shown: dict[Position, Cell] = {}
        self.areas: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        # Most cells hold the same as another one: (what it holds, what people see instead).
        self.made: dict[tuple[str, str | None, str], tuple[Cell | None, Cell | None]] = {}
        self.row = 0
        self.column = 0
        self.rows = 0
        self.type = "n"
        self.style: str | None = None
        self.has_formula = False
        # How deep the parser is in phonetic readings.
        self.reading = 0
        self.parts: list[str] = []
        # The marks of the parts, where the text has fonts of its own: None for the cell's.
        self.marks: list[Mark | None] = []
        self.mark: Mark | None = None
        self.is_collecting = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            where = row_and_column(attributes.get("r", ""))
            self.row, self.column = where or (self.row, self.column + 1)
            self.type, self.style = attributes.get("t", "n"), attributes.get("s")
            self.has_formula = False
            self.parts = []
            self.marks = []
            self.mark = None
        elif tag in ("v", "t"):
            self.is_collecting = not self.reading
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            self.has_formula = True
        elif tag == "r":
            self.mark = None
        elif tag == "rPr":
            self.mark = Mark.PLAIN
        elif tag in _FONT:
            self.mark = font_mark(tag, attributes) or self.mark
        elif tag == "rPh":
            self.reading += 1
        elif tag == "mergeCell":
            first, _, second = attributes.get("ref", "").partition(":")
            top_left, bottom_right = row_and_column(first), row_and_column(second)
            if top_left and bottom_right:
                self.areas.append((*top_left, *bottom_right))
        elif tag == "col":
            self._hide_columns(attributes)

    def _start_row(self, attributes: Attributes) -> None:
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise UnreadableFile(f"工作表超過 {MAX_ROWS:,} 列（多半是空白列）；請刪除表格之後的列，另存新檔後再上傳。")
        number = attributes.get("r", "")
        self.row = int(number) if number.isdecimal() and len(number) < 8 else self.row + 1
        self.column = 0
        if attributes.get("hidden") in _ON or _is_nothing(attributes.get("ht")):
            self.hidden_rows.add(self.row)

    def _hide_columns(self, attributes: Attributes) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        is_hidden = attributes.get("hidden") in _ON or _is_nothing(attributes.get("width"))
        if is_hidden and first.isdecimal() and last.isdecimal() and len(first + last) < 12:
            self.hidden_columns.update(range(int(first), min(int(last), MAX_COLUMNS) + 1))

    def end(self, tag: str) -> None:
        if tag == "c":
            if self.parts or self.has_formula:
                self._take()
        elif tag in ("v", "t"):
            self.is_collecting = False
        elif tag == "rPh":
            self.reading -= 1

    def text(self, data: str) -> None:
        if self.is_collecting:
            self.parts.append(data)
            self.marks.append(self.mark)

    def sheet(self, name: str, is_hidden: bool, comments: Mapping[Position, str]) -> GridSheet:
        """comments: {cell: text}."""
        merges = merged_areas(self.areas, self.cells)
        check_remarks(len(comments))
        for where, text in comments.items():
            self.remarks[where] = (*self.remarks.get(where, ()), comment_remark(text))
        return GridSheet(
            name,
            is_hidden,
            self.cells,
            merges,
            hidden_rows=self.hidden_rows,
            hidden_columns=self.hidden_columns,
            remarks=self.remarks,
            shown=self.shown,
        )

    def _take(self) -> None:
        raw = "".join(self.parts)
        look = self.looks.get(self.style, _PLAIN)
        string = self._shared(raw) if self.type == "s" and raw else raw
        if look.mark or isinstance(string, tuple) or any(self.marks):
            self._take_marked(string, look.mark)
            return
        key = self.type, self.style, raw
        if key not in self.made:
            self.made[key] = self._made(string, look)
        cell, shown = self.made[key]
        self._put(cell)
        if shown is not None:
            self.shown[self.row, self.column] = shown

    def _take_marked(self, string: str | Runs, own: Mark | None) -> None:
        """A cell whose text, or part of it, is struck out or raised. own: the mark of the cell's style."""
        if isinstance(string, tuple):
            runs = [(text, mark or own) for text, mark in string]
        elif self.type == "inlineStr":
            runs = [(text, mark or own) for text, mark in zip(self.parts, self.marks, strict=True)]
        else:
            runs = [(string, None if own is Mark.LOWERED else own)]
        text, remarks = seen_text(runs)
        if remarks:
            check_remarks(len(self.remarks))
            self.remarks[self.row, self.column] = remarks
        if not text and remarks:
            return
        self._put(self._made(text, self.looks.get(self.style, _PLAIN))[0])

    def _put(self, cell: Cell | None) -> None:
        if cell is not None:
            check_cells(self.row, self.column, len(self.cells))
            self.cells[self.row, self.column] = cell

    def _made(self, raw: str, look: Look) -> tuple[Cell | None, Cell | None]:
        """(what the cell holds, what people see where that is another number)."""
        if self.type in ("s", "str", "inlineStr"):
            if "_x" in raw:
                raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
            text = cleaned(raw)
            return (Cell(text) if text else None), None
        if not raw:
            return Cell("（公式）", CellKind.NO_VALUE), None
        if self.type == "e":
            return Cell(cleaned(raw) or "#", CellKind.ERROR), None
        if self.type == "b":
            return Cell("TRUE" if raw == "1" else "FALSE", CellKind.BOOLEAN), None
        if self.type == "d":
            return Cell(cleaned(raw) or "?", CellKind.DATE), None
        return _number(raw, look)

    def _shared(self, raw: str) -> str | Runs:
        """The shared string with this number. A missing one raises UnreadableFile: the cell must not seem empty."""
        try:
            number = int(raw)
            if number < 0:
                raise IndexError
            return self.strings[number]
        except (ValueError, IndexError) as error:
            raise UnreadableFile(xml_events.DAMAGED) from error


def _is_nothing(size: str | None) -> bool:
    """Whether a width or height is zero, another way to hide."""
    return size is not None and not size.strip("0.") and "0" in size


def _number(raw: str, look: Look) -> tuple[Cell, Cell | None]:
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        return Cell(cleaned(raw) or "?", CellKind.ERROR), None
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return Cell(cleaned(raw), CellKind.ERROR), None
    if look.kind is CellKind.DATE:
        return Cell(date_text(number), look.kind), None
    text = number_text(number)
    cell = Cell(percent_text(number) if look.kind is CellKind.PERCENT else text, look.kind)
    seen = look.format.shown(Decimal(text)) if look.format and abs(number.adjusted()) < 20 else None
    return cell, None if seen is None or seen == cell.text else shown_cell(seen)


def shown_cell(text: str) -> Cell:
    """What people see of a number, with a unit or without; a text may be empty here."""
    is_number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None
    return Cell(text, CellKind.NUMBER if is_number else CellKind.PERCENT)

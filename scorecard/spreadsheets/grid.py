"""A workbook as a plain grid of texts: what the readers of .xlsx and .ods return and the form's reader reads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache


class UnreadableFile(ValueError):
    """The file cannot be read at all. The message says in Chinese why, and what to do."""


class CellKind(Enum):
    """What a cell holds. The text of a percentage is the number as shown, with % or another unit."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    NO_VALUE = "formula without a value"


UNREADABLE = {
    CellKind.DATE: "是日期，不是數字；試算表可能自動把輸入的內容改成了日期，請把儲存格格式設為「文字」後重新輸入。",
    CellKind.BOOLEAN: "是邏輯值，不是數字或文字；請重新輸入。",
    CellKind.ERROR: "是公式的錯誤結果；請修正公式，或直接填入數值。",
    CellKind.NO_VALUE: "是沒有計算結果的公式；請以 Excel 或 LibreOffice 開啟、存檔後再上傳，或直接填入數值。",
}

# (row, column), both from 1.
Position = tuple[int, int]

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")
_COORDINATE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with content: its text is stripped and never empty."""

    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet's name and a cell like B13; both are empty for the whole file."""

    sheet: str = ""
    cell: str = ""


WHOLE_FILE = Place()


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reader of the file left out at a cell, or changed. text: a sentence for the person."""

    text: str
    is_correction: bool = False


@dataclass
class GridSheet:
    """merges: {covered cell: the cell with the merged area's content}.

    is_ours: the file says that this product wrote it. hidden_rows, hidden_columns: the numbers of those hidden or
    filtered; these are read, too. remarks: of cells, also of empty ones. shown: what people see where the cell's format
    shows another number than the stored one; see as_shown().
    """

    name: str
    is_hidden: bool = False
    cells: dict[Position, Cell] = field(default_factory=dict)
    merges: dict[Position, Position] = field(default_factory=dict)
    is_ours: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    remarks: dict[Position, tuple[Remark, ...]] = field(default_factory=dict)
    shown: dict[Position, Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows: dict[int, list[int]] = {}
        for row, column in sorted(self.cells):
            self.rows.setdefault(row, []).append(column)

    def cell(self, row: int, column: int) -> Cell | None:
        """None: the cell is empty."""
        return self.cells.get((row, column))

    def text(self, row: int, column: int) -> str:
        """The cell's own text; "" where it is empty or covered by a merged area."""
        cell = self.cells.get((row, column))
        return cell.text if cell else ""

    def home(self, row: int, column: int) -> Position:
        """The cell itself, or the top left cell of the merged area that covers it."""
        return self.merges.get((row, column), (row, column))

    def merged_text(self, row: int, column: int) -> str:
        """The cell's text, or the text of the merged area that covers it."""
        return self.text(*self.home(row, column))

    def place(self, row: int, column: int) -> Place:
        return Place(self.name, coordinate(row, column))


def coordinate(row: int, column: int) -> str:
    """「B13」 of row 13, column 2."""
    return f"{column_letters(column)}{row}"


@cache
def column_letters(column: int) -> str:
    """「AB」 of column 28."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def row_and_column(cell: str) -> Position | None:
    """(13, 2) of 「B13」; None where the text is no cell."""
    match = _COORDINATE.fullmatch(cell)
    if not match:
        return None
    return int(match[2]), _column(match[1])


@cache
def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def with_corrections(sheets: Iterable[GridSheet], corrections: Mapping[tuple[str, str], str]) -> tuple[GridSheet, ...]:
    """The sheets with the texts of some cells replaced.

    corrections: {(sheet name, "B13"): text}. An empty text empties the cell; a text that looks like a number becomes
    one. A corrected cell leaves the merged area that covered it. Unknown sheets and cells are ignored.
    """
    by_sheet: dict[str, dict[Position, str]] = {}
    for (name, cell), text in corrections.items():
        where = row_and_column(cell)
        if where:
            by_sheet.setdefault(name, {})[where] = text.strip()
    return tuple(_corrected(sheet, by_sheet[sheet.name]) if sheet.name in by_sheet else sheet for sheet in sheets)


def _corrected(sheet: GridSheet, texts: Mapping[Position, str]) -> GridSheet:
    cells = dict(sheet.cells)
    for where, text in texts.items():
        cells.pop(where, None)
        if text:
            cells[where] = Cell(text, CellKind.NUMBER if _PLAIN_NUMBER.fullmatch(text) else CellKind.TEXT)
    merges = {where: home for where, home in sheet.merges.items() if where not in texts or home == where}
    remarks = {where: found for where, found in sheet.remarks.items() if where not in texts}
    return replace(sheet, cells=cells, merges=merges, remarks=remarks)


def as_shown(sheets: Iterable[GridSheet]) -> tuple[GridSheet, ...]:
    """The sheets with the numbers that people see in place of those that the cells hold, each with a remark."""
    return tuple(_shown(sheet) if sheet.shown else sheet for sheet in sheets)


def _shown(sheet: GridSheet) -> GridSheet:
    cells, remarks = dict(sheet.cells), dict(sheet.remarks)
    for where, seen in sheet.shown.items():
        stored = cells[where].text
        if seen.text:
            cells[where] = seen
            said = f"儲存格存的是 {stored}，以格式顯示為「{seen.text}」；讀為顯示的內容。"
        else:
            said = f"儲存格存的是 {stored}，格式卻不顯示；照樣讀入，不要的數字請清除。"
        remarks[where] = (*remarks.get(where, ()), Remark(said, is_correction=True))
    return replace(sheet, cells=cells, remarks=remarks, shown={})

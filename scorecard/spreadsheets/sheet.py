"""A sheet as it is to be written, whatever the file format: xlsx_writer.py and ods_writer.py write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from scorecard.drawing.text_wrap import text_width, wrap
from scorecard.spreadsheets.figure import Figure

FONT, SIZE = "Microsoft JhengHei", 10
# The colours of static/css/tokens.css.
INK, RULE = "1C2733", "B6C2CB"

LINE_POINTS, PADDING_POINTS, TALLEST_ROW = 14.5, 5, 409
# The width of one half-width character in ems of the body font; a little less than there is.
EMS_PER_CHARACTER = 0.5
MAX_MEASURED_LENGTH = 16_000


class PrintedPage(Enum):
    """The paper; a sheet is always printed one page wide."""

    A3_LANDSCAPE = "A3 across, with narrow margins"
    A4_LANDSCAPE = "A4 across, with narrow margins"
    A4_PORTRAIT = "A4 upright, with a program's usual margins"


@dataclass(frozen=True)
class CellStyle:
    """horizontal None: numbers to the right, text to the left.

    vertical is "top" by default: a page may end within merged rows and would cut a text in their middle. is_open: the
    cell may be filled in on a protected sheet. is_text: whatever is typed there is text, so 3/4 is no date.
    """

    horizontal: str | None = "left"
    vertical: str = "top"
    bold: bool = False
    size: int = SIZE
    ink: str = INK
    fill: str | None = None
    is_boxed: bool = True
    font: str = FONT
    rule: str = RULE
    is_open: bool = False
    is_text: bool = False


@dataclass(frozen=True)
class PlacedCell:
    """row and column are counted from 1; rows and columns: over how many the cell is merged."""

    row: int
    column: int
    value: str | Figure | None
    look: CellStyle
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class InputRule:
    """What may be typed into a column's cells. rows: the first and the last. message: shown for anything else.

    choices: one of these texts. longest: a text of at most so many characters. Otherwise a number, whole where is_whole
    and not below least (None: no lower limit).
    """

    column: int
    rows: tuple[int, int]
    title: str
    message: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    is_whole: bool = False
    longest: int | None = None


@dataclass
class OutputSheet:
    """widths: of columns, in half-width characters. heights: of rows, in points; the program fits a row without one.

    title_rows: the first and the last row of those printed on every page. frozen: (columns, rows) that stay in view.
    footer: the text beside the page number; None: no footer and no number. is_hidden: not even the program's menu
    shows the sheet.
    """

    name: str
    widths: tuple[float, ...]
    title_rows: tuple[int, int] | None = None
    frozen: tuple[int, int] = (0, 0)
    page: PrintedPage = PrintedPage.A3_LANDSCAPE
    footer: str | None = ""
    zoom: int = 85
    has_grid_lines: bool = False
    is_protected: bool = False
    is_hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    checks: tuple[InputRule, ...] = ()
    cells: list[PlacedCell] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    last_row: int = 0

    def place(self, row: int, column: int, value: str | Figure | None, look: CellStyle, **merged: int) -> None:
        """merged: rows= and columns=, over how many the cell is merged."""
        self.cells.append(PlacedCell(row, column, value, look, **merged))

    def set_heights(self, points_by_row: Mapping[int, float]) -> None:
        """Set heights in points, at most the tallest that programs draw."""
        for row, needed in points_by_row.items():
            self.heights[row] = min(needed, TALLEST_ROW)


class RowHeights:
    """How tall rows must be for their text. Programs do not fit rows to merged cells, so every row gets a height."""

    def __init__(self) -> None:
        self._alone: dict[int, float] = {}
        self._merged: list[tuple[int, int, float]] = []

    def need(self, row: int, rows: int, needed: float) -> None:
        """rows: over how many rows the cell is merged, from row on. needed: its height in points."""
        if rows == 1:
            self._alone[row] = max(needed, self._alone.get(row, 0))
        else:
            self._merged.append((row, rows, needed))

    def points(self) -> dict[int, float]:
        """{row: points}. Rows under a merged cell share evenly what the cell needs beyond their heights."""
        heights = dict(self._alone)
        for row, rows, needed in self._merged:
            own = range(row, row + rows)
            lacking = needed - sum(heights.get(r, 0) for r in own)
            for r in own:
                heights[r] = heights.get(r, 0) + max(lacking, 0) / rows
        return heights


def needed_height(value: str | Figure | None, width: float, size: int = SIZE) -> float:
    """In points. width: in half-width characters. A number takes one line."""
    text = value[:MAX_MEASURED_LENGTH] if isinstance(value, str) else ""
    ems = max(width * EMS_PER_CHARACTER * SIZE / size, 1)
    lines = sum(_lines(line, ems) for line in text.split("\n"))
    return lines * LINE_POINTS * size / SIZE + PADDING_POINTS


@lru_cache(maxsize=4096)
def _lines(line: str, ems: float) -> int:
    # Most lines fit, and measuring is much faster than wrapping.
    if text_width(line, 1) <= ems:
        return 1
    return max(len(wrap(line, ems, 1)), 1)

"""What a spreadsheet holds, whichever program's file it becomes: xlsx_writer.py and ods_writer.py write it down."""

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from scorecard.drawing.text_wrap import text_width, wrap
from scorecard.spreadsheets.figure import Figure

FONT, SIZE = "Microsoft JhengHei", 10
# The colours of static/css/tokens.css.
INK, RULE = "1C2733", "B6C2CB"

LINE_POINTS, PADDING_POINTS, TALLEST_ROW = 14.5, 5, 409
# Of a column as wide as n half-width characters, in ems of the body font; a little less than there is.
EMS_PER_CHARACTER = 0.5
MAX_MEASURED_LENGTH = 16_000


class PrintedPage(Enum):
    """The paper that a sheet is printed on, always one page wide."""

    A3_LANDSCAPE = "A3 across, with narrow margins"
    A4_PORTRAIT = "A4 upright, with a program's usual margins"


@dataclass(frozen=True)
class CellStyle:
    """How a cell looks. At the top by default: where a page ends within merged rows, a middle would be cut through.

    horizontal None: numbers to the right, text to the left. is_open: may be filled in on a protected sheet; is_text:
    whatever is typed there is text, and 3/4 no date.
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
    """A cell at a row and column from 1 on, merged over `rows` and `columns`; value is a str, a Figure or None."""

    row: int
    column: int
    value: str | Figure | None
    look: CellStyle
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class InputRule:
    """What may be typed into a column's cells from one row to another, told by `message` where it is something else.

    choices: one of these texts. longest: a text of at most so many characters. Otherwise a number not below `least`
    (None: any), a whole one where is_whole.
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
    """A worksheet: its cells, heights of rows in points, widths of columns in half-width characters, its last row.

    title_rows: (first, last) of those printed on every page. frozen: (columns, rows) that stay in view. footer: what
    every printed page says beside its number; None: neither is printed. is_hidden: not even the program's menu shows
    it. A row without a height is fitted to its text by the program.
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

    def place(self, row, column, value, look, **merged):
        """Put a value into a cell; merged: over how many rows and columns."""
        self.cells.append(PlacedCell(row, column, value, look, **merged))

    def set_heights(self, points_by_row):
        """Heights in points, none taller than programs can draw."""
        for row, needed in points_by_row.items():
            self.heights[row] = min(needed, TALLEST_ROW)


class RowHeights:
    """How tall each row must be for its text: programs do not fit rows to merged cells, so every row is set."""

    def __init__(self):
        self._alone = {}
        self._merged = []

    def need(self, row, rows, needed):
        """A cell that takes `rows` rows from `row` on is `needed` points tall."""
        if rows == 1:
            self._alone[row] = max(needed, self._alone.get(row, 0))
        else:
            self._merged.append((row, rows, needed))

    def points(self):
        """Points by row; what a merged cell needs beyond its rows is shared among them evenly."""
        heights = dict(self._alone)
        for row, rows, needed in self._merged:
            own = range(row, row + rows)
            lacking = needed - sum(heights.get(r, 0) for r in own)
            for r in own:
                heights[r] = heights.get(r, 0) + max(lacking, 0) / rows
        return heights


def needed_height(value, width, size=SIZE):
    """How tall a cell of this width must be for text of this size; a number takes one line."""
    text = value[:MAX_MEASURED_LENGTH] if isinstance(value, str) else ""
    ems = max(width * EMS_PER_CHARACTER * SIZE / size, 1)
    lines = sum(_lines(line, ems) for line in text.split("\n"))
    return lines * LINE_POINTS * size / SIZE + PADDING_POINTS


@lru_cache(maxsize=4096)
def _lines(line, ems):
    """How many lines one takes; most fit into one, which is told much faster than how a text breaks."""
    return 1 if text_width(line, 1) <= ems else max(len(wrap(line, ems, 1)), 1)

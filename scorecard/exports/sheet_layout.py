"""A scorecard's table laid out as one worksheet, ready to print on A3; exports/workbook.py and ods.py write it down."""

from dataclasses import dataclass, field, replace

from scorecard.choices import Status
from scorecard.exports.scorecard_columns import Figure, Light
from scorecard.reports.text_wrap import wrap

SHEET_NAME = "平衡計分卡"
TITLE_ROW, SUBTITLE_ROW, HEADING_ROW = 1, 2, 3
# Objective and KPI stay in view while scrolling sideways.
FROZEN_COLUMNS = 2

FONT, SIZE = "Microsoft JhengHei", 10
# The colours of static/css/tokens.css.
INK, BRAND, HEADING_FILL, RULE = "1C2733", "0B5563", "E3EFF1", "B6C2CB"
BAND_FILLS = ("FBF4E9", "EAF3FA", "F2EEFA", "EEF1EF")
LIGHT_INKS = {
    Status.MET: "1A7F4B",
    Status.NEAR: "8A5000",
    Status.MISSED: "B3261E",
    Status.UNMEASURED: "576069",
    Status.PENDING: "576069",
    Status.NO_TARGET: "576069",
}

LINE_POINTS, PADDING_POINTS, TALLEST_ROW = 14.5, 5, 409
# Of a column as wide as n half-width characters, in ems of the body font; a little less than there is.
EMS_PER_CHARACTER = 0.5
LONGEST_MEASURED = 16_000


@dataclass(frozen=True)
class Look:
    """How a cell looks. At the top by default: where a page ends within merged rows, a middle would be cut through."""

    horizontal: str = "left"
    vertical: str = "top"
    bold: bool = False
    size: int = SIZE
    ink: str = INK
    fill: str | None = None
    is_boxed: bool = True


@dataclass(frozen=True)
class Placed:
    """A cell at a row and column from 1 on, merged over `rows` and `columns`; value is a str, a Figure or None."""

    row: int
    column: int
    value: str | Figure | None
    look: Look
    rows: int = 1
    columns: int = 1


@dataclass
class Layout:
    """The worksheet: its cells, heights of rows in points, widths of columns in half-width characters, its last row."""

    widths: tuple[float, ...]
    cells: list[Placed] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    last_row: int = HEADING_ROW


def lay_out(table):
    """The Layout of a ScorecardTable."""
    writer = _Writer(table)
    writer.write_heads()
    writer.write_bands()
    writer.write_totals()
    writer.write_notes()
    return writer.layout


class _Writer:
    """Fills a Layout from top to bottom."""

    def __init__(self, table):
        self.table = table
        self.columns = table.columns
        self.layout = Layout(tuple(column.width for column in table.columns))

    def write_heads(self):
        table = self.table
        under = "\n".join(part for part in (table.subtitle, table.filter_text) if part)
        self._write_across(TITLE_ROW, table.title, size=18, bold=True, horizontal="center")
        self._write_across(SUBTITLE_ROW, under, size=11, horizontal="center")
        look = Look("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
        for index, column in enumerate(self.columns, start=1):
            self._place(HEADING_ROW, index, column.heading, look)
        self._set_heights({HEADING_ROW: max(points(column.heading, column.width) for column in self.columns)})

    def write_bands(self):
        heights = _Heights()
        for band in self.table.bands:
            self._write_band(band)
            for form_row in band.rows:
                self.layout.last_row += 1
                self._write_form_row(form_row, heights)
        self._set_heights(heights.points())

    def write_totals(self):
        """One row with the columns' totals, as numbers."""
        if not self.table.has_totals:
            return
        summed = [index for index, column in enumerate(self.columns, start=1) if column.total is not None]
        row = self._next_row()
        look = Look("right", "center", bold=True, fill=HEADING_FILL)
        self._place(row, 1, self.table.totals_heading, look, columns=summed[0] - 1)
        for index, column in enumerate(self.columns[summed[0] - 1 :], start=summed[0]):
            self._place(row, index, column.total, look)
        self._set_heights({row: 22})

    def write_notes(self):
        """The legend and the form's instructions beneath the table."""
        self.layout.last_row += 1
        self._note(self.table.legend)
        instructions = self.table.scorecard.instructions
        if instructions:
            self._note("填表說明：", bold=True)
        for number, line in enumerate(instructions, start=1):
            self._note(f"{number}. {line}")

    def _write_form_row(self, form_row, heights):
        row = self.layout.last_row
        for index, column in enumerate(self.columns, start=1):
            spanned = getattr(form_row, column.level.value)
            if spanned is not None:
                content = None if spanned.item is None else column.content(spanned.item)
                value, look = _drawn(content, "center" if column.is_centred else "left")
                self._place(row, index, value, look, rows=spanned.rows)
                heights.need(row, spanned.rows, points(value, column.width))

    def _write_band(self, band):
        fill = BAND_FILLS[(band.number - 1) % len(BAND_FILLS)]
        look = Look("left", "center", bold=True, size=11, ink=BRAND, fill=fill)
        row = self._next_row()
        self._place(row, 1, band.name, look, columns=len(self.columns))
        self._set_heights({row: 22})

    def _write_across(self, row, text, *, size=SIZE, bold=False, horizontal="left"):
        look = Look(horizontal, "center", bold=bold, size=size, is_boxed=False)
        self._place(row, 1, text, look, columns=len(self.columns))
        width = sum(self.layout.widths) * SIZE / size
        self._set_heights({row: points(text, width) * size / SIZE})

    def _note(self, text, *, bold=False):
        self._write_across(self._next_row(), text, bold=bold)

    def _next_row(self):
        self.layout.last_row += 1
        return self.layout.last_row

    def _place(self, row, column, value, look, **merged):
        self.layout.cells.append(Placed(row, column, value, look, **merged))

    def _set_heights(self, points_by_row):
        for row, needed in points_by_row.items():
            self.layout.heights[row] = min(needed, TALLEST_ROW)


class _Heights:
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


def points(value, width):
    """How tall a cell of this width must be; a number takes one line."""
    text = value[:LONGEST_MEASURED] if isinstance(value, str) else ""
    ems = max(width * EMS_PER_CHARACTER, 1)
    lines = sum(max(len(wrap(line, ems, 1)), 1) for line in text.split("\n"))
    return lines * LINE_POINTS + PADDING_POINTS


def _drawn(content, horizontal):
    """What a cell of the table holds (str, Figure or None) and its look, for Words, a Figure, a Light or None."""
    if isinstance(content, Figure):
        return content, Look("right")
    look = Look(horizontal)
    if isinstance(content, Light):
        look = replace(look, bold=True, ink=LIGHT_INKS[content.status])
    return (None if content is None else content.text or None), look

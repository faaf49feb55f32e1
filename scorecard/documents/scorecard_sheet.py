"""A scorecard's table as one worksheet, ready to print on A3. scorecard_workbook.py makes the file."""

from dataclasses import replace

from scorecard.documents.table_cells import Light
from scorecard.domain.choices import Status
from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.sheet import SIZE, CellStyle, OutputSheet, RowHeights, needed_height

SHEET_NAME = "平衡計分卡"
TITLE_ROW, SUBTITLE_ROW, HEADING_ROW = 1, 2, 3
# Objective and KPI remain visible while scrolling sideways.
FROZEN_COLUMNS = 2

# The colours of static/css/tokens.css.
BRAND = "0B5563"
HEADING_FILL = "E3EFF1"
BAND_FILLS = ("FBF4E9", "EAF3FA", "F2EEFA", "EEF1EF")
LIGHT_INKS = {
    Status.MET: "1A7F4B",
    Status.NEAR: "8A5000",
    Status.MISSED: "B3261E",
    Status.UNMEASURED: "576069",
    Status.PENDING: "576069",
    Status.NO_TARGET: "576069",
}


def lay_out(table):
    writer = _Writer(table)
    writer.write_heads()
    writer.write_bands()
    writer.write_totals()
    writer.write_notes()
    return writer.sheet


class _Writer:
    """Fills an OutputSheet from top to bottom."""

    def __init__(self, table):
        self.table = table
        self.columns = table.columns
        self.sheet = OutputSheet(
            SHEET_NAME,
            tuple(column.width for column in table.columns),
            title_rows=(TITLE_ROW, HEADING_ROW),
            frozen=(FROZEN_COLUMNS, HEADING_ROW),
            footer=f"資料版本 {table.scorecard.data_version}",
            last_row=HEADING_ROW,
        )

    def write_heads(self):
        table = self.table
        under = "\n".join(part for part in (table.subtitle, table.filter_text) if part)
        self._write_across(TITLE_ROW, table.title, size=18, bold=True, horizontal="center")
        self._write_across(SUBTITLE_ROW, under, size=11, horizontal="center")
        look = CellStyle("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
        for index, column in enumerate(self.columns, start=1):
            self.sheet.place(HEADING_ROW, index, column.heading, look)
        self.sheet.set_heights(
            {HEADING_ROW: max(needed_height(column.heading, column.width) for column in self.columns)}
        )

    def write_bands(self):
        heights = RowHeights()
        for band in self.table.bands:
            self._write_band(band)
            for form_row in band.rows:
                self.sheet.last_row += 1
                self._write_form_row(form_row, heights)
        self.sheet.set_heights(heights.points())

    def write_totals(self):
        if not self.table.has_totals:
            return
        summed = [index for index, column in enumerate(self.columns, start=1) if column.total is not None]
        row = self._next_row()
        look = CellStyle("right", "center", bold=True, fill=HEADING_FILL)
        self.sheet.place(row, 1, self.table.totals_heading, look, columns=summed[0] - 1)
        for index, column in enumerate(self.columns[summed[0] - 1 :], start=summed[0]):
            self.sheet.place(row, index, column.total, look)
        self.sheet.set_heights({row: 22})

    def write_notes(self):
        """The legend and the form's instructions below the table."""
        self.sheet.last_row += 1
        self._note(self.table.legend)
        instructions = self.table.scorecard.instructions
        if instructions:
            self._note("填表說明：", bold=True)
        for number, line in enumerate(instructions, start=1):
            self._note(f"{number}. {line}")

    def _write_form_row(self, form_row, heights):
        row = self.sheet.last_row
        for index, column in enumerate(self.columns, start=1):
            spanned = getattr(form_row, column.level.value)
            if spanned is not None:
                content = None if spanned.item is None else column.content(spanned.item)
                value, look = _drawn(content, "center" if column.is_centred else "left")
                self.sheet.place(row, index, value, look, rows=spanned.rows)
                heights.need(row, spanned.rows, needed_height(value, column.width))

    def _write_band(self, band):
        fill = BAND_FILLS[(band.number - 1) % len(BAND_FILLS)]
        look = CellStyle("left", "center", bold=True, size=11, ink=BRAND, fill=fill)
        row = self._next_row()
        self.sheet.place(row, 1, band.name, look, columns=len(self.columns))
        self.sheet.set_heights({row: 22})

    def _write_across(self, row, text, *, size=SIZE, bold=False, horizontal="left"):
        look = CellStyle(horizontal, "center", bold=bold, size=size, is_boxed=False)
        self.sheet.place(row, 1, text, look, columns=len(self.columns))
        width = sum(self.sheet.widths) * SIZE / size
        self.sheet.set_heights({row: needed_height(text, width) * size / SIZE})

    def _note(self, text, *, bold=False):
        self._write_across(self._next_row(), text, bold=bold)

    def _next_row(self):
        self.sheet.last_row += 1
        return self.sheet.last_row


def _drawn(content, horizontal):
    """Value (str, Figure or None) and style of a cell. content: Words, Figure, Light or None."""
    if isinstance(content, Figure):
        return content, CellStyle("right")
    look = CellStyle(horizontal)
    if isinstance(content, Light):
        look = replace(look, bold=True, ink=LIGHT_INKS[content.status])
    return (None if content is None else content.text or None), look

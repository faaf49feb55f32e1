"""The only writer of workbooks: draws what exports/scorecard_sheet.py says, ready to print on A3.

No text ever becomes a formula, an error value or a date, whatever a person typed: every text cell is written as text.
"""

import re
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import cycle
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from scorecard.choices import Status
from scorecard.exports import scorecard_sheet as sheet
from scorecard.reports.form_rows import form_rows
from scorecard.reports.text_wrap import wrap

SHEET_NAME = "平衡計分卡"
TITLE_ROW, SUBTITLE_ROW, HEADING_ROW = 1, 2, 3
# Objective and KPI stay in view while scrolling sideways.
FROZEN = f"C{HEADING_ROW + 1}"

# The same scorecard gives the same bytes, so that a file can be cached and compared: no clock in it.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

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

A3 = 8
LINE_POINTS, PADDING_POINTS, TALLEST_ROW = 14.5, 5, 409
# Of a column as wide as n half-width characters, in ems of the body font; a little less than there is.
EMS_PER_CHARACTER = 0.5

# Excel's limit is 32,767 UTF-16 units.
LONGEST_TEXT = 16_000
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKS_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t")

THIN = Side(style="thin", color=RULE)
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


@dataclass(frozen=True)
class _Style:
    """How a cell looks. At the top by default: where a page ends within merged rows, a middle would be cut through."""

    horizontal: str = "left"
    vertical: str = "top"
    bold: bool = False
    size: int = SIZE
    ink: str = INK
    fill: str | None = None
    is_boxed: bool = True
    number_format: str = "General"
    is_quoted: bool = False


def scorecard_workbook(scorecard):
    """The scorecard as the bytes of an XLSX file, one sheet in the form's columns (no query).

    Build the Scorecard with_action_plans=True.
    """
    book = Workbook()
    page = _Page(book.active, sheet.columns(scorecard))
    page.write_heads(scorecard)
    page.write_table(scorecard)
    page.write_totals()
    page.write_notes(scorecard)
    page.set_up_print(scorecard)
    book.properties.title = _clean(f"{sheet.title(scorecard)} {scorecard.year.text}")
    book.properties.creator = _clean(scorecard.agency)
    return _saved(book)


class _Page:
    """The worksheet while it is written; last_row is the last one used."""

    def __init__(self, worksheet, columns):
        self.worksheet = worksheet
        self.columns = columns
        self._looks = {}
        self.last_row = HEADING_ROW
        worksheet.title = SHEET_NAME
        for index, column in enumerate(columns, start=1):
            worksheet.column_dimensions[get_column_letter(index)].width = column.width

    def write_heads(self, scorecard):
        self._write_across(TITLE_ROW, sheet.title(scorecard), size=18, bold=True, horizontal="center")
        self._write_across(SUBTITLE_ROW, sheet.subtitle(scorecard), size=11, horizontal="center")
        style = _Style("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
        for index, column in enumerate(self.columns, start=1):
            self._write(HEADING_ROW, index, column.heading, style)
        self._set_heights({HEADING_ROW: max(_points(c.heading, c.width) for c in self.columns)})

    def write_table(self, scorecard):
        heights = _Heights()
        for perspective, fill in zip(scorecard.perspectives, cycle(BAND_FILLS)):
            self.last_row += 1
            self._write_band(self.last_row, sheet.band(perspective), fill)
            for form_row in (row for lines in form_rows(perspective.objectives) for row in lines.rows):
                self.last_row += 1
                self._write_form_row(form_row, heights)
        self._set_heights(heights.points())

    def _write_form_row(self, form_row, heights):
        for index, column in enumerate(self.columns, start=1):
            spanned = getattr(form_row, column.level.value)
            if spanned is not None:
                value = None if spanned.item is None else column.content(spanned.item)
                shown, style = _drawn(value, "center" if column.is_centred else "left")
                self._write(self.last_row, index, shown, style, rows=spanned.rows)
                heights.need(self.last_row, spanned.rows, _points(shown, column.width))

    def write_totals(self):
        """One row with the columns' totals, as numbers."""
        summed = [index for index, column in enumerate(self.columns, start=1) if column.total is not None]
        if not summed:
            return
        self.last_row += 1
        plain = _Style("right", "center", bold=True, fill=HEADING_FILL)
        self._write(self.last_row, 1, "行動方案預算合計", plain, columns=summed[0] - 1)
        for index, column in enumerate(self.columns[summed[0] - 1 :], start=summed[0]):
            value, style = (None, plain) if column.total is None else _drawn(column.total, "right")
            self._write(self.last_row, index, value, replace(plain, number_format=style.number_format))
        self._set_heights({self.last_row: 22})

    def write_notes(self, scorecard):
        """The legend and the form's instructions beneath the table."""
        self.last_row += 1
        self._note(sheet.legend(scorecard))
        if scorecard.instructions:
            self._note("填表說明：", bold=True)
        for number, line in enumerate(scorecard.instructions, start=1):
            self._note(f"{number}. {line}")

    def set_up_print(self, scorecard):
        worksheet = self.worksheet
        worksheet.freeze_panes = FROZEN
        worksheet.sheet_view.zoomScale = 85
        worksheet.sheet_view.showGridLines = False
        worksheet.print_title_rows = f"{TITLE_ROW}:{HEADING_ROW}"
        worksheet.print_area = f"A1:{get_column_letter(len(self.columns))}{self.last_row}"
        worksheet.page_setup.orientation = "landscape"
        worksheet.page_setup.paperSize = A3
        worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
        worksheet.sheet_properties.pageSetUpPr.fitToPage = True
        worksheet.print_options.horizontalCentered = True
        margins = worksheet.page_margins
        margins.left = margins.right = margins.top = 0.4
        margins.bottom, margins.footer = 0.6, 0.3
        worksheet.oddFooter.left.text = f"資料版本 {scorecard.data_version}"
        worksheet.oddFooter.center.text = "第 &P 頁，共 &N 頁"

    def _write(self, row, column, value, style, *, rows=1, columns=1):
        """Write a str, number or None into a cell, merged over rows and columns that all look the same."""
        for r in range(row, row + rows):
            for c in range(column, column + columns):
                self._look(self.worksheet.cell(r, c), style)
        if rows > 1 or columns > 1:
            # merge_cells() would work out borders that every cell has already, for half of the whole time.
            corner = f"{get_column_letter(column + columns - 1)}{row + rows - 1}"
            self.worksheet.merged_cells.add(f"{get_column_letter(column)}{row}:{corner}")
        cell = self.worksheet.cell(row, column)
        if isinstance(value, str):
            cell.value = _clean(value)
            # openpyxl takes "=…" for a formula and "#N/A" for an error.
            cell.data_type = "s"
            if cell.value.startswith(LOOKS_LIKE_FORMULA):
                # Or else it would become a formula as soon as someone edits the cell.
                self._look(cell, replace(style, is_quoted=True))
        else:
            cell.value = value

    def _look(self, cell, style):
        """Style objects are slow to make and compare: each style is made once, for the first cell that has it."""
        if style in self._looks:
            cell._style = copy(self._looks[style])
            return
        cell.font = Font(name=FONT, size=style.size, bold=style.bold, color=style.ink)
        cell.alignment = Alignment(horizontal=style.horizontal, vertical=style.vertical, wrap_text=True)
        cell.border = BOX if style.is_boxed else Border()
        cell.fill = PatternFill("solid", fgColor=style.fill) if style.fill else PatternFill()
        cell.number_format = style.number_format
        cell.quotePrefix = style.is_quoted
        self._looks[style] = copy(cell._style)

    def _write_band(self, row, text, fill):
        style = _Style("left", "center", bold=True, size=11, ink=BRAND, fill=fill)
        self._write(row, 1, text, style, columns=len(self.columns))
        self._set_heights({row: 22})

    def _write_across(self, row, text, *, size=SIZE, bold=False, horizontal="left"):
        style = _Style(horizontal, "center", bold=bold, size=size, is_boxed=False)
        self._write(row, 1, text, style, columns=len(self.columns))
        width = sum(column.width for column in self.columns) * SIZE / size
        self._set_heights({row: _points(text, width) * size / SIZE})

    def _note(self, text, *, bold=False):
        self.last_row += 1
        self._write_across(self.last_row, text, bold=bold)

    def _set_heights(self, points_by_row):
        for row, points in points_by_row.items():
            self.worksheet.row_dimensions[row].height = min(points, TALLEST_ROW)


class _Heights:
    """How tall each row must be for its text: programs do not fit rows to merged cells, so every row is set."""

    def __init__(self):
        self._alone = {}
        self._merged = []

    def need(self, row, rows, points):
        """A cell that takes `rows` rows from `row` on is `points` tall."""
        if rows == 1:
            self._alone[row] = max(points, self._alone.get(row, 0))
        else:
            self._merged.append((row, rows, points))

    def points(self):
        """Points by row; what a merged cell needs beyond its rows is shared among them evenly."""
        heights = dict(self._alone)
        for row, rows, points in self._merged:
            own = range(row, row + rows)
            lacking = points - sum(heights.get(r, 0) for r in own)
            for r in own:
                heights[r] = heights.get(r, 0) + max(lacking, 0) / rows
        return heights


def _drawn(value, horizontal):
    """What a cell of the table holds (str, number or None) and its style, for a str, Figure, Light or None."""
    if isinstance(value, sheet.Figure):
        return value.value, _Style("right", number_format=_number_format(value))
    if isinstance(value, sheet.Light):
        return value.text, _Style(horizontal, bold=True, ink=LIGHT_INKS[value.status])
    return value, _Style(horizontal)


def _points(value, width):
    """How tall a cell of this width must be; a number takes one line."""
    text = value[:LONGEST_TEXT] if isinstance(value, str) else ""
    ems = max(width * EMS_PER_CHARACTER, 1)
    lines = sum(max(len(wrap(line, ems, 1)), 1) for line in text.split("\n"))
    return lines * LINE_POINTS + PADDING_POINTS


def _clean(text):
    """Text as XML and Excel can carry it: line ends unified, forbidden characters replaced by �, overlong text cut."""
    text = NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}…（以下從略）"
    # Excel reads _x0041_ as the letter A.
    return LOOKS_LIKE_ESCAPE.sub("_x005F_", text)


def _number_format(figure):
    """Exactly the decimals that the number has, its unit as a literal."""
    places = f".{'0' * figure.decimals}" if figure.decimals else ""
    if figure.is_percentage:
        return f"0{places}%"
    unit = NOT_IN_XML.sub("", figure.unit).replace('"', "″")
    return f"#,##0{places}" + (f'" {unit}"' if unit else "")


def _saved(book):
    """The workbook's bytes, with fixed dates in its properties and in its zip directory."""
    book.properties.created = book.properties.modified = FIXED_DATE
    raw, packed = BytesIO(), BytesIO()
    # Workbook.save() would set the date of modification to now.
    ExcelWriter(book, ZipFile(raw, "w")).save()
    with ZipFile(raw) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, FIXED_ZIP_DATE), source.read(name), ZIP_DEFLATED)
    return packed.getvalue()

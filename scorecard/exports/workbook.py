"""The only writer of workbooks: writes what exports/sheet_layout.py lays out.

No text ever becomes a formula, an error value or a date, whatever a person typed: every text cell is written as text.
"""

import re
from copy import copy
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from scorecard.exports import score_rows
from scorecard.exports import sheet_layout as layout
from scorecard.exports.cell_text import NOT_IN_XML, clean, looks_like_formula
from scorecard.exports.scorecard_columns import Figure
from scorecard.exports.scorecard_table import whole_table

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FROZEN = f"{get_column_letter(layout.FROZEN_COLUMNS + 1)}{layout.HEADING_ROW + 1}"

# The same scorecard gives the same bytes, so that a file can be cached and compared: no clock in it.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

A3, A4 = 8, 9
LOOKS_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

THIN = Side(style="thin", color=layout.RULE)
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def scorecard_workbook(scorecard):
    """The whole scorecard as the bytes of an XLSX file, a sheet in the form's columns and one of scores (no query).

    Build the Scorecard with_action_plans=True.
    """
    return table_workbook(whole_table(scorecard))


def table_workbook(table):
    """A ScorecardTable as the bytes of an XLSX file (no query)."""
    book, laid_out = Workbook(), layout.lay_out(table)
    page = _Page(book.active, laid_out)
    for placed in laid_out.cells:
        page.write(placed)
    page.set_up_print(table.scorecard)
    if not table.selection.filter.is_active:
        _write_scores(book.create_sheet(score_rows.SHEET_NAME), table.scorecard)
    book.properties.title = _escaped(f"{table.title} {table.scorecard.year.text}")
    book.properties.creator = _escaped(table.scorecard.agency)
    return _saved(book)


class _Page:
    """The worksheet while it is written."""

    def __init__(self, worksheet, laid_out):
        self.worksheet = worksheet
        self.laid_out = laid_out
        self._looks = {}
        worksheet.title = layout.SHEET_NAME
        for index, width in enumerate(laid_out.widths, start=1):
            worksheet.column_dimensions[get_column_letter(index)].width = width
        for row, points in laid_out.heights.items():
            worksheet.row_dimensions[row].height = points

    def write(self, placed):
        """Write a cell, merged over rows and columns that all look the same."""
        row, column, number_format = placed.row, placed.column, "General"
        if isinstance(placed.value, Figure):
            number_format = _number_format(placed.value)
        text = _escaped(placed.value) if isinstance(placed.value, str) else None
        # A text that looks like a formula would become one as soon as someone edits the cell.
        style = (placed.look, number_format, text is not None and looks_like_formula(text))
        for r in range(row, row + placed.rows):
            for c in range(column, column + placed.columns):
                self._style(self.worksheet.cell(r, c), *style)
        if placed.rows > 1 or placed.columns > 1:
            # merge_cells() would work out borders that every cell has already, for half of the whole time.
            corner = f"{get_column_letter(column + placed.columns - 1)}{row + placed.rows - 1}"
            self.worksheet.merged_cells.add(f"{get_column_letter(column)}{row}:{corner}")
        cell = self.worksheet.cell(row, column)
        if isinstance(placed.value, Figure):
            cell.value = placed.value.value
        elif text is not None:
            cell.value = text
            # openpyxl takes "=…" for a formula and "#N/A" for an error.
            cell.data_type = "s"

    def set_up_print(self, scorecard):
        worksheet = self.worksheet
        worksheet.freeze_panes = FROZEN
        worksheet.sheet_view.zoomScale = 85
        worksheet.sheet_view.showGridLines = False
        worksheet.print_title_rows = f"{layout.TITLE_ROW}:{layout.HEADING_ROW}"
        worksheet.print_area = f"A1:{get_column_letter(len(self.laid_out.widths))}{self.laid_out.last_row}"
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

    def _style(self, cell, look, number_format, is_quoted):
        """Style objects are slow to make and compare: each style is made once, for the first cell that has it."""
        key = look, number_format, is_quoted
        if key in self._looks:
            cell._style = copy(self._looks[key])
            return
        cell.font = Font(name=layout.FONT, size=look.size, bold=look.bold, color=look.ink)
        cell.alignment = Alignment(horizontal=look.horizontal, vertical=look.vertical, wrap_text=True)
        cell.border = BOX if look.is_boxed else Border()
        cell.fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
        cell.number_format = number_format
        cell.quotePrefix = is_quoted
        self._looks[key] = copy(cell._style)


def _write_scores(worksheet, scorecard):
    """The scores of every level; only beside the whole table, since a filtered one is exactly what is shown."""
    rows = (score_rows.HEADINGS, *score_rows.score_rows(scorecard))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = worksheet.cell(number, column)
            is_text = isinstance(value, str)
            cell.value = _escaped(value) if is_text else value
            if is_text:
                cell.data_type = "s"
                cell.quotePrefix = looks_like_formula(value)
            cell.font = Font(name=layout.FONT, size=layout.SIZE, bold=number == 1, color=layout.INK)
            cell.alignment = Alignment(horizontal="left" if is_text else "right", wrap_text=True, vertical="top")
            cell.border = BOX
            if number == 1:
                cell.fill = PatternFill("solid", fgColor=layout.HEADING_FILL)
    for column, width in enumerate(score_rows.WIDTHS, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    worksheet.freeze_panes = "A2"
    worksheet.print_title_rows = "1:1"
    worksheet.page_setup.paperSize, worksheet.page_setup.fitToHeight = A4, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True


def _escaped(text):
    """Clean text; Excel reads _x0041_ as the letter A."""
    return LOOKS_LIKE_ESCAPE.sub("_x005F_", clean(text))


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

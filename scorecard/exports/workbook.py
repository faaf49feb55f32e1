"""The only writer of workbooks: writes the Sheets that exports/sheet_layout.py and the form's modules lay out.

No text ever becomes a formula, an error value or a date, whatever a person typed: every text cell is written as text.
"""

import re
from copy import copy
from datetime import datetime
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from scorecard.exports import score_rows
from scorecard.exports import sheet_layout as layout
from scorecard.exports.cell_text import NOT_IN_XML, clean, looks_like_formula
from scorecard.exports.scorecard_columns import Figure
from scorecard.exports.scorecard_table import whole_table
from scorecard.exports.sheets import FONT, INK, RULE, SIZE

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The same scorecard gives the same bytes, so that a file can be cached and compared: no clock in it.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

A3, A4 = 8, 9
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
LOOKS_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

# Between which numbers a cell that must hold one lets it be: what any figure or amount may reach.
MOST = 10**15


def scorecard_workbook(scorecard):
    """The whole scorecard as the bytes of an XLSX file, a sheet in the form's columns and one of scores (no query).

    Build the Scorecard with_action_plans=True.
    """
    return table_workbook(whole_table(scorecard))


def table_workbook(table):
    """A ScorecardTable as the bytes of an XLSX file (no query)."""
    book = _book([layout.lay_out(table)])
    if not table.selection.filter.is_active:
        _write_scores(book.create_sheet(score_rows.SHEET_NAME), table.scorecard)
    return _saved(book, title=f"{table.title} {table.scorecard.year.text}", creator=table.scorecard.agency)


def sheets_workbook(sheets, *, title, creator):
    """Sheets as the bytes of an XLSX file; title and creator are its properties."""
    return _saved(_book(sheets), title=title, creator=creator)


def _book(sheets):
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = _Page(book.create_sheet(sheet.name), sheet)
        for placed in sheet.cells:
            page.write(placed)
        page.set_up_view()
        page.set_up_print()
        page.guard()
    return book


class _Page:
    """The worksheet while it is written."""

    def __init__(self, worksheet, sheet):
        self.worksheet = worksheet
        self.sheet = sheet
        self._looks = {}
        for index, width in enumerate(sheet.widths, start=1):
            worksheet.column_dimensions[get_column_letter(index)].width = width
        for column in sheet.hidden_columns:
            worksheet.column_dimensions[get_column_letter(column)].hidden = True
        for row, points in sheet.heights.items():
            worksheet.row_dimensions[row].height = points

    def write(self, placed):
        """Write a cell, merged over rows and columns that all look the same."""
        row, column, number_format = placed.row, placed.column, "@" if placed.look.is_text else "General"
        # What is typed over a number must not be rounded to the decimals of the old one.
        if isinstance(placed.value, Figure) and not placed.look.is_open:
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

    def set_up_view(self):
        worksheet, (columns, rows) = self.worksheet, self.sheet.frozen
        if columns or rows:
            worksheet.freeze_panes = f"{get_column_letter(columns + 1)}{rows + 1}"
        worksheet.sheet_view.zoomScale = self.sheet.zoom
        worksheet.sheet_view.showGridLines = False
        worksheet.sheet_state = "veryHidden" if self.sheet.is_hidden else "visible"

    def set_up_print(self):
        worksheet = self.worksheet
        if self.sheet.title_rows:
            worksheet.print_title_rows = "{}:{}".format(*self.sheet.title_rows)
        worksheet.print_area = f"A1:{get_column_letter(len(self.sheet.widths))}{max(self.sheet.last_row, 1)}"
        worksheet.page_setup.orientation = "landscape"
        worksheet.page_setup.paperSize = A3
        worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
        worksheet.sheet_properties.pageSetUpPr.fitToPage = True
        worksheet.print_options.horizontalCentered = True
        margins = worksheet.page_margins
        margins.left = margins.right = margins.top = 0.4
        margins.bottom, margins.footer = 0.6, 0.3
        worksheet.oddFooter.left.text = _footer(self.sheet.footer)
        worksheet.oddFooter.center.text = "第 &P 頁，共 &N 頁"

    def guard(self):
        """Protection without a password, which keeps from mistakes alone, and what may be typed."""
        self.worksheet.protection.sheet = self.sheet.is_protected
        if self.sheet.is_protected:
            # Whoever fills in may still make rows taller and columns wider.
            self.worksheet.protection.formatRows = self.worksheet.protection.formatColumns = False
        for check in self.sheet.checks:
            letter, (first, last) = get_column_letter(check.column), check.rows
            self.worksheet.add_data_validation(_validation(check, f"{letter}{first}:{letter}{last}"))

    def _style(self, cell, look, number_format, is_quoted):
        """Style objects are slow to make and compare: each style is made once, for the first cell that has it."""
        key = look, number_format, is_quoted
        if key in self._looks:
            cell._style = copy(self._looks[key])
            return
        cell.font = Font(name=look.font, size=look.size, bold=look.bold, color=look.ink)
        cell.alignment = Alignment(horizontal=look.horizontal, vertical=look.vertical, wrap_text=True)
        cell.border = _box(look.rule) if look.is_boxed else Border()
        cell.fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
        cell.number_format = number_format
        cell.quotePrefix = is_quoted
        if look.is_open:
            cell.protection = Protection(locked=False)
        self._looks[key] = copy(cell._style)


@cache
def _box(rule):
    side = Side(style="thin", color=rule)
    return Border(left=side, right=side, top=side, bottom=side)


def _footer(text):
    """In a footer & begins a code, so that it is written twice."""
    return clean(text).replace("&", "&&")


def _validation(check, cells):
    if check.choices:
        rule = {"type": "list", "formula1": f'"{",".join(check.choices)}"'}
    elif check.longest is not None:
        rule = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(check.longest)}
    else:
        bounds = (check.least, MOST) if check.least is not None else (-MOST, MOST)
        rule = {"type": "whole" if check.is_whole else "decimal", "operator": "between"}
        rule |= dict(zip(("formula1", "formula2"), map(str, bounds), strict=True))
    return DataValidation(
        **rule, sqref=cells, allow_blank=True, showErrorMessage=True, errorStyle="stop", errorTitle=check.title,
        error=check.message, showInputMessage=True, promptTitle=check.title, prompt=check.message,
    )  # fmt: skip


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
            cell.font = Font(name=FONT, size=SIZE, bold=number == 1, color=INK)
            cell.alignment = Alignment(horizontal="left" if is_text else "right", wrap_text=True, vertical="top")
            cell.border = _box(RULE)
            if number == 1:
                cell.fill = PatternFill("solid", fgColor=layout.HEADING_FILL)
    for column, width in enumerate(score_rows.WIDTHS, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    worksheet.freeze_panes = "A2"
    worksheet.print_title_rows = "1:1"
    worksheet.page_setup.paperSize, worksheet.page_setup.fitToHeight = A4, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True


def _escaped(text):
    """Text in Excel's own escapes: _x0007_ for a control character, which XML forbids, and what looks like one kept."""
    text = LOOKS_LIKE_ESCAPE.sub("_x005F_", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean(CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _number_format(figure):
    """Exactly the decimals that the number has, its unit as a literal."""
    places = f".{'0' * figure.decimals}" if figure.decimals else ""
    if figure.is_percentage:
        return f"0{places}%"
    unit = NOT_IN_XML.sub("", figure.unit).replace('"', "″")
    return f"#,##0{places}" + (f'" {unit}"' if unit else "")


def _saved(book, *, title, creator):
    """The workbook's bytes, with fixed dates in its properties and in its zip directory."""
    book.properties.title, book.properties.creator = _escaped(title), _escaped(creator)
    book.properties.created = book.properties.modified = FIXED_DATE
    raw, packed = BytesIO(), BytesIO()
    # Workbook.save() would set the date of modification to now.
    ExcelWriter(book, ZipFile(raw, "w")).save()
    with ZipFile(raw) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, FIXED_ZIP_DATE), source.read(name), ZIP_DEFLATED)
    return packed.getvalue()

"""The only writer of workbooks: writes Sheets as an XLSX file by openpyxl, but for their rows (xlsx_rows.py)."""

from datetime import datetime
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from scorecard.spreadsheets.safe_text import clean
from scorecard.spreadsheets.sheet import PrintedPage
from scorecard.spreadsheets.xlsx_rows import escaped, rows_xml

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The same sheets give the same bytes, so that a file can be cached and compared: no clock in it.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

A3, A4 = 8, 9

EMPTY = b"<sheetData></sheetData>"
# Between which numbers a cell that must hold one lets it be: what any figure or amount may reach.
MAX_CELL_NUMBER = 10**15


def sheets_workbook(sheets, *, title, creator, mark=""):
    """Sheets as the bytes of an XLSX file; title, creator and mark are its properties."""
    book = Workbook()
    book.remove(book.active)
    styles = _Styles(book)
    rows = [_add_sheet(book, sheet, styles) for sheet in sheets]
    book.properties.title, book.properties.creator = escaped(title), escaped(creator)
    book.properties.category = mark or None
    book.properties.created = book.properties.modified = FIXED_DATE
    return _packed(book, rows)


def _add_sheet(book, sheet, styles):
    """Set up a worksheet without its cells; returns the XML of its rows."""
    worksheet = book.create_sheet(sheet.name)
    _set_up_columns(worksheet, sheet)
    _set_up_view(worksheet, sheet)
    _set_up_print(worksheet, sheet)
    _guard(worksheet, sheet)
    _merge(worksheet, sheet)
    return rows_xml(sheet, styles.id_of)


class _Styles:
    """The styles of a workbook's cells, each made once: openpyxl takes long to find out that it has one already."""

    def __init__(self, book):
        self._book = book
        self._ids = {}

    def id_of(self, look, number_format, is_quoted):
        """is_quoted: the cell's text stays text when somebody edits it."""
        key = look, number_format, is_quoted
        style = self._ids.get(key)
        if style is None:
            cell = Cell(self._book.worksheets[0])
            _dress(cell, look, number_format, is_quoted)
            style = self._ids[key] = cell.style_id
        return style


def _dress(cell, look, number_format, is_quoted):
    cell.font = Font(name=look.font, size=look.size, bold=look.bold, color=look.ink)
    cell.alignment = Alignment(horizontal=look.horizontal, vertical=look.vertical, wrap_text=True)
    cell.border = _box(look.rule) if look.is_boxed else Border()
    cell.fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
    cell.number_format = number_format
    cell.quotePrefix = is_quoted
    if look.is_open:
        cell.protection = Protection(locked=False)


@cache
def _box(rule):
    side = Side(style="thin", color=rule)
    return Border(left=side, right=side, top=side, bottom=side)


def _set_up_columns(worksheet, sheet):
    for column, width in enumerate(sheet.widths, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    for column in sheet.hidden_columns:
        worksheet.column_dimensions[get_column_letter(column)].hidden = True


def _set_up_view(worksheet, sheet):
    columns, rows = sheet.frozen
    if columns or rows:
        worksheet.freeze_panes = f"{get_column_letter(columns + 1)}{rows + 1}"
    worksheet.sheet_view.zoomScale = sheet.zoom
    worksheet.sheet_view.showGridLines = sheet.has_grid_lines
    worksheet.sheet_state = "veryHidden" if sheet.is_hidden else "visible"


def _set_up_print(worksheet, sheet):
    if sheet.title_rows:
        worksheet.print_title_rows = "{}:{}".format(*sheet.title_rows)
    worksheet.print_area = f"A1:{get_column_letter(len(sheet.widths))}{max(sheet.last_row, 1)}"
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.page is PrintedPage.A3_LANDSCAPE:
        worksheet.page_setup.orientation, worksheet.page_setup.paperSize = "landscape", A3
        worksheet.print_options.horizontalCentered = True
        margins = worksheet.page_margins
        margins.left = margins.right = margins.top = 0.4
        margins.bottom, margins.footer = 0.6, 0.3
    else:
        worksheet.page_setup.orientation, worksheet.page_setup.paperSize = "portrait", A4
    if sheet.footer is not None:
        # In a footer & begins a code, so that it is written twice.
        worksheet.oddFooter.left.text = clean(sheet.footer).replace("&", "&&")
        worksheet.oddFooter.center.text = "第 &P 頁，共 &N 頁"


def _guard(worksheet, sheet):
    """Protection without a password, which keeps from mistakes alone, and what may be typed."""
    worksheet.protection.sheet = sheet.is_protected
    if sheet.is_protected:
        # Whoever fills in may still make rows taller and columns wider.
        worksheet.protection.formatRows = worksheet.protection.formatColumns = False
    for check in sheet.checks:
        letter, (first, last) = get_column_letter(check.column), check.rows
        worksheet.add_data_validation(_validation(check, f"{letter}{first}:{letter}{last}"))


def _merge(worksheet, sheet):
    for cell in sheet.cells:
        if cell.rows > 1 or cell.columns > 1:
            last_column, last_row = cell.column + cell.columns - 1, cell.row + cell.rows - 1
            # merge_cells() would look at every cell for its borders, and add() at every area for an overlap.
            worksheet.merged_cells.ranges.add(CellRange(None, cell.column, cell.row, last_column, last_row))


def _validation(check, cells):
    if check.choices:
        rule = {"type": "list", "formula1": f'"{",".join(check.choices)}"'}
    elif check.longest is not None:
        rule = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(check.longest)}
    else:
        bounds = (check.least, MAX_CELL_NUMBER) if check.least is not None else (-MAX_CELL_NUMBER, MAX_CELL_NUMBER)
        rule = {"type": "whole" if check.is_whole else "decimal", "operator": "between"}
        rule |= dict(zip(("formula1", "formula2"), map(str, bounds), strict=True))
    return DataValidation(
        **rule,
        sqref=cells,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop",
        errorTitle=check.title,
        error=check.message,
        showInputMessage=True,
        promptTitle=check.title,
        prompt=check.message,
    )


def _packed(book, rows):
    """The workbook's bytes with its rows in their sheets, and with fixed dates in its zip directory.

    rows: the XML of each sheet's.
    """
    raw, packed = BytesIO(), BytesIO()
    # Workbook.save() would set the date of modification to now.
    ExcelWriter(book, ZipFile(raw, "w")).save()
    rows_by_part = {f"xl/worksheets/sheet{number}.xml": xml for number, xml in enumerate(rows, start=1)}
    with ZipFile(raw) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name in rows_by_part:
                content = _with_rows(content, rows_by_part[name])
            target.writestr(ZipInfo(name, FIXED_ZIP_DATE), content, ZIP_DEFLATED)
    return packed.getvalue()


def _with_rows(worksheet, rows):
    before, found, after = worksheet.replace(b"<sheetData />", EMPTY).partition(EMPTY)
    if not found:
        raise ValueError("openpyxl writes an empty worksheet otherwise than it did")
    return b"".join((before, b"<sheetData>", rows.encode(), b"</sheetData>", after))

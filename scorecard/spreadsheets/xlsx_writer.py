"""The only writer of workbooks: openpyxl writes everything but the rows (xlsx_rows.py)."""

from collections.abc import Sequence
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
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from scorecard.spreadsheets.safe_text import clean
from scorecard.spreadsheets.sheet import CellStyle, InputRule, OutputSheet, PrintedPage
from scorecard.spreadsheets.xlsx_rows import escaped, rows_xml

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# No clock: the same sheets give the same bytes, so a file can be cached and compared.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

# Excel's numbers for paper sizes.
A3, A4 = 8, 9

EMPTY = b"<sheetData></sheetData>"
# No figure and no amount is larger; a cell that must hold a number accepts it up to here.
MAX_CELL_NUMBER = 10**15


def sheets_workbook(sheets: Sequence[OutputSheet], *, title: str, creator: str, mark: str = "") -> bytes:
    """The bytes of an XLSX file. title, creator and mark become properties of the file."""
    book = Workbook()
    book.remove(book.active)
    styles = _Styles(book)
    rows = [_add_sheet(book, sheet, styles) for sheet in sheets]
    book.properties.title = escaped(title)
    book.properties.creator = escaped(creator)
    book.properties.category = mark or None
    book.properties.created = FIXED_DATE
    book.properties.modified = FIXED_DATE
    return _packed(book, rows)


class _Styles:
    """The styles of a workbook's cells, each made once: openpyxl is slow to find a style that it has already."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._ids: dict[tuple[CellStyle, str, bool], int] = {}

    def id_of(self, look: CellStyle, number_format: str, is_quoted: bool) -> int:
        """is_quoted: the cell's content stays text when somebody edits it."""
        key = look, number_format, is_quoted
        style = self._ids.get(key)
        if style is None:
            cell = Cell(self._book.worksheets[0])
            _dress(cell, look, number_format, is_quoted)
            style = cell.style_id
            self._ids[key] = style
        return style


def _dress(cell: Cell, look: CellStyle, number_format: str, is_quoted: bool) -> None:
    cell.font = Font(name=look.font, size=look.size, bold=look.bold, color=look.ink)
    cell.alignment = Alignment(horizontal=look.horizontal, vertical=look.vertical, wrap_text=True)
    cell.border = _box(look.rule) if look.is_boxed else Border()
    cell.fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
    cell.number_format = number_format
    cell.quotePrefix = is_quoted
    if look.is_open:
        cell.protection = Protection(locked=False)


@cache
def _box(rule: str) -> Border:
    side = Side(style="thin", color=rule)
    return Border(left=side, right=side, top=side, bottom=side)


def _add_sheet(book: Workbook, sheet: OutputSheet, styles: _Styles) -> str:
    """Add the worksheet without its cells, and return the XML of its rows."""
    worksheet = book.create_sheet(sheet.name)
    _set_up_columns(worksheet, sheet)
    _set_up_view(worksheet, sheet)
    _set_up_print(worksheet, sheet)
    _guard(worksheet, sheet)
    _merge(worksheet, sheet)
    return rows_xml(sheet, styles.id_of)


def _set_up_columns(worksheet: Worksheet, sheet: OutputSheet) -> None:
    for column, width in enumerate(sheet.widths, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    for column in sheet.hidden_columns:
        worksheet.column_dimensions[get_column_letter(column)].hidden = True


def _set_up_view(worksheet: Worksheet, sheet: OutputSheet) -> None:
    columns, rows = sheet.frozen
    if columns or rows:
        worksheet.freeze_panes = f"{get_column_letter(columns + 1)}{rows + 1}"
    worksheet.sheet_view.zoomScale = sheet.zoom
    worksheet.sheet_view.showGridLines = sheet.has_grid_lines
    worksheet.sheet_state = "veryHidden" if sheet.is_hidden else "visible"


_PAPERS = {PrintedPage.A3_LANDSCAPE: A3, PrintedPage.A4_LANDSCAPE: A4}


def _set_up_print(worksheet: Worksheet, sheet: OutputSheet) -> None:
    if sheet.title_rows:
        worksheet.print_title_rows = "{}:{}".format(*sheet.title_rows)
    worksheet.print_area = f"A1:{get_column_letter(len(sheet.widths))}{max(sheet.last_row, 1)}"
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.page is not PrintedPage.A4_PORTRAIT:
        worksheet.page_setup.orientation, worksheet.page_setup.paperSize = "landscape", _PAPERS[sheet.page]
        worksheet.print_options.horizontalCentered = True
        margins = worksheet.page_margins
        margins.left = 0.4
        margins.right = 0.4
        margins.top = 0.4
        margins.bottom = 0.6
        margins.footer = 0.3
    else:
        worksheet.page_setup.orientation, worksheet.page_setup.paperSize = "portrait", A4
    if sheet.footer is not None:
        # In a footer, & begins a code; && prints one.
        worksheet.oddFooter.left.text = clean(sheet.footer).replace("&", "&&")
        worksheet.oddFooter.center.text = "第 &P 頁，共 &N 頁"


def _guard(worksheet: Worksheet, sheet: OutputSheet) -> None:
    """Set the sheet's protection, without a password since it only prevents mistakes, and its input rules."""
    worksheet.protection.sheet = sheet.is_protected
    if sheet.is_protected:
        # People who fill in the sheet may still resize rows and columns.
        worksheet.protection.formatRows = False
        worksheet.protection.formatColumns = False
    for check in sheet.checks:
        letter, (first, last) = get_column_letter(check.column), check.rows
        worksheet.add_data_validation(_validation(check, f"{letter}{first}:{letter}{last}"))


def _merge(worksheet: Worksheet, sheet: OutputSheet) -> None:
    for cell in sheet.cells:
        if cell.rows > 1 or cell.columns > 1:
            last_column, last_row = cell.column + cell.columns - 1, cell.row + cell.rows - 1
            # merge_cells() would visit every cell for its borders, and add() every area for an overlap.
            worksheet.merged_cells.ranges.add(CellRange(None, cell.column, cell.row, last_column, last_row))


def _validation(check: InputRule, cells: str) -> DataValidation:
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


def _packed(book: Workbook, rows: Sequence[str]) -> bytes:
    """The workbook's bytes, with the rows put into their sheets and fixed dates in the zip directory.

    rows: the XML of each sheet's rows.
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


def _with_rows(worksheet: bytes, rows: str) -> bytes:
    before, found, after = worksheet.replace(b"<sheetData />", EMPTY).partition(EMPTY)
    if not found:
        raise ValueError("openpyxl writes an empty worksheet otherwise than it did")
    return b"".join((before, b"<sheetData>", rows.encode(), b"</sheetData>", after))

"""The only writer of workbooks: writes the Sheets that documents/scorecard_sheet.py and the form's modules lay out.

No text ever becomes a formula, an error value or a date, whatever a person typed: every text cell is written as text.
"""

import re
from datetime import datetime
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from scorecard.documents import scorecard_sheet as layout
from scorecard.documents import scores_sheet
from scorecard.documents.scorecard_table import whole_table
from scorecard.domain.scoring import plain
from scorecard.spreadsheets.safe_text import NOT_IN_XML, clean, looks_like_formula
from scorecard.spreadsheets.sheet import FONT, INK, RULE, SIZE

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The same scorecard gives the same bytes, so that a file can be cached and compared: no clock in it.
FIXED_DATE = datetime(2000, 1, 1)
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

A3, A4 = 8, 9
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
LOOKS_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

EMPTY = b"<sheetData></sheetData>"
# Between which numbers a cell that must hold one lets it be: what any figure or amount may reach.
MAX_CELL_NUMBER = 10**15


def scorecard_workbook(scorecard):
    """The whole scorecard as the bytes of an XLSX file, a sheet in the form's columns and one of scores (no query).

    Build the Scorecard with_action_plans=True.
    """
    return table_workbook(whole_table(scorecard))


def table_workbook(table):
    """A ScorecardTable as the bytes of an XLSX file (no query)."""
    book = _book([layout.lay_out(table)])
    if not table.selection.filter.is_active:
        _write_scores(book.create_sheet(scores_sheet.SHEET_NAME), table.scorecard)
    return _saved(book, title=f"{table.title} {table.scorecard.year.text}", creator=table.scorecard.agency)


def sheets_workbook(sheets, *, title, creator, mark=""):
    """Sheets as the bytes of an XLSX file; title, creator and mark are its properties."""
    return _saved(_book(sheets), title=title, creator=creator, mark=mark)


def _book(sheets):
    """The workbook without its cells, which _saved() puts in: openpyxl would take eight times as long for them."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = _Page(book.create_sheet(sheet.name), sheet)
        page.set_up_view()
        page.set_up_print()
        page.guard()
        page.worksheet.rows_written = page.rows()
    return book


class _Page:
    """The worksheet while it is written."""

    def __init__(self, worksheet, sheet):
        self.worksheet = worksheet
        self.sheet = sheet
        # By the identity of looks and figures, which the sheet keeps alive: most are there thousands of times.
        self._styles, self._figures = {}, {}
        for index, width in enumerate(sheet.widths, start=1):
            worksheet.column_dimensions[get_column_letter(index)].width = width
        for column in sheet.hidden_columns:
            worksheet.column_dimensions[get_column_letter(column)].hidden = True

    def rows(self):
        """The XML of all rows; a merged cell looks the same in every row and column it reaches over."""
        rows = {}
        for placed in self.sheet.cells:
            row, column = placed.row, placed.column
            style, content = self._content(placed)
            if placed.rows == 1 and placed.columns == 1:
                rows.setdefault(row, []).append((column, style, content))
                continue
            for r in range(row, row + placed.rows):
                for c in range(column, column + placed.columns):
                    rows.setdefault(r, []).append((c, style, content if (r, c) == (row, column) else ""))
            # merge_cells() would look at every cell for its borders, and add() at every area for an overlap.
            area = CellRange(None, column, row, column + placed.columns - 1, row + placed.rows - 1)
            self.worksheet.merged_cells.ranges.add(area)
        letters = [get_column_letter(column) for column in range(len(self.sheet.widths) + 1) if column]
        return "".join(_row(row, sorted(rows[row]), letters, self.sheet.heights.get(row)) for row in sorted(rows))

    def _content(self, placed):
        """(id of the cell's style, the rest of its XML).

        Text is stored as text in the cell, so that no program takes "=…" for a formula or "#N/A" for an error.
        """
        value, look = placed.value, placed.look
        if isinstance(value, str):
            text = _escaped(value)
            # A text that looks like a formula would become one as soon as someone edits the cell.
            style = self._style(look, "@" if look.is_text else "General", looks_like_formula(text))
            return style, f' t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        if value is None:
            return self._style(look, "@" if look.is_text else "General", False), ""
        key = id(value), id(look)
        if key not in self._figures:
            # What is typed over a number must not be rounded to the decimals of the old one.
            style = self._style(look, "General" if look.is_open else _number_format(value), False)
            self._figures[key] = style, f"><v>{plain(value.value)}</v></c>"
        return self._figures[key]

    def _style(self, look, number_format, is_quoted):
        """The id of the style for a look, number format and whether the text is quoted; each is made once."""
        key = id(look), number_format, is_quoted
        if key not in self._styles:
            cell = Cell(self.worksheet, row=1, column=1)
            _dress(cell, look, number_format, is_quoted)
            self._styles[key] = cell.style_id
        return self._styles[key]

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


def _row(row, cells, letters, height):
    tall = f' ht="{height:.2f}" customHeight="1"' if height else ""
    written = "".join(f'<c r="{letters[c - 1]}{row}" s="{style}"{content or "/>"}' for c, style, content in cells)
    return f'<row r="{row}"{tall}>{written}</row>'


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


def _footer(text):
    """In a footer & begins a code, so that it is written twice."""
    return clean(text).replace("&", "&&")


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


def _write_scores(worksheet, scorecard):
    """The scores of every level; only beside the whole table, since a filtered one is exactly what is shown."""
    rows = (scores_sheet.HEADINGS, *scores_sheet.score_rows(scorecard))
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
    for column, width in enumerate(scores_sheet.WIDTHS, start=1):
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


def _saved(book, *, title, creator, mark=""):
    """The workbook's bytes, with fixed dates in its properties and in its zip directory."""
    book.properties.title, book.properties.creator = _escaped(title), _escaped(creator)
    book.properties.category = mark or None
    book.properties.created = book.properties.modified = FIXED_DATE
    raw, packed = BytesIO(), BytesIO()
    # Workbook.save() would set the date of modification to now.
    ExcelWriter(book, ZipFile(raw, "w")).save()
    rows = {
        f"xl/worksheets/sheet{number}.xml": sheet.rows_written
        for number, sheet in enumerate(book.worksheets, start=1)
        if hasattr(sheet, "rows_written")
    }
    with ZipFile(raw) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name in rows:
                content = _with_rows(content, rows[name])
            target.writestr(ZipInfo(name, FIXED_ZIP_DATE), content, ZIP_DEFLATED)
    return packed.getvalue()


def _with_rows(worksheet, rows):
    before, found, after = worksheet.replace(b"<sheetData />", EMPTY).partition(EMPTY)
    if not found:
        raise ValueError("openpyxl writes an empty worksheet otherwise than it did")
    return b"".join((before, b"<sheetData>", rows.encode(), b"</sheetData>", after))

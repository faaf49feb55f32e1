"""The scorecard's table read back from the page and from each file, by readers that know nothing of the writers.

Every reader gives the same: the table's rows of KPIs as dictionaries by heading (line breaks removed). Numbers are
text without grouping, as "1234.5" and "93.6%"; a cell that an earlier row reaches into is None.
"""

import csv
import re
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl

HEADING_ROW = 3
OFFICE, TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text"))


def squeezed(text):
    """The text without any white space."""
    return "".join(text.split())


def _number(value, *, is_percentage=False):
    number = Decimal(str(value)) * (100 if is_percentage else 1)
    return f"{number.normalize():f}{'%' if is_percentage else ''}"


def _kpi_rows(headings, rows):
    """The rows that hold KPIs: neither bands nor sums nor notes, which reach over the first columns."""
    return [dict(zip(headings, row, strict=True)) for row in rows]


def xlsx_cells(sheet):
    """Every row of a worksheet without merged cells, as texts; numbers as text, too."""
    return [[_xlsx_text(cell) for cell in row] for row in sheet]


def xlsx_rows(content):
    """Of a workbook's sheet."""
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    across, covered = set(), set()
    for area in sheet.merged_cells.ranges:
        cells = [cell for row in sheet[area.coord] for cell in row]
        covered |= {cell.coordinate for cell in cells[1:]}
        if area.max_col > area.min_col:
            across.add(area.min_row)
    headings = [cell.value.replace("\n", "") for cell in sheet[HEADING_ROW]]
    rows = []
    for row in sheet.iter_rows(min_row=HEADING_ROW + 1):
        if row[0].row in across or all(cell.value is None and cell.coordinate not in covered for cell in row):
            continue
        rows.append([None if cell.coordinate in covered else _xlsx_text(cell) for cell in row])
    return _kpi_rows(headings, rows)


def _xlsx_text(cell):
    if cell.data_type == "n" and cell.value is not None:
        return _number(cell.value, is_percentage=cell.number_format.endswith("%"))
    return cell.value or ""


def ods_sheets(content):
    """The tables of an OpenDocument spreadsheet as elements."""
    with ZipFile(BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    return tuple(root.iter(f"{TABLE}table"))


def ods_cells(sheet):
    """Every row of a sheet without merged cells, as texts; numbers as text, too."""
    return [[_ods_text(cell) for cell in row] for row in sheet.iter(f"{TABLE}table-row")]


def ods_rows(content):
    """Of an OpenDocument spreadsheet's first sheet."""
    sheet = ods_sheets(content)[0]
    rows, headings = [], None
    for number, row in enumerate(sheet.iter(f"{TABLE}table-row"), start=1):
        cells = list(row)
        if number == HEADING_ROW:
            headings = [_ods_text(cell).replace("\n", "") for cell in cells]
        is_across = any(int(cell.get(f"{TABLE}number-columns-spanned", 1)) > 1 for cell in cells)
        is_empty = not any(len(cell) or cell.tag == f"{TABLE}covered-table-cell" for cell in cells)
        if number > HEADING_ROW and not is_across and not is_empty:
            rows.append([_ods_text(cell) for cell in cells])
    return _kpi_rows(headings, rows)


def _ods_text(cell):
    if cell.tag == f"{TABLE}covered-table-cell":
        return None
    kind = cell.get(f"{OFFICE}value-type")
    if kind in ("float", "percentage"):
        return _number(cell.get(f"{OFFICE}value"), is_percentage=kind == "percentage")
    return "\n".join(_ods_line(paragraph) for paragraph in cell.iter(f"{TEXT}p"))


def _ods_line(paragraph):
    parts = [paragraph.text or ""]
    for child in paragraph:
        parts.append("\t" if child.tag == f"{TEXT}tab" else " " * int(child.get(f"{TEXT}c", 1)))
        parts.append(child.tail or "")
    return "".join(parts)


def csv_table(content):
    """(headings, rows) of a CSV file, all of it."""
    headings, *rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return headings, rows


def csv_rows(content):
    """Of a CSV file; 構面 and 資料狀態 left out. What is repeated in a KPI's further rows is there, too."""
    headings, rows = csv_table(content)
    return [dict(zip(headings[1:-1], row[1:-1], strict=True)) for row in rows]


class _TableReader(HTMLParser):
    """Collects the cells of the page's scorecard: what stands in each, its notes apart."""

    def __init__(self):
        super().__init__()
        self.rows, self.row, self.cell, self.depth, self.part = [], None, None, [], ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("thead", "tbody", "tfoot"):
            self.part = tag
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.cell = {
                "part": self.part,
                "rows": int(attrs.get("rowspan", 1)),
                "columns": int(attrs.get("colspan", 1)),
            }
            self.cell |= {"said": "", "notes": "", "lights": "", "tags": ""}
        elif tag == "br" and self.cell is not None:
            self.cell["said"] += "\n"
        elif attrs.get("class") == "note" and self.cell is not None and self.cell["notes"]:
            self.cell["notes"] += "\n"
        if tag not in ("br", "col", "input", "link", "meta"):
            self.depth.append((tag, attrs.get("class", "")))

    def handle_endtag(self, tag):
        while self.depth and self.depth.pop()[0] != tag:
            pass
        if tag in ("td", "th") and self.cell is not None:
            for key in ("said", "notes", "lights", "tags"):
                # No blank is shown at the beginning or end of a line.
                self.cell[key] = re.sub(r" *\n *", "\n", self.cell[key]).strip(" \n")
            self.row.append(self.cell)
            self.cell = None
        elif tag == "tr" and self.row is not None:
            self.rows.append(self.row)
            self.row = None

    def handle_data(self, data):
        if self.cell is None or any(tag == "title" for tag, _class in self.depth):
            return
        classes = " ".join(name for _tag, name in self.depth[-3:])
        key = next((key for key in ("note", "light", "tag") if key in classes.split()), "said")
        if "text-lines" not in classes.split():
            data = re.sub(r"[ \n]+", " ", data)
        self.cell[{"note": "notes", "light": "lights", "tag": "tags"}.get(key, key)] += data


def page_table(html):
    """(headings, rows, sums) of the page: a cell is a dictionary of what it says, None where a row reaches into it."""
    reader = _TableReader()
    reader.feed(html[html.index('<table class="grid scorecard"') : html.index("</table>")])
    (headings,) = [row for row in reader.rows if row[0]["part"] == "thead"]
    sums = [row for row in reader.rows if row[0]["part"] == "tfoot"]
    rows, open_ = [], {}
    for row in reader.rows:
        if row[0]["part"] == "tbody" and row[0]["columns"] == 1:
            cells, left = [], iter(row)
            for column in range(len(headings)):
                if open_.get(column, 0):
                    open_[column] -= 1
                    cells.append(None)
                else:
                    cell = next(left)
                    open_[column] = cell["rows"] - 1
                    cells.append(cell)
            rows.append(cells)
    return [heading["said"].split("\n") for heading in headings], rows, sums

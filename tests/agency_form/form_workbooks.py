"""Workbooks for the reader of forms: the Secretariat's own with some cells changed, and files made to do harm."""

import io
import re
import zipfile
from functools import cache

import openpyxl

from tests.secretariat_facts import WORKBOOK

MAP, CARD = "策略地圖", "平衡計分卡"
CONTENT_TYPES = "[Content_Types].xml"
SHEET_XML = "xl/worksheets/sheet2.xml"


@cache
def original():
    """The Secretariat's form as bytes."""
    return WORKBOOK.read_bytes()


def edited(edit):
    """The form after edit(map's sheet, scorecard's sheet), saved by openpyxl as bytes."""
    book = openpyxl.load_workbook(io.BytesIO(original()))
    edit(book[MAP], book[CARD])
    return saved(book)


def with_cells(sheet, **values):
    """The form with other values in some cells of a sheet."""

    def edit(strategy_map, card):
        for cell, value in values.items():
            (strategy_map if sheet == MAP else card)[cell].value = value

    return edited(edit)


def with_shared_strings(strings=None):
    """The form with its texts in a table of their own, as most programs write them; the original has each in place.

    strings: what the table holds in their stead, as XML.
    """
    found = []

    def shared(match):
        found.append(match[2])
        return b'%b t="s"><v>%d</v></c>' % (match[1], len(found) - 1)

    with zipfile.ZipFile(io.BytesIO(original())) as archive:
        cells = rb'(<c r="\w+"(?: s="\d+")?) t="inlineStr"><is>(.*?)</is></c>'
        content = re.sub(cells, shared, archive.read(SHEET_XML), flags=re.DOTALL)
    table = b"".join(b"<si>%b</si>" % text for text in found) if strings is None else strings
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = b'<Relationship Id="rId99" Type="%b" Target="sharedStrings.xml"/></Relationships>' % kind
    return with_parts(
        {
            SHEET_XML: content,
            "xl/sharedStrings.xml": b"<sst>%b</sst>" % table,
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</Relationships>", relation),
        }
    )


def saved(book):
    """An openpyxl workbook as bytes."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_parts(parts, source=None):
    """The package with parts replaced or added: {name: bytes, or a function of the bytes that stand there}."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(source or original())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = parts.get(name, lambda content: content)
            new.writestr(name, content(old.read(name)) if callable(content) else content)
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return file.getvalue()


def with_sheet_data(xml):
    """The form whose scorecard sheet has this XML as its rows."""

    def replaced(content):
        start, end = content.index(b"<sheetData>"), content.index(b"</sheetData>")
        return content[:start] + b"<sheetData>" + xml + content[end:]

    return with_parts({SHEET_XML: replaced})


def ods_of(content):
    """The same cells and merged areas as an OpenDocument spreadsheet, written here."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    tables = "".join(_ods_table(sheet) for sheet in book.worksheets)
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    xml = f"<office:document-content {namespaces}>{body}</office:document-content>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("content.xml", xml, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return file.getvalue()


def _ods_table(sheet):
    corners = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    rows = []
    for row in sheet.iter_rows():
        cells = "".join(_ods_cell(cell, corners.get((cell.row, cell.column))) for cell in row)
        is_hidden = sheet.row_dimensions[row[0].row].hidden
        seen = ' table:visibility="collapse"' if is_hidden else ""
        rows.append(f"<table:table-row{seen}>{cells}</table:table-row>")
    return f'<table:table table:name="{sheet.title}">{"".join(rows)}</table:table>'


def _ods_cell(cell, area):
    spans = ""
    if area:
        spans = (
            f' table:number-rows-spanned="{area.size["rows"]}" table:number-columns-spanned="{area.size["columns"]}"'
        )
    if cell.value is None:
        return f"<table:table-cell{spans}/>"
    if isinstance(cell.value, int | float):
        value = f'office:value-type="float" office:value="{cell.value}"'
        return f"<table:table-cell{spans} {value}><text:p>x</text:p></table:table-cell>"
    lines = "".join(f"<text:p>{line}</text:p>" for line in cell.value.split("\n"))
    return f'<table:table-cell{spans} office:value-type="string">{lines}</table:table-cell>'

"""Spreadsheets as lines that two renderings must share: cells with their styles, widths, and how a sheet is printed."""

import io
import re
import zipfile
from functools import cache
from xml.etree import ElementTree

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

STYLE_PARTS = ("font", "fill", "border", "alignment", "protection")
SHEET_PARTS = (
    "sheet_properties",
    "sheet_format",
    "views",
    "print_options",
    "page_margins",
    "page_setup",
    "protection",
    "auto_filter",
    "HeaderFooter",
    "row_breaks",
    "col_breaks",
)


def xlsx_lines(content):
    """The lines of an .xlsx workbook."""
    book = load_workbook(io.BytesIO(content), rich_text=True)
    lines = [f"properties: {_xml(book.properties)}", f"sheets: {book.sheetnames}, active {book.active.title}"]
    lines += [f"name {name}: {defined.attr_text}" for name, defined in sorted(book.defined_names.items())]
    for sheet in book.worksheets:
        lines += [f"{sheet.title}: {line}" for line in _sheet_lines(sheet)]
    return lines


def _sheet_lines(sheet):
    yield f"state {sheet.sheet_state}, panes {sheet.freeze_panes}, dimensions {sheet.dimensions}"
    yield f"printed {sheet.print_area}, titles {sheet.print_title_rows} {sheet.print_title_cols}"
    for name in SHEET_PARTS:
        part = getattr(sheet, name)
        yield f"{name}: {_xml(part)}"
    for name, defined in sorted(sheet.defined_names.items()):
        yield f"name {name}: {defined.attr_text}"
    yield f"merged: {sorted(str(cells) for cells in sheet.merged_cells.ranges)}"
    for letter, column in sorted(sheet.column_dimensions.items()):
        for number in range(column.min or 0, (column.max or -1) + 1):
            yield f"column {get_column_letter(number)}: {column.width} hidden {column.hidden} {_style(column)}"
        if not column.min:
            yield f"column {letter}: {column.width} hidden {column.hidden}"
    for number, row in sorted(sheet.row_dimensions.items()):
        yield f"row {number}: {row.height} hidden {row.hidden}"
    for rule in sorted(_xml(rule) for rule in sheet.data_validations.dataValidation):
        yield f"validation: {rule}"
    for cells, rules in sheet.conditional_formatting._cf_rules.items():
        yield f"condition {cells.sqref}: {[_xml(rule) for rule in rules]}"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None or cell.has_style:
                yield f"{cell.coordinate}: {cell.data_type} {cell.value!r} {_link(cell)}{_style(cell)}"


def _link(cell):
    notes = [f"link {cell.hyperlink.target or cell.hyperlink.location}"] if cell.hyperlink else []
    notes += [f"comment {cell.comment.text!r}"] if cell.comment else []
    return "".join(f"{note} " for note in notes)


def _style(styled):
    return f"{styled.number_format} " + " ".join(_xml(getattr(styled, name)) for name in STYLE_PARTS)


def _xml(part):
    """What openpyxl would write of a part of a workbook; parts that it cannot write have a plain form."""
    if part is None:
        return "none"
    tag = getattr(part, "tagname", None) or type(part).__name__
    node = part.to_tree(tag) if hasattr(part, "to_tree") else None
    return repr(part) if node is None else tostring(node).decode()


def ods_lines(content):
    """The lines of an .ods workbook: every part of the archive, cells by place, styles as what they say."""
    lines = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if not name.endswith(".xml"):
                lines.append(f"{name}: {part[:200]!r}")
                continue
            root = ElementTree.fromstring(part)
            lines += [f"{name}: {line}" for line in _part_lines(root, _styles(root))]
    return lines


def _styles(root):
    """{(family, name): what the style says}; the family of a format of numbers is None."""
    formats = [element for element in root.iter() if FORMAT.search(element.tag)]
    styles = {
        (None, element.get(_name("style", "name"))): _words(element, without=STYLE_NAMES, deep=True)
        for element in formats
    }
    for style in root.iter(_name("style", "style")):
        key = style.get(_name("style", "family")), style.get(_name("style", "name"))
        number_format = styles.get((None, style.get(_name("style", "data-style-name"))), "no format")
        styles[key] = f"{_words(style, without=STYLE_NAMES, deep=True)} {number_format}"
    return styles


def _part_lines(root, styles):
    body = root.find(_name("office", "body"))
    tables = [] if body is None else list(body.iter(_name("table", "table")))
    told = {element for table in tables for element in table.iter()}
    for style in root.iter():
        if style.tag == _name("style", "style") or FORMAT.search(style.tag):
            told.update(style.iter())
    for entry in root.iter():
        if _local(entry.tag) == "config-item-map-entry" and (title := entry.get(_name("config", "name"))):
            told.update(entry.iter())
            yield f"{title}: {_words(entry, deep=True)}"
    for element in root.iter():
        if element not in told and _local(element.tag) != "automatic-styles":
            yield _words(element)
    # Styles of content.xml are told by who uses them; those of styles.xml by their name.
    if body is None:
        for (family, name), words in sorted(styles.items(), key=repr):
            yield f"style {family} {name}: {words}"
    for table in tables:
        title = table.get(_name("table", "name"))
        yield from (f"{title}: {line}" for line in _table_lines(table, styles))


def _table_lines(table, styles):
    row = 0
    for element in table.iter():
        kind = _local(element.tag)
        if kind == "table-row":
            row += 1
            column = 0
            yield f"row {row} {_words(element, styles=styles)}"
        elif kind in {"table-cell", "covered-table-cell"}:
            column += 1
            text = " ⏎ ".join("".join(line.itertext()) for line in element.iter(_name("text", "p")))
            yield f"cell {row}.{column} {text!r} {_words(element, styles=styles)}"
        else:
            yield _words(element, styles=styles)


# What a style is called says nothing; of a format, whoever uses it tells what it says.
STYLE_NAMES = ("name", "data-style-name")
FORMAT = re.compile(r"\b(number|percentage|currency|date|time|boolean|text)-style$")
PREFIXES = {
    name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("config", "office", "style", "table", "text")
}
FAMILIES = {"table": "table", "table-column": "table-column", "table-row": "table-row", "table-cell": "table-cell"}
FAMILIES |= {"covered-table-cell": "table-cell", "p": "paragraph", "span": "text"}


@cache
def _name(prefix, local):
    return f"{{{PREFIXES[prefix]}}}{local}"


def _local(name):
    return name.rpartition("}")[2]


def _words(element, *, styles=None, without=(), deep=False):
    """An element in one line; where `styles` are known, the name of a style is replaced by what it says."""
    said = []
    for name, value in sorted(element.items()):
        if _local(name) in {"style-name", "default-cell-style-name"} and styles:
            family = "table-cell" if "default" in name else FAMILIES.get(_local(element.tag))
            value = styles.get((family, value), value)
        if _local(name) not in without:
            said.append(f"{_local(name)}={value!r}")
    text = (element.text or "").strip()
    said += [repr(text)] if text else []
    said += [_words(child, deep=True) for child in element] if deep else []
    return f"<{_local(element.tag)} {' '.join(said)}>"

"""The rows of a worksheet as XML. openpyxl writes all else of a workbook; decision 0013 says why not these.

No text ever becomes a formula, an error value or a date, whatever a person typed: every text cell is written as text.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from xml.sax.saxutils import escape

from scorecard.domain.scoring import plain
from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.grid import column_letters
from scorecard.spreadsheets.safe_text import NOT_IN_XML, clean, looks_like_formula
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, PlacedCell

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LOOKS_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

# (look, number format, whether a text is quoted) -> id of the style in the workbook.
StyleIds = Callable[[CellStyle, str, bool], int]


def rows_xml(sheet: OutputSheet, style_id: StyleIds) -> str:
    """The XML of all rows. Every cell under a merged one has its style, so its border goes all round."""
    rows: dict[int, list[tuple[int, int, str]]] = {}
    for cell in sheet.cells:
        style, content = _style_and_content(cell, style_id)
        if cell.rows == 1 and cell.columns == 1:
            rows.setdefault(cell.row, []).append((cell.column, style, content))
            continue
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                is_home = row == cell.row and column == cell.column
                rows.setdefault(row, []).append((column, style, content if is_home else ""))
    return "".join(_row(row, sorted(rows[row]), sheet.heights.get(row)) for row in sorted(rows))


def escaped(text: str) -> str:
    """The text with Excel's escapes: _x0007_ for a control character, and _x005F_ before what looks like an escape."""
    text = _LOOKS_LIKE_ESCAPE.sub("_x005F_", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _style_and_content(cell: PlacedCell, style_id: StyleIds) -> tuple[int, str]:
    """The id of the cell's style, and its XML after the attributes; "" for an empty cell."""
    value, look = cell.value, cell.look
    if isinstance(value, Figure):
        # A number typed over this one must not be rounded to its decimals.
        number_format = "General" if look.is_open else _number_format(value.decimals, value.unit, value.is_percentage)
        return style_id(look, number_format, False), f"><v>{plain(value.value)}</v></c>"
    number_format = "@" if look.is_text else "General"
    if value is None:
        return style_id(look, number_format, False), ""
    text = escaped(value)
    # A text that looks like a formula would become one as soon as someone edits the cell.
    style = style_id(look, number_format, looks_like_formula(text))
    return style, f' t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


@lru_cache(maxsize=1024)
def _number_format(decimals: int | None, unit: str, is_percentage: bool) -> str:
    """A number format with so many decimals and the unit as a literal."""
    if decimals is None:
        return "General"
    places = f".{'0' * decimals}" if decimals else ""
    if is_percentage:
        return f"0{places}%"
    unit = NOT_IN_XML.sub("", unit).replace('"', "″")
    return f"#,##0{places}" + (f'" {unit}"' if unit else "")


def _row(row: int, cells: list[tuple[int, int, str]], height: float | None) -> str:
    tall = f' ht="{height:.2f}" customHeight="1"' if height else ""
    written = "".join(
        f'<c r="{column_letters(column)}{row}" s="{style}"{content or "/>"}' for column, style, content in cells
    )
    return f'<row r="{row}"{tall}>{written}</row>'

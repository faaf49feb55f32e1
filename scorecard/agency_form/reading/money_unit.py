"""Finds where a form says that its money is not in dollars: in a heading, above, beside or below the table."""

import re
import unicodedata

from scorecard.agency_form.reading.texts import without_spaces

_MANY = (
    "(?:單位[:：]?(?:新[臺台]幣)?[千仟阡萬億]+(?![元圓a-z0-9])|[十拾百佰千仟阡萬億]+[元圓]"
    "|(?:百萬|千|仟|萬|億)新[臺台]幣|NT\\$?1,?000)"
)
# 「千元/人」 is an example of a measure's unit, no unit of money.
_ANYWHERE = re.compile(_MANY + "(?!/|每)")
_STATED = re.compile(
    f"(?:單位|金額|預算|經費|貨幣|新[臺台]幣)[^。;；]{{0,12}}?{_MANY}(?!/|每)|{_MANY}(?:為|計|表示)|^[(（]?{_MANY}[)）]?$"
)
DOLLARS = "；金額一律以元為單位，請把預算換算成元，並把這裡改為「元」。"


def check_money_units(sheet, columns, table_rows, note_rows, messages):
    """Adds errors where the money is in thousands.

    table_rows: rows of KPIs and action plans, whose units are their own. note_rows: rows of 填表說明, where only a
    statement counts.
    """
    if not columns.budgets:
        return
    first = sheet.place(columns.row, min(columns.budgets.values()))
    if _ANYWHERE.search(_flat(sheet.name)):
        messages.error(first, f"工作表的名稱「{sheet.name}」說單位不是元{DOLLARS}", found=sheet.name)
    last = columns.last()
    for row, cells in sheet.rows.items():
        for column in cells:
            if row in table_rows and column <= last:
                continue
            text = sheet.text(row, column)
            is_heading = column in columns.budgets.values() and row not in note_rows
            is_named = row == columns.row and column == columns.one.get("formula")
            pattern = _ANYWHERE if is_heading or row < columns.row else _STATED
            if not is_named and len(text) <= 500 and pattern.search(_flat(text)):
                messages.error(sheet.place(row, column), f"「{_line(text)}」：預算的單位不是元{DOLLARS}", found=text)


def _flat(text):
    return unicodedata.normalize("NFKC", without_spaces(text))


def _line(text):
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:40]}…"

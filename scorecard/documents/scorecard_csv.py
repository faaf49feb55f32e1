"""A scorecard's table as CSV for calculations: RFC 4180 in UTF-8 with the byte order mark that Excel needs.

One line of headings, then a line for each row of the form, with 構面 before it and 資料狀態 after it. The merged cells
of an objective or a KPI are repeated in each of its rows: every row can be read and sorted by itself. Figures and
amounts occur once, and there is no row of totals: sums over a column come out right.
"""

import csv
from io import StringIO

from scorecard.documents.scorecard_columns import MergeLevel
from scorecard.domain.scoring import plain
from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.safe_text import clean, looks_like_formula

BYTE_ORDER_MARK = "\ufeff"
_REPEATED = frozenset({MergeLevel.OBJECTIVE, MergeLevel.KPI})


def table_csv(table):
    """No query."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    headings = ("".join(column.heading.split("\n")) for column in table.columns)
    writer.writerow(["構面", *map(_guarded, headings), "資料狀態"])
    state = _guarded("；".join((table.year_text, *table.marks)))
    for band in table.bands:
        before = [""] * len(table.columns)
        for row in band.rows:
            before = [_text(column, row, above) for column, above in zip(table.columns, before, strict=True)]
            writer.writerow([_guarded(band.name), *before, state])
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _text(column, row, above):
    """The text of a column in a row; above: its text in the row before."""
    spanned = getattr(row, column.level.value)
    if spanned is None:
        return above if column.level in _REPEATED else ""
    content = None if spanned.item is None else column.content(spanned.item)
    if content is None:
        return ""
    if isinstance(content, Figure):
        return content.text if content.is_percentage else plain(content.value)
    return _guarded(content.text)


def _guarded(text):
    """Clean text; with an apostrophe in front where a spreadsheet would take it for a formula."""
    text = clean(text)
    return f"'{text}" if looks_like_formula(text) else text

"""A scorecard's table as CSV for those who calculate: RFC 4180 in UTF-8 with the mark by which Excel knows it.

One line of headings, then a line for each row of the form, 構面 before it and 資料狀態 behind. What a merged cell says
of an objective or a KPI is repeated in each of its rows, so that every row can be read and sorted by itself; figures
and amounts stand once, so that sums come out right. For the same reason there is no row of sums.
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
    """A ScorecardTable as the bytes of a CSV file (no query)."""
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
    """What a column says in a row; above is what it said in the row before."""
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
    """Clean text, behind an apostrophe where a spreadsheet would make a formula of it."""
    text = clean(text)
    return f"'{text}" if looks_like_formula(text) else text

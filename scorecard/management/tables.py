"""Tables for a terminal, where a Chinese character takes two columns."""

import unicodedata

GAP = "  "


def aligned(headings, rows):
    """The lines of the table: headings, a rule, the rows."""
    rows = [headings, *rows]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(headings))]
    padded = [
        GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    rule = GAP.join("-" * width for width in widths)
    return [line.rstrip() for line in (padded[0], rule, *padded[1:])]


def _width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

"""Cleans the raw content of cells: invisible characters in texts, rounding errors of floating point in numbers."""

import re
from datetime import date, timedelta
from decimal import Decimal

from scorecard.domain.scoring import plain

# Excel and LibreOffice calculate with fifteen significant digits and store seventeen.
DIGITS = 15
# Spreadsheets store a day as the number of days since the first date; programs show no day after the last.
_DAY_0, _LAST_DAY = date(1899, 12, 30), 2_958_465
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\u200b\ufeff\u2060]")


def cleaned(text: str) -> str:
    """The text with \\n as its only line end, no control characters, and no white space at the ends of its lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
        if "\n" in text:
            text = "\n".join(line.strip() for line in text.split("\n"))
    return text.strip()


def number_text(number: Decimal) -> str:
    """「93.48」 of 93.480000000000004, as a file may store it."""
    return plain(Decimal(f"{number:.{DIGITS}g}")) if len(number.as_tuple().digits) > DIGITS else plain(number)


def date_text(number: Decimal) -> str:
    """「2016/1/4」 of 42373; the number itself where it is no day."""
    if not 1 <= number <= _LAST_DAY:
        return number_text(number)
    day = _DAY_0 + timedelta(days=int(number))
    return f"{day.year}/{day.month}/{day.day}"


def percent_text(number: Decimal) -> str:
    """「100%」 of 1."""
    return f"{number_text(number * 100)}%"

"""Cleans the raw content of cells: invisible characters in texts, rounding errors of floating point in numbers."""

import re
from datetime import date, timedelta
from decimal import Decimal

from scorecard.domain.scoring import plain

# Excel and LibreOffice calculate with fifteen significant digits and store seventeen.
DIGITS = 15
# Spreadsheets store a day as the number of days since the first date; programs show no day after the last.
_DAY_0, _LAST_DAY = date(1899, 12, 30), 2_958_465
# Control characters, marks of direction, joiners, soft hyphens: nobody sees them. Emoji are put together by joiners.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")


def cleaned(text: str) -> str:
    """The text with \\n as its only line end, no control characters, and no white space at the ends of its lines."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text))
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

"""The raw content of cells made plain: texts without what cannot be seen, numbers without floating point's tail."""

import re
from datetime import date, timedelta
from decimal import Decimal

from scorecard.domain.scoring import plain

# Both programs calculate with fifteen significant digits and store seventeen.
DIGITS = 15
# Day 0 of the count in which days are stored, and the last that programs show.
_DAY_0, _LAST_DAY = date(1899, 12, 30), 2_958_465
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\u200b\ufeff\u2060]")


def cleaned(text):
    """The text with one kind of line end, no control character, and no white space at its ends and those of lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
        if "\n" in text:
            text = "\n".join(line.strip() for line in text.split("\n"))
    return text.strip()


def number_text(number):
    """A number as written by people: 「93.48」 of the 93.480000000000004 that a file holds."""
    return plain(Decimal(f"{number:.{DIGITS}g}")) if len(number.as_tuple().digits) > DIGITS else plain(number)


def date_text(number):
    """A day's number as a date, 「2016/1/4」 of 42373; what is no day as the number that it is."""
    if not 1 <= number <= _LAST_DAY:
        return number_text(number)
    day = _DAY_0 + timedelta(days=int(number))
    return f"{day.year}/{day.month}/{day.day}"


def percent_text(number):
    """A number as a percentage: 「100%」 of 1."""
    return f"{number_text(number * 100)}%"

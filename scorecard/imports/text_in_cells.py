"""The raw content of cells made plain: texts without what cannot be seen, numbers without floating point's tail."""

import re
from decimal import Decimal

from scorecard.scoring import plain

# Both programs calculate with fifteen significant digits and store seventeen.
DIGITS = 15
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


def percent_text(number):
    """A number as a percentage: 「100%」 of 1."""
    return f"{number_text(number * 100)}%"

"""Text on its way into the cell of a file: what people typed, made safe to open."""

import re
import unicodedata

# Excel's limit is 32,767 UTF-16 units.
MAX_TEXT_LENGTH = 16_000
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def clean(text):
    """Text as XML and spreadsheets can carry it: line ends unified, forbidden characters as �, overlong text cut."""
    text = NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"{text[:MAX_TEXT_LENGTH]}…（以下從略）" if len(text) > MAX_TEXT_LENGTH else text


def looks_like_formula(text):
    """Whether a spreadsheet might take the text for a formula when someone opens a CSV or edits the cell.

    That is decided by its first character, behind anything invisible; full-width ＝＋－＠ count too, which an Excel of
    East Asia reads as their ASCII forms.
    """
    if text[:1].isalnum():
        return False
    if text[:1] in _FORMULA_STARTS and text:
        return True
    first = next((char for char in text if unicodedata.category(char) not in _INVISIBLE), "")
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULA_STARTS and bool(first)

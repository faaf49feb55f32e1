"""Makes what people typed safe to put into the cell of a file."""

import re
import unicodedata

# Excel's limit is 32,767 UTF-16 units.
MAX_TEXT_LENGTH = 16_000
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def clean(text: str) -> str:
    """The text as XML and spreadsheets can hold it: line ends \\n, forbidden characters as �, overlong text cut."""
    text = NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"{text[:MAX_TEXT_LENGTH]}…（以下從略）" if len(text) > MAX_TEXT_LENGTH else text


def looks_like_formula(text: str) -> bool:
    """Whether a program might read the text as a formula when somebody opens a CSV or edits the cell.

    The first visible character decides. Full-width ＝＋－＠ count, too: East Asian Excel reads them as ASCII.
    """
    if text[:1].isalnum():
        return False
    if text[:1] in _FORMULA_STARTS and text:
        return True
    first = next((char for char in text if unicodedata.category(char) not in _INVISIBLE), "")
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULA_STARTS and bool(first)

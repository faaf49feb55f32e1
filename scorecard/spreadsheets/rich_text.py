"""Parts of a cell's text that are struck out, raised or lowered: what people read of them, and what is told of it."""

from collections.abc import Iterable
from enum import Enum

from scorecard.spreadsheets.grid import Remark


class Mark(Enum):
    """How a font changes what a text says. PLAIN: a part's own font, which changes nothing, whatever the cell's is."""

    PLAIN = "plain"
    STRUCK = "struck out"
    RAISED = "superscript"
    LOWERED = "subscript"


_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def seen_text(runs: Iterable[tuple[str, Mark | None]]) -> tuple[str, tuple[Remark, ...]]:
    """(the text without what is struck out or raised, a remark for each that is left out).

    Lowered digits become characters of their own, so that 4 with a lowered 1 is never 41.
    """
    seen, struck, raised = [], [], []
    for text, mark in runs:
        if mark is Mark.STRUCK:
            struck.append(text)
        elif mark is Mark.RAISED:
            raised.append(text)
        else:
            seen.append(text.translate(_LOWERED) if mark is Mark.LOWERED else text)
    remarks = []
    if "".join(struck).strip():
        remarks.append(Remark(f"刪除線劃掉的「{_line(struck)}」不是內容，沒有讀入。", is_correction=True))
    if "".join(raised).strip():
        remarks.append(Remark(f"上標的「{_line(raised)}」是註記，不是內容，沒有讀入。", is_correction=True))
    return "".join(seen), tuple(remarks)


def comment_remark(text: str) -> Remark:
    """What is told of a comment that somebody fixed to a cell."""
    return Remark(f"儲存格的註解沒有讀入：「{_line([text])}」；要緊的內容請寫進儲存格。")


def _line(parts: Iterable[str]) -> str:
    line = " ".join("".join(parts).split())
    return line if len(line) <= 60 else f"{line[:60]}…"

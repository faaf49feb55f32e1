"""What the reader of a form tells the person: at which cell, what stood there, and what it made of it."""

from dataclasses import dataclass
from enum import StrEnum

from scorecard.spreadsheets.grid import Place, row_and_column

MAX_FOUND_LENGTH = 200


class Severity(StrEnum):
    """How grave a message is. Only errors keep a form from being imported."""

    ERROR = "error"
    CORRECTION = "correction"
    ASSUMPTION = "assumption"
    HINT = "hint"

    @property
    def label(self):
        """The level in the words of the page: 錯誤, 更正, 推定, 提醒."""
        return {"error": "錯誤", "correction": "更正", "assumption": "推定", "hint": "提醒"}[self.value]


@dataclass(frozen=True)
class Message:
    """One thing to know about a cell. sheet and cell are empty where the whole file is meant.

    found: what the cell holds; read: what it is taken for, "" where nothing is. text: a sentence for the person.
    """

    level: Severity
    sheet: str
    cell: str
    found: str
    read: str
    text: str

    def as_json(self):
        """The message as a dict of JSON types."""
        return {"level": self.level.value} | {
            name: getattr(self, name) for name in ("sheet", "cell", "found", "read", "text")
        }


class Messages:
    """Collects messages while a form is read. sheets: the file's sheet names, in whose order the messages come.

    is_ours: the file was written by this product. Then a notation is read as it was written, and what in a stranger's
    file must be called a correction or an assumption is a hint.
    """

    def __init__(self, sheets=(), *, is_ours=False):
        self._all, self.is_ours = {}, is_ours
        self._order = {name: number for number, name in enumerate(("", *sheets))}

    def error(self, place: Place, text, *, found="", read=""):
        """What must be mended before the form can be imported."""
        self._add(Severity.ERROR, place, found, read, text)

    def correction(self, place: Place, text, *, found="", read=""):
        """What was read otherwise than it stands."""
        self._add(Severity.CORRECTION, place, found, read, text)

    def assumption(self, place: Place, text, *, found="", read=""):
        """What the form does not say and the reader inferred."""
        self._add(Severity.ASSUMPTION, place, found, read, text)

    def hint(self, place: Place, text, *, found="", read=""):
        """What a person had better look at."""
        self._add(Severity.HINT, place, found, read, text)

    def notation(self, place: Place, text, *, found="", read=""):
        """What a notation of the form (domain.md §3) leaves unsaid: an assumption, a hint in a file of our own."""
        self._add(Severity.HINT if self.is_ours else Severity.ASSUMPTION, place, found, read, text)

    def add(self, notice, place: Place):
        """What a notation told (cells.Notice), at its cell."""
        level = Severity.HINT if self.is_ours and notice.level is not Severity.ERROR else notice.level
        self._add(level, place, notice.found, notice.read, notice.text)

    def _add(self, level, place, found, read, text):
        self._all.setdefault(Message(level, place.sheet, place.cell, _short(found), _short(read), text))

    @property
    def has_errors(self):
        """Whether anything must be mended."""
        return any(message.level is Severity.ERROR for message in self._all)

    def all(self):
        """Every message: of the whole file first, then sheet by sheet, row by row."""
        order = self._order
        for message in self._all:
            order.setdefault(message.sheet, len(order))
        return tuple(sorted(self._all, key=lambda each: (order[each.sheet], row_and_column(each.cell) or (0, 0))))


def _short(text):
    text = str(text)
    return text if len(text) <= MAX_FOUND_LENGTH else f"{text[:MAX_FOUND_LENGTH]}…"

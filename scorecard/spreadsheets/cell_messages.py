"""The messages of a file's reader: the cell, what it holds, and what the reader makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scorecard.spreadsheets.grid import Place, row_and_column

MAX_FOUND_LENGTH = 200


class Severity(StrEnum):
    """Only an error keeps a form from being imported."""

    ERROR = "error"
    CORRECTION = "correction"
    ASSUMPTION = "assumption"
    HINT = "hint"

    @property
    def label(self) -> str:
        return {"error": "錯誤", "correction": "更正", "assumption": "推定", "hint": "提醒"}[self.value]


@dataclass(frozen=True)
class Message:
    """sheet and cell are empty where the message is about the whole file.

    found: what the cell holds. read: the value that the reader takes from it, "" for none. text: a sentence for the
    person.
    """

    level: Severity
    sheet: str
    cell: str
    found: str
    read: str
    text: str

    def as_json(self) -> dict[str, str]:
        return {"level": self.level.value} | {
            name: getattr(self, name) for name in ("sheet", "cell", "found", "read", "text")
        }


class Notice(Protocol):
    """A message without its cell, as the readers of notations return it."""

    level: Severity
    found: str
    read: str
    text: str


class Messages:
    """Collects the messages of one file. sheets: the file's sheet names, which order the messages.

    is_ours: this product wrote the file. Its notations are certain, so what would be a correction or an assumption in
    another file is only a hint.
    """

    def __init__(self, sheets: Iterable[str] = (), *, is_ours: bool = False) -> None:
        # A dict keeps the order and drops a message that comes twice.
        self._all: dict[Message, None] = {}
        self.is_ours = is_ours
        self._order = {name: number for number, name in enumerate(("", *sheets))}

    def error(self, place: Place, text: str, *, found: str = "", read: str = "") -> None:
        """Something to correct before the form can be imported."""
        self._add(Severity.ERROR, place, found, read, text)

    def correction(self, place: Place, text: str, *, found: str = "", read: str = "") -> None:
        """The reader takes another value than the one in the cell."""
        self._add(Severity.CORRECTION, place, found, read, text)

    def assumption(self, place: Place, text: str, *, found: str = "", read: str = "") -> None:
        """The form does not say it; the reader infers it."""
        self._add(Severity.ASSUMPTION, place, found, read, text)

    def hint(self, place: Place, text: str, *, found: str = "", read: str = "") -> None:
        """Something that a person should look at."""
        self._add(Severity.HINT, place, found, read, text)

    def notation(self, place: Place, text: str, *, found: str = "", read: str = "") -> None:
        """What a notation of the form (domain.md §3) leaves open: an assumption, or a hint in a file of our own."""
        self._add(Severity.HINT if self.is_ours else Severity.ASSUMPTION, place, found, read, text)

    def add(self, notice: Notice, place: Place) -> None:
        level = Severity.HINT if self.is_ours and notice.level is not Severity.ERROR else notice.level
        self._add(level, place, notice.found, notice.read, notice.text)

    def _add(self, level: Severity, place: Place, found: str, read: str, text: str) -> None:
        self._all.setdefault(Message(level, place.sheet, place.cell, _short(found), _short(read), text), None)

    @property
    def has_errors(self) -> bool:
        return any(message.level is Severity.ERROR for message in self._all)

    def all(self) -> tuple[Message, ...]:
        """Those about the whole file first, then sheet by sheet and row by row."""
        order = self._order
        for message in self._all:
            order.setdefault(message.sheet, len(order))
        return tuple(sorted(self._all, key=lambda each: (order[each.sheet], row_and_column(each.cell) or (0, 0))))


def _short(text: str) -> str:
    text = str(text)
    return text if len(text) <= MAX_FOUND_LENGTH else f"{text[:MAX_FOUND_LENGTH]}…"

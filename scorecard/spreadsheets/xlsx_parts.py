"""Reads the parts of an .xlsx package that a sheet's cells refer to: shared strings, styles and comments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from scorecard.spreadsheets.grid import CellKind, Position, row_and_column
from scorecard.spreadsheets.number_formats import NumberFormat
from scorecard.spreadsheets.rich_text import Mark
from scorecard.spreadsheets.xml_events import Attributes, local

Found = TypeVar("Found", covariant=True)
# Texts with their marks; None where the cell's own style decides.
Runs = tuple[tuple[str, Mark | None], ...]
_OFF = frozenset({"0", "false", "none"})
_BUILT_IN_PERCENT = {"9": "0%", "10": "0.00%"}
_BUILT_IN_NUMBERS = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00"} | {
    str(number): code for number, code in zip(range(37, 45), ("#,##0", "#,##0.00") * 4, strict=True)
}
# The last rows are those of East Asian editions.
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})


class PartReader(Protocol[Found]):
    """Handles the events of one part."""

    @property
    def found(self) -> Found: ...

    def start(self, tag: str, attributes: Attributes) -> object: ...

    def end(self, tag: str) -> object: ...

    def text(self, data: str) -> object: ...


@dataclass(frozen=True)
class Look:
    """What a cell's style says of its content. format: None where numbers are shown as they are."""

    kind: CellKind = CellKind.NUMBER
    format: NumberFormat | None = None
    mark: Mark | None = None


def font_mark(tag: str, attributes: Attributes) -> Mark | None:
    """The mark that an element of a font's properties sets; None for any other."""
    if tag == "strike" and attributes.get("val", "1") not in _OFF:
        return Mark.STRUCK
    if tag == "vertAlign":
        return {"superscript": Mark.RAISED, "subscript": Mark.LOWERED}.get(attributes.get("val", ""))
    return None


class StringReader:
    """The shared strings, without the phonetic readings that East Asian files may hold; Runs where parts are marked."""

    def __init__(self) -> None:
        self.found: list[str | Runs] = []
        self.runs: list[tuple[str, Mark | None]] = []
        self.is_in_text = False
        self.readings = 0
        self.mark: Mark | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "si":
            self.runs = []
            self.mark = None
        elif tag == "t":
            self.is_in_text = not self.readings
        elif tag == "rPh":
            self.readings += 1
        elif tag == "r":
            self.mark = None
        elif tag == "rPr":
            self.mark = Mark.PLAIN
        else:
            self.mark = font_mark(tag, attributes) or self.mark

    def end(self, tag: str) -> None:
        if tag == "si":
            is_marked = any(mark for _, mark in self.runs)
            self.found.append(tuple(self.runs) if is_marked else "".join(text for text, _ in self.runs))
        elif tag == "rPh":
            self.readings -= 1
        elif tag == "t":
            self.is_in_text = False

    def text(self, data: str) -> None:
        if self.is_in_text:
            self.runs.append((data, self.mark))


class LookReader:
    """{style number: Look} of the styles that change what a cell says."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.fonts: list[Mark | None] = []
        self.found: dict[str | None, Look] = {}
        self.styles = 0
        self.room = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag in ("fonts", "cellXfs", "dxfs", "cellStyleXfs"):
            self.room = tag
        elif self.room == "fonts":
            if tag == "font":
                self.fonts.append(None)
            elif self.fonts:
                self.fonts[-1] = font_mark(tag, attributes) or self.fonts[-1]
        elif self.room == "cellXfs" and tag == "xf":
            self._take(attributes)

    def _take(self, attributes: Attributes) -> None:
        font = attributes.get("fontId", "")
        mark = self.fonts[int(font)] if font.isdecimal() and int(font) < len(self.fonts) else None
        look = _look_of(attributes.get("numFmtId", "0"), self.formats, mark)
        if look != Look():
            self.found[str(self.styles)] = look
        self.styles += 1

    def end(self, tag: str) -> None:
        if tag == self.room:
            self.room = ""

    def text(self, data: str) -> None:
        """Styles have none."""


def _look_of(format_id: str, formats: Mapping[str, str], mark: Mark | None) -> Look:
    code = formats.get(format_id) or _BUILT_IN_PERCENT.get(format_id) or _BUILT_IN_NUMBERS.get(format_id, "General")
    if format_id not in formats and format_id.isdecimal() and int(format_id[:6]) in _BUILT_IN_DATES:
        return Look(CellKind.DATE, None, mark)
    if code in ("General", "@"):
        return Look(mark=mark)
    number_format = NumberFormat(code)
    return Look(number_format.kind, number_format, mark)


class CommentReader:
    """{cell: text} of one part of comments."""

    def __init__(self) -> None:
        self.found: dict[Position, str] = {}
        self.where: Position | None = None
        self.is_in_text = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in ("comment", "threadedComment"):
            self.where = row_and_column(local(attributes).get("ref", ""))
            if self.where:
                self.found.setdefault(self.where, "")
        elif tag in ("t", "text"):
            self.is_in_text = True

    def end(self, tag: str) -> None:
        if tag in ("t", "text"):
            self.is_in_text = False

    def text(self, data: str) -> None:
        if self.is_in_text and self.where:
            self.found[self.where] += data

"""Reads XML from outside as a stream of events: no DTD, no entities, within a time limit."""

import time
from collections.abc import Callable, Mapping
from typing import IO, NoReturn
from xml.parsers import expat

from scorecard.spreadsheets.grid import UnreadableFile

PIECE = 64 * 1024
DAMAGED = "檔案的內容已損壞，無法讀取；請以 Excel 或 LibreOffice 開啟確認，另存新檔後再上傳。"
HAS_DTD = "檔案的內容含有 DTD 宣告，一般試算表不會有；請以 Excel 或 LibreOffice 開啟，另存新檔後再上傳。"
TOO_SLOW = "檔案太複雜，讀取時間過長；請刪除不需要的工作表與空白列，另存新檔後再上傳。"


# Names with their namespace: 「urn:… name」.
Attributes = Mapping[str, str]
StartHandler = Callable[[str, Attributes], object]
EndHandler = Callable[[str], object]
TextHandler = Callable[[str], object]


class Deadline:
    """The time limit for one whole file."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises UnreadableFile after the deadline."""
        if time.monotonic() > self._end:
            raise UnreadableFile(TOO_SLOW)


def parse(
    stream: IO[bytes],
    deadline: Deadline,
    *,
    start: StartHandler,
    end: EndHandler | None = None,
    text: TextHandler | None = None,
) -> None:
    """Call start(name, attributes), end(name) and text(data) for what the stream holds; names have no namespace.

    The attributes keep theirs; see local(). Raises UnreadableFile where the XML is not well-formed, has a DTD or takes
    too long to read.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names = _LocalNames()
    parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
    if end:
        parser.EndElementHandler = lambda name: end(names[name])
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_dtd
    try:
        while piece := stream.read(PIECE):
            deadline.check()
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError, UnicodeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(DAMAGED) from error


class _LocalNames(dict[str, str]):
    """{name with namespace: name without it}, computed once for each name."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(" ")[2]
        return self[name]


def local(attributes: Attributes) -> dict[str, str]:
    """The attributes by name without namespace."""
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


def _refuse_dtd(*_declaration: object) -> NoReturn:
    raise UnreadableFile(HAS_DTD)

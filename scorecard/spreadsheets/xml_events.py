"""XML from outside, as a stream of events: no DTD, no entity, no more time than allowed."""

import time
from xml.parsers import expat

from scorecard.spreadsheets.grid import UnreadableFile

PIECE = 64 * 1024
DAMAGED = "檔案的內容已損壞，無法讀取；請以 Excel 或 LibreOffice 開啟確認，另存新檔後再上傳。"
HAS_DTD = "檔案的內容含有 DTD 宣告，一般試算表不會有；請以 Excel 或 LibreOffice 開啟，另存新檔後再上傳。"
TOO_SLOW = "檔案太複雜，讀取時間過長；請刪除不需要的工作表與空白列，另存新檔後再上傳。"


class Deadline:
    """How long one file may take altogether."""

    def __init__(self, seconds):
        self._end = time.monotonic() + seconds

    def check(self):
        """Raise UnreadableFile once the time is over."""
        if time.monotonic() > self._end:
            raise UnreadableFile(TOO_SLOW)


def parse(stream, deadline, *, start, end=None, text=None):
    """Read XML from a binary stream. start(name, attributes), end(name), text(data); names come without namespace.

    Raises UnreadableFile for what is not well-formed, has a DTD, or takes too long.
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


class _LocalNames(dict):
    """Names without namespace, each cut once."""

    def __missing__(self, name):
        self[name] = name.rpartition(" ")[2]
        return self[name]


def local(attributes):
    """The attributes by their names without namespace."""
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


def _refuse_dtd(*_declaration):
    raise UnreadableFile(HAS_DTD)

"""Office documents judged by their content: bytes in, a refusal or nothing out. No Django, no clock, no disk.

A document is a zip of a known form, and it may be hostile: stated sizes are not trusted but counted while inflating,
and all archives inside it share one budget.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

ENTRIES = 5_000
DIRECTORY_BYTES = 2 * 1024 * 1024
INFLATED_BYTES = 300 * 1024 * 1024
# A sheet of equal cells shrinks a hundredfold; a big file that shrinks more is a zip bomb.
RATIO = 200
RATIO_COUNTS_FROM = 20 * 1024 * 1024
MAX_BYTES_IN_MEMORY = 32 * 1024 * 1024
# As a sheet in a presentation in a document.
DEPTH = 2

ZIP_START = b"PK\x03\x04"
CONTENT_TYPES = "[Content_Types].xml"
MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
MACRO_FILES = ("vbaproject.bin", "vbadata.xml")
MACRO_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/")
PROGRAMS = (
    ".exe",
    ".dll",
    ".com",
    ".scr",
    ".msi",
    ".bat",
    ".cmd",
    ".ps1",
    ".vbs",
    ".js",
    ".jse",
    ".wsf",
    ".hta",
    ".jar",
    ".lnk",
    ".html",
    ".htm",
)

DAMAGED = "檔案不完整或已損壞；請以原來的程式開啟確認內容，另存新檔後再上傳。"
BOMB = "檔案解開後異常龐大；請移除不需要的內容，另存新檔後再上傳。"
MACROS = "檔案含有巨集；請另存為不含巨集的檔案，或匯出為 PDF 再上傳。"
PROGRAM = "檔案內夾帶程式或網頁；請移除後另存新檔再上傳。"
LOCKED = "檔案有密碼保護；請移除密碼後再上傳。"
OTHER_KIND = "內容不是這種 Office 文件；請以 Office 開啟，另存為正確的格式後再上傳。"
OTHER_KIND_ODF = "內容不是這種 OpenDocument 文件；請以 LibreOffice 開啟，另存為正確的格式後再上傳。"


class FileRefused(ValueError):
    """A file is not accepted. The message gives reason and advice, without the name of the file."""


@dataclass(frozen=True)
class Limits:
    """The limits of a document: number of entries and inflated bytes.

    ratio: inflated bytes over the size of the file; it matters only beyond counts_from inflated bytes.
    """

    entries: int = ENTRIES
    inflated: int = INFLATED_BYTES
    ratio: int = RATIO
    counts_from: int = RATIO_COUNTS_FROM


EVIDENCE = Limits()


class _Budget:
    """What all archives of one upload together may inflate to."""

    def __init__(self, size, limits):
        self.entries = limits.entries
        self.bytes = min(limits.inflated, max(limits.counts_from, limits.ratio * size))

    def take(self, count):
        self.bytes -= count
        if self.bytes < 0:
            raise FileRefused(BOMB)

    def check(self, stated):
        """Refuse at once an archive whose stated size exceeds the budget."""
        if stated > self.bytes:
            raise FileRefused(BOMB)

    def take_entries(self, count):
        self.entries -= count
        if self.entries < 0:
            raise FileRefused(BOMB)


def check_ooxml(file, main_type, limits=EVIDENCE):
    """The names of its entries. Raises FileRefused unless the file is an Office Open XML document.

    main_type: the required content type of the main part.
    """
    kept = _read_archive(file, limits=limits)
    types = _xml(kept.texts.get(CONTENT_TYPES))
    parts = {node.get("PartName", "").lstrip("/"): node.get("ContentType", "") for node in types}
    if any("macroenabled" in kind.lower() for kind in parts.values()):
        raise FileRefused(MACROS)
    mains = [name for name, kind in parts.items() if kind.strip().lower() == main_type.lower()]
    if "_rels/.rels" not in kept.names or not any(name in kept.names for name in mains):
        raise FileRefused(OTHER_KIND)
    return kept.names


def check_odf(file, mimetype, limits=EVIDENCE):
    """The names of its entries. Raises FileRefused unless the file is an OpenDocument file of this media type."""
    kept = _read_archive(file, limits=limits)
    if kept.texts.get(MIMETYPE, b"").strip() != mimetype.encode():
        raise FileRefused(OTHER_KIND_ODF)
    if b"encryption-data" in kept.texts.get(MANIFEST, b""):
        raise FileRefused(LOCKED)
    if "content.xml" not in kept.names:
        raise FileRefused(DAMAGED)
    _xml(kept.texts.get(MANIFEST))
    return kept.names


def _xml(data):
    if data is None:
        raise FileRefused(DAMAGED)
    try:
        return ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise FileRefused(DAMAGED) from error


class _Kept:
    """The names of the entries of an archive, and the content of those few that identify its kind."""

    def __init__(self, names):
        self.names = names
        self.texts = {}


def _read_archive(file, budget=None, depth=0, limits=EVIDENCE):
    """Inflate every entry of a zip once, within the budget, and every zip inside it."""
    size = file.seek(0, io.SEEK_END)
    budget = budget or _Budget(size, limits)
    entries = _directory(file, size)
    budget.take_entries(len(entries))
    budget.check(sum(entry.file_size for entry in entries))
    _check_names([entry.filename for entry in entries])
    kept = _Kept({entry.filename for entry in entries})
    for entry in entries:
        wanted = entry.filename in {CONTENT_TYPES, MIMETYPE, MANIFEST}
        content = _inflate(file, entry, budget, keep=wanted)
        if wanted:
            kept.texts[entry.filename] = content
        if content.startswith(ZIP_START):
            if depth == DEPTH:
                raise FileRefused(BOMB)
            _read_archive(io.BytesIO(content), budget, depth + 1)
    return kept


def _directory(file, size):
    """The entries in the order of the file; none overlaps another, and the file starts with the first."""
    _check_directory_size(file, size)
    file.seek(0)
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, IndexError, struct.error) as error:
        raise FileRefused(DAMAGED) from error
    entries.sort(key=lambda entry: entry.header_offset)
    if not entries or entries[0].header_offset != 0:
        raise FileRefused(DAMAGED)
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise FileRefused(DAMAGED)
    ends = [entry.header_offset + entry.compress_size for entry in entries]
    starts = [*(entry.header_offset for entry in entries[1:]), size]
    if any(end > start for end, start in zip(ends, starts, strict=True)):
        raise FileRefused(BOMB)
    return entries


def _check_directory_size(file, size):
    """zipfile reads the whole directory at once: first check the size that the end record states."""
    tail_start = max(0, size - 65_557)
    file.seek(tail_start)
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(tail):
        raise FileRefused(DAMAGED)
    directory_size, _, comment = struct.unpack("<IIH", tail[place + 12 : place + 22])
    # Zip64 is for archives of 4 GB; in a small one it hides the true size of the directory.
    if place + 22 + comment != len(tail) or tail[max(0, place - 20) : place].startswith(b"PK\x06\x07"):
        raise FileRefused(DAMAGED)
    if directory_size > DIRECTORY_BYTES:
        raise FileRefused(BOMB)


def _check_names(names):
    for name in (name.replace("\\", "/").lower() for name in names):
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise FileRefused(DAMAGED)
        if name.endswith(MACRO_FILES) or (name.startswith(MACRO_FOLDERS) and not name.endswith("/")):
            raise FileRefused(MACROS)
        if name.endswith(PROGRAMS):
            raise FileRefused(PROGRAM)


def _inflate(file, entry, budget, *, keep):
    """The content if `keep` or if it is a zip itself, else b"". Refused where a stated size or checksum is wrong."""
    if entry.flag_bits & 0x1:
        raise FileRefused(LOCKED)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise FileRefused(DAMAGED)
    _seek_content(file, entry)
    count = 0
    checksum = 0
    parts = []
    for part in _parts(file, entry):
        keep = keep or (count == 0 and part.startswith(ZIP_START))
        count += len(part)
        budget.take(len(part))
        if count > entry.file_size:
            raise FileRefused(BOMB)
        checksum = zlib.crc32(part, checksum)
        if keep:
            if count > MAX_BYTES_IN_MEMORY:
                raise FileRefused(BOMB)
            parts.append(part)
    if count != entry.file_size or checksum != entry.CRC:
        raise FileRefused(DAMAGED)
    return b"".join(parts)


def _seek_content(file, entry):
    """Go to the start of the content. The local header must name the same entry as the directory."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(ZIP_START):
        raise FileRefused(DAMAGED)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    name = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
    if file.read(name_length) != name:
        raise FileRefused(DAMAGED)
    file.seek(extra_length, io.SEEK_CUR)


def _parts(file, entry):
    """The content piece by piece, each at most a megabyte."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left = entry.compress_size
    while left:
        data = file.read(min(65_536, left))
        if not data:
            raise FileRefused(DAMAGED)
        left -= len(data)
        if inflater is None:
            yield data
            continue
        while data:
            try:
                part = inflater.decompress(data, 1024 * 1024)
            except zlib.error as error:
                raise FileRefused(DAMAGED) from error
            data = inflater.unconsumed_tail
            if part:
                yield part
    if inflater is not None:
        rest = inflater.flush()
        if rest:
            yield rest
        if not inflater.eof or inflater.unused_data:
            raise FileRefused(DAMAGED)

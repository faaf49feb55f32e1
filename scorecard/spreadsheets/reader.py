"""Opens a spreadsheet from outside and returns its sheets as plain grids (spreadsheets/grid.py).

It checks the container first: size, inflated size, ratio, entries, macros, password, links to other files. Then it
reads an .xlsx itself and has ods_reader.py read an .ods. Both read a stream of events: that is faster than loading the
file by openpyxl, and empty rows or a hostile table of strings cost no more than their bytes.
"""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.grid import GridSheet, Position, UnreadableFile
from scorecard.spreadsheets.ods_reader import read_ods
from scorecard.spreadsheets.origin_mark import MARK, PARTS
from scorecard.spreadsheets.xlsx_parts import CommentReader, Found, LookReader, PartReader, StringReader
from scorecard.spreadsheets.xlsx_sheet import SheetReader
from scorecard.spreadsheets.xml_events import Attributes
from scorecard.uploaded_files.office_documents import (
    MACROS,
    OTHER_KIND,
    OTHER_KIND_ODF,
    ZIP_START,
    FileRefused,
    Limits,
    check_odf,
    check_ooxml,
)

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
LIMITS = Limits(entries=1_000, inflated=20 * MEGABYTE, ratio=100, counts_from=10 * MEGABYTE)
SECONDS = 10

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

NOT_A_FORM = (
    "內容不是 Excel（.xlsx）或 OpenDocument（.ods）試算表；請以 Excel 或 LibreOffice 開啟表單，另存為 .xlsx 後再上傳。"
)
OLD_EXCEL = "是舊版的 Excel（.xls）或其他舊格式；請以 Excel 或 LibreOffice 開啟，另存為 .xlsx 後再上傳。"
# Other words than for evidence, which may also be a PDF or a document.
OF_A_FORM = {
    MACROS: "檔案含有巨集；請以 Excel 或 LibreOffice 開啟，另存為不含巨集的 .xlsx 後再上傳。",
    OTHER_KIND: NOT_A_FORM,
    OTHER_KIND_ODF: NOT_A_FORM,
}
HAS_PASSWORD = "檔案有密碼保護；請移除密碼，另存新檔後再上傳。"
HAS_LINKS = "檔案連結到其他活頁簿；請在 Excel 的「資料 → 編輯連結」中斷連結，另存新檔後再上傳。"

# {id: (type, part inside the package)}.
_Relations = Mapping[str | None, tuple[str, str]]


def read_sheets(file: BinaryIO) -> tuple[GridSheet, ...]:
    """The sheets of an .xlsx or .ods file in their order. file must be seekable; its content decides, not its name.

    Raises UnreadableFile with a sentence for the person.
    """
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"檔案超過 {MAX_BYTES // MEGABYTE} MB；填好的表單不會這麼大，請移除圖片與不需要的工作表後再上傳。"
        )
    file.seek(0)
    start = file.read(512)
    _check_start(file, start)
    deadline = xml_events.Deadline(SECONDS)
    is_odf = start[30:38] == b"mimetype"
    try:
        names = check_odf(file, ODS_TYPE, LIMITS) if is_odf else check_ooxml(file, XLSX_TYPE, LIMITS)
    except FileRefused as refusal:
        raise UnreadableFile(OF_A_FORM.get(str(refusal), str(refusal))) from refusal
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise UnreadableFile(HAS_LINKS)
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        sheets = read_ods(archive, deadline) if is_odf else _Workbook(archive, deadline).sheets()
        is_ours = any(MARK.encode() in archive.read(part) for part in PARTS if part in names)
    for sheet in sheets:
        sheet.is_ours = is_ours
    return sheets


def _check_start(file: BinaryIO, start: bytes) -> None:
    if not start:
        raise UnreadableFile("檔案是空的；請確認選對檔案。")
    if start.startswith(OLE_START):
        file.seek(0)
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in file.read()
        raise UnreadableFile(HAS_PASSWORD if is_encrypted else OLD_EXCEL)
    if not start.startswith(ZIP_START):
        raise UnreadableFile(NOT_A_FORM)


class _Workbook:
    """The parts of an .xlsx package that the cells' content depends on."""

    def __init__(self, archive: zipfile.ZipFile, deadline: xml_events.Deadline) -> None:
        self.archive, self.deadline = archive, deadline
        self.names = {name.lower(): name for name in archive.namelist()}

    def sheets(self) -> tuple[GridSheet, ...]:
        """The worksheets, without chart sheets."""
        main = self._target("_rels/.rels", "", "/officeDocument") or "xl/workbook.xml"
        folder, _, name = main.rpartition("/")
        relations = self._relations(f"{folder}/_rels/{name}.rels", folder)
        strings = self._all_of(StringReader(), self._of_type(relations, "/sharedStrings"))
        looks = self._all_of(LookReader(), self._of_type(relations, "/styles"))
        listed: list[dict[str, str]] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                listed.append(xml_events.local(attributes))

        self._parse(main, start=start)
        found = []
        for entry in listed:
            kind, part = relations.get(entry.get("id"), ("", ""))
            if kind.endswith("/worksheet") and part.lower() in self.names:
                reader = SheetReader(strings, looks)
                self._parse(part, start=reader.start, end=reader.end, text=reader.text)
                is_hidden = entry.get("state", "visible") != "visible"
                found.append(reader.sheet(entry.get("name", ""), is_hidden, self._comments(part)))
        return tuple(found)

    def _comments(self, sheet: str) -> Mapping[Position, str]:
        """{cell: text} of the comments fixed to a sheet's cells, of both kinds."""
        folder, _, name = sheet.rpartition("/")
        found: dict[Position, str] = {}
        for kind, part in self._relations(f"{folder}/_rels/{name}.rels", folder).values():
            if kind.endswith(("/comments", "/threadedComment")) and part.lower() in self.names:
                for where, text in self._all_of(CommentReader(), part).items():
                    found.setdefault(where, text)
        return found

    def _all_of(self, reader: PartReader[Found], part: str | None) -> Found:
        """What the reader finds in a part; nothing where the package has none."""
        if part is not None:
            self._parse(part, start=reader.start, end=reader.end, text=reader.text)
        return reader.found

    def _parse(self, part: str, **handlers: Any) -> None:
        name = self.names.get(part.lower())
        if name is None:
            raise UnreadableFile(xml_events.DAMAGED)
        with self.archive.open(name) as stream:
            xml_events.parse(stream, self.deadline, **handlers)

    def _target(self, part: str, folder: str, kind: str) -> str | None:
        return self._of_type(self._relations(part, folder), kind)

    @staticmethod
    def _of_type(relations: _Relations, kind: str) -> str | None:
        return next((part for type_, part in relations.values() if type_.endswith(kind)), None)

    def _relations(self, part: str, folder: str) -> _Relations:
        """The relations in one .rels file; empty where there is none."""
        found: dict[str | None, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = posixpath.normpath(target if target.startswith("/") else f"{folder}/{target}").lstrip("/")
                found[attributes.get("Id")] = attributes.get("Type", ""), path

        if part.lower() in self.names:
            self._parse(part, start=start)
        return found

"""Opens a spreadsheet from outside and returns its sheets as plain grids (spreadsheets/grid.py).

It checks the container first: size, inflated size, ratio, entries, macros, password, links to other files. Then it
reads an .xlsx itself and has ods_reader.py read an .ods. Both read a stream of events: that is faster than loading the
file by openpyxl, and empty rows or a hostile table of strings cost no more than their bytes.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from scorecard.spreadsheets import xml_events
from scorecard.spreadsheets.cell_values import cleaned, date_text, number_text, percent_text
from scorecard.spreadsheets.grid import Cell, CellKind, GridSheet, Position, UnreadableFile, row_and_column
from scorecard.spreadsheets.limits import MAX_ROWS, Area, check_cells, merged_areas
from scorecard.spreadsheets.ods_reader import read_ods
from scorecard.spreadsheets.origin_mark import MARK, PARTS
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

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile(r"[ymdhsYMDHS]|上午|下午")
_BUILT_IN_PERCENT = frozenset({9, 10})
# The last rows are those of East Asian editions.
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})

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
        strings = self._strings(self._of_type(relations, "/sharedStrings"))
        kinds = self._kinds(self._of_type(relations, "/styles"))
        listed: list[dict[str, str]] = []

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                listed.append(xml_events.local(attributes))

        self._parse(main, start=start)
        found = []
        for entry in listed:
            kind, part = relations.get(entry.get("id"), ("", ""))
            if kind.endswith("/worksheet") and part.lower() in self.names:
                reader = _SheetReader(strings, kinds)
                self._parse(part, start=reader.start, end=reader.end, text=reader.text)
                found.append(reader.sheet(entry.get("name", ""), entry.get("state", "visible") != "visible"))
        return tuple(found)

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
                path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
                found[attributes.get("Id")] = attributes.get("Type", ""), path

        if part.lower() in self.names:
            self._parse(part, start=start)
        return found

    def _strings(self, part: str | None) -> list[str]:
        """The shared strings, without the phonetic readings that East Asian files may hold."""
        if part is None:
            return []
        strings: list[str] = []
        parts: list[str] = []
        in_text = False
        readings = 0

        def start(tag: str, _attributes: Attributes) -> None:
            nonlocal in_text, readings
            if tag == "si":
                parts.clear()
            elif tag == "rPh":
                readings += 1
            elif tag == "t":
                in_text = not readings

        def end(tag: str) -> None:
            nonlocal in_text, readings
            if tag == "si":
                strings.append("".join(parts))
            elif tag == "rPh":
                readings -= 1
            elif tag == "t":
                in_text = False

        def text(data: str) -> None:
            if in_text:
                parts.append(data)

        self._parse(part, start=start, end=end, text=text)
        return strings

    def _kinds(self, part: str | None) -> dict[str | None, CellKind]:
        """{style number: PERCENT or DATE}; numbers of all other styles are plain."""
        if part is None:
            return {}
        formats: dict[str | None, str] = {}
        styles: list[str] = []
        in_cells = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal in_cells
            if tag == "numFmt":
                formats[attributes.get("numFmtId")] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                in_cells = True
            elif tag == "xf" and in_cells:
                styles.append(attributes.get("numFmtId", "0"))

        def end(tag: str) -> None:
            nonlocal in_cells
            if tag == "cellXfs":
                in_cells = False

        self._parse(part, start=start, end=end)
        kinds = ((str(number), _kind_of(style, formats)) for number, style in enumerate(styles))
        return {number: kind for number, kind in kinds if kind is not CellKind.NUMBER}


def _kind_of(format_id: str, formats: Mapping[str | None, str]) -> CellKind:
    if format_id in formats:
        code = _QUOTED.sub("", formats[format_id])
        if "%" in code:
            return CellKind.PERCENT
        return CellKind.DATE if _DATE_LETTERS.search(code.replace("General", "")) else CellKind.NUMBER
    number = int(format_id) if format_id.isdecimal() and len(format_id) < 6 else 0
    if number in _BUILT_IN_PERCENT:
        return CellKind.PERCENT
    return CellKind.DATE if number in _BUILT_IN_DATES else CellKind.NUMBER


class _SheetReader:
    """Handles the events of one sheet's XML."""

    def __init__(self, strings: list[str], kinds: Mapping[str | None, CellKind]) -> None:
        self.strings = strings
        self.kinds = kinds
        self.cells: dict[Position, Cell] = {}
        self.areas: list[Area] = []
        self.hidden_rows: set[int] = set()
        # Most cells hold the same as another one.
        self.made: dict[tuple[str, str | None, str], Cell | None] = {}
        self.row = 0
        self.column = 0
        self.rows = 0
        self.type = "n"
        self.style: str | None = None
        self.has_formula = False
        # How deep the parser is in phonetic readings.
        self.reading = 0
        self.parts: list[str] = []
        self.is_collecting = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            where = row_and_column(attributes.get("r", ""))
            self.row, self.column = where or (self.row, self.column + 1)
            self.type, self.style = attributes.get("t", "n"), attributes.get("s")
            self.has_formula = False
            self.parts = []
        elif tag in ("v", "t"):
            self.is_collecting = not self.reading
        elif tag == "row":
            self.rows += 1
            if self.rows > MAX_ROWS:
                raise UnreadableFile(
                    f"工作表超過 {MAX_ROWS:,} 列（多半是空白列）；請刪除表格之後的列，另存新檔後再上傳。"
                )
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 8 else self.row + 1
            self.column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self.row)
        elif tag == "f":
            self.has_formula = True
        elif tag == "rPh":
            self.reading += 1
        elif tag == "mergeCell":
            first, _, second = attributes.get("ref", "").partition(":")
            top_left, bottom_right = row_and_column(first), row_and_column(second)
            if top_left and bottom_right:
                self.areas.append((*top_left, *bottom_right))

    def end(self, tag: str) -> None:
        if tag == "c":
            if self.parts or self.has_formula:
                self._take()
        elif tag in ("v", "t"):
            self.is_collecting = False
        elif tag == "rPh":
            self.reading -= 1

    def text(self, data: str) -> None:
        if self.is_collecting:
            self.parts.append(data)

    def sheet(self, name: str, is_hidden: bool) -> GridSheet:
        merges = merged_areas(self.areas, self.cells)
        return GridSheet(name, is_hidden, self.cells, merges, hidden_rows=self.hidden_rows)

    def _take(self) -> None:
        raw = "".join(self.parts)
        key = self.type, self.style, raw
        if key not in self.made:
            self.made[key] = self._cell(raw)
        cell = self.made[key]
        if cell is not None:
            check_cells(self.row, self.column, len(self.cells))
            self.cells[self.row, self.column] = cell

    def _cell(self, raw: str) -> Cell | None:
        if self.type in ("s", "str", "inlineStr"):
            if self.type == "s" and raw:
                raw = self._shared(raw)
            if "_x" in raw:
                raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
            text = cleaned(raw)
            return Cell(text) if text else None
        if not raw:
            return Cell("（公式）", CellKind.NO_VALUE)
        if self.type == "e":
            return Cell(cleaned(raw) or "#", CellKind.ERROR)
        if self.type == "b":
            return Cell("TRUE" if raw == "1" else "FALSE", CellKind.BOOLEAN)
        if self.type == "d":
            return Cell(cleaned(raw) or "?", CellKind.DATE)
        return self._number(raw)

    def _shared(self, raw: str) -> str:
        """The shared string with this number. A missing one raises UnreadableFile: the cell must not seem empty."""
        try:
            number = int(raw)
            if number < 0:
                raise IndexError
            return self.strings[number]
        except (ValueError, IndexError) as error:
            raise UnreadableFile(xml_events.DAMAGED) from error

    def _number(self, raw: str) -> Cell:
        kind = self.kinds.get(self.style, CellKind.NUMBER)
        try:
            number = Decimal(raw.strip())
        except InvalidOperation:
            return Cell(cleaned(raw) or "?", CellKind.ERROR)
        if not number.is_finite() or abs(number.adjusted()) > 300:
            return Cell(cleaned(raw), CellKind.ERROR)
        if kind is CellKind.DATE:
            return Cell(date_text(number), kind)
        return Cell(percent_text(number) if kind is CellKind.PERCENT else number_text(number), kind)

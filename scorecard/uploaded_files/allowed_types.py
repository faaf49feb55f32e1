"""The kinds of files accepted as evidence, and whether a file is what its name says. Pure.

The list is short and closed: documents that every office opens and that run nothing. HTML, SVG and scripts are not on
it under any name. A file is judged by its extension and by its content, which must agree.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from scorecard.uploaded_files.office_documents import DAMAGED, ZIP_START, FileRefused, check_odf, check_ooxml

# Below the limit at which Pillow warns; a photograph from a current phone has 50 million.
PIXELS = 80_000_000

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
_MARKUP = re.compile(
    rb"<[!?/\s]*(?:doctype|html|head|body|script|svg|iframe|frame|frameset|object|embed|applet|meta|link|style|base|form"
    rb"|img|image|video|audio|math|xml|xsl|php|template)(?=[\s>/:=\-\x00]|$)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?\s*(?:(?://[^\n]*\n|/\*.*?\*/)\s*)*
    (?:\#!|["']use\ strict["']|[(!;]*\s*(?:async\s+)?function\b\s*\w*\s*\(|\(\(?\w*\)?\s*=>
    |(?:var|let|const)\s+[\w$]+\s*=|import\s[^\n]*\bfrom\b|export\s+(?:default|const|function)
    |(?:window|document|globalThis|self|eval|alert|fetch|setTimeout)\s*[.\[(]|javascript:|vbscript:|@echo\ off)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class _OtherKind(FileRefused):
    """The content is of another kind than the extension says. The reader may learn which one."""


def _start(file, length):
    file.seek(0)
    return file.read(length)


def _is_pdf(file):
    """A header at the very start, and the end mark at the end."""
    if not re.match(rb"%PDF-[12]\.\d", _start(file, 8)):
        raise _OtherKind("內容不是 PDF；請確認選對檔案。")
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 2048))
    tail = file.read()
    if b"startxref" not in tail or b"%%EOF" not in tail[-1024:]:
        raise FileRefused(DAMAGED)
    _holds_no_archive(file)


def _is_image(format_name, magic, label):
    def check(file):
        if not re.match(magic, _start(file, 16), re.DOTALL):
            raise _OtherKind(f"內容不是 {label} 圖片；請確認選對檔案。")
        if _pixels(file, format_name) > PIXELS:
            raise FileRefused(f"圖片超過 {PIXELS // 10_000:,} 萬像素；請縮小後再上傳。")
        if not _has_end(file, format_name):
            raise FileRefused(DAMAGED)
        _holds_no_archive(file)

    return check


def _pixels(file, format_name):
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=[format_name]) as image:
                pixels = image.width * image.height
                if pixels <= PIXELS:
                    image.verify()
                return pixels
    except Image.DecompressionBombError:
        return PIXELS + 1
    except Exception as error:
        # A hostile file can make a decoder fail in any way.
        raise FileRefused(DAMAGED) from error
    finally:
        file.seek(0)


def _has_end(file, format_name):
    """Whether the picture is whole, where Pillow's verify() does not check (it reads a PNG to the end)."""
    data = _start(file, -1)
    if format_name == "JPEG":
        scan = data.find(b"\xff\xda")
        return scan >= 0 and data.find(b"\xff\xd9", scan) >= 0
    if format_name == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 <= len(data)
    return True


def _holds_no_archive(file):
    if zipfile.is_zipfile(file):
        raise FileRefused("檔案尾端夾帶壓縮檔；請重新匯出後再上傳。")


def _is_text(file):
    """Text in UTF-8 or Big5 that is neither markup nor a script."""
    data = _start(file, -1)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise FileRefused("文字編碼是 UTF-16；請以 UTF-8 另存後再上傳。")
    if _CONTROL.search(data):
        raise _OtherKind("內容不是純文字；請確認選對檔案。")
    if not (_decodes(data, "utf-8") or _decodes(data, "cp950")):
        raise FileRefused("文字編碼既不是 UTF-8 也不是 Big5；請以 UTF-8 另存後再上傳。")
    if _MARKUP.search(data) or _SCRIPT.search(data[:4096]):
        raise FileRefused("內容是網頁或程式，不能作為佐證；請改存為 PDF 再上傳。")


def _decodes(data, encoding):
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_ooxml(kind):
    prefix = "application/vnd.openxmlformats-officedocument."
    return lambda file: check_ooxml(file, f"{prefix}{kind}.main+xml")


def _is_odf(kind):
    return lambda file: check_odf(file, f"application/vnd.oasis.opendocument.{kind}")


@dataclass(frozen=True)
class FileType:
    """An accepted kind of file. check raises FileRefused unless the content is of this kind."""

    content_type: str
    check: Callable[[BinaryIO], None]
    is_zip: bool = False


def _ooxml(family, document):
    content_type = f"application/vnd.openxmlformats-officedocument.{family}.{document}"
    return FileType(content_type, _is_ooxml(f"{family}.{document}"), is_zip=True)


def _odf(kind):
    return FileType(f"application/vnd.oasis.opendocument.{kind}", _is_odf(kind), is_zip=True)


_JPEG = FileType("image/jpeg", _is_image("JPEG", rb"\xff\xd8\xff", "JPG"))
FILE_TYPES = {
    "pdf": FileType("application/pdf", _is_pdf),
    "png": FileType("image/png", _is_image("PNG", rb"\x89PNG\r\n\x1a\n", "PNG")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": FileType("image/webp", _is_image("WEBP", rb"RIFF....WEBP", "WebP")),
    "docx": _ooxml("wordprocessingml", "document"),
    "xlsx": _ooxml("spreadsheetml", "sheet"),
    "pptx": _ooxml("presentationml", "presentation"),
    "odt": _odf("text"),
    "ods": _odf("spreadsheet"),
    "odp": _odf("presentation"),
    "csv": FileType("text/csv", _is_text),
    "txt": FileType("text/plain", _is_text),
}
ALLOWED = "PDF、圖片（PNG、JPG、WebP）、Office 文件（DOCX、XLSX、PPTX、ODT、ODS、ODP）、CSV、TXT"

# Other kinds of content, each with the advice for the person who uploads it.
_KNOWN_STARTS = (
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "檔案是舊版 Office 格式或有密碼保護；請移除密碼，另存為新版格式後再上傳。"),
    (rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe", "內容是程式，不能作為佐證。"),
    (rb"\s*(?:\xef\xbb\xbf)?\s*<", "內容是網頁或標記語言（HTML、SVG、XML），不能作為佐證；請改存為 PDF 再上傳。"),
    (rb"%PDF-", "內容是 PDF；請把副檔名改為 .pdf 再上傳。"),
    (rb"\x89PNG\r\n\x1a\n", "內容是 PNG 圖片；請把副檔名改為 .png 再上傳。"),
    (rb"\xff\xd8\xff", "內容是 JPG 圖片；請把副檔名改為 .jpg 再上傳。"),
    (rb"RIFF....WEBP", "內容是 WebP 圖片；請把副檔名改為 .webp 再上傳。"),
    (rb"....ftyp(?:heic|heix|mif1)", "內容是 HEIC 照片；請轉存為 JPG 再上傳。"),
    (rb"GIF8|BM....\x00\x00\x00\x00|II\*\x00|MM\x00\*", "內容是其他格式的圖片；請轉存為 PNG 或 JPG 再上傳。"),
    (rb"PK\x03\x04", "內容是壓縮檔或 Office 文件；請解開後逐一上傳，或改正副檔名。"),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ", "內容是壓縮檔；請解開後逐一上傳。"),
)


def check_file(extension: str, file: BinaryIO) -> str:
    """The content type to serve the file with. Raises FileRefused, with advice, for any file that is not on the list.

    extension: lower case without its dot. The whole file may be read; afterwards its position is the start.
    """
    file_type = FILE_TYPES.get(extension)
    if file_type is None:
        kind = f" .{extension} " if extension else "沒有副檔名的"
        raise FileRefused(f"不接受{kind}檔案；可上傳 {ALLOWED}。")
    try:
        start = _start(file, 512)
        if not start:
            raise FileRefused("檔案是空的；請確認選對檔案。")
        try:
            if file_type.is_zip and not start.startswith(ZIP_START):
                raise _OtherKind("內容不是 Office 文件；請以 Office 或 LibreOffice 另存後再上傳。")
            file_type.check(file)
        except _OtherKind as refusal:
            raise FileRefused(_advice(start) or str(refusal)) from refusal
    finally:
        file.seek(0)
    return file_type.content_type


def _advice(start):
    """The advice for the kind of content that starts like this; None where the kind is unknown."""
    for pattern, advice in _KNOWN_STARTS:
        if re.match(pattern, start, re.DOTALL):
            return advice
    return None

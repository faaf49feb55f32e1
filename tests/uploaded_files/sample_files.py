"""Files as people upload them, as bytes: small and genuine, and what hostile ones are made of."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

OOXML = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    "docx": ("word/document.xml", f"{OOXML}wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", f"{OOXML}spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", f"{OOXML}presentationml.presentation"),
}
ODF_TYPES = {
    extension: f"application/vnd.oasis.opendocument.{kind}"
    for extension, kind in (("odt", "text"), ("ods", "spreadsheet"), ("odp", "presentation"))
}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SCRIPT = b"'use strict';\nfetch('/account/');"


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    """A zip of (name, content) pairs, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in entries:
            made.writestr(name, content)
    return file.getvalue()


def content_types(kind, main_type=None):
    """The part of an Office document that says what it is; main_type: another than the true one."""
    part, true_type = MAIN_PARTS[kind]
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{main_type or true_type}.main+xml"/></Types>'
    )


def ooxml(kind, *more, main_type=None):
    """A docx, xlsx or pptx with more entries in it."""
    part, _ = MAIN_PARTS[kind]
    parts = [("[Content_Types].xml", content_types(kind, main_type)), ("_rels/.rels", "<r/>"), (part, "<x/>")]
    return archive([*parts, *more])


def odf(kind, *more, mimetype=None):
    """An odt, ods or odp with more entries in it; mimetype: another than the true one."""
    parts = [("mimetype", mimetype or ODF_TYPES[kind]), ("content.xml", "<x/>"), ("META-INF/manifest.xml", "<m/>")]
    return archive([*parts, *more])


def image(kind="PNG", size=(4, 4)):
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def workbook():
    """A workbook as a real program writes it."""
    book, file = Workbook(), io.BytesIO()
    book.active.append(["月份", "件數"])
    book.save(file)
    return file.getvalue()


GENUINE = {
    "pdf": PDF,
    "png": image("PNG"),
    "jpg": image("JPEG"),
    "jpeg": image("JPEG"),
    "webp": image("WEBP"),
    **{kind: ooxml(kind) for kind in MAIN_PARTS},
    **{kind: odf(kind) for kind in ODF_TYPES},
    "csv": "月份,件數\n一月,12\n".encode(),
    "txt": "實際值的計算說明".encode("big5"),
}


def upload(name="統計表.pdf", content=PDF, content_type="application/octet-stream"):
    """A file as a view receives it; the type is what the browser claims and nobody believes."""
    return SimpleUploadedFile(name, content, content_type)

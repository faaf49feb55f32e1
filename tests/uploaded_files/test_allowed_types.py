"""Which files are taken: the genuine ones, and nothing that only looks like them."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scorecard.uploaded_files import allowed_types, office_documents
from scorecard.uploaded_files.allowed_types import FILE_TYPES, FileRefused, check_file
from scorecard.uploaded_files.office_documents import Limits
from scorecard.uploaded_files.safe_names import NAME_BYTES, clean_name, extension
from tests.uploaded_files.sample_files import (
    GENUINE,
    HTML,
    OOXML,
    PDF,
    SCRIPT,
    SVG,
    archive,
    content_types,
    image,
    odf,
    ooxml,
    workbook,
)

PNG, JPG, DOCX = GENUINE["png"], GENUINE["jpg"], GENUINE["docx"]
TEXTS = {"csv", "txt"}
EXE = b"MZ\x90\x00" + bytes(200)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def refusal(kind, content):
    """Why the content is refused under this extension; fails if it is taken."""
    with pytest.raises(FileRefused) as refused:
        check_file(kind, io.BytesIO(content))
    return str(refused.value)


def lying_zip():
    """A document with an entry that inflates to more than its headers say."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(bytes(2_000_000)) + deflate.flush()
    data = ooxml("docx", ("word/media/a.bin", "x" * 5000))
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        entry = made.getinfo("word/media/a.bin")
    start = entry.header_offset + 30 + len(entry.filename)
    head, tail = data[:start], data[start + entry.compress_size :]
    shift = len(packed) - entry.compress_size
    old, new = struct.pack("<I", entry.compress_size), struct.pack("<I", len(packed))
    place = tail.index(b"word/media/a.bin") - 46
    tail = tail[: place + 20] + tail[place + 20 : place + 24].replace(old, new) + tail[place + 24 :]
    end = tail.rindex(b"PK\x05\x06")
    offset = struct.unpack("<I", tail[end + 16 : end + 20])[0] + shift
    return head + packed + tail[: end + 16] + struct.pack("<I", offset) + tail[end + 20 :]


def overlapping():
    """A document two of whose directory entries name the same bytes."""
    data = ooxml("docx", ("word/a.bin", "x" * 9), ("word/b.bin", "x" * 9))
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        first, second = made.getinfo("word/a.bin"), made.getinfo("word/b.bin")
    end = data.rindex(b"word/b.bin") - 46
    assert struct.unpack("<I", data[end + 42 : end + 46])[0] == second.header_offset
    return data[: end + 42] + struct.pack("<I", first.header_offset) + data[end + 46 :]


def nested(depth):
    """Archives within archives."""
    content = b"x" * 10
    for _ in range(depth):
        content = archive([("a.bin", content)])
    return ooxml("docx", ("word/embeddings/a.bin", content))


def encrypted(data):
    """The zip with the password flag set on its last entry."""
    place = data.rindex(b"PK\x01\x02")
    return data[: place + 8] + b"\x01" + data[place + 9 :]


def huge_image():
    """A PNG whose header claims 30,000 × 30,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return PNG[:8] + chunk + PNG[8 + 25 :]


HOSTILE = {
    # What is on the list under no name
    **{f"html as {kind}": (kind, HTML) for kind in FILE_TYPES},
    **{f"svg as {kind}": (kind, SVG) for kind in FILE_TYPES},
    **{f"script as {kind}": (kind, SCRIPT) for kind in FILE_TYPES},
    **{f"program as {kind}": (kind, EXE) for kind in FILE_TYPES},
    **{f"nothing as {kind}": (kind, b"") for kind in FILE_TYPES},
    **{f"one null byte as {kind}": (kind, b"\x00") for kind in FILE_TYPES},
    **{f"plain zip as {kind}": (kind, archive([("a.txt", "x")])) for kind in FILE_TYPES},
    # Cut off
    **{f"half a {kind}": (kind, GENUINE[kind][: len(GENUINE[kind]) // 2]) for kind in sorted({*GENUINE} - TEXTS)},
    **{f"{kind} without its end": (kind, GENUINE[kind][:-12]) for kind in ("pdf", "png", "webp", "docx", "odt")},
    **{f"the first 16 bytes of {kind}": (kind, GENUINE[kind][:16]) for kind in ("pdf", "png", "jpg", "webp", "docx")},
    # Another kind than the name says
    "png as jpg": ("jpg", PNG),
    "jpg as png": ("png", JPG),
    "pdf as png": ("png", PDF),
    "docx as xlsx": ("xlsx", DOCX),
    "xlsx as pptx": ("pptx", workbook()),
    "odt as ods": ("ods", GENUINE["odt"]),
    "odt as docx": ("docx", GENUINE["odt"]),
    "docx as odt": ("odt", DOCX),
    "old Office": ("docx", OLE),
    "old Office as pdf": ("pdf", OLE),
    "docx as txt": ("txt", DOCX),
    # Two at once
    "png and zip": ("png", PNG + archive([("a.html", HTML)])),
    "jpg and zip": ("jpg", JPG + archive([("a.html", HTML)])),
    "pdf and zip": ("pdf", PDF + archive([("a", "x")]) + b"%%EOF"),
    "html and pdf": ("pdf", HTML + PDF),
    "html and png": ("png", HTML + PNG),
    "html and docx": ("docx", HTML + DOCX),
    "program and docx": ("docx", EXE + DOCX),
    "html behind a byte order mark": ("txt", b"\xef\xbb\xbf  \n" + HTML),
    "html in the middle of a table": ("csv", "一月,".encode() + b"<ScRiPt src=x>"),
    "html behind a megabyte": ("txt", b"a\n" * 500_000 + HTML),
    "html tag over a line break": ("txt", b"<\nscript>"),
    "xml": ("txt", b"<?xml version='1.0'?><a/>"),
    "php": ("txt", b"<?php system($_GET[0]);"),
    "shell script": ("txt", b"#!/bin/sh\nid"),
    "commented script": ("txt", b"/* a */ // b\n (function () {})()"),
    "arrow function": ("csv", b"(() => alert(1))()"),
    "javascript address": ("txt", b"javascript:alert(1)"),
    # Text that is none
    "text with a null byte": ("txt", b"abc\x00def"),
    "text with an escape": ("txt", b"\x1b[2Jabc"),
    "text in utf-16": ("csv", "月份".encode("utf-16")),
    "text in no encoding": ("txt", b"\xff\xfa\xfb\x80"),
    "random bytes as text": ("txt", random.Random(1).randbytes(3000)),
    # Zip bombs and other untrue archives
    "bomb of zeros": ("docx", ooxml("docx", ("word/media/a.bin", bytes(30_000_000)))),
    "bomb of many entries": ("xlsx", ooxml("xlsx", *((f"xl/{n}.xml", "") for n in range(5_001)))),
    "bomb in a bomb": ("docx", nested(4)),
    "bomb within an embedded archive": (
        "pptx",
        ooxml("pptx", ("ppt/embeddings/a.xlsx", archive([("a", bytes(40_000_000))]))),
    ),
    "sizes that lie": ("docx", lying_zip()),
    "overlapping entries": ("docx", overlapping()),
    "a wrong checksum": ("docx", DOCX.replace(struct.pack("<I", zlib.crc32(b"<x/>")), b"abcd")),
    "a name twice": ("docx", ooxml("docx", ("word/A.bin", "x"), ("word/a.bin", "y"))),
    "encrypted entries": ("docx", encrypted(DOCX)),
    "a method nobody needs": ("docx", archive([("[Content_Types].xml", content_types("docx"))], zipfile.ZIP_LZMA)),
    "a comment with a zip": ("docx", DOCX + DOCX),
    "traversal inside": ("docx", ooxml("docx", ("../../etc/cron.d/a", "x"))),
    "a rooted path inside": ("docx", ooxml("docx", ("/etc/passwd", "x"))),
    "a backslash path inside": ("docx", ooxml("docx", ("..\\..\\a", "x"))),
    "a drive inside": ("docx", ooxml("docx", ("C:\\a", "x"))),
    # Macros and programs
    "macros": ("docx", ooxml("docx", ("word/vbaProject.bin", "x"))),
    "macros in capitals": ("xlsx", ooxml("xlsx", ("xl/VBAPROJECT.BIN", "x"))),
    "macros by type": ("docx", ooxml("docx", main_type="application/vnd.ms-word.document.macroEnabled")),
    "old Excel macros": ("xlsx", ooxml("xlsx", ("xl/macrosheets/sheet1.xml", "<x/>"))),
    "macros in an embedded workbook": ("docx", ooxml("docx", ("word/a", ooxml("xlsx", ("xl/vbaProject.bin", "x"))))),
    "Basic in a document": ("odt", odf("odt", ("Basic/Standard/Module1.xml", "<x/>"))),
    "scripts in a document": ("ods", odf("ods", ("Scripts/python/a.py", "x"))),
    "a program inside": ("docx", ooxml("docx", ("word/embeddings/a.EXE", EXE))),
    "a web page inside": ("docx", ooxml("docx", ("word/afchunk.html", HTML))),
    # Office forms without their substance
    "a template": ("docx", ooxml("docx", main_type=f"{OOXML}wordprocessingml.template")),
    "no main part": ("docx", archive([("[Content_Types].xml", content_types("docx")), ("_rels/.rels", "<r/>")])),
    "no relations": ("docx", archive([("[Content_Types].xml", content_types("docx")), ("word/document.xml", "<x/>")])),
    "types that are no XML": ("docx", archive([("[Content_Types].xml", "<"), ("_rels/.rels", "x")])),
    "an entity bomb": (
        "docx",
        archive([("[Content_Types].xml", '<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>')]),
    ),
    "an encrypted odt": (
        "odt",
        archive(
            [
                ("mimetype", "application/vnd.oasis.opendocument.text"),
                ("content.xml", "x"),
                ("META-INF/manifest.xml", "<m><encryption-data/></m>"),
            ]
        ),
    ),
    "an odt without content": ("odt", archive([("mimetype", "application/vnd.oasis.opendocument.text")])),
    # Pictures
    "a picture of 900 million pixels": ("png", huge_image()),
    "a picture with a broken chunk": ("png", PNG[:30] + b"\x00\x01" + PNG[32:]),
    "only the name of a webp": ("webp", b"RIFF\x04\x00\x00\x00WEBP"),
}


@pytest.mark.parametrize("kind", GENUINE)
def test_a_genuine_file_is_taken_with_the_content_type_of_the_list(kind):
    file = io.BytesIO(GENUINE[kind])
    file.seek(3)
    assert check_file(kind, file) == FILE_TYPES[kind].content_type
    assert file.tell() == 0


def test_there_are_more_than_a_hundred_hostile_contents():
    assert len(HOSTILE) >= 100
    assert set(GENUINE) == set(FILE_TYPES)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(case):
    told = refusal(*HOSTILE[case])
    assert told.endswith("。") and len(told) > 5
    assert "Error" not in told and "zip" not in told


@pytest.mark.parametrize("kind", ["html", "svg", "js", "exe", "zip", "docm", "xlsm", "doc", "php", "heic", ""])
def test_an_extension_off_the_list_is_refused_whatever_the_content(kind):
    assert "可上傳 PDF" in refusal(kind, PDF)


@pytest.mark.parametrize(
    ("kind", "content", "cure"),
    [
        ("jpg", PNG, "副檔名改為 .png"),
        ("png", JPG, "副檔名改為 .jpg"),
        ("docx", OLE, "另存為新版格式"),
        ("docx", encrypted(DOCX), "移除密碼"),
        ("csv", "月份".encode("utf-16"), "以 UTF-8 另存"),
        ("png", HTML, "請改存為 PDF"),
        ("docx", ooxml("docx", ("word/vbaProject.bin", "x")), "另存為不含巨集"),
        ("png", huge_image(), "請縮小"),
        ("jpg", b"\x00\x00\x00\x18ftypheic", "轉存為 JPG"),
    ],
)
def test_a_refusal_names_the_cure(kind, content, cure):
    assert cure in refusal(kind, content)


def test_what_honest_people_send_is_taken():
    photo = image("JPEG", (800, 600)) + random.Random(2).randbytes(9_000)
    rows = Workbook(write_only=True)
    sheet = rows.create_sheet()
    for _ in range(3_000):
        sheet.append(["臺北市政府秘書處", 0, 0, 0, 0, 0])
    file = io.BytesIO()
    rows.save(file)
    embedded = ooxml("pptx", ("ppt/embeddings/a.xlsx", workbook()), ("ppt/media/a.png", PNG))
    text = "因果：a < b，x<y；函式 function 與 <說明> 都是文字。\r\n\t第二行\f".encode()
    for kind, content in (("jpg", photo), ("xlsx", file.getvalue()), ("pptx", embedded), ("txt", text)):
        check_file(kind, io.BytesIO(content))


def test_a_bomb_is_given_up_before_it_fills_the_memory(monkeypatch):
    taken = []
    take = office_documents._Budget.take
    monkeypatch.setattr(office_documents._Budget, "take", lambda self, count: (taken.append(count), take(self, count)))
    refusal(*HOSTILE["bomb of zeros"])
    assert taken == [], "an honest bomb is refused by the size it states"
    monkeypatch.setattr(office_documents._Budget, "check", lambda self, stated: None)
    refusal(*HOSTILE["bomb of zeros"])
    assert max(taken) <= 1024 * 1024
    assert sum(taken) <= office_documents.RATIO_COUNTS_FROM + 1024 * 1024


def check_limits(data, **limits):
    office_documents.check_ooxml(io.BytesIO(data), f"{OOXML}wordprocessingml.document.main+xml", Limits(**limits))


def test_a_document_may_hold_exactly_what_the_limits_say():
    with zipfile.ZipFile(io.BytesIO(DOCX)) as made:
        entries, size = len(made.infolist()), sum(entry.file_size for entry in made.infolist())
    check_limits(DOCX, entries=entries, inflated=size)
    for less in ({"entries": entries - 1}, {"inflated": size - 1}):
        with pytest.raises(FileRefused) as refused:
            check_limits(DOCX, **less)
        assert str(refused.value) == office_documents.BOMB


def test_a_sheet_in_a_presentation_in_a_document_is_taken_and_nothing_deeper():
    check_file("docx", io.BytesIO(nested(2)))
    assert refusal("docx", nested(3)) == office_documents.BOMB


def test_a_picture_may_have_exactly_as_many_pixels_as_the_limit(monkeypatch):
    monkeypatch.setattr(allowed_types, "PIXELS", 16)
    check_file("png", io.BytesIO(image(size=(4, 4))))
    assert "請縮小" in refusal("png", image(size=(17, 1)))


@given(st.sampled_from(sorted(FILE_TYPES)), st.binary(max_size=300), st.integers(0, 400))
def test_no_content_makes_the_check_fail_otherwise(kind, noise, place):
    data = GENUINE[kind]
    for content in (noise, data[:place] + noise + data[place:], data[:place] + noise):
        try:
            assert check_file(kind, io.BytesIO(content)) == FILE_TYPES[kind].content_type
        except FileRefused as refused:
            assert str(refused).endswith("。")


# Names


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("105年統計表（定稿）.xlsx", "105年統計表（定稿）.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("/var/www/a.pdf", "a.pdf"),
        ("a\x00.exe.pdf", "a.exe.pdf"),
        ("表\u202efdp.exe", "表fdp.exe"),
        ("表\u200b格\ufeff.pdf", "表格.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie_ b.pdf"),
        ('a"b<c>d|e?f*.pdf', "a_b_c_d_e_f_.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.pdf", "_com1.pdf"),
        ("console.pdf", "console.pdf"),
        (".htaccess", "htaccess"),
        ("a.pdf. . .", "a.pdf"),
        ("  a   b.pdf ", "a b.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("..", "未命名"),
        ("", "未命名"),
        ("\u202e\u200f", "未命名"),
        ("a\ud800.pdf", "a.pdf"),
        ("a\u3000b\u2028c.pdf", "a b c.pdf"),
    ],
)
def test_a_name_is_shown_as_typed_but_for_what_deceives(typed, shown):
    assert clean_name(typed) == shown


def test_a_long_name_is_cut_between_characters_and_keeps_its_extension():
    name = clean_name("統" * 300 + ".pdf")
    assert len(name.encode()) <= NAME_BYTES < len(name.encode()) + 3
    assert name == "統" * 83 + ".pdf"
    assert len(clean_name("a." + "統" * 300).encode()) <= NAME_BYTES


def test_a_name_of_the_greatest_length_stays_as_it_is():
    assert clean_name("統" * 85) == "統" * 85
    assert clean_name("a" * 256) == "a" * 255
    # An ending of ten letters is one; eleven are part of the name, and are cut with it.
    assert clean_name("a" * 300 + ".abcdefghij") == "a" * 244 + ".abcdefghij"
    assert clean_name("a" * 250 + ".abcdefghijk") == "a" * 250 + ".abcd"


@given(st.text(max_size=400))
def test_a_cleaned_name_is_clean_and_stays_as_it_is(typed):
    name = clean_name(typed)
    assert name == clean_name(name)
    assert name and len(name.encode()) <= NAME_BYTES
    assert not set(name) & set('/\\<>:"|?*\x00\r\n') and name not in {".", ".."}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("a", ""), ("a.", ""), ("表.tar.gz", "gz"), ("pdf", ""), (".pdf", "")],
)
def test_the_extension_is_what_follows_the_last_dot(name, kind):
    assert extension(name) == kind


def test_every_kind_on_the_list_is_told_to_people():
    told = allowed_types.ALLOWED.lower()
    assert [kind for kind in FILE_TYPES if kind != "jpeg" and kind not in told] == []

"""PDFs as what a reader gets of them: the text with its layout, facts and attachments; and pictures of the pages."""

import hashlib
import io
import subprocess
import tempfile
from pathlib import Path

from pypdf import PdfReader

from renderings.office_text import ods_lines, xlsx_lines

RESOLUTION = 60


def pdf_lines(content):
    """Facts, outline, attachments and text; the file's id and object numbers are left out."""
    reader = PdfReader(io.BytesIO(content))
    lines = [f"{name}: {value}" for name, value in sorted((reader.metadata or {}).items())]
    lines += [f"language: {reader.trailer['/Root'].get('/Lang')}", f"pages: {len(reader.pages)}"]
    lines += [f"outline: {line}" for line in _outline(reader, reader.outline)]
    for name, contents in sorted(reader.attachments.items()):
        for attached in contents:
            lines += [f"attachment {name}: {line}" for line in _attachment_lines(name, attached)]
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    return lines + text.splitlines()


def _outline(reader, entries, depth=0):
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(reader, entry, depth + 1)
        else:
            yield f"{'  ' * depth}{entry.title}, page {reader.get_destination_page_number(entry)}"


def _attachment_lines(name, content):
    readers = {".xlsx": xlsx_lines, ".ods": ods_lines}
    reader = readers.get(Path(name).suffix)
    return reader(content) if reader else [f"{len(content)} bytes {hashlib.sha256(content).hexdigest()}"]


def pdf_pictures(content):
    """Every page as PNG, in order."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(RESOLUTION), "-png", "-", f"{folder}/page"]
        subprocess.run(command, input=content, check=True)
        return [path.read_bytes() for path in sorted(Path(folder).iterdir())]

"""Tells one installed version of the program from the next, by all that decides what a PDF looks like."""

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

from django.conf import settings

FOLDERS = ("scorecard", "templates", "static/css", "static/fonts")
SUFFIXES = {".py", ".html", ".svg", ".txt", ".css", ".ttf"}
PACKAGES = ("weasyprint", "pydyf", "fonttools", "django")


@lru_cache(maxsize=1)
def pdf_version_key():
    """A text of 64 digits that differs where a file of the program, a font or a library is another. Once a process."""
    found = sha256(repr([version(name) for name in PACKAGES]).encode())
    for folder in FOLDERS:
        for file in sorted((settings.BASE_DIR / folder).rglob("*")):
            if file.suffix in SUFFIXES:
                state = file.stat()
                found.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    return found.hexdigest()

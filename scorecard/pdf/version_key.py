"""Tells one installed version of the program from the next: by its files and by its libraries."""

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

PDF_FOLDERS = ("scorecard", "templates", "static/css", "static/fonts")
PDF_SUFFIXES = {".py", ".html", ".svg", ".txt", ".css", ".ttf"}
PDF_PACKAGES = ("weasyprint", "pydyf", "fonttools", "django")


@lru_cache(maxsize=1)
def pdf_version_key():
    """64 digits for all that decides what a PDF looks like. Found once a process."""
    return version_key(settings.BASE_DIR, PDF_FOLDERS, PDF_SUFFIXES, PDF_PACKAGES)


def version_key(root, folders, suffixes, packages):
    """64 digits that differ where a library, or one of these files by its path, size or time of change, does."""
    found = sha256(repr([version(name) for name in packages]).encode())
    for folder in folders:
        for file in sorted(Path(root, folder).rglob("*")):
            if file.suffix in suffixes:
                state = file.stat()
                found.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    return found.hexdigest()

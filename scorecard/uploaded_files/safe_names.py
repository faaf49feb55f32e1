"""File names for display and download: the name that a person typed, without anything that could deceive.

A name is never a path here: files are stored under random names (models/reporting.py). The name is only shown and put
into the header of a download.
"""

import re
import unicodedata

# The limit of ext4 and NTFS, in UTF-8.
NAME_BYTES = 255
UNNAMED = "未命名"

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|\Z)", re.IGNORECASE)
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
# Controls, bidi and other invisible marks, surrogates, unassigned code points. Private use is allowed: 造字.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn"})


def clean_name(typed: str) -> str:
    """The last part of the typed path, in NFC, valid on any system, at most NAME_BYTES long including its extension.

    Cleaning twice changes nothing.
    """
    shown = "".join(_visible(char) for char in unicodedata.normalize("NFC", typed))
    name = re.split(r"[/\\]", shown)[-1].translate(_FORBIDDEN)
    name = _trimmed(unicodedata.normalize("NFC", name))
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name) or UNNAMED


def extension(name: str) -> str:
    """The part after the last dot, in lower case; "" where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def _visible(char):
    category = unicodedata.category(char)
    if category in {"Zl", "Zp", "Zs"}:
        return " "
    return "" if category in _INVISIBLE else char


def _trimmed(name):
    """A leading dot hides a file, and Windows drops blanks and dots at the end: both are removed."""
    return re.sub(r" +", " ", name).lstrip(". ").rstrip(". ")


def _shortened(name):
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, last = name.rpartition(".")
    ending = f".{last}" if dot and len(last) <= 10 else ""
    if not ending:
        stem = name
    kept = stem.encode()[: NAME_BYTES - len(ending.encode())].decode(errors="ignore").rstrip(". ")
    return kept + ending

"""File names as they are shown and sent again: what a person typed, without what could deceive a reader or a system.

A name is never a path here: files are stored under random names (models/reporting.py), and the name is only shown and
put into the header of a download.
"""

import re
import unicodedata

# What ext4 and NTFS keep of a name, in UTF-8.
NAME_BYTES = 255
UNNAMED = "未命名"

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|\Z)", re.IGNORECASE)
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
# Controls, bidi and other invisible marks, halves of pairs, what is no character. Private use stays: 造字.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn"})


def clean_name(typed: str) -> str:
    """The last part of the path that was typed, in NFC, fit for any system, at most NAME_BYTES long with its extension.

    Cleaning twice changes nothing.
    """
    shown = "".join(_visible(char) for char in unicodedata.normalize("NFC", typed))
    name = re.split(r"[/\\]", shown)[-1].translate(_FORBIDDEN)
    name = _trimmed(unicodedata.normalize("NFC", name))
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name) or UNNAMED


def extension(name: str) -> str:
    """What follows the last dot, in lower case; empty where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def _visible(char):
    category = unicodedata.category(char)
    if category in {"Zl", "Zp", "Zs"}:
        return " "
    return "" if category in _INVISIBLE else char


def _trimmed(name):
    """Without a dot in front, which hides a file, and blanks and dots at the end, which Windows drops."""
    return re.sub(r" +", " ", name).lstrip(". ").rstrip(". ")


def _shortened(name):
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, last = name.rpartition(".")
    ending = f".{last}" if dot and len(last) <= 10 else ""
    stem = stem if ending else name
    kept = stem.encode()[: NAME_BYTES - len(ending.encode())].decode(errors="ignore").rstrip(". ")
    return kept + ending

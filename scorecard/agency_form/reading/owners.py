"""Reads the divisions and persons that a form's cells name as responsible."""

import re

from scorecard.agency_form.reading.codes import closed

MAX_DIVISION_LENGTH = 60
MAX_PERSON_LENGTH = 60
_SEPARATORS = re.compile(r"[、,，;；/／\n]+")
_ENDINGS = (
    "組",
    "科",
    "室",
    "處",
    "課",
    "股",
    "中心",
    "隊",
    "局",
    "館",
    "所",
    "會",
    "站",
    "大隊",
    "辦公室",
    "小組",
    "團",
)


def looks_like_division(name):
    """For names that occur nowhere else in the form: a division rather than a person."""
    return name.endswith(_ENDINGS)


def division_names(text, known):
    """Division names in a cell. A line break inside a name is ignored. known: names read before."""
    whole = closed(text)
    if not whole:
        return []
    if whole in known:
        return [whole]
    parts = [closed(part) for part in _SEPARATORS.split(text) if closed(part)]
    if len(parts) > 1 and all(part in known or looks_like_division(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [whole]


def parse_owner(text, known):
    """(division, person), one of them "". Several divisions are returned as person, joined."""
    names = division_names(text, known)
    if len(names) == 1 and (names[0] in known or looks_like_division(names[0])):
        return names[0], ""
    return "", "、".join(names)

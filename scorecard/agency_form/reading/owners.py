"""Reads the divisions and persons that a form's cells name as responsible."""

import re

from scorecard.agency_form.reading.codes import closed
from scorecard.domain.text_folding import fold_for_search

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
    whole = known_name(closed(text), known)
    if not whole:
        return []
    if whole in known:
        return [whole]
    parts = [known_name(closed(part), known) for part in _SEPARATORS.split(text) if closed(part)]
    if len(parts) > 1 and all(part in known or looks_like_division(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [whole]


def known_name(name, known):
    """The name as it was read before, if that differs in spelling alone: 臺 and 台, full width and half width."""
    if name in known:
        return name
    folded = fold_for_search(name).replace(" ", "")
    return next((each for each in known if fold_for_search(each).replace(" ", "") == folded), name)


def parse_owner(text, known):
    """(division, person), one of them "". Several divisions are returned as person, joined."""
    names = division_names(text, known)
    if len(names) == 1 and (names[0] in known or looks_like_division(names[0])):
        return names[0], ""
    return "", "、".join(names)

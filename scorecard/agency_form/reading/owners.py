"""Who is responsible, as the cells of a form name them: divisions, several of them, or a person."""

import re

from scorecard.agency_form.reading.codes import closed

MAX_DIVISION_LENGTH = MAX_PERSON_LENGTH = 60
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
    """Whether a name that the form has nowhere else is a unit's rather than a person's."""
    return name.endswith(_ENDINGS)


def division_names(text, known):
    """The divisions that a cell names; line breaks of a narrow column do not part a name. known: names met before."""
    whole = closed(text)
    if not whole or whole in known:
        return [whole] if whole else []
    parts = [closed(part) for part in _SEPARATORS.split(text) if closed(part)]
    if len(parts) > 1 and all(part in known or looks_like_division(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [whole]


def parse_owner(text, known):
    """(division, person) that an action plan's cell names, one of them ""; several divisions stay a text as written."""
    names = division_names(text, known)
    if len(names) == 1 and (names[0] in known or looks_like_division(names[0])):
        return names[0], ""
    return "", "、".join(names)

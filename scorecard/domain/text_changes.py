"""Which characters of a text changed, for readers who would else compare two long lines by eye. Pure."""

from difflib import SequenceMatcher
from typing import NamedTuple

# Comparing takes the product of both lengths, 0.07 s for two of this length in the worst case met.
LONGEST = 600
# Texts with less in common are two texts, and marks would only confuse.
LEAST_IN_COMMON = 0.4
# A run that both have between two changes is shown as a part of the change where it is shorter.
SHORTEST_RUN = 2


class TextPart(NamedTuple):
    """A run of a text; the runs together are the text."""

    text: str
    is_changed: bool


Parts = tuple[TextPart, ...]


def changed_parts(old: str, new: str) -> tuple[Parts, Parts]:
    """The runs of both texts. Nothing is marked in texts that are equal, too long, or have little in common."""
    plain = (TextPart(old, False),), (TextPart(new, False),)
    if old == new or not old or not new or max(len(old), len(new)) > LONGEST:
        return plain
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < LEAST_IN_COMMON:
        return plain
    olds: list[TextPart] = []
    news: list[TextPart] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        is_edge = old_from == 0 or old_to == len(old)
        is_changed = tag != "equal" or (old_to - old_from < SHORTEST_RUN and not is_edge)
        _add(olds, old[old_from:old_to], is_changed)
        _add(news, new[new_from:new_to], is_changed)
    return tuple(olds), tuple(news)


def _add(parts: list[TextPart], text: str, is_changed: bool) -> None:
    if not text:
        return
    if parts and parts[-1].is_changed == is_changed:
        parts[-1] = TextPart(parts[-1].text + text, is_changed)
    else:
        parts.append(TextPart(text, is_changed))

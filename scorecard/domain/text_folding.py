"""Texts folded for comparison, so that a search does not depend on how a text was typed."""

import unicodedata
from collections.abc import Iterable

# Pairs that Taiwan's offices write either way. Unicode counts each as a character of its own, so NFKC keeps them apart.
_VARIANTS = str.maketrans("臺啓裏羣峯衞爲説内", "台啟裡群峰衛為說內")
_INVISIBLE = frozenset({"Cc", "Cf"})


def fold_for_search(text: str) -> str:
    """The text as it is compared: full and half width, upper and lower case, 臺 and 台 alike.

    Runs of white space become one space, none at the ends; invisible characters go. Folding twice changes nothing.
    """
    # Casefolding can undo a normal form and a normal form can bring back a capital: Unicode's own order of steps.
    folded = unicodedata.normalize("NFD", text).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_VARIANTS)
    visible = (char for char in folded if char.isspace() or unicodedata.category(char) not in _INVISIBLE)
    return " ".join("".join(visible).split())


def words(query: str) -> tuple[str, ...]:
    """The words of a query, folded, each once; empty where nothing but blanks was typed."""
    return tuple(dict.fromkeys(fold_for_search(query).split()))


def has_words(texts: Iterable[str], wanted: tuple[str, ...]) -> bool:
    """Whether every word occurs in one of the texts. wanted: from words(); texts: not folded.

    White space inside a text is ignored: forms break Chinese sentences anywhere.
    """
    if not wanted:
        return True
    folded = [fold_for_search(text).replace(" ", "") for text in texts]
    return all(any(word in text for text in folded) for word in wanted)

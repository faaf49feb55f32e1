"""A value of any kind in the words of a reader."""

from datetime import date
from typing import Any

from scorecard.domain.roc_years import date_text
from scorecard.domain.scoring import plain

# Chained events keep these words, so they cannot be replaced by codes.
WORDS_OF_TRUTH = {True: "是", False: "否"}


def as_read(value: Any) -> str | None:
    """A value as audit events keep it: in words, exact to the last digit, None for no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return WORDS_OF_TRUTH[value]
    if hasattr(value, "as_tuple"):
        return plain(value)
    if isinstance(value, date):
        return date_text(value)
    return str(value)

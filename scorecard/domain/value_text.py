"""A value of any kind in the words of a reader."""

from datetime import date

from scorecard.domain.roc_years import date_text
from scorecard.domain.scoring import plain


def as_read(value):
    """A value as audit events keep it: in words, exact to the last digit, None for no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if hasattr(value, "as_tuple"):
        return plain(value)
    if isinstance(value, date):
        return date_text(value)
    return str(value)

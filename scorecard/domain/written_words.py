"""Words that agencies write where the program needs to know something: no figure, a percentage. Pure."""

# The form's own words for no value.
NO_FIGURE = frozenset({"無統計", "未統計", "無資料", "—"})
PERCENT_SIGNS = frozenset({"%", "％"})


def gives_reason(note: str) -> bool:
    """Whether the note of a figure that is missing says more than the form's dash."""
    return note not in ("", "—")


def is_percentage(unit: str) -> bool:
    """Whether a measure's unit is the percent sign."""
    return unit in PERCENT_SIGNS

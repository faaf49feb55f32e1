"""Figures beneath each other stand on their decimal point."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from scorecard.templatetags.figures import aligned, places, with_unit


@dataclass(frozen=True)
class Pair:
    """Target and actual of a cell as they are printed beneath each other."""

    target: Decimal | None
    actual: Decimal | None

    @property
    def target_text(self):
        return "—" if self.target is None else str(self.target)

    @property
    def actual_text(self):
        return "無統計" if self.actual is None else str(self.actual)


@pytest.mark.parametrize(
    ("text", "most", "room"),
    [
        ("80%", 1, "lacks lacks-1 lacks-point"),
        ("81.5%", 1, None),
        ("100", 2, "lacks lacks-2 lacks-point"),
        ("1,234.5", 2, "lacks lacks-1"),
        ("25 張", 0, None),
        ("—", 1, None),
        ("無統計", 4, None),
    ],
)
def test_a_figure_gets_the_room_of_the_decimals_it_lacks(text, most, room):
    assert aligned(text, most) == (text if room is None else f'<span class="{room}">{text}</span>')


def test_what_was_typed_stays_text():
    assert aligned(with_unit("5", "<b>"), 1).endswith("5 &lt;b&gt;</span>")


@pytest.mark.parametrize(
    ("target", "actual", "most"),
    [("80", "81.5385", 4), ("1.49", "1.5", 2), (None, "2.5", 1), ("70", None, 0), (None, None, 0)],
)
def test_target_and_actual_of_a_year_share_their_decimals(target, actual, most):
    numbers = (None if text is None else Decimal(text) for text in (target, actual))
    assert places(Pair(*numbers)) == most


@pytest.mark.parametrize(("unit", "text"), [("%", "93%"), ("件", "93 件"), ("", "93")])
def test_a_percent_sign_follows_its_figure_closely(unit, text):
    assert with_unit("93", unit) == text

"""A number in a cell."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scorecard.domain.scoring import grouped, plain


@dataclass(frozen=True)
class Figure:
    """unit is shown behind the number, "" for none; a percentage is a share, 0.95 for 95 %.

    decimals: how many are shown; None: as many as the program that opens the file shows of itself. text is the number
    as it is printed, with its unit.
    """

    value: Decimal | int
    text: str
    decimals: int | None = 0
    unit: str = ""
    is_percentage: bool = False


def decimals_of(number: Decimal | int) -> int:
    """How many decimals the number has: 1 of 1.50."""
    return len(plain(number).partition(".")[2])


# A plan holds the same few targets and amounts thousands of times.
@lru_cache(maxsize=4096)
def whole_figure(number: Decimal | int) -> Figure:
    """The number with all the decimals that it has, and without a unit."""
    return Figure(number, grouped(number), decimals_of(number))

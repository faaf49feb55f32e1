"""A number in a cell, with its unit and its decimals."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scorecard.domain.scoring import grouped, plain


@dataclass(frozen=True)
class Figure:
    """value: of a percentage the share, 0.95 for 95 %. text: the number as printed, with its unit.

    decimals: how many are shown; None leaves it to the program that opens the file. unit: shown after the number, ""
    for none.
    """

    value: Decimal | int
    text: str
    decimals: int | None = 0
    unit: str = ""
    is_percentage: bool = False


def decimals_of(number: Decimal | int) -> int:
    """1 of 1.50: zeros at the end do not count."""
    return len(plain(number).partition(".")[2])


# A plan repeats the same few targets and amounts thousands of times.
@lru_cache(maxsize=4096)
def whole_figure(number: Decimal | int) -> Figure:
    """The number with all its decimals, without a unit."""
    return Figure(number, grouped(number), decimals_of(number))

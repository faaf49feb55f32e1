"""Tracks inside one lane of the strategy map: which net runs beside which, with few crossings and no overlap."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass
class Demand:
    """The stretch of a lane that one net takes up, and where links turn off it.

    Positions run along the lane. unit is the distance between neighbouring zones (a column and the gap beside it). Two
    nets that touch the same zone are never on the same track, because their corners would meet there.
    """

    unit: float
    low: float = float("inf")
    high: float = float("-inf")
    turns: set[tuple[float, int]] = field(default_factory=set)

    def add(self, position: float, towards: float) -> None:
        """A link joins or leaves at position; towards < 0 is above or left of the lane, > 0 below or right of it."""
        self.low = min(self.low, position)
        self.high = max(self.high, position)
        self.turns.add((position, (towards > 0) - (towards < 0)))

    def overlaps(self, other: "Demand") -> bool:
        """Whether the two need different tracks."""
        return round(self.low / self.unit) <= round(other.high / self.unit) and round(other.low / self.unit) <= round(
            self.high / self.unit
        )

    def crossings_before(self, other: "Demand") -> int:
        """Crossings between the two if this one runs above or left of the other."""
        mine = sum(1 for position, towards in self.turns if towards > 0 and other.low < position < other.high)
        theirs = sum(1 for position, towards in other.turns if towards < 0 and self.low < position < self.high)
        return mine + theirs


def assign_tracks(demands: Mapping[Key, Demand]) -> dict[Key, int]:
    """Track number from 0 for every net: as few crossings as swapping neighbours finds, then as few tracks."""
    order = sorted(demands, key=lambda key: (demands[key].low, demands[key].high, key))
    _untangle(order, demands)
    tracks: dict[Key, int] = {}
    for number, key in enumerate(order):
        above = [tracks[other] for other in order[:number] if demands[key].overlaps(demands[other])]
        tracks[key] = max(above, default=-1) + 1
    return tracks


def _untangle(order: list[Key], demands: Mapping[Key, Demand]) -> None:
    for _ in range(len(order)):
        moved = False
        for place in range(len(order) - 1):
            first, second = demands[order[place]], demands[order[place + 1]]
            if second.crossings_before(first) < first.crossings_before(second):
                order[place], order[place + 1] = order[place + 1], order[place]
                moved = True
        if not moved:
            return

"""Two editions' scorecards side by side: what rose, fell, is new, is gone. No query; scoring.py makes every text.

The earlier year always comes first, whichever year the reader started from: 上升 always means better later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

from scorecard.domain.choices import ChangeKind
from scorecard.domain.scoring import change_text
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.scorecard import ObjectiveLine, PerspectiveLine, Scorecard

ComparedLine = ObjectiveLine | PerspectiveLine | Scorecard


@dataclass(frozen=True)
class Change:
    """One line of the scorecards in both years. earlier or later is None where the line exists in one year only."""

    earlier: ComparedLine | None
    later: ComparedLine | None

    @property
    def line(self) -> Any:
        """The later line, or the earlier one where there is no later one."""
        return self.later or self.earlier

    @cached_property
    def kind(self) -> ChangeKind:
        """Of the score. A line without a score counts as missing."""
        before = _value(self.earlier)
        now = _value(self.later)
        if before is None or now is None:
            return _ONE_SIDED[before is None, now is None]
        if now == before:
            return ChangeKind.SAME
        return ChangeKind.ROSE if now > before else ChangeKind.FELL

    @property
    def is_moved(self) -> bool:
        return self.kind in (ChangeKind.ROSE, ChangeKind.FELL)

    @property
    def difference_text(self) -> str:
        """「+3.2」, 「±0」; a dash where one of the years has no score."""
        return change_text(_value(self.earlier), _value(self.later))

    @property
    def size_text(self) -> str:
        """「3.2」: the difference without its sign, for a mark that shows the direction itself."""
        return self.difference_text.lstrip("+−±")

    @property
    def aria_label(self) -> str:
        """A phrase for screen readers: 「上升 3.2」."""
        return f"{self.kind.label} {self.size_text}" if self.is_moved else self.kind.label


_ONE_SIDED = {
    (True, False): ChangeKind.NEW,
    (False, True): ChangeKind.GONE,
    (True, True): ChangeKind.NONE,
}


def _value(line: ComparedLine | None) -> Fraction | None:
    return None if line is None else line.score.value


@dataclass(frozen=True)
class Comparison:
    """Changes of the plan as a whole, of each perspective and of each objective."""

    earlier: Scorecard
    later: Scorecard
    perspectives: tuple[Change, ...]
    objectives: tuple[Change, ...]

    @property
    def years(self) -> tuple[YearLine, YearLine]:
        """The earlier first."""
        return (self.earlier.year, self.later.year)

    @property
    def years_text(self) -> str:
        """「105 年與 106 年」."""
        return f"{self.earlier.year.text}與 {self.later.year.text}"

    @cached_property
    def overall(self) -> Change:
        return Change(self.earlier, self.later)

    @property
    def is_of_same_objectives(self) -> bool:
        """Whether the same objectives have a score in both years: only then are the plan's scores comparable."""
        return not any(change.kind in (ChangeKind.NEW, ChangeKind.GONE) for change in self.objectives)

    @cached_property
    def by_kind(self) -> tuple[tuple[ChangeKind, tuple[Change, ...]], ...]:
        """((ChangeKind, changes), …) of objectives, every kind; the largest change first."""
        return tuple((kind, tuple(sorted(self._of(kind), key=_by_size))) for kind in ChangeKind)

    @cached_property
    def by_lineage(self) -> dict[UUID, Change]:
        return {change.line.lineage: change for change in self.objectives}

    def _of(self, kind: ChangeKind) -> Iterator[Change]:
        return (change for change in self.objectives if change.kind == kind)


def _by_size(change: Change) -> Fraction:
    before = _value(change.earlier)
    now = _value(change.later)
    if before is None or now is None:
        return Fraction(0)
    return -abs(now - before)


def compare(one: Scorecard, other: Scorecard) -> Comparison:
    """Two editions' scorecards in any order; lines are matched by lineage: what was recoded or renamed is the same."""
    earlier, later = sorted((one, other), key=lambda scorecard: scorecard.year.year)
    return Comparison(
        earlier=earlier,
        later=later,
        perspectives=_changes(earlier.perspectives, later.perspectives),
        objectives=_changes(earlier.objectives, later.objectives),
    )


def _changes(
    earlier: Sequence[ObjectiveLine | PerspectiveLine], later: Sequence[ObjectiveLine | PerspectiveLine]
) -> tuple[Change, ...]:
    """One for every lineage: those of the later year in its order, then those of the earlier year alone."""
    before = {line.lineage: line for line in earlier}
    now = {line.lineage: line for line in later}
    return tuple(Change(before.get(lineage), now.get(lineage)) for lineage in dict.fromkeys([*now, *before]))

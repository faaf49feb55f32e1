"""Two scorecards side by side: what rose, fell, is new, is gone. Pure: no query, and every text is scoring.py's.

The years stand in their order whichever of them the reader came from, so that 上升 always means better later.
"""

from dataclasses import dataclass
from functools import cached_property

from scorecard.domain.choices import ChangeKind
from scorecard.domain.scoring import change_text
from scorecard.read_models.scorecard import ObjectiveLine, PerspectiveLine, Scorecard


@dataclass(frozen=True)
class Change:
    """One line of the scorecards in both years; earlier or later is None where the objective stands in one alone."""

    earlier: ObjectiveLine | PerspectiveLine | Scorecard | None
    later: ObjectiveLine | PerspectiveLine | Scorecard | None

    @property
    def line(self):
        """The line by which it is named: the later one where there is one."""
        return self.later or self.earlier

    @cached_property
    def kind(self):
        """What became of the score; a line without a score counts like one that is not there."""
        before, now = _value(self.earlier), _value(self.later)
        if before is None or now is None:
            return _ONE_SIDED[before is None, now is None]
        return ChangeKind.SAME if now == before else ChangeKind.ROSE if now > before else ChangeKind.FELL

    @property
    def is_moved(self):
        """Whether the score went up or down."""
        return self.kind in (ChangeKind.ROSE, ChangeKind.FELL)

    @property
    def difference_text(self):
        """「+3.2」, 「±0」; a dash where one of the years has no score."""
        return change_text(_value(self.earlier), _value(self.later))

    @property
    def size_text(self):
        """「3.2」: the difference without its sign, for a mark that shows the direction itself."""
        return self.difference_text.lstrip("+−±")

    @property
    def aria_label(self):
        """The change as a phrase to be read out: 「上升 3.2」."""
        return f"{self.kind.label} {self.size_text}" if self.is_moved else self.kind.label


_ONE_SIDED = {
    (True, False): ChangeKind.NEW,
    (False, True): ChangeKind.GONE,
    (True, True): ChangeKind.NONE,
}


def _value(line):
    return None if line is None else line.score.value


@dataclass(frozen=True)
class Comparison:
    """An earlier and a later scorecard with the changes of the whole, of each perspective and of each objective."""

    earlier: Scorecard
    later: Scorecard
    perspectives: tuple[Change, ...]
    objectives: tuple[Change, ...]

    @property
    def years(self):
        """The two years, the earlier first."""
        return (self.earlier.year, self.later.year)

    @property
    def years_text(self):
        """「105 年與 106 年」."""
        return f"{self.earlier.year.text}與 {self.later.year.text}"

    @cached_property
    def overall(self):
        """The change of the plan's score."""
        return Change(self.earlier, self.later)

    @property
    def is_of_same_objectives(self):
        """Whether the same objectives have a score in both years, so that the plan's scores stand on the same ones."""
        return not any(change.kind in (ChangeKind.NEW, ChangeKind.GONE) for change in self.objectives)

    @cached_property
    def by_kind(self):
        """Objectives by what became of their scores, ((ChangeKind, changes), …) for every kind; biggest move first."""
        return tuple((kind, tuple(sorted(self._of(kind), key=_by_size))) for kind in ChangeKind)

    @cached_property
    def by_code(self):
        """Changes of objectives by code."""
        return {change.line.code: change for change in self.objectives}

    def _of(self, kind):
        return (change for change in self.objectives if change.kind == kind)


def _by_size(change):
    return -abs(change.later.score.value - change.earlier.score.value) if change.is_moved else 0


def compare(one, other):
    """The Comparison of two scorecards of different years, given in any order; lines are matched by their codes."""
    earlier, later = sorted((one, other), key=lambda scorecard: scorecard.year.year)
    return Comparison(
        earlier=earlier,
        later=later,
        perspectives=_changes(earlier.perspectives, later.perspectives),
        objectives=_changes(earlier.objectives, later.objectives),
    )


def _changes(earlier, later):
    """A change for every code: the later year's in their order, then those of the earlier year alone."""
    before, now = {line.code: line for line in earlier}, {line.code: line for line in later}
    return tuple(Change(before.get(code), now.get(code)) for code in dict.fromkeys([*now, *before]))

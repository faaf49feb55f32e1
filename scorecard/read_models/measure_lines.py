"""What the measures of a scorecard show: its years and each measure's cells. Every cell is judged by scoring.py.

Years are Gregorian; *_text properties are ready to print.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from scorecard.domain.choices import Direction, YearState
from scorecard.domain.explanation import calculation
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import BLANK, Outcome, grouped, percent_text


@dataclass(frozen=True)
class YearLine:
    """A plan year as it stands. due_date None: never opened."""

    year: int
    state: YearState
    is_baseline: bool
    due_date: date | None = None
    contact: str = ""

    @property
    def text(self):
        """「105 年」."""
        return year_text(self.year)

    @property
    def roc(self):
        """The ROC year as it stands in URLs: 105."""
        return to_roc(self.year)

    @property
    def is_open(self):
        """Whether staff may report."""
        return self.state == YearState.OPEN

    @property
    def is_closed(self):
        """Whether the year's figures are final."""
        return self.state == YearState.CLOSED


@dataclass(frozen=True)
class Cell:
    """One measure in one year: figures in the measure's unit, None where there is none.

    is_provisional: an actual is shown that is not approved yet. is_withheld: there is one, and it is not shown.
    """

    year: int
    target_note: str
    actual_note: str
    unmeasured: bool
    is_provisional: bool
    is_withheld: bool
    outcome: Outcome
    display_cap: int

    @property
    def target(self):
        """Target value, None where there is none."""
        return self.outcome.target

    @property
    def actual(self):
        """Actual value, None where there is none or it is withheld."""
        return self.outcome.actual

    @property
    def parts(self):
        """The numerator and denominator of an actual that is a ratio, None where it was reported alone."""
        return self.outcome.parts

    @property
    def status(self):
        """The light of this measure in this year."""
        return self.outcome.status

    @property
    def target_text(self):
        """The target alone, or its note where there is no number, or a dash."""
        return grouped(self.target) if self.target is not None else self.target_note or BLANK

    @property
    def actual_text(self):
        """The actual alone, or its note where there is no number, or a dash."""
        return grouped(self.actual) if self.actual is not None else self.actual_note or BLANK

    @property
    def target_remark(self):
        """The target's note where it stands beside a number, else empty."""
        return self.target_note if self.target is not None else ""

    @property
    def actual_remark(self):
        """The actual's note where it stands beside a number, else empty."""
        return self.actual_note if self.actual is not None else ""

    @property
    def rate_text(self):
        """Achievement rate with the plan's display cap, a dash where there is none."""
        return percent_text(self.outcome.rate, cap=self.display_cap)

    @property
    def rate_or_light(self):
        """「達成率 95.2%」, or the light's word where there is no rate."""
        return self.status.label if self.outcome.rate is None else f"達成率 {self.rate_text}"


@dataclass(frozen=True)
class MeasureLine:
    """A measure with its cell of every year of the plan; cell is the one of the scorecard's year."""

    id: int
    label: str
    unit: str
    direction: Direction
    tolerance: Decimal | None
    weight: Decimal
    cells: dict[int, Cell]
    cell: Cell
    numerator_label: str = ""
    denominator_label: str = ""
    factor: int = 1

    def in_year(self, year):
        """The measure as the scorecard of another of its years has it."""
        return replace(self, cell=self.cells[year])

    @property
    def is_ratio(self):
        """Whether the actual is a quotient of two counts."""
        return bool(self.numerator_label)

    @property
    def calculation(self):
        """The rate of the scorecard's year with the numbers put into the formula, those of a ratio itself first."""
        return calculation(self.cell.outcome, self.unit, (self.numerator_label, self.denominator_label))

    @property
    def direction_text(self):
        """「越高越好」, 「越低越好」 or 「目標 ± 2」."""
        if self.direction == Direction.BAND:
            return f"目標 ± {grouped(self.tolerance)}"
        return self.direction.label

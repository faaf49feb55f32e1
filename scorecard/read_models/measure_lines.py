"""A scorecard's years, its measures and their cells. scoring.py judges every cell.

Years are Gregorian; *_text properties are ready to print.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from scorecard.domain.choices import Direction, Status, YearState
from scorecard.domain.explanation import calculation
from scorecard.domain.ratios import Parts
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import BLANK, Outcome, grouped, percent_text
from scorecard.drawing.trend_chart import YearFigures


@dataclass(frozen=True)
class YearLine:
    """due_date None: never opened."""

    year: int
    state: YearState
    is_baseline: bool
    due_date: date | None = None
    contact: str = ""

    @property
    def text(self) -> str:
        """「105 年」."""
        return year_text(self.year)

    @property
    def roc(self) -> int:
        """The ROC year of URLs: 105."""
        return to_roc(self.year)

    @property
    def is_open(self) -> bool:
        """Whether staff may report."""
        return self.state == YearState.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the year's figures are final."""
        return self.state == YearState.CLOSED


@dataclass(frozen=True)
class Cell:
    """One measure in one year: figures in the measure's unit, None where there is none.

    is_provisional: an actual is shown that is not approved yet. is_withheld: there is one, but it is not shown.
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
    def target(self) -> Decimal | None:
        return self.outcome.target

    @property
    def actual(self) -> Decimal | None:
        """None also where it is withheld."""
        return self.outcome.actual

    @property
    def parts(self) -> Parts | None:
        """Numerator and denominator of a ratio; None where the actual was reported alone."""
        return self.outcome.parts

    @property
    def status(self) -> Status:
        return self.outcome.status

    @property
    def target_text(self) -> str:
        """The number; without one the note, or a dash."""
        return grouped(self.target) if self.target is not None else self.target_note or BLANK

    @property
    def actual_text(self) -> str:
        """The number; without one the note, or a dash."""
        return grouped(self.actual) if self.actual is not None else self.actual_note or BLANK

    @property
    def target_remark(self) -> str:
        """The note beside a number; "" where the note takes the place of the number."""
        return self.target_note if self.target is not None else ""

    @property
    def actual_remark(self) -> str:
        """The note beside a number; "" where the note takes the place of the number."""
        return self.actual_note if self.actual is not None else ""

    @property
    def rate_text(self) -> str:
        """With the plan's display cap; a dash where there is no rate."""
        return percent_text(self.outcome.rate, cap=self.display_cap)

    @property
    def rate_or_light(self) -> str:
        """「達成率 95.2%」, or the light's word where there is no rate."""
        return self.status.label if self.outcome.rate is None else f"達成率 {self.rate_text}"


@dataclass(frozen=True)
class MeasureLine:
    """cells: by year of the plan; cell: the one of the scorecard's year."""

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

    def in_year(self, year: int) -> "MeasureLine":
        """The measure in the scorecard of another year of the plan."""
        return replace(self, cell=self.cells[year])

    def trend_figures(self, years: Iterable[YearLine]) -> list[YearFigures]:
        """What a trend chart draws of the years."""
        made = []
        for year in years:
            cell = self.cells[year.year]
            made.append(YearFigures(year.year, str(year.roc), cell.actual, cell.target, cell.is_provisional))
        return made

    @property
    def is_ratio(self) -> bool:
        """Whether the actual is a quotient of two counts."""
        return bool(self.numerator_label)

    @property
    def calculation(self) -> str:
        """The rate's formula with the numbers of the scorecard's year; for a ratio, first the ratio itself."""
        return calculation(self.cell.outcome, self.unit, (self.numerator_label, self.denominator_label))

    @property
    def direction_text(self) -> str:
        """「越高越好」, 「越低越好」 or 「目標 ± 2」."""
        if self.direction == Direction.BAND:
            return f"目標 ± {grouped(self.tolerance or Decimal(0))}"
        return self.direction.label

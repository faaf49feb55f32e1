"""A scorecard's years, its measures and their cells. scoring.py judges every cell.

Years are Gregorian; *_text properties are ready to print.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from scorecard.domain.choices import Direction, PlanState, Status
from scorecard.domain.explanation import calculation
from scorecard.domain.ratios import Parts
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import BLANK, Outcome, grouped, percent_text
from scorecard.drawing.trend_chart import YearFigures


@dataclass(frozen=True)
class YearLine:
    """A year of a scorecard: before its own (is_baseline), its own, or after it (is_outlook)."""

    year: int
    is_baseline: bool = False
    is_outlook: bool = False

    @property
    def text(self) -> str:
        """「105 年」."""
        return year_text(self.year)

    @property
    def roc(self) -> int:
        """The ROC year of URLs: 105."""
        return to_roc(self.year)


@dataclass(frozen=True)
class OwnYear(YearLine):
    """The scorecard's own year. due_date None: never opened."""

    state: PlanState = PlanState.ADOPTED
    due_date: date | None = None
    contact: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether the edition is not adopted yet."""
        return self.state == PlanState.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether staff may report."""
        return self.state == PlanState.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the year's figures are final."""
        return self.state == PlanState.CLOSED


@dataclass(frozen=True)
class Cell:
    """One measure in one year: figures in the measure's unit, None where there is none.

    is_provisional: an actual is shown that is not approved yet. is_withheld: there is one, but it is not shown.
    warning_threshold, display_cap: of the edition that has it. is_of_own_edition: whether that is the edition of the
    year, where the measure was set and reported, and no later one that has it as a baseline. target_reason: why the
    target was softened or changed after opening.
    """

    year: int
    target_note: str
    actual_note: str
    unmeasured: bool
    is_provisional: bool
    is_withheld: bool
    outcome: Outcome
    warning_threshold: Decimal
    display_cap: int
    is_of_own_edition: bool = True
    target_reason: str = ""

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
class MeasureSeries:
    """A measure over years of one unit. cells: by year."""

    lineage: UUID
    label: str
    unit: str
    direction: Direction
    tolerance: Decimal | None
    cells: dict[int, Cell]

    def trend_figures(self, years: Iterable[YearLine]) -> list[YearFigures]:
        """What a trend chart draws of the years; a year before the series began has no figure."""
        made = []
        for year in years:
            cell = self.cells.get(year.year)
            if cell is None:
                made.append(YearFigures(year.year, str(year.roc)))
            else:
                made.append(YearFigures(year.year, str(year.roc), cell.actual, cell.target, cell.is_provisional))
        return made

    @property
    def direction_text(self) -> str:
        """「越高越好」, 「越低越好」 or 「目標 ± 2」."""
        if self.direction == Direction.BAND:
            return f"目標 ± {grouped(self.tolerance or Decimal(0))}"
        return self.direction.label


@dataclass(frozen=True)
class FormerMeasure(MeasureSeries):
    """What a KPI measured before, in another unit: it ended before the scorecard's year."""

    @property
    def last_year(self) -> int:
        """Gregorian."""
        return max(self.cells)

    @property
    def heading(self) -> str:
        """「至 105 年，單位：件」."""
        return f"至 {year_text(self.last_year)}，單位：{self.unit}"

    @property
    def figures_text(self) -> str:
        """Actuals by year: 「104 年 80、105 年 82（尚未審核）」."""
        marks = {True: "（尚未審核）", False: ""}
        cells = sorted(self.cells.items())
        return "、".join(f"{year_text(year)} {cell.actual_text}{marks[cell.is_provisional]}" for year, cell in cells)


@dataclass(frozen=True)
class MeasureLine(MeasureSeries):
    """cells: by year of the scorecard; cell: the one of its own year."""

    id: int
    weight: Decimal
    cell: Cell
    numerator_label: str = ""
    denominator_label: str = ""
    factor: int = 1

    def in_year(self, year: int) -> "MeasureLine":
        """The measure judged in another year of the scorecard."""
        return replace(self, cell=self.cells[year])

    @property
    def is_ratio(self) -> bool:
        """Whether the actual is a quotient of two counts."""
        return bool(self.numerator_label)

    @property
    def calculation(self) -> str:
        """The rate's formula with the numbers of the scorecard's year; for a ratio, first the ratio itself."""
        return calculation(self.cell.outcome, self.unit, (self.numerator_label, self.denominator_label))

"""Turns the figures of a measure's year into a cell, and those of an action plan into a line. No query."""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction
from scorecard.domain.ratios import parts_of
from scorecard.domain.scoring import assess
from scorecard.read_models.action_plan_lines import BudgetLine
from scorecard.read_models.measure_lines import Cell

# The row of a measure's year without any entry.
EMPTY_VALUE_ROW = (None, "", None, "", False, None, None)


@dataclass(frozen=True)
class CellAssessor:
    """Decides which figures count: those of approved reports and of the years before the plan (decision 0003).

    first_year: the plan's.
    """

    first_year: int
    warning_threshold: Decimal
    display_cap: int
    include_provisional: bool = False

    def cell(
        self,
        year: int,
        row: tuple,
        *,
        is_approved: bool,
        direction: Direction,
        tolerance: Decimal | None,
        factor: int = 1,
    ) -> Cell:
        """row: target, target_note, actual, actual_note, unmeasured, numerator, denominator."""
        target, target_note, actual, actual_note, unmeasured, numerator, denominator = row
        is_final = year < self.first_year or is_approved
        has_more = not is_final and bool(actual is not None or unmeasured or actual_note)
        is_withheld = has_more and not self.include_provisional
        if is_withheld:
            actual = None
            actual_note = ""
            unmeasured = False
        outcome = assess(
            actual=actual,
            target=target,
            direction=direction,
            tolerance=tolerance,
            unmeasured=unmeasured,
            threshold=self.warning_threshold,
            parts=parts_of(actual, numerator, denominator, factor),
        )
        return Cell(
            year=year,
            target_note=target_note,
            actual_note=actual_note,
            unmeasured=unmeasured,
            is_provisional=has_more and self.include_provisional,
            is_withheld=is_withheld,
            outcome=outcome,
            display_cap=self.display_cap,
        )

    def budget(self, row: tuple, *, is_approved: bool) -> BudgetLine:
        """row: year, amount, executed, progress, id. The report of the KPI's year decides (decision 0003)."""
        year, amount, executed, progress, id_ = row
        if year < self.first_year or is_approved:
            return BudgetLine(year, amount, executed, progress, id_)
        if self.include_provisional:
            return BudgetLine(year, amount, executed, progress, id_, bool(executed is not None or progress))
        return BudgetLine(year, amount, None, "", id_, is_withheld=executed is not None)

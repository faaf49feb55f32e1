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
    """Shows what counts, and the rest only where it is asked for (decision 0003): its figures are then marked.

    warning_threshold, display_cap: of the edition whose year is judged.
    """

    warning_threshold: Decimal
    display_cap: int
    include_provisional: bool = False

    def cell(
        self,
        year: int,
        row: tuple,
        *,
        counts: bool,
        direction: Direction,
        tolerance: Decimal | None,
        factor: int = 1,
        is_of_own_edition: bool = True,
        target_reason: str = "",
    ) -> Cell:
        """row: target, target_note, actual, actual_note, unmeasured, numerator, denominator. The rest: see Cell."""
        target, target_note, actual, actual_note, unmeasured, numerator, denominator = row
        has_more = not counts and bool(actual is not None or unmeasured or actual_note)
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
            warning_threshold=self.warning_threshold,
            display_cap=self.display_cap,
            is_of_own_edition=is_of_own_edition,
            target_reason=target_reason,
        )

    def budget(self, row: tuple, *, counts: bool) -> BudgetLine:
        """row: year, amount, executed, progress, id. The report of the KPI decides (decision 0003)."""
        year, amount, executed, progress, id_ = row
        if counts:
            return BudgetLine(year, amount, executed, progress, id_)
        if self.include_provisional:
            return BudgetLine(year, amount, executed, progress, id_, bool(executed is not None or progress))
        return BudgetLine(year, amount, None, "", id_, is_withheld=executed is not None)

"""The plausibility questions about a scorecard's figures, asked by plausibility.py."""

from decimal import Decimal

from scorecard.domain.plausibility import PlausibilityQuestion, ReportedFigure, check_plausibility
from scorecard.domain.ratios import Parts
from scorecard.read_models.measure_lines import MeasureLine


def questions_for_measure(
    measure: MeasureLine, *, actual: Decimal | None = None, parts: Parts | None = None
) -> tuple[PlausibilityQuestion, ...]:
    """Every question about a figure of the scorecard's year, answered or not. No query.

    actual and parts: the figure as typed; both None: the current one. Build the scorecard with provisional figures:
    earlier years then count with all their figures.
    """
    if actual is None and parts is None:
        actual, parts = measure.cell.actual, measure.cell.parts
    year = measure.cell.year
    earlier = [cell for cell in measure.cells.values() if cell.year < year]
    return check_plausibility(
        ReportedFigure(
            actual=actual,
            unit=measure.unit,
            direction=measure.direction,
            target=measure.cell.target,
            tolerance=measure.tolerance,
            earlier=tuple((cell.year, cell.actual) for cell in earlier if cell.actual is not None),
            parts=parts,
            factor=measure.factor if measure.is_ratio else None,
        )
    )

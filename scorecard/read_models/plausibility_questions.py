"""The questions about a scorecard's figures: what plausibility.py wants to know, taken from a measure's line."""

from scorecard.domain.plausibility import ReportedFigure, check_plausibility


def questions_for_measure(measure, *, actual=None, parts=None):
    """Every Asked about a figure of the scorecard's year, answered or not; no query.

    actual and parts: the figure typed; without both the one that stands. Build the scorecard with provisional figures,
    so that an earlier year counts as it stands.
    """
    if actual is None and parts is None:
        actual, parts = measure.cell.actual, measure.cell.parts
    year = measure.cell.year
    earlier = tuple((cell.year, cell.actual) for cell in measure.cells.values() if cell.year < year)
    return check_plausibility(
        ReportedFigure(
            actual=actual,
            unit=measure.unit,
            direction=measure.direction,
            target=measure.cell.target,
            tolerance=measure.tolerance,
            earlier=tuple(each for each in earlier if each[1] is not None),
            parts=parts,
            factor=measure.factor if measure.is_ratio else None,
        )
    )

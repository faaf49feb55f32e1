"""Targets that an edition softened or changed since its adoption, as its annual report lists them."""

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import BLANK
from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.scorecard import Scorecard
from scorecard.read_models.target_adjustments import TargetAdjustment


@dataclass(frozen=True)
class SoftenedTarget:
    """last_actual: 「104 年 13」, the last one before the target's year that is shown; a dash for none."""

    adjustment: TargetAdjustment
    last_actual: str


def softened_targets(scorecard: Scorecard, adjustments: Iterable[TargetAdjustment]) -> tuple[SoftenedTarget, ...]:
    """Those of the scorecard's measures. No query."""
    measures = {measure.lineage: measure for kpi in scorecard.kpis for measure in kpi.measures}
    return tuple(
        SoftenedTarget(each, _last_actual(measures[each.row.lineage], each.row.year))
        for each in adjustments
        if each.is_told and each.row.lineage in measures
    )


def _last_actual(measure: MeasureLine, year: int) -> str:
    cells = [cell for cell in measure.cells.values() if cell.year < year and cell.actual is not None]
    last = max(cells, key=lambda cell: cell.year, default=None)
    return BLANK if last is None else f"{year_text(last.year)} {last.actual_text}"

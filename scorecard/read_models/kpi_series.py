"""A KPI over all years of its agency's editions, before and after a change of unit: for its page and its charts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scorecard.models import KPI, Plan
from scorecard.read_models.cell_assessor import EMPTY_VALUE_ROW, CellAssessor
from scorecard.read_models.earlier_cells import EarlierCells, find_earlier_cells
from scorecard.read_models.measure_lines import FormerMeasure, MeasureLine, MeasureSeries, YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class KPISeries:
    """kpi: the scorecard's line, whose measures have a cell of every year of `years`. former: what it measured before
    in another unit. sample_years: as of a Scorecard, of earlier years.
    """

    kpi: KPILine
    years: tuple[YearLine, ...]
    former: tuple[FormerMeasure, ...]
    sample_years: frozenset[int] = frozenset()


def series_of(scorecard: Scorecard, kpi: KPILine) -> KPISeries:
    """Over the scorecard's own years. No query."""
    return KPISeries(kpi, scorecard.years, kpi.former_measures)


def kpi_series(plan: Plan, scorecard: Scorecard, kpi: KPILine) -> KPISeries:
    """Over every year of which there is a figure of the KPI, and all that its edition shows. One query."""
    earlier = find_earlier_cells(
        plan,
        include_provisional=scorecard.include_provisional,
        since=0,
        kpis=KPI.objects.filter(pk=kpi.id),
    )
    first = min(earlier.years() | {plan.baseline_from})
    before = tuple(YearLine(year, is_baseline=True) for year in range(first, plan.year))
    years = (*before, *scorecard.target_years)
    measures = tuple(_over(measure, before, earlier, plan) for measure in kpi.measures)
    former = earlier.former_measures(kpi.lineage, {measure.lineage for measure in measures})
    return KPISeries(replace(kpi, measures=measures, former_measures=former), years, former, earlier.sample_years)


def _over(measure: MeasureLine, before: Iterable[YearLine], earlier: EarlierCells, plan: Plan) -> MeasureLine:
    """The measure with a cell of each year before its edition's own, too."""
    assessor = CellAssessor(plan.warning_threshold, plan.display_cap)
    cells = {}
    for line in before:
        found = earlier.cell(measure.lineage, line.year)
        if found is None:
            found = assessor.cell(
                line.year,
                EMPTY_VALUE_ROW,
                counts=True,
                direction=measure.direction,
                tolerance=measure.tolerance,
                is_of_own_edition=False,
            )
        cells[line.year] = found
    return replace(measure, cells=cells | {year: cell for year, cell in measure.cells.items() if year >= plan.year})


def unit_breaks(measure: MeasureSeries, others: Iterable[FormerMeasure]) -> dict[int, str]:
    """{year: 「單位改為 %」}: where the series begins because the one before is not comparable.

    others: the KPI's former measures. In the same unit another definition parted them: 「與先前不可比較」.
    """
    figures = [year for year, cell in measure.cells.items() if cell.actual is not None or cell.target is not None]
    first = min(figures, default=None)
    before = [former for former in others if first is not None and former.last_year < first]
    if first is None or not before:
        return {}
    latest = max(former.last_year for former in before)
    is_same_unit = any(former.unit == measure.unit for former in before if former.last_year == latest)
    return {first: "與先前不可比較" if is_same_unit else f"單位改為 {measure.unit}"}

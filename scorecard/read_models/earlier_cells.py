"""The years before an edition's own, as its pages show them: each cell judged by the edition of its year."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from scorecard.domain.choices import Direction
from scorecard.models import EarlierValue, Plan, earlier_values
from scorecard.read_models.cell_assessor import CellAssessor
from scorecard.read_models.measure_lines import Cell, FormerMeasure


@dataclass(frozen=True)
class EarlierCells:
    """by_measure: cells by measure lineage and year. latest: the last home's value of each measure lineage, whose
    definitions are the latest of the series. by_kpi: the measure lineages that a KPI lineage ever had. sample_years:
    those of which a demo account entered a figure.
    """

    by_measure: dict[UUID, dict[int, Cell]]
    latest: dict[UUID, EarlierValue]
    by_kpi: dict[UUID, list[UUID]]
    sample_years: frozenset[int]

    def cell(self, measure: UUID, year: int) -> Cell | None:
        """None: no edition has the measure's figure of the year."""
        return self.by_measure.get(measure, {}).get(year)

    def years(self) -> set[int]:
        """Those of which there is a figure."""
        return {year for cells in self.by_measure.values() for year in cells}

    def former_measures(self, kpi: UUID, present: Collection[UUID]) -> tuple[FormerMeasure, ...]:
        """The KPI's series that its present measures do not go on with. kpi, present: lineages."""
        return tuple(self._former(lineage) for lineage in self.by_kpi.get(kpi, ()) if lineage not in present)

    def _former(self, lineage: UUID) -> FormerMeasure:
        value = self.latest[lineage]
        direction = Direction(value.direction)
        return FormerMeasure(lineage, value.label, value.unit, direction, value.tolerance, self.by_measure[lineage])


NO_EARLIER_CELLS = EarlierCells({}, {}, {}, frozenset())


def find_earlier_cells(
    plan: Plan, *, include_provisional: bool, since: int | None = None, kpis: object = None
) -> EarlierCells:
    """since, kpis: as for earlier_values(). One query."""
    return earlier_cells(earlier_values(plan, since=since, kpis=kpis), include_provisional=include_provisional)


def earlier_cells(values: Iterable[EarlierValue], *, include_provisional: bool) -> EarlierCells:
    """values: in the order of their homes. No query."""
    by_measure: dict[UUID, dict[int, Cell]] = defaultdict(dict)
    latest: dict[UUID, EarlierValue] = {}
    by_kpi: dict[UUID, list[UUID]] = defaultdict(list)
    sample_years = set()
    for value in values:
        by_measure[value.measure_lineage][value.year] = _cell(value, include_provisional)
        latest[value.measure_lineage] = value
        if value.measure_lineage not in by_kpi[value.kpi_lineage]:
            by_kpi[value.kpi_lineage].append(value.measure_lineage)
        if value.is_sample:
            sample_years.add(value.year)
    return EarlierCells(dict(by_measure), latest, dict(by_kpi), frozenset(sample_years))


def _cell(value: EarlierValue, include_provisional: bool) -> Cell:
    """By the definitions and the threshold of the edition that has the figure."""
    assessor = CellAssessor(value.warning_threshold, value.display_cap, include_provisional)
    row = (
        value.target,
        value.target_note,
        value.actual,
        value.actual_note,
        value.unmeasured,
        value.numerator,
        value.denominator,
    )
    return assessor.cell(
        value.year,
        row,
        counts=value.counts,
        direction=Direction(value.direction),
        tolerance=value.tolerance,
        factor=value.factor,
        is_of_own_edition=not value.is_baseline,
    )

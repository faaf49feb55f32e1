"""The rows of the form: the cells of each row, and over how many rows each cell extends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.scorecard import ActionPlanLine, KPILine, ObjectiveLine


@dataclass(frozen=True)
class Spanned:
    """A cell that starts in a row and extends over `rows` rows. item None: an empty cell."""

    item: ObjectiveLine | KPILine | MeasureLine | ActionPlanLine | None
    rows: int


@dataclass(frozen=True)
class TableRow:
    """One row of the form. None: an earlier cell extends into this row, so nothing is printed."""

    objective: Spanned | None
    kpi: Spanned | None
    measure: Spanned | None
    action_plan: Spanned | None


@dataclass(frozen=True)
class ObjectiveRows:
    """An objective with its rows, to be kept on one page."""

    objective: ObjectiveLine
    rows: tuple[TableRow, ...]


def table_rows(objectives: Iterable[ObjectiveLine]) -> tuple[ObjectiveRows, ...]:
    """A KPI takes as many rows as it has measures or action plans, whichever is more, and at least one."""
    return tuple(ObjectiveRows(objective, _rows_of(objective)) for objective in objectives)


def _rows_of(objective: ObjectiveLine) -> tuple[TableRow, ...]:
    kpis: tuple[KPILine | None, ...] = objective.kpis or (None,)
    total = sum(map(_height, kpis))
    rows: list[TableRow] = []
    for kpi in kpis:
        height = _height(kpi)
        measures = _spread(kpi.measures if kpi else (), height)
        plans = _spread(kpi.action_plans if kpi else (), height)
        for index in range(height):
            rows.append(
                TableRow(
                    objective=Spanned(objective, total) if not rows else None,
                    kpi=Spanned(kpi, height) if index == 0 else None,
                    measure=measures[index],
                    action_plan=plans[index],
                )
            )
    return tuple(rows)


def _height(kpi: KPILine | None) -> int:
    return 1 if kpi is None else max(1, len(kpi.measures), len(kpi.action_plans))


def _spread(items: Sequence[MeasureLine | ActionPlanLine], height: int) -> tuple[Spanned | None, ...]:
    """One item a row; the last extends to the end."""
    if not items:
        return (Spanned(None, height), *[None] * (height - 1))
    last = len(items) - 1
    spans = [Spanned(item, 1 if index < last else height - last) for index, item in enumerate(items)]
    return (*spans, *[None] * (height - len(items)))

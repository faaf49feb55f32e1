"""The rows of the form: what stands side by side in the source's table, and over how many rows each cell reaches."""

from dataclasses import dataclass

from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.scorecard import ActionPlanLine, KPILine, ObjectiveLine


@dataclass(frozen=True)
class Spanned:
    """A cell that begins in a row and reaches over `rows` of them. item is None where the cell stays empty."""

    item: ObjectiveLine | KPILine | MeasureLine | ActionPlanLine | None
    rows: int


@dataclass(frozen=True)
class TableRow:
    """One row of the form. A None is a cell that an earlier row reaches into, so nothing is printed for it."""

    objective: Spanned | None
    kpi: Spanned | None
    measure: Spanned | None
    action_plan: Spanned | None


@dataclass(frozen=True)
class ObjectiveRows:
    """An objective with its rows, which belong on one page."""

    objective: ObjectiveLine
    rows: tuple[TableRow, ...]


def table_rows(objectives):
    """ObjectiveRows of each objective: a KPI takes as many rows as it has measures or action plans, one at least."""
    return tuple(ObjectiveRows(objective, _rows_of(objective)) for objective in objectives)


def _rows_of(objective):
    kpis = objective.kpis or (None,)
    total = sum(map(_height, kpis))
    rows = []
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


def _height(kpi):
    return 1 if kpi is None else max(1, len(kpi.measures), len(kpi.action_plans))


def _spread(items, height):
    """The items one a row, the last reaching to the end."""
    items = tuple(items) or (None,)
    last = len(items) - 1
    spans = [Spanned(item, 1 if index < last else height - last) for index, item in enumerate(items)]
    return (*spans, *(None for _ in range(height - len(items))))

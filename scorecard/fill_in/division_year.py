"""The contents of a division's fill-in workbook: its KPIs and action plans with their current values."""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.models import ActionBudget, Measure, YearlyReport, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.measure_lines import Cell, MeasureLine
from scorecard.read_models.scorecard import ActionPlanLine, KPILine, Scorecard


@dataclass(frozen=True)
class Ratio:
    """factor: of the quotient, for example 100 for a percentage."""

    numerator_label: str
    denominator_label: str
    factor: int


@dataclass(frozen=True)
class MeasureToFill:
    """before: of the year before, None for no such year. ratio: None if the measure is no ratio."""

    line: MeasureLine
    before: Cell | None
    ratio: Ratio | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True)
class KPIToFill:
    """A KPI that is due. version: the report's, 0 for none. is_editable: by the report's state alone."""

    line: KPILine
    version: int
    is_editable: bool
    state_text: str
    explanation: str
    improvement: str
    measures: tuple[MeasureToFill, ...]


@dataclass(frozen=True)
class BudgetToFill:
    """An action plan's budget of the year. amount, executed: NT$ whole dollars; executed None if not reported."""

    kpi: KPILine
    line: ActionPlanLine
    id: int
    amount: int
    executed: int | None
    progress: str


@dataclass(frozen=True)
class FillIn:
    """scorecard: includes figures that are not approved yet."""

    scorecard: Scorecard
    division_id: int
    division: str
    kpis: tuple[KPIToFill, ...]
    budgets: tuple[BudgetToFill, ...]


def build_fill_in(plan, division):
    """plan: as for build_scorecard(). 10 queries, whatever the size."""
    scorecard = build_scorecard(plan, include_provisional=True, with_action_plans=True)
    own = [line for line in scorecard.kpis if line.division_id == division.id]
    due = [line for line in own if line.report_state is not None]
    before = scorecard.baseline_years[-1].year if scorecard.baseline_years else None
    reports = {row.kpi_id: row for row in YearlyReport.objects.filter(kpi__in=[line.id for line in due])}
    ratios, parts = _ratios([line.id for line in due], plan.year)
    kpis = tuple(
        _kpi(line, reports.get(line.id), [_measure(each, before, ratios, parts) for each in line.measures])
        for line in due
    )
    return FillIn(scorecard, division.id, division.name, kpis, _budgets(own, plan.year))


def _ratios(kpi_ids, year):
    """({measure id: Ratio}, {measure id: (numerator, denominator)} of the year)."""
    fields = ("id", "numerator_label", "denominator_label", "factor")
    measures = Measure.objects.filter(kpi__in=kpi_ids).exclude(numerator_label="")
    ratios = {id_: Ratio(*rest) for id_, *rest in measures.values_list(*fields)}
    values = YearlyValue.objects.filter(measure__in=list(ratios), year=year)
    return ratios, {id_: rest for id_, *rest in values.values_list("measure_id", "numerator", "denominator")}


def _measure(line, before, ratios, parts):
    return MeasureToFill(line, line.cells.get(before), ratios.get(line.id), *parts.get(line.id, (None, None)))


def _kpi(line, report, measures):
    return KPIToFill(
        line=line,
        version=report.version if report else 0,
        is_editable=report is None or report.is_editable,
        state_text=line.report_state.label,
        explanation=report.explanation if report else "",
        improvement=report.improvement if report else "",
        measures=tuple(measures),
    )


def _budgets(kpis, year):
    plans = {plan.id: (kpi, plan) for kpi in kpis for plan in kpi.action_plans}
    rows = {row.action_plan_id: row for row in ActionBudget.objects.filter(action_plan__in=list(plans), year=year)}
    return tuple(
        BudgetToFill(kpi, plan, rows[id_].id, rows[id_].amount, rows[id_].executed, rows[id_].progress)
        for id_, (kpi, plan) in plans.items()
        if id_ in rows
    )

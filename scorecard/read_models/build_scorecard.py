"""Collects a Scorecard's parts from the database, in a fixed number of queries for a plan of any size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import FilteredRelation, Q

from scorecard.domain.choices import Direction, ReportState, YearState
from scorecard.models import KPI, ActionPlan, Measure, ObjectiveLink, Perspective, Plan, Theme, YearlyReport
from scorecard.read_models.action_plan_lines import ActionPlanLine
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.cell_assessor import EMPTY_VALUE_ROW, CellAssessor
from scorecard.read_models.measure_lines import MeasureLine, YearLine
from scorecard.read_models.scorecard import (
    KPIFacts,
    LinkLine,
    ObjectiveFacts,
    PerspectiveFacts,
    PlanFacts,
    Scorecard,
    ThemeFacts,
)

# By (KPI id, year).
ReportStates = dict[tuple[int, int], ReportState]


class NoSuchYear(LookupError):
    """The plan has no such year."""


def build_scorecard(
    plan: Plan,
    year: int,
    *,
    include_provisional: bool = False,
    with_action_plans: bool = False,
    with_links: bool = False,
    with_other_years: bool = True,
) -> Scorecard:
    """year is Gregorian; plan has its agency selected and its years prefetched.

    with_other_years False: a measure has the cell of this year alone. 5 queries, and one more each for action plans and
    links. Raises NoSuchYear.
    """
    years = _years(plan)
    current = next((line for line in years if line.year == year), None)
    if current is None:
        raise NoSuchYear(year)
    reports, has_sample_data = _report_states(plan)
    assessor = CellAssessor(plan.first_year, plan.warning_threshold, plan.display_cap, include_provisional)
    action_plans = _action_plans(plan, reports, assessor) if with_action_plans else {}
    measures = _measures(plan, years if with_other_years else (current,), current, reports, assessor)
    kpis = _kpis(plan, current, reports, measures, action_plans)
    perspectives, objectives = _perspectives_and_objectives(plan)
    facts = PlanFacts(
        agency=plan.agency.name,
        agency_slug=plan.agency.slug,
        plan_slug=plan.slug,
        plan_title=plan.title,
        first_year=plan.first_year,
        last_year=plan.last_year,
        mission=tuple(plan.mission_lines),
        vision=plan.vision,
        core_values=tuple(plan.core_value_lines),
        instructions=tuple(plan.instruction_lines),
        warning_threshold=plan.warning_threshold,
        display_cap=plan.display_cap,
        data_version=plan.data_version,
        year=current,
        years=years,
        include_provisional=include_provisional,
        has_sample_data=has_sample_data,
        links=_links(plan) if with_links else (),
    )
    return assemble_scorecard(facts, perspectives=perspectives, themes=_themes(plan), objectives=objectives, kpis=kpis)


def _years(plan: Plan) -> tuple[YearLine, ...]:
    return tuple(
        YearLine(row.year, YearState(row.state), row.year < plan.first_year, row.due_date, row.contact)
        for row in plan.years.all()
    )


def _report_states(plan: Plan) -> tuple[ReportStates, bool]:
    """By (KPI id, year); and whether any year has sample data, since the cells of every year are shown."""
    reports = YearlyReport.objects.filter(kpi__plan=plan).with_sample_mark()
    states: ReportStates = {}
    has_sample_data = False
    for kpi_id, year, state, is_sample in reports.values_list("kpi_id", "year", "state", "is_sample"):
        states[kpi_id, year] = ReportState(state)
        has_sample_data = has_sample_data or bool(is_sample)
    return states, has_sample_data


def _measures(
    plan: Plan, years: Sequence[YearLine], current: YearLine, reports: ReportStates, assessor: CellAssessor
) -> dict[int, list[MeasureLine]]:
    """By KPI id, with the cells of the years. One query for measures and values, by a left join."""
    fields = (
        "kpi_id",
        "id",
        "label",
        "unit",
        "direction",
        "tolerance",
        "weight",
        "numerator_label",
        "denominator_label",
        "factor",
    )
    figures = ("year", "target", "target_note", "actual", "actual_note", "unmeasured", "numerator", "denominator")
    rows = (
        Measure.objects.filter(kpi__plan=plan)
        .annotate(value=FilteredRelation("values", condition=Q(values__year__in=[line.year for line in years])))
        .order_by("kpi_id", "position", "id")
        .values_list(*fields, *(f"value__{name}" for name in figures))
    )
    measures = {}
    values: dict[int, dict[int, tuple]] = defaultdict(dict)
    for row in rows:
        id_, year = row[1], row[10]
        measures[id_] = row[:10]
        values[id_][year] = row[11:]
    by_kpi: dict[int, list[MeasureLine]] = defaultdict(list)
    for kpi_id, id_, label, unit, direction_value, tolerance, weight, above, below, factor in measures.values():
        direction = Direction(direction_value)
        cells = {
            line.year: assessor.cell(
                line.year,
                values[id_].get(line.year, EMPTY_VALUE_ROW),
                is_approved=reports.get((kpi_id, line.year)) == ReportState.APPROVED,
                direction=direction,
                tolerance=tolerance,
                factor=factor,
            )
            for line in years
        }
        cell = cells[current.year]
        by_kpi[kpi_id].append(
            MeasureLine(id_, label, unit, direction, tolerance, weight, cells, cell, above, below, factor)
        )
    return by_kpi


def _action_plans(plan: Plan, reports: ReportStates, assessor: CellAssessor) -> dict[int, list[ActionPlanLine]]:
    """By KPI id. One query for plans and budgets, by a left join."""
    fields = ("kpi_id", "id", "code", "description", "owner_division__name", "owner_person")
    rows = (
        ActionPlan.objects.filter(plan=plan)
        .order_by("kpi_id", "position", "budgets__year")
        .values_list(*fields, *(f"budgets__{name}" for name in ("year", "amount", "executed", "progress", "id")))
    )
    by_kpi: dict[int, list[ActionPlanLine]] = defaultdict(list)
    lines: dict[int, ActionPlanLine] = {}
    for kpi_id, id_, code, description, division, person, *budget in rows:
        if id_ not in lines:
            lines[id_] = ActionPlanLine(id_, code, description, division or person, {})
            by_kpi[kpi_id].append(lines[id_])
        if budget[0] is not None:
            is_approved = reports.get((kpi_id, budget[0])) == ReportState.APPROVED
            lines[id_].budgets[budget[0]] = assessor.budget(tuple(budget), is_approved=is_approved)
    return by_kpi


def _kpis(
    plan: Plan,
    current: YearLine,
    reports: ReportStates,
    measures: Mapping[int, list[MeasureLine]],
    action_plans: Mapping[int, list[ActionPlanLine]],
) -> list[KPIFacts]:
    fields = ("id", "code", "name", "formula", "objective__code", "division_id", "division__name", "weight")
    rows = KPI.objects.filter(plan=plan).order_by("position", "id").values_list(*fields)
    return [
        KPIFacts(
            id=id_,
            code=code,
            name=name,
            formula=formula,
            objective_code=objective_code,
            division_id=division_id,
            division=division,
            weight=weight,
            measures=tuple(measures.get(id_, ())),
            report_state=reports.get((id_, current.year), ReportState.PENDING),
            action_plans=tuple(action_plans.get(id_, ())),
        )
        for id_, code, name, formula, objective_code, division_id, division, weight in rows
    ]


def _perspectives_and_objectives(plan: Plan) -> tuple[list[PerspectiveFacts], list[ObjectiveFacts]]:
    """Perspectives by position, objectives by perspective, theme and position. One query, by a left join."""
    fields = ("id", "code", "name", "weight")
    own = ("id", "code", "name", "theme__code", "weight")
    rows = (
        Perspective.objects.filter(plan=plan)
        .order_by("position", "id", "objectives__theme__position", "objectives__position", "objectives__id")
        .values_list(*fields, *(f"objectives__{name}" for name in own))
    )
    perspectives: dict[int, PerspectiveFacts] = {}
    objectives = []
    for row in rows:
        if row[0] not in perspectives:
            perspectives[row[0]] = PerspectiveFacts(*row[:4])
        id_, code, name, theme_code, weight = row[4:]
        if id_ is not None:
            objectives.append(ObjectiveFacts(id_, code, name, theme_code, perspectives[row[0]].code, weight))
    return list(perspectives.values()), objectives


def _themes(plan: Plan) -> list[ThemeFacts]:
    rows = Theme.objects.filter(plan=plan).order_by("position", "id")
    return [
        ThemeFacts(id_, code, name, division or "")
        for id_, code, name, division in rows.values_list("id", "code", "name", "lead_division__name")
    ]


def _links(plan: Plan) -> tuple[LinkLine, ...]:
    rows = ObjectiveLink.objects.filter(plan=plan).order_by("cause__code", "effect__code")
    return tuple(LinkLine(*row) for row in rows.values_list("cause__code", "effect__code", "reason"))

"""Collects a Scorecard's parts from the database: a fixed number of queries, whatever the size of the plan."""

from collections import defaultdict

from django.db.models import FilteredRelation, Q

from scorecard.domain.choices import Direction, ReportState, YearState
from scorecard.models import KPI, ActionPlan, Measure, ObjectiveLink, Perspective, Theme, YearlyReport
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.cell_assessor import EMPTY_VALUE_ROW, CellAssessor
from scorecard.read_models.measure_lines import MeasureLine, YearLine
from scorecard.read_models.scorecard import KPIFacts, LinkLine, ObjectiveFacts, PerspectiveFacts, PlanFacts, ThemeFacts


class NoSuchYear(LookupError):
    """The plan has no such year."""


def build_scorecard(
    plan, year, *, include_provisional=False, with_action_plans=False, with_links=False, with_other_years=True
):
    """The Scorecard of a plan in a Gregorian year; the plan comes with its agency selected and its years prefetched.

    Without other years its measures have the cell of the year alone. 5 queries, one more each for action plans and
    links. Raises NoSuchYear.
    """
    years = _years(plan)
    current = next((line for line in years if line.year == year), None)
    if current is None:
        raise NoSuchYear(year)
    reports, has_sample_data = _report_states(plan)
    assessor = CellAssessor(plan.first_year, plan.warning_threshold, plan.display_cap, include_provisional)
    action_plans = _action_plans(plan) if with_action_plans else {}
    measures = _measures(plan, years if with_other_years else (current,), current, reports, assessor)
    kpis = _kpis(plan, current, reports, measures, action_plans)
    perspectives, objectives = _perspectives_and_objectives(plan)
    facts = PlanFacts(
        agency=plan.agency.name,
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


def _years(plan):
    return tuple(
        YearLine(row.year, YearState(row.state), row.year < plan.first_year, row.due_date, row.contact)
        for row in plan.years.all()
    )


def _report_states(plan):
    """Report states by (KPI id, year), and whether any year holds sample data, since every year's cells are shown."""
    reports = YearlyReport.objects.filter(kpi__plan=plan).with_sample_mark()
    states, has_sample_data = {}, False
    for kpi_id, year, state, is_sample in reports.values_list("kpi_id", "year", "state", "is_sample"):
        states[kpi_id, year] = ReportState(state)
        has_sample_data |= bool(is_sample)
    return states, has_sample_data


def _measures(plan, years, current, reports, assessor):
    """Measure lines by KPI id, with the cells of the years: measures and values in one query by a left join."""
    fields = ("kpi_id", "id", "label", "unit", "direction", "tolerance", "weight")
    fields += ("numerator_label", "denominator_label", "factor")
    figures = ("year", "target", "target_note", "actual", "actual_note", "unmeasured", "numerator", "denominator")
    rows = (
        Measure.objects.filter(kpi__plan=plan)
        .annotate(value=FilteredRelation("values", condition=Q(values__year__in=[line.year for line in years])))
        .order_by("kpi_id", "position", "id")
        .values_list(*fields, *(f"value__{name}" for name in figures))
    )
    measures, values = {}, defaultdict(dict)
    for row in rows:
        id_, year = row[1], row[10]
        measures[id_] = row[:10]
        values[id_][year] = row[11:]
    by_kpi = defaultdict(list)
    for kpi_id, id_, label, unit, direction, tolerance, weight, *names, factor in measures.values():
        direction = Direction(direction)
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
        by_kpi[kpi_id].append(
            MeasureLine(id_, label, unit, direction, tolerance, weight, cells, cells[current.year], *names, factor)
        )
    return by_kpi


def _action_plans(plan):
    """Action plan lines by KPI id: plans and budgets in one query by a left join."""
    fields = ("kpi_id", "id", "code", "description", "owner_division__name", "owner_person")
    rows = (
        ActionPlan.objects.filter(plan=plan)
        .order_by("kpi_id", "position", "budgets__year")
        .values_list(*fields, *(f"budgets__{name}" for name in ("year", "amount", "executed", "progress", "id")))
    )
    by_kpi, seen = defaultdict(list), {}
    for kpi_id, id_, code, description, division, person, *budget in rows:
        if id_ not in seen:
            seen[id_] = ActionPlanLine(id_, code, description, division or person, {})
            by_kpi[kpi_id].append(seen[id_])
        if budget[0] is not None:
            seen[id_].budgets[budget[0]] = BudgetLine(*budget)
    return by_kpi


def _kpis(plan, current, reports, measures, action_plans):
    fields = ("id", "code", "name", "formula", "objective__code", "division_id", "division__name", "weight")
    rows = KPI.objects.filter(plan=plan).order_by("position", "id").values_list(*fields)
    return [
        KPIFacts(
            id_,
            *own,
            measures=tuple(measures[id_]),
            report_state=reports.get((id_, current.year), ReportState.PENDING),
            action_plans=tuple(action_plans.get(id_, ())),
        )
        for id_, *own in rows
    ]


def _perspectives_and_objectives(plan):
    """Perspectives by position and objectives by perspective, theme and position: one query by a left join."""
    fields = ("id", "code", "name", "weight")
    own = ("id", "code", "name", "theme__code", "weight")
    rows = (
        Perspective.objects.filter(plan=plan)
        .order_by("position", "id", "objectives__theme__position", "objectives__position", "objectives__id")
        .values_list(*fields, *(f"objectives__{name}" for name in own))
    )
    perspectives, objectives = {}, []
    for row in rows:
        if row[0] not in perspectives:
            perspectives[row[0]] = PerspectiveFacts(*row[:4])
        id_, code, name, theme_code, weight = row[4:]
        if id_ is not None:
            objectives.append(ObjectiveFacts(id_, code, name, theme_code, perspectives[row[0]].code, weight))
    return perspectives.values(), objectives


def _themes(plan):
    rows = Theme.objects.filter(plan=plan).order_by("position", "id")
    return [
        ThemeFacts(id_, code, name, division or "")
        for id_, code, name, division in rows.values_list("id", "code", "name", "lead_division__name")
    ]


def _links(plan):
    rows = ObjectiveLink.objects.filter(plan=plan).order_by("cause__code", "effect__code")
    return tuple(LinkLine(*row) for row in rows.values_list("cause__code", "effect__code", "reason"))

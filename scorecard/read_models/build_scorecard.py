"""Builds a Scorecard from the database: a fixed number of queries, whatever the size of the plan."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from scorecard.domain.choices import Direction, ReportState, YearState
from scorecard.domain.ratios import parts_of
from scorecard.domain.scoring import assess, kpi_score, roll_up
from scorecard.models import KPI, ActionPlan, Measure, ObjectiveLink, Perspective, Theme, YearlyReport
from scorecard.read_models import scorecard as lines
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine

EMPTY_VALUE_ROW = (None, None, "", None, "", False, None, None)


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
    judge = CellAssessor(plan, reports, include_provisional)
    action_plans = _action_plans(plan) if with_action_plans else {}
    measures = _measures(plan, years if with_other_years else (current,), current, judge)
    kpis = _kpis(plan, current, judge, measures, action_plans)
    perspectives = _perspectives(plan, kpis)
    objectives = tuple(objective for perspective in perspectives for objective in perspective.objectives)
    weighted = [(perspective.weight, perspective.score) for perspective in perspectives]
    return lines.Scorecard(
        score=roll_up(weighted, plan.warning_threshold),
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
        perspectives=perspectives,
        themes=_themes(plan, objectives),
        objectives=objectives,
        divisions=_divisions(plan, perspectives),
        links=_links(plan) if with_links else (),
    )


@dataclass(frozen=True)
class CellAssessor:
    """Turns a row's figures into a cell, knowing which reports are approved (decision 0003).

    reports: states by (KPI id, Gregorian year).
    """

    plan: object
    reports: dict
    include_provisional: bool

    def cell(self, kpi_id, year, direction, tolerance, factor, row):
        """row: year, target, target_note, actual, actual_note, unmeasured, numerator, denominator."""
        _, target, target_note, actual, actual_note, unmeasured, numerator, denominator = row
        is_final = year < self.plan.first_year or self.reports.get((kpi_id, year)) == ReportState.APPROVED
        has_more = not is_final and bool(actual is not None or unmeasured or actual_note)
        is_withheld = has_more and not self.include_provisional
        if is_withheld:
            actual, actual_note, unmeasured = None, "", False
        outcome = assess(
            actual=actual,
            target=target,
            direction=direction,
            tolerance=tolerance,
            unmeasured=unmeasured,
            threshold=self.plan.warning_threshold,
            parts=parts_of(actual, numerator, denominator, factor),
        )
        return lines.Cell(
            year=year,
            target_note=target_note,
            actual_note=actual_note,
            unmeasured=unmeasured,
            is_provisional=has_more and self.include_provisional,
            is_withheld=is_withheld,
            outcome=outcome,
            display_cap=self.plan.display_cap,
        )


def _years(plan):
    return tuple(
        lines.YearLine(row.year, YearState(row.state), row.year < plan.first_year, row.due_date, row.contact)
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


def _measures(plan, years, current, judge):
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
    found = defaultdict(dict)
    for row in rows:
        found[row[:10]][row[10]] = row[10:]
    by_kpi = defaultdict(list)
    for (kpi_id, id_, label, unit, direction, tolerance, weight, *ratio), values in found.items():
        direction, (*_, factor) = Direction(direction), ratio
        cells = {
            line.year: judge.cell(
                kpi_id, line.year, direction, tolerance, factor, values.get(line.year, EMPTY_VALUE_ROW)
            )
            for line in years
        }
        by_kpi[kpi_id].append(
            lines.MeasureLine(id_, label, unit, direction, tolerance, weight, cells, cells[current.year], *ratio)
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


def _kpis(plan, current, judge, measures, action_plans):
    """KPI lines by objective id."""
    fields = ("id", "code", "name", "formula", "objective__code", "division_id", "division__name", "weight")
    rows = KPI.objects.filter(plan=plan).order_by("position", "id").values_list("objective_id", *fields)
    by_objective = defaultdict(list)
    for objective_id, id_, *own in rows:
        below = tuple(measures[id_])
        score = kpi_score([(measure.weight, measure.cell.outcome) for measure in below], plan.warning_threshold)
        is_due = not current.is_baseline and score.tally.due
        state = judge.reports.get((id_, current.year), ReportState.PENDING) if is_due else None
        line = lines.KPILine(score, id_, *own, below, state, tuple(action_plans.get(id_, ())))
        by_objective[objective_id].append(line)
    return by_objective


def _perspectives(plan, kpis):
    """Perspective lines with their objectives by theme and position, each with its KPIs: one query by a left join."""
    fields = ("id", "code", "name", "weight")
    own = ("id", "code", "name", "theme__code", "weight")
    rows = (
        Perspective.objects.filter(plan=plan)
        .order_by("position", "id", "objectives__theme__position", "objectives__position", "objectives__id")
        .values_list(*fields, *(f"objectives__{name}" for name in own))
    )
    found = defaultdict(list)
    for row in rows:
        perspective, objective = row[:4], row[4:]
        found[perspective] += [_objective(plan, perspective[1], objective, kpis)] if objective[0] else []
    return tuple(lines.PerspectiveLine(_mean(plan, made), *line, tuple(made)) for line, made in found.items())


def _objective(plan, perspective_code, row, kpis):
    id_, code, name, theme, weight = row
    own = tuple(kpis.get(id_, ()))
    score = roll_up([(kpi.weight, kpi.score) for kpi in own], plan.warning_threshold)
    return lines.ObjectiveLine(score, id_, code, name, theme, perspective_code, weight, own)


def _mean(plan, objectives):
    return roll_up([(objective.weight, objective.score) for objective in objectives], plan.warning_threshold)


def _themes(plan, objectives):
    rows = Theme.objects.filter(plan=plan).order_by("position", "id")
    made = []
    for id_, code, name, division in rows.values_list("id", "code", "name", "lead_division__name"):
        own = tuple(objective for objective in objectives if objective.theme_code == code)
        made.append(lines.ThemeLine(_mean(plan, own), id_, code, name, division or "", own))
    return tuple(made)


def _divisions(plan, perspectives):
    """The divisions that own a KPI, in the order in which the scorecard first names them."""
    by_division = defaultdict(list)
    for perspective in perspectives:
        for kpi in perspective.kpis:
            by_division[kpi.division_id, kpi.division].append(kpi)
    return tuple(
        lines.DivisionLine(
            roll_up([(kpi.weight, kpi.score) for kpi in own], plan.warning_threshold), id_, name, tuple(own)
        )
        for (id_, name), own in by_division.items()
    )


def _links(plan):
    rows = ObjectiveLink.objects.filter(plan=plan).order_by("cause__code", "effect__code")
    return tuple(lines.LinkLine(*row) for row in rows.values_list("cause__code", "effect__code", "reason"))

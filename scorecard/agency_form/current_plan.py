"""Loads the edition that a form would change as facts to compare, with a fixed number of queries."""

from scorecard.agency_form.changes import CurrentPlan
from scorecard.domain.choices import Direction, PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.text_folding import fold_for_search
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    Measure,
    Objective,
    Perspective,
    Plan,
    Theme,
    YearlyReport,
    YearlyValue,
    earlier_values,
)

# Staff cannot edit these any more.
_SETTLED = (ReportState.SUBMITTED, ReportState.APPROVED)


def find_agency(name):
    """None if there is no agency with this name; 臺 equals 台. One query."""
    wanted = fold_for_search(name).replace(" ", "")
    return next((row for row in Agency.objects.all() if fold_for_search(row.name).replace(" ", "") == wanted), None)


def find_plan(agency, read):
    """The agency's edition of the form's first year; None if the form is of a new one."""
    if agency is None:
        return None
    return Plan.objects.select_related("agency", "version").filter(agency=agency, year=read.first_year).first()


def load_current_plan(plan):
    """plan has its version selected. Eleven queries, whatever its size."""
    facts = {("plan", name): getattr(plan, name) for name in ("mission", "vision", "core_values", "instructions")}
    facts["plan", "last_year"] = plan.last_year
    _add(facts, "perspective", Perspective.objects.filter(plan=plan).values_list("code", "name"), "name")
    themes = Theme.objects.filter(plan=plan).values_list("code", "name", "lead_division__name")
    _add(facts, "theme", themes, "name", "lead_division")
    objectives = Objective.objects.filter(plan=plan).values_list("code", "name", "theme__code", "perspective__code")
    _add(facts, "objective", objectives, "name", "theme", "perspective")
    kpis = KPI.objects.filter(plan=plan).select_related("objective", "division")
    for kpi in kpis.prefetch_related("supporting_divisions"):
        for name in ("name", "formula"):
            facts["kpi", kpi.code, name] = getattr(kpi, name)
        facts["kpi", kpi.code, "objective"] = kpi.objective.code
        facts["kpi", kpi.code, "division"] = kpi.division.name
        supporting = sorted(division.name for division in kpi.supporting_divisions.all())
        facts["kpi", kpi.code, "supporting_divisions"] = "、".join(supporting)
    directions, homes = _add_figures(facts, plan)
    action_plans = {}
    for row in ActionPlan.objects.filter(plan=plan).select_related("kpi", "owner_division"):
        facts["action_plan", row.code, "description"] = row.description
        facts["action_plan", row.code, "kpi"] = action_plans[row.code] = row.kpi.code
        facts["action_plan", row.code, "owner"] = row.owner
    budgets = ActionBudget.objects.filter(action_plan__plan=plan)
    for code, year, amount in budgets.values_list("action_plan__code", "year", "amount"):
        facts["budget", code, year] = amount
    reports = YearlyReport.objects.of_plan(plan).filter(state__in=_SETTLED).values_list("kpi__code", "state")
    return CurrentPlan(
        facts=facts,
        year=plan.year,
        state=PlanState(plan.state),
        reports={code: ReportState(state) for code, state in reports},
        directions=directions,
        action_plans=action_plans,
        data_version=plan.data_version,
        homes=homes,
    )


def _add(facts, kind, rows, *names):
    for code, *values in rows:
        for name, value in zip(names, values, strict=True):
            facts[kind, code, name] = value or ""


def _add_figures(facts, plan):
    """Adds measures and values. Returns the directions and the homes of CurrentPlan."""
    places, counts, directions, homes = {}, {}, {}, {}
    by_lineage = {}
    for row in Measure.objects.filter(kpi__plan=plan).select_related("kpi").order_by("kpi", "position"):
        code = row.kpi.code
        counts[code] = places[row.pk] = counts.get(code, 0) + 1
        directions[code, places[row.pk]] = Direction(row.direction)
        by_lineage[row.lineage] = (code, places[row.pk])
        facts["measure", code, places[row.pk], "unit"] = row.unit
        facts["measure", code, places[row.pk], "direction"] = Direction(row.direction)
    fields = ("target", "target_note", "actual", "actual_note")
    values = YearlyValue.objects.filter(measure__kpi__plan=plan).values_list(
        "measure_id", "measure__kpi__code", "year", *fields
    )
    for measure_id, code, year, *figures in values:
        for field, figure in zip(fields, figures, strict=True):
            facts["value", code, places[measure_id], year, field] = figure
    for value in earlier_values(plan):
        if value.home_year != plan.year and value.measure_lineage in by_lineage:
            place = (*by_lineage[value.measure_lineage], value.year)
            # A figure that is not approved is nobody's to compare with.
            facts["value", *place, "actual"] = value.actual if value.counts else None
            facts["value", *place, "actual_note"] = value.actual_note if value.counts else ""
            homes[place] = f"{year_text(value.home_year)}版"
    return directions, homes

"""Collects a Scorecard's parts from the database, in a fixed number of queries for an edition of any size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from scorecard.domain.choices import Direction, PlanState, ReportState
from scorecard.models import KPI, ActionPlan, Measure, ObjectiveLink, Perspective, Plan, Theme, YearlyReport
from scorecard.read_models.action_plan_lines import ActionPlanLine
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.cell_assessor import EMPTY_VALUE_ROW, CellAssessor
from scorecard.read_models.earlier_budgets import NO_EARLIER_BUDGETS, find_earlier_budgets
from scorecard.read_models.earlier_cells import NO_EARLIER_CELLS, EarlierCells, find_earlier_cells
from scorecard.read_models.measure_lines import MeasureLine, OwnYear, YearLine
from scorecard.read_models.scorecard import (
    KPIFacts,
    LinkLine,
    ObjectiveFacts,
    PerspectiveFacts,
    PlanFacts,
    Scorecard,
    ThemeFacts,
)


class KPIRow(NamedTuple):
    """A KPI with what its report says. report_state: None where nobody began one."""

    id: int
    code: str
    name: str
    formula: str
    objective_code: str
    division_id: int
    division: str
    weight: Decimal
    lineage: UUID
    report_state: str | None
    is_sample: bool

    @property
    def is_approved(self) -> bool:
        return self.report_state == ReportState.APPROVED


class MeasureRow(NamedTuple):
    """A measure's own fields, by their names in its table."""

    kpi_id: int
    id: int
    label: str
    unit: str
    direction: str
    tolerance: Decimal | None
    weight: Decimal
    numerator_label: str
    denominator_label: str
    factor: int
    lineage: UUID


def build_scorecard(
    plan: Plan,
    *,
    include_provisional: bool = False,
    with_action_plans: bool = False,
    with_links: bool = False,
    with_earlier: bool = True,
    with_earlier_budgets: bool = False,
) -> Scorecard:
    """plan has its agency and its version selected.

    with_earlier: also the years before the edition's own, looked up in the editions that hold their figures; without
    it the scorecard has no such years. with_earlier_budgets: money of those years as well, beside that of the action
    plans. Nothing comes from later editions. 4 queries, and one more each for earlier years, action plans, links and
    earlier budgets.
    """
    own = OwnYear(plan.year, state=PlanState(plan.state), due_date=plan.due_date, contact=plan.contact)
    kpi_rows = _kpi_rows(plan)
    assessor = CellAssessor(plan.warning_threshold, plan.display_cap, include_provisional)
    earlier = NO_EARLIER_CELLS
    if with_earlier:
        earlier = find_earlier_cells(plan, include_provisional=include_provisional)
    years = year_lines(plan, own, first=plan.baseline_from if with_earlier else plan.year)
    measures = _measures(plan, years, kpi_rows, assessor, earlier)
    action_plans = _action_plans(plan, kpi_rows, assessor) if with_action_plans else {}
    earlier_budgets = NO_EARLIER_BUDGETS
    if with_earlier_budgets:
        present = [line.lineage for lines in action_plans.values() for line in lines]
        earlier_budgets = find_earlier_budgets(plan, present, assessor)
    perspectives, objectives = _perspectives_and_objectives(plan)
    facts = PlanFacts(
        agency=plan.agency_name,
        agency_slug=plan.agency.slug,
        plan_slug=plan.slug,
        plan_title=plan.title,
        plan_subtitle=plan.subtitle,
        last_year=plan.last_year,
        mission=tuple(plan.mission_lines),
        vision=plan.vision,
        core_values=tuple(plan.core_value_lines),
        instructions=tuple(plan.instruction_lines),
        warning_threshold=plan.warning_threshold,
        display_cap=plan.display_cap,
        data_version=plan.data_version,
        year=own,
        years=years,
        include_provisional=include_provisional,
        sample_years=earlier.sample_years | {plan.year for row in kpi_rows.values() if row.is_sample},
        links=_links(plan) if with_links else (),
        earlier_budgets=earlier_budgets,
    )
    kpis = [_kpi(row, measures, action_plans, earlier) for row in kpi_rows.values()]
    return assemble_scorecard(facts, perspectives=perspectives, themes=_themes(plan), objectives=objectives, kpis=kpis)


def year_lines(plan: Plan, own: YearLine, *, first: int) -> tuple[YearLine, ...]:
    """From the year `first` to the last with targets; own: the line of the edition's own year."""
    before = (YearLine(year, is_baseline=True) for year in range(first, plan.year))
    after = (YearLine(year, is_outlook=True) for year in range(plan.year + 1, plan.last_year + 1))
    return (*before, own, *after)


def _kpi_rows(plan: Plan) -> dict[int, KPIRow]:
    """By id, in the order of positions. One query; a KPI has one report at most."""
    fields = ("id", "code", "name", "formula", "objective__code", "division_id", "division__name", "weight", "lineage")
    is_sample = Exists(YearlyReport.objects.sample().filter(kpi=OuterRef("pk")))
    rows = KPI.objects.filter(plan=plan).annotate(is_sample=is_sample).order_by("position", "id")
    return {row[0]: KPIRow(*row) for row in rows.values_list(*fields, "reports__state", "is_sample")}


def _kpi(
    row: KPIRow,
    measures: Mapping[int, list[MeasureLine]],
    action_plans: Mapping[int, list[ActionPlanLine]],
    earlier: EarlierCells,
) -> KPIFacts:
    own = tuple(measures.get(row.id, ()))
    return KPIFacts(
        id=row.id,
        code=row.code,
        name=row.name,
        formula=row.formula,
        objective_code=row.objective_code,
        division_id=row.division_id,
        division=row.division,
        weight=row.weight,
        measures=own,
        report_state=ReportState(row.report_state or ReportState.PENDING),
        lineage=row.lineage,
        action_plans=tuple(action_plans.get(row.id, ())),
        former_measures=earlier.former_measures(row.lineage, {measure.lineage for measure in own}),
    )


def _measures(
    plan: Plan,
    years: Sequence[YearLine],
    kpi_rows: Mapping[int, KPIRow],
    assessor: CellAssessor,
    earlier: EarlierCells,
) -> dict[int, list[MeasureLine]]:
    """By KPI id, with the cells of the years."""
    by_kpi: dict[int, list[MeasureLine]] = defaultdict(list)
    for row, values in _measures_with_values(plan):
        direction = Direction(row.direction)
        cells = {}
        for line in years:
            cell = earlier.cell(row.lineage, line.year) if line.is_baseline else None
            if cell is None:
                value, reason = values.get(line.year, (EMPTY_VALUE_ROW, ""))
                cell = assessor.cell(
                    line.year,
                    value,
                    counts=kpi_rows[row.kpi_id].is_approved,
                    direction=direction,
                    tolerance=row.tolerance,
                    factor=row.factor,
                    is_of_own_edition=not line.is_baseline,
                    target_reason=reason,
                )
            cells[line.year] = cell
        by_kpi[row.kpi_id].append(
            MeasureLine(
                lineage=row.lineage,
                label=row.label,
                unit=row.unit,
                direction=direction,
                tolerance=row.tolerance,
                cells=cells,
                id=row.id,
                weight=row.weight,
                cell=cells[plan.year],
                numerator_label=row.numerator_label,
                denominator_label=row.denominator_label,
                factor=row.factor,
            )
        )
    return by_kpi


def _measures_with_values(plan: Plan) -> list[tuple[MeasureRow, dict[int, tuple[tuple, str]]]]:
    """Each measure with the edition's values and reasons of targets of its own year and later, by year.

    One query, by a left join.
    """
    figures = ("target", "target_note", "actual", "actual_note", "unmeasured", "numerator", "denominator")
    condition = Q(values__year__gte=plan.year, values__year__lte=plan.last_year)
    rows = (
        Measure.objects.filter(kpi__plan=plan)
        .annotate(value=FilteredRelation("values", condition=condition))
        .order_by("kpi_id", "position", "id")
        .values_list(*MeasureRow._fields, *(f"value__{name}" for name in ("year", *figures, "target_reason")))
    )
    found: dict[int, tuple[MeasureRow, dict[int, tuple[tuple, str]]]] = {}
    count = len(MeasureRow._fields)
    for row in rows:
        measure = MeasureRow(*row[:count])
        year, *figures_of_year, reason = row[count:]
        _, values = found.setdefault(measure.id, (measure, {}))
        if year is not None:
            values[year] = (tuple(figures_of_year), reason)
    return list(found.values())


def _action_plans(
    plan: Plan, kpi_rows: Mapping[int, KPIRow], assessor: CellAssessor
) -> dict[int, list[ActionPlanLine]]:
    """By KPI id. One query for plans and budgets, by a left join."""
    fields = ("kpi_id", "id", "code", "description", "owner_division__name", "owner_person", "lineage")
    rows = (
        ActionPlan.objects.filter(plan=plan)
        .order_by("kpi_id", "position", "budgets__year")
        .values_list(*fields, *(f"budgets__{name}" for name in ("year", "amount", "executed", "progress", "id")))
    )
    by_kpi: dict[int, list[ActionPlanLine]] = defaultdict(list)
    lines: dict[int, ActionPlanLine] = {}
    for kpi_id, id_, code, description, division, person, lineage, *budget in rows:
        if id_ not in lines:
            lines[id_] = ActionPlanLine(id_, code, description, division or person, {}, lineage)
            by_kpi[kpi_id].append(lines[id_])
        if budget[0] is not None:
            counts = kpi_rows[kpi_id].is_approved
            lines[id_].budgets[budget[0]] = assessor.budget(tuple(budget), counts=counts)
    return by_kpi


def _perspectives_and_objectives(plan: Plan) -> tuple[list[PerspectiveFacts], list[ObjectiveFacts]]:
    """Perspectives by position, objectives by perspective, theme and position. One query, by a left join."""
    fields = ("id", "code", "name", "weight", "lineage")
    own = ("id", "code", "name", "theme__code", "weight", "lineage")
    rows = (
        Perspective.objects.filter(plan=plan)
        .order_by("position", "id", "objectives__theme__position", "objectives__position", "objectives__id")
        .values_list(*fields, *(f"objectives__{name}" for name in own))
    )
    perspectives: dict[int, PerspectiveFacts] = {}
    objectives = []
    for row in rows:
        if row[0] not in perspectives:
            perspectives[row[0]] = PerspectiveFacts(*row[:5])
        id_, code, name, theme_code, weight, lineage = row[5:]
        if id_ is not None:
            perspective = perspectives[row[0]]
            objectives.append(ObjectiveFacts(id_, code, name, theme_code, perspective.code, weight, lineage))
    return list(perspectives.values()), objectives


def _themes(plan: Plan) -> list[ThemeFacts]:
    rows = Theme.objects.filter(plan=plan).order_by("position", "id")
    return [
        ThemeFacts(id_, code, name, division or "", lineage)
        for id_, code, name, division, lineage in rows.values_list(
            "id", "code", "name", "lead_division__name", "lineage"
        )
    ]


def _links(plan: Plan) -> tuple[LinkLine, ...]:
    rows = ObjectiveLink.objects.filter(plan=plan).order_by("cause__code", "effect__code")
    return tuple(LinkLine(*row) for row in rows.values_list("cause__code", "effect__code", "reason"))

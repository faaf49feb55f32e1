"""Loads editions as facts to compare (read_models/edition_items.py), by lineage and with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from scorecard.domain.choices import AuditAction
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    AuditEvent,
    Division,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.read_models.edition_items import (
    DivisionName,
    EditionFacts,
    FactKey,
    FactValue,
    Item,
    ItemKind,
    Lineage,
    Support,
)

PLAN_FIELDS = (
    "mission",
    "vision",
    "core_values",
    "instructions",
    "last_year",
    "warning_threshold",
    "display_cap",
    "reminder_days",
)
MEASURE_FIELDS = (
    "label",
    "unit",
    "direction",
    "tolerance",
    "numerator_label",
    "denominator_label",
    "factor",
    "weight",
)
TARGET_FIELDS = ("target", "target_note", "target_reason")


def load_edition_facts(plan: Plan) -> EditionFacts:
    """Thirteen queries."""
    return load_editions_facts([plan])[0]


def load_editions_facts(plans: Sequence[Plan]) -> list[EditionFacts]:
    """Of one agency's editions, in the order given. Thirteen queries for all of them."""
    loading = {plan.pk: _Loading(plan) for plan in plans}
    _load_divisions(loading)
    _load_map(loading)
    _load_supports(loading)
    _load_kpis(loading)
    _load_measures(loading)
    _load_action_plans(loading)
    _load_links(loading)
    return [loading[plan.pk].finished() for plan in plans]


def edition_title(plan: Plan) -> str:
    """「106 年版」, 「107 年版草案」."""
    return f"{plan.title}草案" if plan.is_draft else plan.title


class _Loading:
    """The facts of an edition while they are loaded. keys of rows lead to their lineages and their orders."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.items: dict[tuple[ItemKind, Lineage], Item] = {}
        self.facts: dict[FactKey, FactValue] = {}
        self.rows: dict[tuple[ItemKind, int], Item] = {}
        self.divisions: dict[int, str] = {}
        self.successors: dict[int, int] = {}
        for name in PLAN_FIELDS:
            self.facts[FactKey(ItemKind.PLAN, None, name)] = getattr(plan, name)
        self.items[ItemKind.PLAN, None] = Item(ItemKind.PLAN, None, "", plan.title)

    @property
    def years(self) -> range:
        return range(self.plan.year, self.plan.last_year + 1)

    def add(self, pk: int, item: Item, **values: FactValue) -> None:
        self.items[item.kind, item.lineage] = item
        self.rows[item.kind, pk] = item
        for name, value in values.items():
            self.facts[FactKey(item.kind, item.lineage, name)] = value

    def division(self, pk: int | None) -> DivisionName | None:
        return None if pk is None else DivisionName(pk, self.divisions[pk])

    def order(self, kind: ItemKind, pk: int, position: int) -> tuple[int, ...]:
        """Of a row at this position in another one."""
        return (*self.rows[kind, pk].order, position)

    def lineage(self, kind: ItemKind, pk: int) -> Any:
        return self.rows[kind, pk].lineage

    def finished(self) -> EditionFacts:
        return EditionFacts(
            title=edition_title(self.plan),
            year=self.plan.year,
            last_year=self.plan.last_year,
            items=self.items,
            facts=self.facts,
            successors=self.successors,
        )


_ByPlan = dict[int, _Loading]


def _load_divisions(loading: _ByPlan) -> None:
    """Two queries. Who took over a division after an edition was closed changes nothing in it."""
    agencies = {load.plan.agency_id for load in loading.values()}
    rows = list(Division.objects.filter(agency__in=agencies).order_by("pk"))
    closed = AuditEvent.objects.filter(agency__in=agencies, action=AuditAction.CLOSED).order_by("pk")
    closed_at = {(agency, year): at for agency, year, at in closed.values_list("agency", "year", "at")}
    for load in loading.values():
        plan = load.plan
        load.divisions = {row.pk: row.name for row in rows}
        until = closed_at.get((plan.agency_id, plan.year)) if plan.is_closed else None
        load.successors = _successors(rows, until)


def _successors(rows: Iterable[Division], until: datetime | None) -> dict[int, int]:
    """{a division's key: that of the one that stood for it}. until: as it was then; None: as it is now."""
    direct: dict[int, int] = {}
    for row in rows:
        is_later = until is not None and row.succeeded_at is not None and row.succeeded_at >= until
        successor = row.first_successor_id or row.successor_id
        if successor is not None and not is_later:
            direct[row.pk] = successor
    found = {}
    for pk in direct:
        last = pk
        while last in direct:
            last = direct[last]
        found[pk] = last
    return found


def _load_map(loading: _ByPlan) -> None:
    """Three queries."""
    for row in Perspective.objects.filter(plan__in=loading).order_by("pk"):
        item = Item(ItemKind.PERSPECTIVE, row.lineage, row.code, row.name, order=(row.position,))
        loading[row.plan_id].add(row.pk, item, code=row.code, name=row.name, weight=row.weight)
    for theme in Theme.objects.filter(plan__in=loading).order_by("pk"):
        load = loading[theme.plan_id]
        item = Item(ItemKind.THEME, theme.lineage, theme.code, theme.name, order=(theme.position,))
        lead = load.division(theme.lead_division_id)
        load.add(theme.pk, item, code=theme.code, name=theme.name, lead_division=lead)
    for objective in Objective.objects.filter(plan__in=loading).order_by("pk"):
        load = loading[objective.plan_id]
        order = load.rows[ItemKind.PERSPECTIVE, objective.perspective_id].order
        order += load.order(ItemKind.THEME, objective.theme_id, objective.position)
        load.add(
            objective.pk,
            Item(ItemKind.OBJECTIVE, objective.lineage, objective.code, objective.name, order=order),
            code=objective.code,
            name=objective.name,
            weight=objective.weight,
            theme=load.lineage(ItemKind.THEME, objective.theme_id),
            perspective=load.lineage(ItemKind.PERSPECTIVE, objective.perspective_id),
        )


def _load_supports(loading: _ByPlan) -> None:
    """One query."""
    supports: dict[int, list[Support]] = defaultdict(list)
    rows = ObjectiveSupport.objects.filter(objective__plan__in=loading).order_by("code", "pk")
    for objective, lineage, code, name, reason in rows.values_list(
        "objective", "supported__lineage", "code", "name", "reason"
    ):
        supports[objective].append(Support(lineage, code, name, reason))
    for load in loading.values():
        for (kind, pk), item in load.rows.items():
            if kind == ItemKind.OBJECTIVE:
                load.facts[FactKey(kind, item.lineage, "supports")] = tuple(supports[pk])


def _load_kpis(loading: _ByPlan) -> None:
    """Two queries."""
    supporting: dict[int, list[int]] = defaultdict(list)
    pairs = KPI.supporting_divisions.through.objects.filter(kpi__plan__in=loading)
    in_order = pairs.order_by("division__position", "division")
    for kpi_id, division in in_order.values_list("kpi", "division"):
        supporting[kpi_id].append(division)
    for kpi in KPI.objects.filter(plan__in=loading).order_by("pk"):
        load = loading[kpi.plan_id]
        order = load.order(ItemKind.OBJECTIVE, kpi.objective_id, kpi.position)
        load.add(
            kpi.pk,
            Item(ItemKind.KPI, kpi.lineage, kpi.code, kpi.name, order=order),
            code=kpi.code,
            name=kpi.name,
            formula=kpi.formula,
            objective=load.lineage(ItemKind.OBJECTIVE, kpi.objective_id),
            division=load.division(kpi.division_id),
            supporting_divisions=tuple(load.division(pk) for pk in supporting[kpi.pk]),
            weight=kpi.weight,
        )


def _load_measures(loading: _ByPlan) -> None:
    """Two queries."""
    plan_of: dict[int, _Loading] = {}
    for measure in Measure.objects.filter(kpi__plan__in=loading).select_related("kpi").order_by("pk"):
        load = plan_of[measure.pk] = loading[measure.kpi.plan_id]
        kpi = load.rows[ItemKind.KPI, measure.kpi_id]
        kpi_lineage = load.lineage(ItemKind.KPI, measure.kpi_id)
        order = (*kpi.order, measure.position)
        item = Item(ItemKind.MEASURE, measure.lineage, kpi.code, measure.label, kpi_lineage, order)
        load.add(measure.pk, item, **{name: getattr(measure, name) for name in MEASURE_FIELDS})
        for year in load.years:
            for name, blank in zip(TARGET_FIELDS, (None, "", ""), strict=True):
                load.facts[FactKey(ItemKind.MEASURE, measure.lineage, name, year)] = blank
    values = YearlyValue.objects.filter(measure__kpi__plan__in=loading)
    for pk, year, *row in values.order_by("pk").values_list("measure", "year", *TARGET_FIELDS):
        load = plan_of[pk]
        if year in load.years:
            for name, value in zip(TARGET_FIELDS, row, strict=True):
                load.facts[FactKey(ItemKind.MEASURE, load.lineage(ItemKind.MEASURE, pk), name, year)] = value


def _load_action_plans(loading: _ByPlan) -> None:
    """Two queries."""
    plan_of: dict[int, _Loading] = {}
    for row in ActionPlan.objects.filter(plan__in=loading).order_by("pk"):
        load = plan_of[row.pk] = loading[row.plan_id]
        kpi = load.lineage(ItemKind.KPI, row.kpi_id)
        order = load.order(ItemKind.KPI, row.kpi_id, row.position)
        load.add(
            row.pk,
            Item(ItemKind.ACTION_PLAN, row.lineage, row.code, row.description, kpi, order),
            code=row.code,
            description=row.description,
            owner=load.division(row.owner_division_id) or row.owner_person,
            kpi=kpi,
        )
        for year in load.years:
            load.facts[FactKey(ItemKind.ACTION_PLAN, row.lineage, "amount", year)] = None
    budgets = ActionBudget.objects.filter(action_plan__plan__in=loading).order_by("pk")
    for pk, year, amount in budgets.values_list("action_plan", "year", "amount"):
        load = plan_of[pk]
        if year in load.years:
            load.facts[FactKey(ItemKind.ACTION_PLAN, load.lineage(ItemKind.ACTION_PLAN, pk), "amount", year)] = amount


def _load_links(loading: _ByPlan) -> None:
    """One query."""
    rows = ObjectiveLink.objects.filter(plan__in=loading).order_by("pk")
    for row in rows:
        load = loading[row.plan_id]
        cause = load.rows[ItemKind.OBJECTIVE, row.cause_id]
        effect = load.rows[ItemKind.OBJECTIVE, row.effect_id]
        pair: tuple[UUID, UUID] = (load.lineage(cause.kind, row.cause_id), load.lineage(effect.kind, row.effect_id))
        item = Item(ItemKind.LINK, pair, f"{cause.code} → {effect.code}", "", order=(*cause.order, *effect.order))
        load.add(row.pk, item, reason=row.reason)

"""What a form says, as an edition's facts under the lineages of its matches, each with its cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scorecard.agency_form.form_plan import FormActionPlan, FormFigure, FormKPI, FormPlan
from scorecard.agency_form.matching import Matches
from scorecard.agency_form.reading.texts import without_spaces
from scorecard.models import Division
from scorecard.read_models.edition_items import DivisionName, EditionFacts, FactKey, FactValue, Item, ItemKind, Lineage
from scorecard.spreadsheets.grid import WHOLE_FILE, Place

STATEMENTS = ("mission", "vision", "core_values", "instructions")
# What a formula says of its measure besides the unit.
PARTS = ("label", "numerator_label", "denominator_label", "factor")


@dataclass(frozen=True)
class FormFacts:
    """places: of every fact, and of rows under the key with the field "". actuals: by measure and year."""

    facts: EditionFacts
    places: Mapping[FactKey, Place]
    actuals: Mapping[tuple[Lineage, int], FormFigure]


class DivisionNames:
    """An agency's divisions by their names without white space, since a form may break a name anywhere."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        self._names: dict[str, DivisionName] = {}
        self._by_id: dict[int, str] = {}
        for pk, name in rows:
            self._names[without_spaces(name)] = DivisionName(pk, name)
            self._by_id[pk] = name

    def get(self, name: str) -> DivisionName | None:
        if not name:
            return None
        return self._names.get(without_spaces(name)) or DivisionName(None, name)

    def known(self, name: str) -> DivisionName | None:
        """None for a name that the agency does not have."""
        return self._names.get(without_spaces(name))

    def name_of(self, division: DivisionName, successors: Mapping[int, int]) -> str:
        """Of the one that took over from it."""
        if division.id is None:
            return division.name
        return self._by_id.get(successors.get(division.id, division.id), division.name)


def division_names(agency_id: int | None) -> DivisionNames:
    """One query."""
    return DivisionNames(Division.objects.filter(agency=agency_id).order_by("pk").values_list("pk", "name"))


def facts_of(
    read: FormPlan, matches: Matches, divisions: DivisionNames, *, title: str = "表單", states_parts: bool = False
) -> FormFacts:
    """No facts for what the form leaves out: blank budgets, assumed directions, supporting divisions that it omits.

    states_parts: whether a changed formula changes the parts of its measures, too.
    """
    building = _Building(read, matches, divisions, states_parts)
    building.build()
    facts = EditionFacts(
        title=title,
        year=read.first_year,
        last_year=read.last_year,
        items=building.items,
        facts=building.facts,
        successors=matches.old.successors,
        is_of_form=True,
        stated_kinds=frozenset(ItemKind) - {ItemKind.LINK, ItemKind.PLAN},
    )
    return FormFacts(facts, building.places, building.actuals)


class _Building:
    def __init__(self, read: FormPlan, matches: Matches, divisions: DivisionNames, states_parts: bool) -> None:
        self.read = read
        self.matches = matches
        self.divisions = divisions
        self.states_parts = states_parts
        self.items: dict[tuple[ItemKind, Lineage], Item] = {}
        self.facts: dict[FactKey, FactValue] = {}
        self.places: dict[FactKey, Place] = {}
        self.actuals: dict[tuple[Lineage, int], FormFigure] = {}

    def build(self) -> None:
        read, matches = self.read, self.matches
        for name in STATEMENTS:
            statement = getattr(read, name)
            if statement.text:
                self._say(FactKey(ItemKind.PLAN, None, name), statement.text, statement.place)
        self._say(FactKey(ItemKind.PLAN, None, "last_year"), read.last_year, WHOLE_FILE)
        for order, row in enumerate(read.perspectives):
            self._row(ItemKind.PERSPECTIVE, row.code, row.name, row.place, order)
        for order, theme in enumerate(read.themes):
            lineage = self._row(ItemKind.THEME, theme.code, theme.name, theme.place, order)
            lead = self.divisions.get(theme.lead_division)
            self._say(FactKey(ItemKind.THEME, lineage, "lead_division"), lead, theme.lead_place)
        for order, objective in enumerate(read.objectives):
            lineage = self._row(ItemKind.OBJECTIVE, objective.code, objective.name, objective.place, order)
            for kind in (ItemKind.THEME, ItemKind.PERSPECTIVE):
                at = matches.lineage(kind, getattr(objective, kind))
                self._say(FactKey(ItemKind.OBJECTIVE, lineage, kind), at, objective.place)
        for order, kpi in enumerate(read.kpis):
            self._kpi(kpi, order)

    def _row(self, kind: ItemKind, code: str, name: str, place: Place, order: int, kpi: Lineage = None) -> Lineage:
        lineage = self.matches.lineage(kind, code)
        self._item(Item(kind, lineage, code, name, kpi, (order,)), place)
        self._say(FactKey(kind, lineage, "code"), code, place)
        field = "description" if kind is ItemKind.ACTION_PLAN else "name"
        self._say(FactKey(kind, lineage, field), name, place)
        return lineage

    def _item(self, item: Item, place: Place) -> None:
        self.items.setdefault((item.kind, item.lineage), item)
        self.places.setdefault(FactKey(item.kind, item.lineage, ""), place)

    def _say(self, key: FactKey, value: FactValue, place: Place) -> None:
        """Of rows with one code, an error of the form, the first counts."""
        self.facts.setdefault(key, value)
        self.places.setdefault(key, place)

    def _kpi(self, kpi: FormKPI, order: int) -> None:
        lineage = self._row(ItemKind.KPI, kpi.code, kpi.name, kpi.place, order)
        objective = self.matches.lineage(ItemKind.OBJECTIVE, kpi.objective)
        self._say(FactKey(ItemKind.KPI, lineage, "objective"), objective, kpi.place)
        self._say(FactKey(ItemKind.KPI, lineage, "formula"), kpi.formula, kpi.formula_place)
        place = kpi.division_place or kpi.place
        self._say(FactKey(ItemKind.KPI, lineage, "division"), self.divisions.get(kpi.division), place)
        if kpi.supporting_divisions:
            names = tuple(self.divisions.get(name) for name in kpi.supporting_divisions)
            self._say(FactKey(ItemKind.KPI, lineage, "supporting_divisions"), names, place)
        self._measures(kpi, lineage)
        for number, plan in enumerate(kpi.action_plans):
            self._action_plan(plan, lineage, number)

    def _measures(self, kpi: FormKPI, lineage: Lineage) -> None:
        old_formula = self.matches.old.get(FactKey(ItemKind.KPI, lineage, "formula"))
        says_parts = self.states_parts and without_spaces(old_formula or "") != without_spaces(kpi.formula)
        for number, measure in enumerate(kpi.measures):
            own = self.matches.measure_lineage(kpi.code, number)
            self._item(Item(ItemKind.MEASURE, own, kpi.code, measure.label, lineage, (number,)), measure.place)
            self._say(FactKey(ItemKind.MEASURE, own, "unit"), measure.unit, measure.place)
            if not measure.direction_is_assumed:
                self._say(FactKey(ItemKind.MEASURE, own, "direction"), measure.direction, measure.place)
            for name in PARTS if says_parts else ():
                self._say(FactKey(ItemKind.MEASURE, own, name), getattr(measure, name), kpi.formula_place)
            for year, figure in measure.targets.items():
                self._say(FactKey(ItemKind.MEASURE, own, "target", year), figure.value, figure.place)
                self._say(FactKey(ItemKind.MEASURE, own, "target_note", year), figure.note, figure.place)
            for year, figure in measure.actuals.items():
                self.actuals.setdefault((own, year), figure)

    def _action_plan(self, plan: FormActionPlan, kpi: Lineage, order: int) -> None:
        lineage = self._row(ItemKind.ACTION_PLAN, plan.code, plan.description, plan.place, order, kpi)
        self._say(FactKey(ItemKind.ACTION_PLAN, lineage, "kpi"), kpi, plan.place)
        # The reader takes a name for a division's by its form, and the agency's own divisions are not all of that form.
        owner = self.divisions.known(plan.owner_division or plan.owner_person)
        owner = owner or self.divisions.get(plan.owner_division) or plan.owner_person
        self._say(FactKey(ItemKind.ACTION_PLAN, lineage, "owner"), owner, plan.owner_place)
        for year, budget in plan.budgets.items():
            if budget.amount is not None:
                self._say(FactKey(ItemKind.ACTION_PLAN, lineage, "amount", year), budget.amount, budget.place)

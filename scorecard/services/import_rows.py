"""Makes an edition's rows from a form: all rows of a new edition, or new rows of an existing one."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max, Model

from scorecard.agency_form.form_plan import (
    FormActionPlan,
    FormKPI,
    FormMeasure,
    FormObjective,
    FormPerspective,
    FormTheme,
)
from scorecard.agency_form.matching import Matches
from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Division,
    Measure,
    Objective,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.read_models.edition_items import ItemKind

_Row = TypeVar("_Row", bound=Model)


class _Positions:
    """Gives the next free position in each group."""

    def __init__(self, taken: Iterable[tuple[int, ...]]) -> None:
        self._last: dict[tuple[int, ...], int] = {}
        for *group, position in taken:
            key = tuple(group)
            self._last[key] = max(self._last.get(key, 0), position)

    def take(self, *group: int) -> int:
        self._last[group] = self._last.get(group, 0) + 1
        return self._last[group]


class PlanWriter:
    """Creates rows of one edition, after the positions that it has already. No audit, no transaction.

    Rows stand under the form's codes: those of the edition that the form's are, and the new ones. A new row that the
    edition before has bears its lineage, and has from there what no form says. homed: how many actuals of earlier years
    were left out, because an earlier edition records them.

    One or two queries for each kind of row. Raises RuleBroken for values that a row cannot hold.
    """

    def __init__(self, plan: Plan, matches: Matches) -> None:
        self.plan = plan
        self.matches = matches
        self.homed = 0
        self.heritage = Heritage(plan, matches)
        self.divisions = _Divisions(Division.objects.filter(agency=plan.agency_id).select_related("successor"))
        self.perspectives = self._present(Perspective, ItemKind.PERSPECTIVE)
        self.themes = self._present(Theme, ItemKind.THEME)
        self.objectives = self._present(Objective, ItemKind.OBJECTIVE)
        self.kpis = self._present(KPI, ItemKind.KPI)

    def _present(self, model: type[_Row], kind: ItemKind) -> dict[str, _Row]:
        rows = {row.lineage: row for row in model._default_manager.filter(plan=self.plan)}  # type: ignore[attr-defined]
        codes = [match.row.code for match in self.matches.rows if match.row.kind is kind]
        return {code: rows[of] for code in codes if (of := self.matches.lineage(kind, code)) in rows}

    def _last_position(self, model: type[Perspective] | type[Theme]) -> int:
        last: int | None = model._default_manager.filter(plan=self.plan).aggregate(last=Max("position"))["last"]
        return last or 0

    def add_divisions(self, names: Iterable[str]) -> None:
        """Add the divisions that the agency lacks."""
        new = [name for name in dict.fromkeys(names) if name and name not in self.divisions]
        first = max((row.position for row in self.divisions.rows), default=0) + 1
        made = _create(
            Division(agency_id=self.plan.agency_id, name=name, position=first + n) for n, name in enumerate(new)
        )
        self.divisions = _Divisions([*self.divisions.rows, *made])

    def add_map(
        self, perspectives: Iterable[FormPerspective], themes: Iterable[FormTheme], objectives: Iterable[FormObjective]
    ) -> None:
        first = self._last_position(Perspective) + 1
        new_perspectives = _create(
            Perspective(
                plan=self.plan,
                code=read.code,
                name=read.name,
                position=first + n,
                **self.heritage.fields(ItemKind.PERSPECTIVE, read.code),
            )
            for n, read in enumerate(perspectives)
        )
        self.perspectives |= {row.code: row for row in new_perspectives}
        first = self._last_position(Theme) + 1
        new_themes = _create(
            Theme(
                plan=self.plan,
                code=read.code,
                name=read.name,
                position=first + n,
                lead_division=self.divisions.get(read.lead_division),
                **self.heritage.fields(ItemKind.THEME, read.code),
            )
            for n, read in enumerate(themes)
        )
        self.themes |= {row.code: row for row in new_themes}
        taken = Objective.objects.filter(plan=self.plan).values_list("theme", "perspective", "position")
        positions = _Positions(taken)
        new_objectives = _create(self._objective(read, positions) for read in objectives)
        self.objectives |= {row.code: row for row in new_objectives}

    def _objective(self, read: FormObjective, positions: _Positions) -> Objective:
        theme, perspective = self.themes[read.theme], self.perspectives[read.perspective]
        position = positions.take(theme.pk, perspective.pk)
        return Objective(
            plan=self.plan,
            theme=theme,
            perspective=perspective,
            code=read.code,
            name=read.name,
            position=position,
            **self.heritage.fields(ItemKind.OBJECTIVE, read.code),
        )

    def add_kpis(self, reads: Sequence[FormKPI], years: Collection[int]) -> None:
        """Add KPIs with their measures, the values of these years, and their action plans.

        Actuals of earlier years are written where no earlier edition has the measure: it is a baseline then.
        """
        positions = _Positions(KPI.objects.filter(plan=self.plan).values_list("objective", "position"))
        made = _create(self._kpi(read, positions) for read in reads)
        self.kpis |= {row.code: row for row in made}
        for read in reads:
            own = [self.divisions[name] for name in read.supporting_divisions]
            own = own or self.heritage.supporting_divisions(read.code)
            if own:
                self.kpis[read.code].supporting_divisions.set(own)
        self.add_measures([(read, place) for read in reads for place in range(len(read.measures))], years)
        self.add_action_plans([(read.code, plan) for read in reads for plan in read.action_plans])

    def add_measures(self, places: Sequence[tuple[FormKPI, int]], years: Collection[int]) -> None:
        """Add measures, each with its place in its KPI from 0, and their values of these years."""
        positions = _Positions(Measure.objects.filter(kpi__plan=self.plan).values_list("kpi", "position"))
        measures = _create(self._measure(read, place, positions) for read, place in places)
        values = []
        for row, (read, place) in zip(measures, places, strict=True):
            before = self.heritage.measure(read.code, place)
            for year in years:
                value = value_row(row, year, read.measures[place], plan_year=self.plan.year)
                if before is None or year > before.kpi.plan.year:
                    values.append(value)
                elif value.is_reported:
                    self.homed += 1
        _create(values)

    def _kpi(self, read: FormKPI, positions: _Positions) -> KPI:
        objective = self.objectives[read.objective]
        return KPI(
            plan=self.plan,
            objective=objective,
            code=read.code,
            name=read.name,
            formula=read.formula,
            division=self.divisions[read.division],
            position=positions.take(objective.pk),
            **self.heritage.fields(ItemKind.KPI, read.code),
        )

    def _measure(self, read: FormKPI, place: int, positions: _Positions) -> Measure:
        measure, before = read.measures[place], self.heritage.measure(read.code, place)
        kpi = self.kpis[read.code]
        row = Measure(
            kpi=kpi,
            position=positions.take(kpi.pk),
            **{name: getattr(measure, name) for name in MEASURE_FIELDS},
        )
        if before is not None:
            row.lineage, row.weight = before.lineage, before.weight
            if measure.direction_is_assumed:
                row.direction = before.direction
            if row.direction == before.direction:
                row.tolerance = before.tolerance
        return row

    def add_action_plans(self, pairs: Sequence[tuple[str, FormActionPlan]]) -> None:
        """Add action plans with their budgets. pairs: the KPI's code and the action plan."""
        present = ActionPlan.objects.filter(kpi__plan=self.plan)
        positions = _Positions(present.values_list("kpi_id", "position"))
        made = _create(self._action_plan(code, read, positions) for code, read in pairs)
        _create(
            ActionBudget(action_plan=row, year=year, amount=budget.amount)
            for row, (_, read) in zip(made, pairs, strict=True)
            for year, budget in read.budgets.items()
            if budget.amount is not None
        )

    def _action_plan(self, kpi_code: str, read: FormActionPlan, positions: _Positions) -> ActionPlan:
        kpi = self.kpis[kpi_code]
        return ActionPlan(
            plan=self.plan,
            kpi=kpi,
            code=read.code,
            description=read.description,
            owner_person=read.owner_person,
            owner_division=self.divisions.get(read.owner_division),
            position=positions.take(kpi.pk),
            **self.heritage.fields(ItemKind.ACTION_PLAN, read.code),
        )


MEASURE_FIELDS = ("label", "unit", "direction", "numerator_label", "denominator_label", "factor")


def value_row(measure: Measure, year: int, read: FormMeasure, *, plan_year: int) -> YearlyValue:
    """A YearlyValue, not saved. An actual without a figure but with a note is 無統計.

    Actuals from the edition's own year on come from reporting alone, and earlier years have no target.
    """
    target, actual = read.targets.get(year), read.actuals.get(year)
    row = YearlyValue(measure=measure, year=year)
    if target and year >= plan_year:
        row.target, row.target_note = target.value, target.note
    if actual and year < plan_year:
        row.actual, row.actual_note = actual.value, actual.note
        row.unmeasured = actual.value is None and bool(actual.note)
    return row


# Of the rows that a form names.
MODELS: dict[ItemKind, type[Any]] = {
    ItemKind.PERSPECTIVE: Perspective,
    ItemKind.THEME: Theme,
    ItemKind.OBJECTIVE: Objective,
    ItemKind.KPI: KPI,
    ItemKind.ACTION_PLAN: ActionPlan,
}


class Heritage:
    """Rows of the edition before that come back with a form: what the form's new rows have from them."""

    def __init__(self, plan: Plan, matches: Matches) -> None:
        """At most seven queries, none where nothing comes back."""
        self._matches = matches
        self._rows: dict[tuple[ItemKind, UUID], Any] = {}
        self._measures: dict[UUID, Measure] = {}
        back: dict[ItemKind, list[UUID]] = {}
        for match in matches.rows:
            if match.lineage is not None and matches.is_new(match.row.kind, match.row.code):
                back.setdefault(match.row.kind, []).append(match.lineage)
        before = plan.predecessor if back else None
        for kind, lineages in back.items():
            for row in MODELS[kind].objects.filter(plan=before, lineage__in=lineages):
                self._rows[kind, row.lineage] = row
        if ItemKind.KPI in back:
            of_kpis = Measure.objects.filter(kpi__plan=before, kpi__lineage__in=back[ItemKind.KPI])
            self._measures = {row.lineage: row for row in of_kpis.select_related("kpi__plan")}

    def fields(self, kind: ItemKind, code: str) -> dict[str, Any]:
        """Of a new row: its lineage, and its weight where it has one."""
        row = self._rows.get((kind, self._matches.lineage(kind, code)))
        if row is None:
            return {}
        return {"lineage": row.lineage} | ({"weight": row.weight} if hasattr(row, "weight") else {})

    def measure(self, kpi: str, place: int) -> Measure | None:
        match = self._matches.measures[kpi][place]
        return None if match.changes_unit or match.lineage is None else self._measures.get(match.lineage)

    def supporting_divisions(self, code: str) -> list[Division]:
        """Of the KPI before; those that were taken over as their successors."""
        kpi = self._rows.get((ItemKind.KPI, self._matches.lineage(ItemKind.KPI, code)))
        if kpi is None:
            return []
        divisions = kpi.supporting_divisions.select_related("successor")
        return list(dict.fromkeys(division.successor or division for division in divisions))


class _Divisions:
    """An agency's divisions by name without white space, since a form may break a name anywhere.

    The former name of one stands for the division that took over from it.
    """

    def __init__(self, rows: Iterable[Division]) -> None:
        self.rows = list(rows)
        self._by_name = {without_spaces(row.name): row.successor or row for row in self.rows}
        self._by_name |= {row.name: row.successor or row for row in self.rows}

    def get(self, name: str) -> Division | None:
        return self._by_name.get(name) or self._by_name.get(without_spaces(name))

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __getitem__(self, name: str) -> Division:
        return self._by_name[name] if name in self._by_name else self._by_name[without_spaces(name)]


def _create(rows: Iterable[_Row]) -> list[_Row]:
    """Save rows of one model after checking their fields; the database checks their relations."""
    rows = list(rows)
    if not rows:
        return rows
    check_fields(rows)
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=500)


def check_fields(rows: Sequence[Model]) -> None:
    """Raises RuleBroken for a value that a row cannot hold; relations are not looked at. rows: of one model."""
    relations = [field.name for field in rows[0]._meta.fields if field.is_relation] if rows else []
    for row in rows:
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error

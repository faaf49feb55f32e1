"""Makes an edition's rows from a form: all rows of a new edition, or new rows of an existing one."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from scorecard.agency_form.ancestors import Ancestors
from scorecard.agency_form.form_plan import (
    FormActionPlan,
    FormKPI,
    FormMeasure,
    FormObjective,
    FormPerspective,
    FormTheme,
)
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

    A row that the predecessor has, too, bears its lineage. homed: how many actuals of earlier years were left out,
    because an earlier edition records them.

    One or two queries for each kind of row. Raises RuleBroken for values that a row cannot hold.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ancestors = Ancestors(plan)
        self.homed = 0
        self.divisions = _Divisions(Division.objects.filter(agency=plan.agency_id).select_related("successor"))
        self.perspectives = {row.code: row for row in Perspective.objects.filter(plan=plan)}
        self.themes = {row.code: row for row in Theme.objects.filter(plan=plan)}
        self.objectives = {row.code: row for row in Objective.objects.filter(plan=plan)}
        self.kpis = {row.code: row for row in KPI.objects.filter(plan=plan)}

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
        first = max((row.position for row in self.perspectives.values()), default=0) + 1
        new_perspectives = _create(
            Perspective(
                plan=self.plan,
                code=read.code,
                name=read.name,
                position=first + n,
                **self.ancestors.inherited(Perspective, read.code, read.name),
            )
            for n, read in enumerate(perspectives)
        )
        self.perspectives |= {row.code: row for row in new_perspectives}
        first = max((row.position for row in self.themes.values()), default=0) + 1
        new_themes = _create(
            Theme(
                plan=self.plan,
                code=read.code,
                name=read.name,
                position=first + n,
                lead_division=self.divisions.get(read.lead_division),
                **self.ancestors.inherited(Theme, read.code, read.name),
            )
            for n, read in enumerate(themes)
        )
        self.themes |= {row.code: row for row in new_themes}
        positions = _Positions((row.theme_id, row.perspective_id, row.position) for row in self.objectives.values())
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
            **self.ancestors.inherited(Objective, read.code, read.name),
        )

    def add_kpis(self, reads: Sequence[FormKPI], years: Collection[int]) -> None:
        """Add KPIs with their measures, the values of these years, and their action plans.

        Actuals of earlier years are written where no earlier edition has the measure: it is a baseline then.
        """
        positions = _Positions((row.objective_id, row.position) for row in self.kpis.values())
        made = _create(self._kpi(read, positions) for read in reads)
        self.kpis |= {row.code: row for row in made}
        for read in reads:
            own = [self.divisions[name] for name in read.supporting_divisions]
            own = own or self.ancestors.supporting_divisions_of(read)
            if own:
                self.kpis[read.code].supporting_divisions.set(own)
        places = [
            (read, place, measure, before)
            for read in reads
            for place, (measure, before) in enumerate(
                zip(read.measures, self.ancestors.measures_of(read), strict=True), 1
            )
        ]
        measures = _create(self._measure(*place) for place in places)
        values = []
        for row, (_, _, measure, before) in zip(measures, places, strict=True):
            for year in years:
                value = value_row(row, year, measure, plan_year=self.plan.year)
                if before is None or not self._has_home(year):
                    values.append(value)
                elif value.is_reported:
                    self.homed += 1
        _create(values)
        self.add_action_plans([(read.code, plan) for read in reads for plan in read.action_plans])

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
            **self.ancestors.inherited(KPI, read.code, read.name),
        )

    def _has_home(self, year: int) -> bool:
        """Whether an earlier edition that has the measure records the year's actual."""
        before = self.ancestors.predecessor
        return before is not None and year <= before.year

    def _measure(self, read: FormKPI, position: int, measure: FormMeasure, before: Measure | None) -> Measure:
        row = Measure(
            kpi=self.kpis[read.code],
            position=position,
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
            **self.ancestors.inherited(ActionPlan, read.code, read.description),
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
    relations = [field.name for field in rows[0]._meta.fields if field.is_relation]
    for row in rows:
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=500)

"""Makes the rows of a plan out of what a form says; for a new plan and for what is new in an old one."""

from django.core.exceptions import ValidationError

from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.choices import YearState
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Division,
    Measure,
    Objective,
    Perspective,
    PlanYear,
    Theme,
    YearlyValue,
)


class PlanWriter:
    """Creates rows below one plan, numbering each kind from where the plan leaves off; no audit, no transaction.

    A query or two a kind, whatever their number. Raises RuleBroken for what a row cannot hold.
    """

    def __init__(self, plan):
        self.plan = plan
        self.divisions = _Divisions(Division.objects.filter(agency=plan.agency_id))
        self.perspectives = {row.code: row for row in Perspective.objects.filter(plan=plan)}
        self.themes = {row.code: row for row in Theme.objects.filter(plan=plan)}
        self.objectives = {row.code: row for row in Objective.objects.filter(plan=plan)}
        self.kpis = {row.code: row for row in KPI.objects.filter(plan=plan)}

    def add_years(self, read):
        """The plan years of a form that the plan lacks: baseline years closed, the others not open."""
        present = set(PlanYear.objects.filter(plan=self.plan).values_list("year", flat=True))
        _create(
            PlanYear(
                plan=self.plan, year=year, state=YearState.CLOSED if year < read.first_year else YearState.NOT_OPEN
            )
            for year in read.years
            if year not in present
        )

    def add_divisions(self, names):
        """Divisions by name, as far as the agency lacks them."""
        new = [name for name in dict.fromkeys(names) if name and name not in self.divisions]
        first = max((row.position for row in self.divisions.rows), default=0) + 1
        made = _create(
            Division(agency_id=self.plan.agency_id, name=name, position=first + n) for n, name in enumerate(new)
        )
        self.divisions = _Divisions([*self.divisions.rows, *made])

    def add_map(self, perspectives, themes, objectives):
        """Perspectives, themes and objectives."""
        first = max((row.position for row in self.perspectives.values()), default=0) + 1
        made = _create(
            Perspective(plan=self.plan, code=read.code, name=read.name, position=first + n)
            for n, read in enumerate(perspectives)
        )
        self.perspectives |= {row.code: row for row in made}
        first = max((row.position for row in self.themes.values()), default=0) + 1
        made = _create(
            Theme(
                plan=self.plan,
                code=read.code,
                name=read.name,
                position=first + n,
                lead_division=self.divisions.get(read.lead_division),
            )
            for n, read in enumerate(themes)
        )
        self.themes |= {row.code: row for row in made}
        positions = _Positions((row.theme_id, row.perspective_id, row.position) for row in self.objectives.values())
        made = _create(self._objective(read, positions) for read in objectives)
        self.objectives |= {row.code: row for row in made}

    def _objective(self, read, positions):
        theme, perspective = self.themes[read.theme], self.perspectives[read.perspective]
        position = positions.take(theme.pk, perspective.pk)
        return Objective(
            plan=self.plan, theme=theme, perspective=perspective, code=read.code, name=read.name, position=position
        )

    def add_kpis(self, reads, years):
        """KPIs with their measures, the values of these years, and their action plans."""
        positions = _Positions((row.objective_id, row.position) for row in self.kpis.values())
        made = _create(self._kpi(read, positions) for read in reads)
        self.kpis |= {row.code: row for row in made}
        for read in reads:
            if read.supporting_divisions:
                own = [self.divisions[name] for name in read.supporting_divisions]
                self.kpis[read.code].supporting_divisions.set(own)
        pairs = [(read, k, measure) for read in reads for k, measure in enumerate(read.measures, 1)]
        measures = _create(self._measure(read, k, measure) for read, k, measure in pairs)
        _create(
            value_row(row, year, measure)
            for row, (_, _, measure) in zip(measures, pairs, strict=True)
            for year in years
        )
        self.add_action_plans([(read.code, plan) for read in reads for plan in read.action_plans])

    def _kpi(self, read, positions):
        objective = self.objectives[read.objective]
        return KPI(
            plan=self.plan,
            objective=objective,
            code=read.code,
            name=read.name,
            formula=read.formula,
            division=self.divisions[read.division],
            position=positions.take(objective.pk),
        )

    def _measure(self, read, position, measure):
        return Measure(
            kpi=self.kpis[read.code],
            position=position,
            **{name: getattr(measure, name) for name in MEASURE_FIELDS},
        )

    def add_action_plans(self, pairs):
        """Action plans with their budgets; pairs: (KPI's code, FormActionPlan)."""
        present = ActionPlan.objects.filter(kpi__plan=self.plan)
        positions = _Positions(present.values_list("kpi_id", "position"))
        made = _create(self._action_plan(code, read, positions) for code, read in pairs)
        _create(
            ActionBudget(action_plan=row, year=year, amount=budget.amount)
            for row, (_, read) in zip(made, pairs, strict=True)
            for year, budget in read.budgets.items()
            if budget.amount is not None
        )

    def _action_plan(self, kpi_code, read, positions):
        kpi = self.kpis[kpi_code]
        return ActionPlan(
            plan=self.plan,
            kpi=kpi,
            code=read.code,
            description=read.description,
            owner_person=read.owner_person,
            owner_division=self.divisions.get(read.owner_division),
            position=positions.take(kpi.pk),
        )


MEASURE_FIELDS = ("label", "unit", "direction", "numerator_label", "denominator_label", "factor")


def value_row(measure, year, read):
    """The YearlyValue of a measure's year as a form tells it: an actual without figure but with a note is 無統計."""
    target, actual = read.targets.get(year), read.actuals.get(year)
    row = YearlyValue(measure=measure, year=year)
    if target:
        row.target, row.target_note = target.value, target.note
    if actual:
        row.actual, row.actual_note = actual.value, actual.note
        row.unmeasured = actual.value is None and bool(actual.note)
    return row


class _Divisions:
    """An agency's divisions by name, in which white space counts for nothing: a form breaks names anywhere."""

    def __init__(self, rows):
        self.rows = list(rows)
        self._by_name = {without_spaces(row.name): row for row in self.rows} | {row.name: row for row in self.rows}

    def get(self, name):
        """The division, None where there is none of this name."""
        return self._by_name.get(name) or self._by_name.get(without_spaces(name))

    def __contains__(self, name):
        return self.get(name) is not None

    def __getitem__(self, name):
        return self._by_name[name] if name in self._by_name else self._by_name[without_spaces(name)]


class _Positions:
    """The next free position in each group."""

    def __init__(self, taken):
        self._last = {}
        for *group, position in taken:
            key = tuple(group)
            self._last[key] = max(self._last.get(key, 0), position)

    def take(self, *group):
        self._last[group] = self._last.get(group, 0) + 1
        return self._last[group]


def _create(rows):
    """Save rows of one model, checked as a form would check them but for relations, which the database holds."""
    rows = list(rows)
    if not rows:
        return rows
    relations = [field.name for field in rows[0]._meta.fields if field.is_relation]
    for row in rows:
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error
    return type(rows[0]).objects.bulk_create(rows, batch_size=500)

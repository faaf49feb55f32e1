"""Makes a Scorecard from a parsed form, so that maps and tables can draw it. No query."""

from decimal import Decimal
from itertools import count
from uuid import uuid4

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models import Plan
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.cell_assessor import CellAssessor
from scorecard.read_models.measure_lines import MeasureLine, OwnYear, YearLine
from scorecard.read_models.scorecard import KPIFacts, ObjectiveFacts, PerspectiveFacts, PlanFacts, ThemeFacts

# The default weight of rows.
WEIGHT = Decimal(1)


def scorecard_of(read, plan=None):
    """The Scorecard of a FormPlan: years before its first target have actuals, the others targets.

    plan: the edition to change, for its thresholds; None for a new one. In a form with errors, the first of equal codes
    counts; objectives without theme or perspective and KPIs without objective are left out.
    """
    return _Builder(read, plan or Plan(year=read.first_year, last_year=read.last_year)).build()


class _Builder:
    def __init__(self, read, plan):
        self.read, self.plan, self.ids = read, plan, count(1)
        self.assessor = CellAssessor(self.plan.warning_threshold, self.plan.display_cap)
        self.year = OwnYear(read.first_year, state=PlanState(self.plan.state))
        self.years = tuple(
            self.year
            if year == read.first_year
            else YearLine(year, is_baseline=year < read.first_year, is_outlook=year > read.first_year)
            for year in read.years
        )

    def build(self):
        """No divisions are listed: a form has their names but not their ids."""
        kpis = [self._kpi(each) for each in self.read.kpis]
        objectives = self._objectives()
        perspectives = [
            PerspectiveFacts(next(self.ids), each.code, each.name, WEIGHT, uuid4())
            for each in _first_of(self.read.perspectives)
        ]
        return assemble_scorecard(
            self._facts(),
            perspectives=perspectives,
            themes=self._themes(),
            objectives=objectives,
            kpis=kpis,
            divisions=(),
        )

    def _facts(self):
        read, plan = self.read, self.plan
        return PlanFacts(
            agency=read.agency,
            agency_slug=plan.agency.slug if plan.agency_id else "",
            plan_slug=plan.slug if plan.agency_id else "",
            plan_title=plan.title,
            plan_subtitle=plan.subtitle,
            last_year=read.last_year,
            mission=tuple(read.mission.text.splitlines()),
            vision=read.vision.text,
            core_values=tuple(read.core_values.text.splitlines()),
            instructions=tuple(read.instructions.text.splitlines()),
            warning_threshold=plan.warning_threshold,
            display_cap=plan.display_cap,
            data_version=0,
            year=self.year,
            years=self.years,
            include_provisional=False,
            sample_years=frozenset(),
            links=(),
        )

    def _themes(self):
        themes = (
            ThemeFacts(next(self.ids), each.code, each.name, each.lead_division, uuid4()) for each in self.read.themes
        )
        return _first_of(themes)

    def _objectives(self):
        """In the order of their themes."""
        themes = [each.code for each in _first_of(self.read.themes)]
        perspectives = {each.code for each in self.read.perspectives}
        known = [each for each in self.read.objectives if each.theme in themes and each.perspective in perspectives]
        known.sort(key=lambda each: themes.index(each.theme))
        return [
            ObjectiveFacts(next(self.ids), each.code, each.name, each.theme, each.perspective, WEIGHT, uuid4())
            for each in _first_of(known)
        ]

    def _kpi(self, each):
        return KPIFacts(
            measures=tuple(self._measure(measure) for measure in each.measures),
            id=next(self.ids),
            code=each.code,
            name=each.name,
            formula=each.formula,
            objective_code=each.objective,
            division_id=0,
            division=each.division,
            weight=WEIGHT,
            report_state=ReportState.PENDING,
            lineage=uuid4(),
            action_plans=tuple(self._action_plan(plan) for plan in each.action_plans),
        )

    def _action_plan(self, read):
        budgets = {
            year: BudgetLine(year, budget.amount, None)
            for year, budget in read.budgets.items()
            if budget.amount is not None
        }
        owner = read.owner_division or read.owner_person
        return ActionPlanLine(next(self.ids), read.code, read.description, owner, budgets, uuid4())

    def _measure(self, read):
        cells = {year.year: self._cell(read, year) for year in self.years}
        cell = cells[self.year.year]
        return MeasureLine(
            lineage=uuid4(),
            label=read.label,
            unit=read.unit,
            direction=read.direction,
            tolerance=None,
            cells=cells,
            id=next(self.ids),
            weight=WEIGHT,
            cell=cell,
        )

    def _cell(self, read, year):
        """A form's actuals of other years are left out: they come from reporting."""
        target, actual = read.targets.get(year.year), read.actuals.get(year.year) if year.is_baseline else None
        row = (
            target.value if target else None,
            target.note if target else "",
            actual.value if actual else None,
            actual.note if actual else "",
            actual is not None and actual.value is None and bool(actual.note),
            None,
            None,
        )
        return self.assessor.cell(year.year, row, counts=year.is_baseline, direction=read.direction, tolerance=None)


def _first_of(items):
    """The first item of each code."""
    found = {}
    for each in items:
        found.setdefault(each.code, each)
    return found.values()

"""A plan as a form tells it, as the Scorecard that it will be: what draws plans draws it, too. No query."""

from collections import defaultdict
from decimal import Decimal
from itertools import count

from scorecard.domain.choices import ReportState, YearState
from scorecard.domain.scoring import assess, kpi_score, roll_up
from scorecard.models import Plan
from scorecard.read_models import scorecard as lines
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine

# As of rows that nobody weighted.
WEIGHT = Decimal(1)


def scorecard_of(read, plan=None):
    """The Scorecard of a FormPlan in its first year: baseline years with their actuals, the others with their targets.

    plan: the one it would change, whose thresholds hold; None for a new one. Where a form in error gives a code twice,
    the first counts; an objective in no theme or perspective is left out, and so is a KPI without objective.
    """
    return _Builder(read, plan or Plan(first_year=read.first_year, last_year=read.last_year)).build()


class _Builder:
    def __init__(self, read, plan):
        self.read, self.plan, self.ids = read, plan, count(1)
        self.years = tuple(
            lines.YearLine(
                year, YearState.CLOSED if year < read.first_year else YearState.NOT_OPEN, year < read.first_year
            )
            for year in read.years
        )
        self.year = next(line for line in self.years if line.year == read.first_year)

    def build(self):
        read, plan = self.read, self.plan
        perspectives = self._perspectives()
        objectives = tuple(line for perspective in perspectives for line in perspective.objectives)
        return lines.Scorecard(
            score=self._mean(perspectives),
            agency=read.agency,
            plan_slug=plan.slug,
            plan_title=plan.title,
            first_year=read.first_year,
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
            has_sample_data=False,
            perspectives=perspectives,
            themes=self._themes(objectives),
            objectives=objectives,
            divisions=(),
        )

    def _mean(self, parts):
        return roll_up([(part.weight, part.score) for part in parts], self.plan.warning_threshold)

    def _perspectives(self):
        by_code = {}
        for each in self.read.perspectives:
            by_code.setdefault(each.code, each)
        objectives = self._objectives(by_code)
        made = []
        for code, each in by_code.items():
            own = tuple(objectives[code])
            made.append(lines.PerspectiveLine(self._mean(own), next(self.ids), code, each.name, WEIGHT, own))
        return tuple(made)

    def _objectives(self, perspectives):
        """Objective lines by perspective, in the order of their themes."""
        order = {}
        for place, theme in enumerate(self.read.themes):
            order.setdefault(theme.code, place)
        kpis = self._kpis()
        found, seen = defaultdict(list), set()
        known = [each for each in self.read.objectives if each.theme in order and each.perspective in perspectives]
        for each in sorted(known, key=lambda each: order[each.theme]):
            if each.code not in seen:
                seen.add(each.code)
                own = tuple(kpis[each.code])
                line = lines.ObjectiveLine(
                    self._mean(own), next(self.ids), each.code, each.name, each.theme, each.perspective, WEIGHT, own
                )
                found[each.perspective].append(line)
        return found

    def _kpis(self):
        """KPI lines by objective."""
        found = defaultdict(list)
        for each in self.read.kpis:
            measures = tuple(self._measure(measure) for measure in each.measures)
            parts = [(measure.weight, measure.cell.outcome) for measure in measures]
            score = kpi_score(parts, self.plan.warning_threshold)
            found[each.objective].append(
                lines.KPILine(
                    score=score,
                    id=next(self.ids),
                    code=each.code,
                    name=each.name,
                    formula=each.formula,
                    objective_code=each.objective,
                    division_id=0,
                    division=each.division,
                    weight=WEIGHT,
                    measures=measures,
                    report_state=ReportState.PENDING if score.tally.due else None,
                    action_plans=tuple(self._action_plan(plan) for plan in each.action_plans),
                )
            )
        return found

    def _action_plan(self, read):
        budgets = {
            year: BudgetLine(year, budget.amount, None)
            for year, budget in read.budgets.items()
            if budget.amount is not None
        }
        owner = read.owner_division or read.owner_person
        return ActionPlanLine(next(self.ids), read.code, read.description, owner, budgets)

    def _measure(self, read):
        cells = {year.year: self._cell(read, year) for year in self.years}
        cell = cells[self.year.year]
        return lines.MeasureLine(next(self.ids), read.label, read.unit, read.direction, None, WEIGHT, cells, cell)

    def _cell(self, read, year):
        """Actuals of plan years are reported, not taken from a form."""
        target, actual = read.targets.get(year.year), read.actuals.get(year.year) if year.is_baseline else None
        unmeasured = actual is not None and actual.value is None and bool(actual.note)
        outcome = assess(
            actual=actual.value if actual else None,
            target=target.value if target else None,
            direction=read.direction,
            tolerance=None,
            unmeasured=unmeasured,
            threshold=self.plan.warning_threshold,
        )
        return lines.Cell(
            year=year.year,
            target_note=target.note if target else "",
            actual_note=actual.note if actual else "",
            unmeasured=unmeasured,
            is_provisional=False,
            is_withheld=False,
            outcome=outcome,
            display_cap=self.plan.display_cap,
        )

    def _themes(self, objectives):
        made = {}
        for each in self.read.themes:
            own = tuple(line for line in objectives if line.theme_code == each.code)
            line = lines.ThemeLine(self._mean(own), next(self.ids), each.code, each.name, each.lead_division, own)
            made.setdefault(each.code, line)
        return tuple(made.values())

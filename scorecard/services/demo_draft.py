"""Makes the demo's draft: the next edition carried forward and changed in every way (services/demo_draft_data.py)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Model

from scorecard.domain.choices import AuditAction, Direction
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    AuditEvent,
    Division,
    Measure,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    Theme,
    User,
    YearlyValue,
)
from scorecard.services import audit, consultation, editions
from scorecard.services import demo_draft_data as data
from scorecard.services.demo_data import MARK
from scorecard.services.strategy_changes import begin_series


@transaction.atomic
@audit.held_back()
def load_draft(*, agency: Agency, by: User, admin: User, staff: Mapping[int, User], until: date) -> Plan | None:
    """The draft, shared with divisions; None where its year was ever begun, or the edition before is not the demo's.

    by: a demo account that edits strategy. staff: by division id. until: the last day of the consultation.
    """
    year = data.DRAFT_YEAR
    before = Plan.objects.not_drafts().filter(agency=agency, year=year - 1).first()
    known = set(KPI.objects.filter(plan=before).values_list("code", flat=True))
    was_begun = AuditEvent.objects.filter(agency=agency, year=year).exists()
    if before is None or was_begun or not {target.kpi for target in data.TARGETS} <= known:
        return None
    draft = editions.carry_forward(by=by, agency=agency, year=year, last_year=data.DRAFT_LAST_YEAR)
    _Draft(draft, by).change()
    consultation.share(by=admin, plan=draft, until=until)
    for answer in data.ANSWERS:
        _answer(draft, answer, staff)
    return draft


def _answer(draft: Plan, answer: data.Answer, staff: Mapping[int, User]) -> None:
    kpi = KPI.objects.get(plan=draft, code=answer.kpi)
    targets = [
        consultation.ProposedTarget(measure.pk, draft.year, Decimal(answer.figure), f"{MARK}{answer.text}")
        for measure in Measure.objects.filter(kpi=kpi)
        if answer.figure
    ]
    opinions = [] if answer.figure else [consultation.Opinion(kpi.pk, f"{MARK}{answer.text}")]
    consultation.save_answers(by=staff[kpi.division_id], plan=draft, targets=targets, opinions=opinions)


class _Draft:
    """Changes the draft row by row, and keeps what its audit event tells."""

    def __init__(self, plan: Plan, by: User) -> None:
        self.plan = plan
        self.by = by
        self.divisions = {row.name: row for row in Division.objects.present().filter(agency=plan.agency_id)}
        self.themes = {row.code: row for row in Theme.objects.filter(plan=plan)}
        self.perspectives = {row.code: row for row in Perspective.objects.filter(plan=plan)}
        self.objectives = {row.code: row for row in Objective.objects.filter(plan=plan)}
        self.kpis = {row.code: row for row in KPI.objects.filter(plan=plan)}
        self.changes: list[audit.Change] = []

    def change(self) -> None:
        self._settings()
        self._record(self.plan)
        self._add()
        self._move()
        self._retire()
        self._name()
        self._weigh()
        self._own()
        self._define()
        self._set_targets()
        self._set_budgets()
        self._link()
        self._record(self.plan.title)

    def _record(self, target: object) -> None:
        audit.record(
            by=self.by,
            action=AuditAction.CHANGED,
            target=target,
            plan=self.plan,
            changes=self.changes,
            reason=data.CARRIED,
        )
        self.changes = []

    def _set(self, row: Model, field: str, new: object) -> None:
        """Change one field of a row, with the row's checks."""
        old = getattr(row, field)
        what = f"{row}　{audit.field_label(row, field)}"
        setattr(row, field, new)
        row.full_clean()
        row.save()
        self.changes.append((what, old, new))

    def _create(self, row: Model, name: str = "") -> None:
        """name: of a row that has none of its own."""
        row.full_clean()
        row.save()
        self.changes.append((f"新增{row._meta.verbose_name}", None, name or str(row)))

    def _delete(self, row: Model) -> None:
        self.changes.append((f"停列{row._meta.verbose_name}", str(row), None))
        row.delete()

    def _settings(self) -> None:
        instructions = f"{self.plan.instructions}\n{data.INSTRUCTION}".strip()
        for field, new in {**data.SETTINGS, "instructions": instructions}.items():
            old = getattr(self.plan, field)
            setattr(self.plan, field, new)
            self.changes.append((audit.field_label(self.plan, field), old, new))
        self.plan.full_clean()
        self.plan.save()

    def _add(self) -> None:
        new = data.NEW_OBJECTIVE
        objective = Objective(
            plan=self.plan,
            theme=self.themes[new.theme],
            perspective=self.perspectives[new.perspective],
            code=new.code,
            name=new.name,
            position=len(self.objectives) + 1,
        )
        self._create(objective)
        self.objectives[new.code] = objective
        for kpi in data.NEW_KPIS:
            self._add_kpi(kpi)

    def _add_kpi(self, new: data.NewKPI) -> None:
        kpi = KPI(
            plan=self.plan,
            objective=self.objectives[new.objective],
            code=new.code,
            name=new.name,
            formula=new.formula,
            division=self.divisions[new.division],
            position=len(self.kpis) + 1,
        )
        self._create(kpi)
        self.kpis[new.code] = kpi
        measure = Measure(kpi=kpi, unit=new.unit, direction=new.direction)
        self._create(measure)
        for year, figure in enumerate(new.targets, self.plan.year):
            self._target(measure, year, figure)
        description, amount = new.plan
        action_plan = ActionPlan(
            plan=self.plan, kpi=kpi, code=f"{new.code}.1", description=description, owner_division=kpi.division
        )
        self._create(action_plan)
        budget = ActionBudget(action_plan=action_plan, year=self.plan.year, amount=amount)
        self._create(budget, f"{action_plan.code} {self.plan.year_text} {amount:,} 元")

    def _move(self) -> None:
        for code, objective, new_code in data.MOVED_KPIS:
            kpi = self.kpis[code]
            self._set(kpi, "objective", self.objectives[objective])
            self._set(kpi, "code", new_code)
            self.kpis[new_code] = kpi
        code, perspective, new_code = data.MOVED_OBJECTIVE
        moved = self.objectives[code]
        self._set(moved, "perspective", self.perspectives[perspective])
        self._set(moved, "code", new_code)
        self.objectives[new_code] = moved
        for code, new_code in data.MOVED_ACTION_PLANS:
            self._set(ActionPlan.objects.get(plan=self.plan, code=code), "code", new_code)

    def _retire(self) -> None:
        for code in data.RETIRED_KPIS:
            self._delete(self.kpis[code])
        for code in data.RETIRED_OBJECTIVES:
            self._delete(self.objectives[code])

    def _name(self) -> None:
        for code, name in data.RENAMED_OBJECTIVES:
            self._set(self.objectives[code], "name", name)
        for code, name in data.RENAMED_KPIS:
            self._set(self.kpis[code], "name", name)

    def _weigh(self) -> None:
        for code, weight in data.WEIGHTS:
            self._set(self.kpis[code], "weight", weight)
        for code, weight in data.OBJECTIVE_WEIGHTS:
            self._set(self.objectives[code], "weight", weight)

    def _own(self) -> None:
        for code, name in data.OWNERS:
            self._set(self.kpis[code], "division", self.divisions[name])
            for action_plan in ActionPlan.objects.filter(kpi=self.kpis[code]):
                self._set(action_plan, "owner_division", self.divisions[name])
        for code, name in data.LEAD_DIVISIONS:
            self._set(self.themes[code], "lead_division", self.divisions[name])
        for code, name in data.SUPPORTING:
            self.kpis[code].supporting_divisions.add(self.divisions[name])
            self.changes.append((f"{self.kpis[code]}　協辦科室", None, name))

    def _define(self) -> None:
        for code, formula in data.FORMULAS:
            self._set(self.kpis[code], "formula", formula)
        for code, unit, target in data.UNITS:
            measure = self._measure(code)
            begin_series(measure)
            self._set(measure, "unit", unit)
            self._target(measure, self.plan.year, target)
        for code, tolerance in data.BANDS:
            measure = self._measure(code)
            old = Direction(measure.direction).label
            measure.direction, measure.tolerance = Direction.BAND, tolerance
            measure.full_clean()
            measure.save()
            self.changes.append((f"{self.kpis[code]}　方向", old, f"{Direction.BAND.label}（±{tolerance}）"))

    def _measure(self, kpi: str) -> Measure:
        return Measure.objects.filter(kpi=self.kpis[kpi]).order_by("position")[0]

    def _set_targets(self) -> None:
        year = self.plan.year
        for new in data.TARGETS:
            reason = f"{MARK}{new.reason}" if new.reason else ""
            self._target(self._measure(new.kpi), year, new.figure, note=new.note, reason=reason)
        for code in data.OUTLOOK:
            measure = self._measure(code)
            kept = YearlyValue.objects.get(measure=measure, year=year).target
            for later in range(year + 1, self.plan.last_year + 1):
                self._target(measure, later, str(kept))

    def _target(self, measure: Measure, year: int, figure: str, *, note: str = "", reason: str = "") -> None:
        value = YearlyValue.objects.filter(measure=measure, year=year).first()
        if value is None:
            value = YearlyValue(measure=measure, year=year)
        old = value.target
        value.target = YearlyValue._meta.get_field("target").to_python(figure or None)
        value.target_note = note
        value.target_reason = reason
        value.full_clean()
        value.save()
        what = f"{measure.kpi.code} {year_text(year)}目標值"
        self.changes.append((what, old, value.target if figure else note))

    def _set_budgets(self) -> None:
        for code, amount in data.BUDGETS:
            budget = ActionBudget.objects.get(action_plan__plan=self.plan, action_plan__code=code, year=self.plan.year)
            old = budget.amount
            budget.amount = amount
            budget.full_clean()
            budget.save()
            self.changes.append((f"{code} {year_text(self.plan.year)}預算", old, amount))

    def _link(self) -> None:
        links = ObjectiveLink.objects.filter(plan=self.plan)
        for cause, effect in data.REMOVED_LINKS:
            self._delete(links.get(cause__code=cause, effect__code=effect))
        for cause, effect, why in data.CHANGED_LINKS:
            self._set(links.get(cause__code=cause, effect__code=effect), "reason", f"示範：{why}")
        for cause, effect, why in data.NEW_LINKS:
            ends = {"cause": self.objectives[cause], "effect": self.objectives[effect]}
            self._create(ObjectiveLink(plan=self.plan, **ends, reason=f"示範：{why}", created_by=self.by))

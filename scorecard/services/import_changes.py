"""Writes the changes of a form into an edition's rows. No audit, no transaction, no question of whether it may."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, ProtectedError, Q

from scorecard.agency_form.changes import ACTUALS, Change, FactChange
from scorecard.agency_form.form_plan import FormKPI, FormPlan
from scorecard.agency_form.matching import Matches
from scorecard.domain.choices import Direction
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Measure,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.read_models.edition_difference import DifferenceKind
from scorecard.read_models.edition_items import KIND_LABELS, FactKey, ItemKind, Lineage
from scorecard.services.changed_targets import TARGET, for_programs, keep_reason
from scorecard.services.editions import keep_baseline
from scorecard.services.import_rows import MODELS, PlanWriter, check_fields
from scorecard.services.strategy_changes import begin_series

_CODED = tuple(MODELS)
# What is dropped last, since other rows refer to it.
_DROPPED_LAST = (ItemKind.KPI, ItemKind.OBJECTIVE, ItemKind.THEME, ItemKind.PERSPECTIVE)
_INSIDE: dict[ItemKind, tuple[tuple[type[Any], str], ...]] = {
    ItemKind.OBJECTIVE: ((KPI, "objective"),),
    ItemKind.THEME: ((Objective, "theme"),),
    ItemKind.PERSPECTIVE: ((Objective, "perspective"),),
}


class ChangeWriter:
    """changes, dropped: as the person agreed to them, of a form compared with the edition under these matches.

    reason: as the person gave it. told: the fourth parts of audited changes of targets.
    """

    def __init__(
        self,
        plan: Plan,
        read: FormPlan,
        matches: Matches,
        changes: Sequence[Change],
        dropped: Sequence[Change],
        *,
        reason: str = "",
    ) -> None:
        self.plan = plan
        self.read = read
        self.matches = matches
        self.facts = [fact for change in changes for fact in change.facts if change.kind is not DifferenceKind.ADDED]
        self.reason = reason
        self.softened = {fact.key for c in changes if c.kind is DifferenceKind.SOFTENED for fact in c.facts}
        self.told: dict[FactKey, dict[str, Any]] = {}
        self.added = {change.row for change in changes if change.kind is DifferenceKind.ADDED}
        self.dropped: dict[ItemKind, list[Lineage]] = {}
        for change in dropped:
            self.dropped.setdefault(change.key.kind, []).append(change.key.lineage)
        self.rows: dict[tuple[ItemKind, Lineage], Any] = {
            (kind, row.lineage): row for kind, model in MODELS.items() for row in model.objects.filter(plan=plan)
        }
        self.writer = PlanWriter(plan, matches)

    def write(self) -> int:
        """Returns how many actuals of new rows were left out, because an earlier edition records them."""
        self._of_plan()
        self._check_codes()
        self._drop_parts()
        self._recode()
        self._add()
        self._change_rows()
        self._change_measures()
        self._change_values()
        self._change_amounts()
        self._drop_rest()
        return self.writer.homed

    def _of(self, *kinds: ItemKind) -> list[FactChange]:
        return [fact for fact in self.facts if fact.key.kind in kinds]

    def _of_plan(self) -> None:
        for fact in self._of(ItemKind.PLAN):
            setattr(self.plan, fact.key.field, fact.new)
        self.plan.baseline_from = min((*self.read.baseline_years, self.plan.baseline_from))
        _save(self.plan)

    def _check_codes(self) -> None:
        """Raises RuleBroken where two rows would have one code."""
        wrong = []
        for kind in _CODED:
            new = {fact.key.lineage: fact.new for fact in self._of(kind) if fact.key.field == "code"}
            gone = self.dropped.get(kind, [])
            kept = [row for (of, lineage), row in self.rows.items() if of is kind and lineage not in gone]
            codes = Counter(new.get(row.lineage, row.code) for row in kept)
            rows = [match.row for match in self.matches.rows if match.row.kind is kind]
            codes.update(row.code for row in rows if (kind, self._lineage(kind, row.code)) not in self.rows)
            wrong += [
                f"匯入後會有兩項{KIND_LABELS[kind]} {code}；請把表單沒有的那一項一併停列，或在表單改用另一個編號。"
                for code, count in codes.items()
                if count > 1
            ]
        if wrong:
            raise RuleBroken(wrong)

    def _lineage(self, kind: ItemKind, code: str) -> UUID:
        return self.matches.lineage(kind, code)

    def _recode(self) -> None:
        """Rows may take each other's codes, so all first lose theirs; those of dropped rows become free."""
        changed = [fact for fact in self._of(*_CODED) if fact.key.field == "code"]
        leaving = [(kind, lineage) for kind in _DROPPED_LAST for lineage in self.dropped.get(kind, [])]
        for kind, lineage in [*((fact.key.kind, fact.key.lineage) for fact in changed), *leaving]:
            row = self.rows[kind, lineage]
            row.code = f"~{row.pk}"
            MODELS[kind].objects.filter(pk=row.pk).update(code=row.code)
        for fact in changed:
            row = self.rows[fact.key.kind, fact.key.lineage]
            row.code = fact.new
            _save(row)

    def _drop_parts(self) -> None:
        """Before anything is added, since a KPI has few places for action plans."""
        ActionPlan.objects.filter(plan=self.plan, lineage__in=self.dropped.get(ItemKind.ACTION_PLAN, [])).delete()
        for lineage in self.dropped.get(ItemKind.ACTION_PLAN, []):
            self.rows.pop((ItemKind.ACTION_PLAN, lineage))
        measures = Measure.objects.filter(kpi__plan=self.plan, lineage__in=self.dropped.get(ItemKind.MEASURE, []))
        with keep_baseline(measures):
            measures.delete()

    def _add(self) -> None:
        """New rows come after the rows that they refer to."""
        self.writer.add_divisions(self.read.divisions)
        self.writer.add_map(
            self._new(ItemKind.PERSPECTIVE, self.read.perspectives),
            self._new(ItemKind.THEME, self.read.themes),
            self._new(ItemKind.OBJECTIVE, self.read.objectives),
        )
        kpis = self._new(ItemKind.KPI, self.read.kpis)
        added_plans = self._added_codes(ItemKind.ACTION_PLAN)
        self.writer.add_kpis([_without_known_plans(kpi, added_plans) for kpi in kpis], self.read.years)
        for kind, rows in (
            (ItemKind.PERSPECTIVE, self.writer.perspectives),
            (ItemKind.THEME, self.writer.themes),
            (ItemKind.OBJECTIVE, self.writer.objectives),
            (ItemKind.KPI, self.writer.kpis),
        ):
            for code, row in rows.items():
                self.rows.setdefault((kind, self._lineage(kind, code)), row)
        new = {kpi.code for kpi in kpis}
        others = [kpi for kpi in self.read.kpis if kpi.code not in new]
        places = [
            (kpi, place)
            for kpi in others
            for place in range(len(kpi.measures))
            if (ItemKind.MEASURE, self.matches.measure_lineage(kpi.code, place)) in self.added
        ]
        self.writer.add_measures(places, self.read.years)
        self._move_action_plans()
        pairs = [(kpi.code, plan) for kpi in others for plan in kpi.action_plans if plan.code in added_plans]
        self.writer.add_action_plans(pairs)

    def _added_codes(self, kind: ItemKind) -> set[str]:
        """Also of rows inside a new one, which is one change with them."""
        rows = [match.row for match in self.matches.rows if match.row.kind is kind]
        return {row.code for row in rows if (kind, self._lineage(kind, row.code)) not in self.rows}

    def _new(self, kind: ItemKind, reads: Iterable[Any]) -> list[Any]:
        return [read for read in reads if (kind, self._lineage(kind, read.code)) in self.added]

    def _change_rows(self) -> None:
        relations = {"theme": ItemKind.THEME, "perspective": ItemKind.PERSPECTIVE, "objective": ItemKind.OBJECTIVE}
        for fact in self._of(*_CODED):
            row, field, new = self.rows[fact.key.kind, fact.key.lineage], fact.key.field, fact.new
            if field in ("code", "kpi", "amount"):
                continue
            if field == "supporting_divisions":
                row.supporting_divisions.set(self.writer.divisions[division.name] for division in new)
                continue
            if field == "owner":
                row.owner_division = None if isinstance(new, str) else self.writer.divisions[new.name]
                row.owner_person = new if isinstance(new, str) else ""
            elif field in relations:
                setattr(row, field, self.rows[relations[field], new])
            elif field in ("division", "lead_division"):
                setattr(row, field, self.writer.divisions[new.name] if new is not None else None)
            else:
                setattr(row, field, new)
            _save(row)

    def _move_action_plans(self) -> None:
        for fact in self._of(ItemKind.ACTION_PLAN):
            if fact.key.field == "kpi":
                row = self.rows[ItemKind.ACTION_PLAN, fact.key.lineage]
                row.kpi = self.rows[ItemKind.KPI, fact.new]
                taken = set(ActionPlan.objects.filter(kpi=row.kpi).values_list("position", flat=True))
                row.position = 1
                while row.position in taken:
                    row.position += 1
                _save(row)

    def _change_amounts(self) -> None:
        facts = [fact for fact in self._of(ItemKind.ACTION_PLAN) if fact.key.field == "amount"]
        present = ActionBudget.objects.filter(action_plan__plan=self.plan)
        budgets = {(row.action_plan_id, row.year): row for row in present}
        touched: list[ActionBudget] = []
        for fact in facts:
            plan, year = self.rows[ItemKind.ACTION_PLAN, fact.key.lineage], fact.key.year or 0
            budget = budgets.get((plan.pk, year), ActionBudget(action_plan=plan, year=year))
            budget.amount = fact.new
            touched.append(budget)
        _save_all(touched, ["amount"])

    def _change_measures(self) -> None:
        rows = Measure.objects.filter(kpi__plan=self.plan).select_related("kpi__plan")
        self.measures: dict[Lineage, Measure] = {row.lineage: row for row in rows}
        changed: dict[Lineage, Measure] = {}
        for fact in self._of(ItemKind.MEASURE):
            if fact.key.year is not None:
                continue
            measure = changed[fact.key.lineage] = self.measures[fact.key.lineage]
            setattr(measure, fact.key.field, fact.new)
            if fact.key.field == "unit":
                begin_series(measure)
            if measure.direction != Direction.BAND:
                measure.tolerance = None
        for measure in changed.values():
            _save(measure)

    def _change_values(self) -> None:
        facts = [fact for fact in self._of(ItemKind.MEASURE) if fact.key.year is not None]
        present = YearlyValue.objects.filter(measure__in={self.measures[fact.key.lineage].pk for fact in facts})
        values = {(row.measure_id, row.year): row for row in present}
        touched: dict[tuple[int, int], YearlyValue] = {}
        for fact in facts:
            measure, year, field = self.measures[fact.key.lineage], fact.key.year or 0, fact.key.field
            place = (measure.pk, year)
            value = touched[place] = values.setdefault(place, YearlyValue(measure=measure, year=year))
            value.measure = measure
            if field == TARGET:
                self._set_target(value, fact)
            else:
                setattr(value, field, (fact.new or "") if field.endswith("note") else fact.new)
            if field in ACTUALS:
                value.unmeasured = value.actual is None and bool(value.actual_note)
            if field == "actual":
                # A form has the quotient alone.
                value.numerator = value.denominator = None
        fields = ["target", "target_note", "target_reason"]
        if any(fact.key.field in ACTUALS for fact in facts):
            fields += ["actual", "actual_note", "unmeasured", "numerator", "denominator"]
        _save_all(list(touched.values()), fields)

    def _set_target(self, value: YearlyValue, fact: FactChange) -> None:
        """Keep why it changes with it, and what the audit trail tells programs."""
        before = value.target
        value.target = fact.new
        if self.plan.is_draft:
            if self.reason and fact.key in self.softened:
                value.target_reason = self.reason
            return
        self.told[fact.key] = for_programs(value, value.target_reason)
        keep_reason(value, before, self.reason)

    def _drop_rest(self) -> None:
        """Rows that others refer to, once those are elsewhere or gone."""
        leaving = self.dropped.get(ItemKind.KPI, [])
        with keep_baseline(Measure.objects.filter(kpi__plan=self.plan, kpi__lineage__in=leaving)):
            self._delete(ItemKind.KPI, leaving)
        leaving = self.dropped.get(ItemKind.OBJECTIVE, [])
        ends = Q(cause__lineage__in=leaving) | Q(effect__lineage__in=leaving)
        ObjectiveLink.objects.filter(ends, plan=self.plan).delete()
        for kind in _DROPPED_LAST[1:]:
            self._check_empty(kind)
            self._delete(kind, self.dropped.get(kind, []))

    def _check_empty(self, kind: ItemKind) -> None:
        wrong: list[str] = []
        for model, field in _INSIDE[kind]:
            inside = model.objects.filter(plan=self.plan, **{f"{field}__lineage__in": self.dropped.get(kind, [])})
            wrong += [f"「{row}」仍列在要停列的{KIND_LABELS[kind]}；請一併停列，或在表單改列他處。" for row in inside]
        if wrong:
            raise RuleBroken(wrong)

    def _delete(self, kind: ItemKind, lineages: Sequence[Lineage]) -> None:
        try:
            MODELS[kind].objects.filter(plan=self.plan, lineage__in=lineages).delete()
        except ProtectedError as error:
            raise RuleBroken(f"要停列的{KIND_LABELS[kind]}仍有其他資料引用，沒有匯入任何內容。") from error


def order_as_form(plan: Plan, read: FormPlan) -> None:
    """Give an edition that has the form's rows alone their order. Two queries for each kind of row."""
    groups: tuple[tuple[type[Any], Sequence[Any]], ...] = (
        (Perspective, read.perspectives),
        (Theme, read.themes),
        (Objective, read.objectives),
        (KPI, read.kpis),
    )
    for model, reads in groups:
        places = {row.code: number for number, row in enumerate(reads, 1)}
        rows = list(model.objects.filter(plan=plan))
        for row in rows:
            row.position = places.get(row.code, row.position)
        model.objects.bulk_update(rows, ["position"], batch_size=500)


def _without_known_plans(kpi: FormKPI, added: Container[str]) -> FormKPI:
    """A new KPI without action plans that the edition has already: those move to it afterwards."""
    own = tuple(plan for plan in kpi.action_plans if plan.code in added)
    return kpi if own == kpi.action_plans else replace(kpi, action_plans=own)


def _save_all(rows: Sequence[Any], fields: Sequence[str]) -> None:
    """Save rows of one model after checking their fields; the database checks the rest. Few queries."""
    check_fields(rows)
    new = [row for row in rows if row.pk is None]
    old = [row for row in rows if row.pk is not None]
    if new:
        type(new[0])._default_manager.bulk_create(new, batch_size=500)
    if old:
        type(old[0])._default_manager.bulk_update(old, fields, batch_size=100)


def _save(row: Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error
    row.save()

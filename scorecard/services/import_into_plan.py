"""Changes an existing edition to what a form says: exactly what the person agreed to, all or nothing, audited."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from scorecard import permissions
from scorecard.agency_form.changes import Change, ChangeKind, key_text
from scorecard.agency_form.form_plan import FormKPI, FormPlan, ParsedForm
from scorecard.agency_form.uploaded_form import compare
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.domain.value_text import as_read
from scorecard.models import ActionBudget, ActionPlan, Measure, Plan, User, YearlyReport, YearlyValue
from scorecard.services import audit
from scorecard.services.changed_targets import TARGET, for_programs, keep_reason
from scorecard.services.import_new_plan import imported_from
from scorecard.services.import_rows import PlanWriter
from scorecard.services.strategy_changes import begin_series
from scorecard.services.years import lock_editions


class ImportConflict(Exception):
    """Someone changed the plan since the preview; nothing is written. changes: the form's, against current values."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = changes
        super().__init__("、".join(change.what for change in changes))


def apply_to(
    *,
    by: User | None,
    plan: Plan,
    form: ParsedForm,
    expected_values: Mapping[str, Any],
    reason: str = "",
    source: str = "",
) -> list[Change]:
    """Change the edition to what the form says, and return the changes made. Without changes it writes no audit event.

    by: None for the command line. expected_values: PlanChanges.expected_values() of the preview that the person agreed
    to. reason: required for every change once the edition is adopted (domain.md §5). source: the file's name.

    Raises ImportConflict for an unexpected value; RuleBroken for errors in the form, in a closed year, for a change
    that a settled report forbids, and for a missing reason; PermissionDenied.
    """
    if by is not None:
        permissions.check_can_edit_strategy(by, plan.agency_id)
    if form.has_errors or form.plan is None:
        raise RuleBroken("表單還有錯誤，沒有匯入任何內容；請先改正錯誤。")
    with transaction.atomic(), audit.held_back():
        # Later ones, too: baseline figures may move there.
        plan = next(row for row in lock_editions(plan.agency_id) if row.pk == plan.pk)
        check_not_closed(plan)
        reports = YearlyReport.objects.filter(kpi__plan=plan).order_by("pk")
        list(reports.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        found = compare(plan, form)
        changed_by_other = [c for c in found.changes if expected_values.get(key_text(c.key), _NEVER) != as_read(c.old)]
        if changed_by_other:
            raise ImportConflict(changed_by_other)
        if found.has_errors:
            raise RuleBroken([message.text for message in found.messages if message.level == "error"])
        if found.changes:
            check_reason_given(plan, reason)
            update = _Update(plan, form.plan, found.changes, reason)
            update.apply()
            _record(by, plan, found.changes, reason, source, update.told)
        return list(found.changes)


_NEVER = object()


class _Update:
    """reason: as the person gave it. told: the fourth parts of audited changes, by the change's key."""

    def __init__(self, plan: Plan, read: FormPlan, changes: Sequence[Change], reason: str) -> None:
        self.plan = plan
        self.read = read
        self.changes = changes
        self.reason = reason
        self.told: dict[tuple, dict[str, Any]] = {}
        self.writer = PlanWriter(plan)
        self.added = {change.key for change in changes if change.kind is ChangeKind.ADDED}

    def apply(self) -> None:
        # New rows come after the rows that they refer to.
        self._of_plan()
        self.writer.add_divisions(self.read.divisions)
        self.writer.add_map(
            self._new("perspective", self.read.perspectives),
            self._new("theme", self.read.themes),
            self._new("objective", self.read.objectives),
        )
        self._rows("perspective", self.writer.perspectives)
        self._rows("theme", self.writer.themes)
        self._rows("objective", self.writer.objectives)
        kpis = self._new("kpi", self.read.kpis)
        self.writer.add_kpis([_without_known_plans(kpi, self.added) for kpi in kpis], self.read.years)
        self._rows("kpi", self.writer.kpis)
        new = {kpi.code for kpi in kpis}
        others = [(kpi.code, plan) for kpi in self.read.kpis if kpi.code not in new for plan in kpi.action_plans]
        self.writer.add_action_plans([(code, p) for code, p in others if ("action_plan", p.code) in self.added])
        self._measures_and_values()
        self._action_plans_and_budgets()

    def _new(self, kind: str, reads: Iterable[Any]) -> list[Any]:
        return [read for read in reads if (kind, read.code) in self.added]

    def _of(self, kind: str) -> list[Change]:
        """Changed fields of existing rows of one kind."""
        return [c for c in self.changes if c.key[0] == kind and c.kind is not ChangeKind.ADDED]

    def _of_plan(self) -> None:
        for change in self._of("plan"):
            setattr(self.plan, change.key[1], change.new)
        self.plan.baseline_from = min((*self.read.baseline_years, self.plan.baseline_from))
        _save(self.plan)

    def _rows(self, kind: str, rows: Mapping[str, Any]) -> None:
        relations: dict[str, Any] = {
            "lead_division": self.writer.divisions,
            "division": self.writer.divisions,
            "theme": self.writer.themes,
            "perspective": self.writer.perspectives,
            "objective": self.writer.objectives,
        }
        for change in self._of(kind):
            row, field = rows[change.key[1]], change.key[2]
            new: Any = change.new
            if field == "supporting_divisions":
                row.supporting_divisions.set(self.writer.divisions[name] for name in new.split("、"))
                continue
            setattr(row, field, relations[field].get(new) if field in relations else new)
            _save(row)

    def _measures_and_values(self) -> None:
        measures: dict[tuple[str, int], Measure] = {}
        counts: Counter[str] = Counter()
        for row in Measure.objects.filter(kpi__plan=self.plan).select_related("kpi__plan").order_by("kpi", "position"):
            counts[row.kpi.code] += 1
            measures[row.kpi.code, counts[row.kpi.code]] = row
        for change in self._of("measure"):
            _, code, position, field = change.key
            measure = measures[code, position]
            setattr(measure, field, change.new)
            if field == "unit":
                begin_series(measure)
            _save(measure)
        for change in self._of("value"):
            _, code, position, year, field = change.key
            measure = measures[code, position]
            value = YearlyValue.objects.filter(measure=measure, year=year).first()
            if value is None:
                value = YearlyValue(measure=measure, year=year)
            if field == TARGET:
                self._target(change, value)
            setattr(value, field, (change.new or "") if field.endswith("note") else change.new)
            _save(value)

    def _target(self, change: Change, value: YearlyValue) -> None:
        """Keep why it changes with it, and what the audit trail tells programs."""
        self.told[change.key] = for_programs(value, value.target_reason)
        before = value.target
        new: Any = change.new
        value.target = new
        keep_reason(value, before, self.reason)

    def _action_plans_and_budgets(self) -> None:
        rows = {row.code: row for row in ActionPlan.objects.filter(plan=self.plan)}
        for change in self._of("action_plan"):
            row, field = rows[change.key[1]], change.key[2]
            new: Any = change.new
            if field == "kpi":
                row.kpi = self.writer.kpis[new]
                taken = set(ActionPlan.objects.filter(kpi=row.kpi).values_list("position", flat=True))
                row.position = 1
                while row.position in taken:
                    row.position += 1
            elif field == "owner":
                row.owner_division = self.writer.divisions.get(new)
                row.owner_person = "" if row.owner_division else new
            else:
                row.description = new
            _save(row)
        for change in self._of("budget"):
            _, code, year = change.key
            budget = ActionBudget.objects.filter(action_plan=rows[code], year=year).first()
            if budget is None:
                budget = ActionBudget(action_plan=rows[code], year=year)
            amount: Any = change.new
            budget.amount = amount
            _save(budget)


def _without_known_plans(kpi: FormKPI, added: Container[tuple]) -> FormKPI:
    """A new KPI without action plans that the plan has already: those move to it afterwards."""
    own = tuple(plan for plan in kpi.action_plans if ("action_plan", plan.code) in added)
    return kpi if own == kpi.action_plans else replace(kpi, action_plans=own)


def _save(row: Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error
    row.save()


def _record(
    by: User | None,
    plan: Plan,
    changes: Sequence[Change],
    reason: str,
    source: str,
    told: Mapping[tuple, dict[str, Any]],
) -> None:
    """One event for each changed KPI, and one for everything that belongs to no KPI. told: see _Update."""
    lines_by_kpi: dict[str, list[audit.Change]] = {}
    for change in changes:
        line: audit.Change = (change.what, change.old, change.new)
        if change.key in told:
            line = (*line[:3], told[change.key])
        lines_by_kpi.setdefault(change.kpi_code, []).append(line)
    kpis = {row.code: row for row in plan.kpis.all()}
    reason = f"{imported_from(source)}：{reason}" if reason else imported_from(source)
    for code, lines in lines_by_kpi.items():
        audit.record(
            by=by,
            action=AuditAction.CHANGED,
            target=kpis.get(code, plan),
            plan=plan,
            kpi=kpis.get(code),
            changes=lines,
            reason=reason,
        )

"""Brings an existing plan to what a form says: what a person agreed to and nothing else, all or nothing, audited."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction

from scorecard import permissions
from scorecard.agency_form.changes import ChangeKind, key_text
from scorecard.agency_form.uploaded_form import compare
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.domain.value_text import as_read
from scorecard.models import ActionBudget, ActionPlan, Measure, Plan, PlanYear, YearlyReport, YearlyValue
from scorecard.services import audit
from scorecard.services.import_new_plan import imported_from
from scorecard.services.import_rows import PlanWriter


class ImportConflict(Exception):
    """Someone changed these things since the preview. changes are as they stand now; nothing was written."""

    def __init__(self, changes):
        self.changes = changes
        super().__init__("、".join(change.what for change in changes))


def apply_to(*, by, plan, form, expected_values, reason="", source=""):
    """Change the plan to what the form says and return the changes made; an empty list leaves no trace.

    by: the person, None for the command line. expected_values: PlanChanges.expected_values() of the preview that the
    person agreed to. reason: required where a target of an open year changes (domain.md §5). source: the file's name,
    for the audit trail.

    Raises ImportConflict where a value is not the expected one, RuleBroken for a form with errors, for what a closed
    year or a settled report forbids, and without a reason; PermissionDenied.
    """
    if by is not None:
        permissions.check_can_edit_strategy(by, plan.agency_id)
    if form.has_errors:
        raise RuleBroken("表單還有錯誤，沒有匯入任何內容；請先改正錯誤。")
    with transaction.atomic(), audit.held_back():
        list(PlanYear.objects.select_for_update(no_key=True).filter(plan=plan).order_by("year"))
        reports = YearlyReport.objects.filter(kpi__plan=plan).order_by("pk")
        list(reports.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=plan.pk)
        found = compare(plan, form)
        changed_by_other = [c for c in found.changes if expected_values.get(key_text(c.key), _NEVER) != as_read(c.old)]
        if changed_by_other:
            raise ImportConflict(changed_by_other)
        if found.has_errors:
            raise RuleBroken([message.text for message in found.messages if message.level == "error"])
        if not reason and found.to_explain:
            raise RuleBroken([f"{c.what}：年度已開放填報，變更目標值請說明理由。" for c in found.to_explain])
        if found.changes:
            _Update(plan, form.plan, found.changes).apply()
            _record(by, plan, found.changes, reason, source)
        return list(found.changes)


_NEVER = object()


class _Update:
    def __init__(self, plan, read, changes):
        self.plan, self.read, self.changes = plan, read, changes
        self.writer = PlanWriter(plan)
        self.added = {change.key for change in changes if change.kind is ChangeKind.ADDED}

    def apply(self):
        """Write everything: what new things refer to first."""
        self._of_plan()
        self.writer.add_years(self.read)
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

    def _new(self, kind, reads):
        return [read for read in reads if (kind, read.code) in self.added]

    def _of(self, kind):
        """The changes of fields of one kind of thing that was there."""
        return [c for c in self.changes if c.key[0] == kind and c.kind is not ChangeKind.ADDED]

    def _of_plan(self):
        for change in self._of("plan"):
            setattr(self.plan, change.key[1], change.new)
        _save(self.plan)

    def _rows(self, kind, rows):
        relations = {
            "lead_division": self.writer.divisions,
            "division": self.writer.divisions,
            "theme": self.writer.themes,
            "perspective": self.writer.perspectives,
            "objective": self.writer.objectives,
        }
        for change in self._of(kind):
            row, field = rows[change.key[1]], change.key[2]
            if field == "supporting_divisions":
                row.supporting_divisions.set(self.writer.divisions[name] for name in change.new.split("、"))
                continue
            setattr(row, field, relations[field].get(change.new) if field in relations else change.new)
            _save(row)

    def _measures_and_values(self):
        measures = {}
        for row in Measure.objects.filter(kpi__plan=self.plan).select_related("kpi").order_by("kpi", "position"):
            measures[row.kpi.code, 1 + sum(code == row.kpi.code for code, _ in measures)] = row
        for change in self._of("measure"):
            row = measures[change.key[1:3]]
            setattr(row, change.key[3], change.new)
            _save(row)
        for change in self._of("value"):
            _, code, position, year, field = change.key
            measure = measures[code, position]
            row = YearlyValue.objects.filter(measure=measure, year=year).first() or YearlyValue(
                measure=measure, year=year
            )
            setattr(row, field, (change.new or "") if field.endswith("note") else change.new)
            _save(row)

    def _action_plans_and_budgets(self):
        rows = {row.code: row for row in ActionPlan.objects.filter(plan=self.plan)}
        for change in self._of("action_plan"):
            row, field = rows[change.key[1]], change.key[2]
            if field == "kpi":
                row.kpi = self.writer.kpis[change.new]
                taken = set(ActionPlan.objects.filter(kpi=row.kpi).values_list("position", flat=True))
                row.position = next(n for n in range(1, len(taken) + 2) if n not in taken)
            elif field == "owner":
                row.owner_division = self.writer.divisions.get(change.new)
                row.owner_person = "" if row.owner_division else change.new
            else:
                row.description = change.new
            _save(row)
        for change in self._of("budget"):
            _, code, year = change.key
            row = ActionBudget.objects.filter(action_plan=rows[code], year=year).first() or ActionBudget(
                action_plan=rows[code], year=year
            )
            row.amount = change.new
            _save(row)


def _without_known_plans(kpi, added):
    """A new KPI without those action plans that the plan has elsewhere: these move to it afterwards."""
    own = tuple(plan for plan in kpi.action_plans if ("action_plan", plan.code) in added)
    return kpi if own == kpi.action_plans else replace(kpi, action_plans=own)


def _save(row):
    try:
        row.full_clean()
    except ValidationError as error:
        raise RuleBroken([f"「{row}」：{sentence}" for sentence in error.messages]) from error
    row.save()


def _record(by, plan, changes, reason, source):
    """An event for each KPI that changed, and one for all that stands above KPIs."""
    told = {}
    for change in changes:
        told.setdefault(change.kpi_code, []).append((change.what, change.old, change.new))
    kpis = {row.code: row for row in plan.kpis.all()}
    reason = f"{imported_from(source)}：{reason}" if reason else imported_from(source)
    for code, lines in told.items():
        audit.record(
            by=by,
            action=AuditAction.CHANGED,
            target=kpis.get(code, plan),
            plan=plan,
            kpi=kpis.get(code),
            changes=lines,
            reason=reason,
        )

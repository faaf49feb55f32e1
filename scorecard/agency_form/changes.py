"""What importing a form into an existing edition would change. Pure functions over the parsed form and the edition.

Both become facts, {key: value}. A key names one thing that can differ, for example
("value", "AC1.1", 1, 2016, "target") or ("kpi", "AC1.1", "name"). A form removes nothing: things that only the edition
has stay, with a message. Actuals of the edition's own year come from reporting only, and those of earlier years from
the edition that has them: a message says so, and they are not imported.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from scorecard.agency_form.ancestors import Ancestors
from scorecard.agency_form.form_plan import FormPlan
from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.choices import Direction, PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.value_text import as_read
from scorecard.models.action_plans import MAX_PER_KPI
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import WHOLE_FILE, Place

# Prefix of the names of the fields that correct cells.
CELL_FIELD = "cell"
ITEMS = {"perspective": "構面", "theme": "策略主題", "objective": "策略目標", "kpi": "KPI", "action_plan": "行動方案"}
FIELDS = {
    "name": "名稱",
    "lead_division": "主辦單位",
    "theme": "策略主題",
    "perspective": "構面",
    "objective": "策略目標",
    "formula": "計算公式",
    "division": "主責科室",
    "supporting_divisions": "協辦科室",
    "unit": "單位",
    "direction": "方向",
    "description": "內容",
    "kpi": "KPI",
    "owner": "主責",
    "target": "目標值",
    "target_note": "目標備註",
    "actual": "實際值",
    "actual_note": "實際備註",
    "mission": "使命",
    "vision": "願景",
    "core_values": "核心價值",
    "instructions": "填表說明",
    "last_year": "目標訂至的年度",
}


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    TARGET_LOWERED = "target_lowered"

    @property
    def label(self):
        return {
            "added": "新增",
            "removed": "表單沒有",
            "renamed": "改名",
            "changed": "修改",
            "target_lowered": "目標放寬",
        }[self]


@dataclass(frozen=True)
class Fact:
    """A value of the form; place: its cell."""

    value: object
    place: Place


@dataclass(frozen=True)
class Change:
    """old and new: figures, texts or None; for something added or removed, its name."""

    kind: ChangeKind
    key: tuple
    old: object
    new: object
    place: Place

    @property
    def what(self):
        """For example 「AC1.1 105 年目標值」."""
        kind, code, *rest = self.key
        if kind == "plan":
            return FIELDS[code]
        if kind in ITEMS and self.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            return f"{ITEMS[kind]} {code}"
        if kind == "budget":
            return f"{code} {year_text(rest[0])}預算"
        if kind == "value":
            position, year, field = rest
            return f"{code}{f' 第 {position} 項' if position > 1 else ''} {year_text(year)}{FIELDS[field]}"
        return f"{code} {FIELDS[rest[-1]]}"

    @property
    def kpi_code(self):
        """Code of the KPI; None for things above KPIs and for action plans."""
        return self.key[1] if self.key[0] in ("kpi", "measure", "value") else None


@dataclass(frozen=True)
class CurrentPlan:
    """The facts of an edition in the database. reports: states of submitted and approved reports by KPI code.

    homes: {(KPI code, number of the measure in its KPI, year): title of the edition} of actuals that an earlier edition
    has.
    """

    facts: dict[tuple, object]
    year: int
    state: PlanState
    reports: dict[str, ReportState]
    directions: dict[tuple[str, int], Direction]
    action_plans: dict[str, str]
    data_version: int
    homes: dict[tuple[str, int, int], str]

    def has(self, kind, code):
        return (kind, code, "description" if kind == "action_plan" else "name") in self.facts


@dataclass(frozen=True)
class PlanChanges:
    """removed: things that only the edition has; they stay. messages: also the errors that prevent the import.

    to_explain: changes that need a reason, which are targets of an open edition (domain.md §5).
    """

    changes: tuple[Change, ...]
    removed: tuple[Change, ...]
    messages: tuple[Message, ...]
    data_version: int
    to_explain: tuple[Change, ...] = ()

    @property
    def has_errors(self):
        return any(message.level is Severity.ERROR for message in self.messages)

    def expected_values(self):
        """{key as text: old value as text}, as the preview shows them; the person sends them back to apply the form."""
        return {key_text(change.key): as_read(change.old) for change in self.changes}


def key_text(key):
    return json.dumps(key, ensure_ascii=False)


def compare_with_form(read: FormPlan, current: CurrentPlan) -> PlanChanges:
    facts = facts_of(read)
    names = {(kind, code) for kind, code, *_ in facts if kind in ITEMS}
    changes, messages = [], []
    for kind, code in dict.fromkeys(key[:2] for key in facts if key[0] in ITEMS):
        if not current.has(kind, code):
            first = facts[kind, code, "description" if kind == "action_plan" else "name"]
            added = Change(ChangeKind.ADDED, (kind, code), None, first.value, first.place)
            if current.state == PlanState.CLOSED:
                messages.append(_closed(added, current))
            else:
                changes.append(added)
    for key, fact in facts.items():
        is_new = key[0] in ITEMS and not current.has(*key[:2])
        is_of_new = key[0] in ("measure", "value") and not current.has("kpi", key[1])
        is_of_new |= key[0] == "budget" and not current.has("action_plan", key[1])
        if is_new or is_of_new or _same(current.facts.get(key), fact.value):
            continue
        change = Change(_kind(key, current, fact.value), key, current.facts.get(key), fact.value, fact.place)
        problem = _problem(change, current)
        if problem is None:
            changes.append(change)
        else:
            messages.append(problem)
    messages += _counts(read, current)
    removed = tuple(
        Change(ChangeKind.REMOVED, key[:2], value, None, WHOLE_FILE)
        for key, value in current.facts.items()
        if key[0] in ITEMS and key[-1] in ("name", "description") and key[:2] not in names
    )
    is_open = current.state == PlanState.OPEN
    to_explain = tuple(change for change in changes if is_open and change.key[-1] == "target")
    return PlanChanges(tuple(changes), removed, tuple(messages), current.data_version, to_explain)


def facts_of(read: FormPlan) -> dict[tuple, Fact]:
    """{key: Fact}. No facts for blank budgets, assumed directions, actuals without a column, and labels."""
    facts = {
        ("plan", name): Fact(getattr(read, name).text, getattr(read, name).place)
        for name in ("mission", "vision", "core_values", "instructions")
        if getattr(read, name).text
    }
    facts["plan", "last_year"] = Fact(read.last_year, WHOLE_FILE)
    for each in read.perspectives:
        facts["perspective", each.code, "name"] = Fact(each.name, each.place)
    for each in read.themes:
        facts["theme", each.code, "name"] = Fact(each.name, each.place)
        facts["theme", each.code, "lead_division"] = Fact(each.lead_division, each.lead_place)
    for each in read.objectives:
        for name in ("name", "theme", "perspective"):
            facts["objective", each.code, name] = Fact(getattr(each, name), each.place)
    for each in read.kpis:
        _add_kpi(facts, each, read)
    return facts


def _add_kpi(facts, kpi, read):
    places = {"formula": kpi.formula_place, "division": kpi.division_place}
    for name in ("name", "objective", "formula", "division"):
        facts["kpi", kpi.code, name] = Fact(getattr(kpi, name), places.get(name) or kpi.place)
    supporting = "、".join(sorted(kpi.supporting_divisions))
    if supporting:
        facts["kpi", kpi.code, "supporting_divisions"] = Fact(supporting, kpi.division_place or kpi.place)
    for position, measure in enumerate(kpi.measures, 1):
        for name in ("unit",) if measure.direction_is_assumed else ("unit", "direction"):
            facts["measure", kpi.code, position, name] = Fact(getattr(measure, name), measure.place)
        for field, figures in (("target", measure.targets), ("actual", measure.actuals)):
            for year, figure in figures.items():
                facts["value", kpi.code, position, year, field] = Fact(figure.value, figure.place)
                facts["value", kpi.code, position, year, f"{field}_note"] = Fact(figure.note, figure.place)
    for plan in kpi.action_plans:
        facts["action_plan", plan.code, "description"] = Fact(plan.description, plan.place)
        facts["action_plan", plan.code, "kpi"] = Fact(kpi.code, plan.place)
        facts["action_plan", plan.code, "owner"] = Fact(plan.owner_division or plan.owner_person, plan.owner_place)
        for year, budget in plan.budgets.items():
            if budget.amount is not None:
                facts["budget", plan.code, year] = Fact(budget.amount, budget.place)


def _same(old, new):
    """None equals "". White space is ignored, since a form breaks its lines anywhere."""
    if isinstance(old, str) and isinstance(new, str):
        return without_spaces(old) == without_spaces(new)
    return old == new or (old in (None, "") and new in (None, ""))


def _kind(key, current, new):
    if key[-1] == "name":
        return ChangeKind.RENAMED
    old = current.facts.get(key)
    if key[-1] == "target" and old is not None and new is not None:
        is_lower_better = current.directions.get(key[1:3]) == Direction.LOWER
        is_lowered = new > old if is_lower_better else new < old
        if is_lowered:
            return ChangeKind.TARGET_LOWERED
    return ChangeKind.CHANGED


def _problem(change, current):
    """The message about a change that cannot be imported; None if it can be."""
    if change.key == ("plan", "last_year") and change.new < change.old:
        return _message(Severity.HINT, change, f"表單只到 {year_text(change.new)}；年版原有的年度保留。")
    if change.key[0] == "value" and change.key[-1].startswith("actual"):
        problem = _problem_of_actual(change, current)
        if problem is not None:
            return problem
    if current.state == PlanState.CLOSED:
        return _closed(change, current)
    if change.key[0] == "measure" and (*change.key[:3], "unit") not in current.facts:
        return _message(Severity.ERROR, change, f"{change.key[1]} 的衡量項數目與年版不同；請先在年版中調整衡量項。")
    if change.key[0] == "value":
        return _problem_of_target(change, change.key[3], current)
    return None


def _closed(change, current):
    year = year_text(current.year)
    if change.kind is ChangeKind.ADDED:
        text = f"{year}已關閉，不能新增{change.what}；請刪除，或請管理者重新開放這個年度。"
    else:
        text = (
            f"{year}已關閉，{change.what}不能改為「{_shown(change.new)}」；"
            f"請改回「{_shown(change.old)}」，或請管理者重新開放這個年度。"
        )
    return _message(Severity.ERROR, change, text)


def _problem_of_actual(change, current):
    """None where the figure stands in the edition itself, as a baseline."""
    year = change.key[3]
    if year >= current.year:
        text = f"{year_text(year)}的實際值由填報人員填報與送審，表單的「{_shown(change.new)}」沒有匯入。"
        return _message(Severity.HINT, change, text)
    home = current.homes.get(change.key[1:4])
    return None if home is None else _recorded_elsewhere(change, home)


def _recorded_elsewhere(change, home):
    text = (
        f"{change.what}：表單「{_shown(change.new)}」，系統「{_shown(change.old)}」（{home}）；以系統為準，沒有匯入。"
    )
    return _message(Severity.HINT, change, text)


def differing_records(read: FormPlan, ancestors: Ancestors) -> tuple[Message, ...]:
    """Hints about actuals in the form of a new edition that earlier editions record otherwise, by their cells."""
    recorded = ancestors.recorded(min((*read.baseline_years, read.first_year)))
    found = []
    for kpi in read.kpis:
        for position, (measure, before) in enumerate(zip(kpi.measures, ancestors.measures_of(kpi), strict=True), 1):
            for year, figure in measure.actuals.items():
                record = recorded.get((before.lineage, year)) if before is not None else None
                if record is None:
                    continue
                actual, note, home = record
                for field, old, new in (("actual", actual, figure.value), ("actual_note", note, figure.note)):
                    if not _same(old, new):
                        key = ("value", kpi.code, position, year, field)
                        found.append(_recorded_elsewhere(Change(ChangeKind.CHANGED, key, old, new, figure.place), home))
    return tuple(found)


def _problem_of_target(change, year, current):
    state = current.reports.get(change.key[1]) if year == current.year else None
    if state is not None:
        return _message(
            Severity.ERROR,
            change,
            f"{change.key[1]} {year_text(year)}的填報{state.label}，{change.what}不能改變；請改回"
            f"「{_shown(change.old)}」，或先退回這項填報。",
        )
    return None


def _counts(read, current):
    """Errors for KPIs with more than MAX_PER_KPI action plans: the form's and those that only the edition has."""
    problems = []
    for kpi in read.kpis:
        own = {plan.code for plan in kpi.action_plans}
        kept = [c for c, of in current.action_plans.items() if of == kpi.code and c not in own]
        if kept and len(own) + len(kept) > MAX_PER_KPI and own - current.action_plans.keys():
            place = kpi.action_plans[0].place
            text = f"{kpi.code} 在年版中還有 {'、'.join(kept)}，行動方案合計超過 {MAX_PER_KPI} 項；請先刪除。"
            problems.append(Message(Severity.ERROR, place.sheet, place.cell, "", "", text))
    return problems


def _message(level, change, text):
    return Message(level, change.place.sheet, change.place.cell, _shown(change.new), "", text)


def _shown(value):
    return as_read(value) or "空白"


def field_name(number, cell):
    """Name of the field that corrects a cell. number: of the sheet in the file, from 0."""
    return f"{CELL_FIELD}-{number}-{cell}"

"""What importing a form would change: the differences of read_models/edition_difference.py, told by cells.

A form is compared with the edition of its year, or with the one that a new draft is carried forward from. Actuals of
the edition's own year come from reporting only, and those of earlier years from the edition that has them: a message
says so, and they are not imported. Pure functions over the parsed form and facts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from scorecard.agency_form.form_facts import DivisionNames, FormFacts, facts_of
from scorecard.agency_form.form_plan import FormPlan
from scorecard.agency_form.matching import Matches, match_form
from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.choices import PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.value_text import as_read
from scorecard.models.action_plans import MAX_PER_KPI
from scorecard.read_models.difference_words import FIELD_WORDS
from scorecard.read_models.edition_difference import Difference, DifferenceKind, find_differences
from scorecard.read_models.edition_items import DivisionName, EditionFacts, FactKey, FactValue, Item, ItemKind, Lineage
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import WHOLE_FILE, Place

# Prefix of the names of the fields that correct cells.
CELL_FIELD = "cell"
ACTUALS = {"actual": "實際值", "actual_note": "實際備註"}
_ENDINGS = (DifferenceKind.RETIRED, DifferenceKind.LINK_REMOVED)


class Drops(StrEnum):
    """What happens to that which the edition has and the form lacks: dropped, dropped where ticked, or kept."""

    ALL = "all"
    TICKED = "ticked"
    NONE = "none"


@dataclass(frozen=True)
class FactChange:
    """One fact that an import writes. old, new: what the facts of edition and form have."""

    key: FactKey
    what: str
    old: FactValue
    new: FactValue
    old_text: str | None
    new_text: str | None


@dataclass(frozen=True)
class Change:
    """A row of the table of changes. kind: None of an actual. kpi: the lineage of the KPI that it is about."""

    kind: DifferenceKind | None
    chips: tuple[str, ...]
    what: str
    old_text: str
    new_text: str
    facts: tuple[FactChange, ...]
    place: Place
    kpi: UUID | None = None
    notes: tuple[str, ...] = ()

    @property
    def style(self) -> str:
        return self.kind.value if self.kind is not None else "actual"

    @property
    def key(self) -> FactKey:
        return self.facts[0].key

    @property
    def row(self) -> tuple[ItemKind, Lineage]:
        return self.key.kind, self.key.lineage

    @property
    def name(self) -> str:
        """What a box that is ticked to drop the row sends."""
        return key_text(self.key)


@dataclass(frozen=True)
class Record:
    """An earlier actual as its home has it. state: of the report there, in words; "" where it has no such figure."""

    actual: object
    note: str
    title: str
    state: str


@dataclass(frozen=True)
class CurrentPlan:
    """The edition that a form changes, or of a new one the edition that it is carried forward from.

    former: the edition before an existing one, whose rows may come back. year: of the edition that the form makes or
    changes. reports: submitted and approved ones, by the KPI's lineage. own: actuals that stand in the edition itself,
    records: those that stand in an earlier one, both by the measure's lineage and the year.
    """

    facts: EditionFacts
    former: EditionFacts | None
    divisions: DivisionNames
    year: int
    state: PlanState
    is_new: bool
    reports: Mapping[Lineage, ReportState]
    own: Mapping[tuple[Lineage, int], tuple[object, str]]
    records: Mapping[tuple[Lineage, int], Record]
    data_version: int

    @property
    def drops(self) -> Drops:
        if self.state is not PlanState.DRAFT:
            return Drops.NONE
        return Drops.ALL if self.is_new else Drops.TICKED


@dataclass(frozen=True)
class PlanChanges:
    """dropped: what only the edition has. messages: also the errors that prevent the import.

    to_explain: changes that need a reason, which are targets of an open edition (domain.md §5).
    """

    changes: tuple[Change, ...]
    dropped: tuple[Change, ...]
    drops: Drops
    messages: tuple[Message, ...]
    matches: Matches
    data_version: int
    to_explain: tuple[Change, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(message.level is Severity.ERROR for message in self.messages)

    @property
    def facts(self) -> list[FactChange]:
        """Everything that the preview shows as a change or as something that may be dropped."""
        rows = self.changes if self.drops is Drops.NONE else (*self.changes, *self.dropped)
        return [fact for change in rows for fact in change.facts]

    def expected_values(self) -> dict[str, str | None]:
        """{key as text: old value as text}, as the preview shows them; the person sends them back to apply the form."""
        return {key_text(fact.key): fact.old_text for fact in self.facts}


def key_text(key: FactKey) -> str:
    return json.dumps([key.kind, str(key.lineage or ""), key.field, key.year], ensure_ascii=False)


def compare_with_form(read: FormPlan, current: CurrentPlan, answers: Mapping[str, str] | None = None) -> PlanChanges:
    """answers: as match_form()."""
    is_adopted = current.state is not PlanState.DRAFT
    matches = match_form(read, current.facts, former=current.former, answers=answers, code_decides=is_adopted)
    form = facts_of(read, matches, current.divisions, states_parts=not is_adopted)
    return _Comparing(read, current, matches, form).found()


class _Comparing:
    def __init__(self, read: FormPlan, current: CurrentPlan, matches: Matches, form: FormFacts) -> None:
        self.read = read
        self.current = current
        self.matches = matches
        self.form = form
        self.changes: list[Change] = []
        self.dropped: list[Change] = []
        self.messages: list[Message] = []

    def found(self) -> PlanChanges:
        for difference in find_differences(self.current.facts, self.form.facts):
            change = self._change(difference)
            if difference.kind in _ENDINGS:
                self.dropped.append(change)
            elif change.facts:
                self._take(change)
        for change in self._actuals():
            self._take(change)
        drops = self.current.drops
        if drops is not Drops.ALL:
            dropped = {change.row for change in self.dropped} if drops is Drops.TICKED else set()
            level_of_full = too_many_action_plans(self.read, self.matches, dropped)
            self.messages += [Message(Severity.ERROR, at.sheet, at.cell, "", "", text) for at, text in level_of_full]
        is_open = self.current.state is PlanState.OPEN
        explained = tuple(c for c in self.changes if is_open and any(fact.key.field == "target" for fact in c.facts))
        return PlanChanges(
            changes=tuple(self.changes),
            dropped=tuple(self.dropped),
            drops=drops,
            messages=tuple(self.messages),
            matches=self.matches,
            data_version=self.current.data_version,
            to_explain=explained,
        )

    def _take(self, change: Change) -> None:
        problem = self._problem(change)
        if problem is None:
            self.changes.append(change)
        else:
            self.messages.append(problem)

    def _change(self, difference: Difference) -> Change:
        keys: Iterable[FactKey] = difference.keys
        if difference.key.field in ("target", "target_note"):
            keys = [difference.key._replace(field=name) for name in ("target", "target_note")]
        is_whole = difference.old_item is None or difference.new_item is None
        facts = [self._fact(key, difference.item) for key in keys]
        facts = [fact for fact in facts if is_whole or not _says_the_same(fact)]
        if self.current.is_new:
            # The draft is carried forward to the form's own end.
            facts = [fact for fact in facts if fact.key.field != "last_year"]
        key = difference.key._replace(field="", year=None) if is_whole else difference.key
        place = self.form.places.get(key) or self.form.places.get(difference.keys[0], WHOLE_FILE)
        kpi = difference.kpi.lineage if difference.kpi is not None else None
        return Change(
            kind=difference.kind,
            chips=difference.chips,
            what=difference.what,
            old_text=difference.old_text,
            new_text=difference.new_text,
            facts=tuple(facts),
            place=place,
            kpi=kpi if isinstance(kpi, UUID) else None,
            notes=difference.notes,
        )

    def _fact(self, key: FactKey, item: Item) -> FactChange:
        old, new = self.current.facts.get(key), self.form.facts.get(key)
        return FactChange(key, _name_of(key, item), old, new, self._text(old), self._text(new))

    def _text(self, value: FactValue) -> str | None:
        """The same of an edition and of its copy, in which divisions are replaced by their successors."""
        if isinstance(value, DivisionName):
            return self.current.divisions.name_of(value, self.current.facts.successors)
        if isinstance(value, UUID):
            for kind in (ItemKind.THEME, ItemKind.PERSPECTIVE, ItemKind.OBJECTIVE, ItemKind.KPI):
                item = self.current.facts.item(kind, value) or self.form.facts.item(kind, value)
                if item is not None:
                    return item.code
        if isinstance(value, tuple):
            return "、".join(sorted(text for part in value if (text := self._text(part))))
        return as_read(value)

    def _actuals(self) -> Iterator[Change]:
        """Of the years before the edition, where it is the home of the figure; a message where it is not."""
        for kpi in self.read.kpis:
            if self.matches.is_new(ItemKind.KPI, kpi.code):
                continue
            for number, match in enumerate(self.matches.measures[kpi.code]):
                lineage = self.matches.measure_lineage(kpi.code, number)
                if match.lineage is None:
                    continue
                item = self.form.facts.items[ItemKind.MEASURE, lineage]
                for year in kpi.measures[number].actuals:
                    yield from self._actual(item, year, begins=match.changes_unit)

    def _actual(self, item: Item, year: int, *, begins: bool) -> Iterator[Change]:
        """begins: whether the series begins with the form, so that no earlier edition has a figure of it."""
        figure = self.form.actuals[item.lineage, year]
        record = None if begins else self.current.records.get((item.lineage, year))
        if self.current.is_new and year >= self.current.year:
            return
        old = (record.actual, record.note) if record else self.current.own.get((item.lineage, year), (None, ""))
        for name, before, now in zip(ACTUALS, old, (figure.value, figure.note), strict=True):
            if same(before, now):
                continue
            key = FactKey(ItemKind.MEASURE, item.lineage, name, year)
            fact = FactChange(key, _name_of(key, item), before, now, as_read(before), as_read(now))
            if year >= self.current.year:
                text = f"{year_text(year)}的實際值由填報人員填報與送審，表單的「{_shown(now)}」沒有匯入。"
                self.messages.append(_message(Severity.HINT, figure.place, fact, text))
            elif record is not None:
                self.messages.append(_recorded_elsewhere(figure.place, fact, record))
            else:
                kpi = item.kpi if isinstance(item.kpi, UUID) else None
                texts = fact.old_text or "（空白）", fact.new_text or "（空白）"
                yield Change(None, ("實際值",), fact.what, *texts, (fact,), figure.place, kpi)

    def _problem(self, change: Change) -> Message | None:
        """The message about a change that cannot be imported; None if it can be."""
        fact, state = change.facts[0], self.current.state
        if fact.key.field == "last_year" and fact.new < fact.old:
            text = f"表單只到 {year_text(fact.new)}；年版原有的年度保留。"
            return _message(Severity.HINT, change.place, fact, text)
        if state is PlanState.CLOSED:
            return self._closed(change)
        if state is not PlanState.DRAFT and change.kind is DifferenceKind.ADDED and fact.key.kind is ItemKind.MEASURE:
            code = self.form.facts.items[change.row].code
            return _message(
                Severity.ERROR, change.place, fact, f"{code} 的衡量項數目與年版不同；請先在年版中調整衡量項。"
            )
        settled = self.current.reports.get(change.kpi) if fact.key.year == self.current.year else None
        if settled is not None and fact.key.kind is ItemKind.MEASURE:
            code = self.form.facts.items[change.row].code
            text = (
                f"{code} {year_text(self.current.year)}的填報{settled.label}，{fact.what}不能改變；請改回"
                f"「{_shown(fact.old)}」，或先退回這項填報。"
            )
            return _message(Severity.ERROR, change.place, fact, text)
        return None

    def _closed(self, change: Change) -> Message:
        year, fact = year_text(self.current.year), change.facts[0]
        if change.kind is DifferenceKind.ADDED:
            text = f"{year}已關閉，不能新增 {change.what}；請刪除，或請管理者重新開放這個年度。"
        else:
            text = (
                f"{year}已關閉，{fact.what}不能改為「{fact.new_text or '空白'}」；"
                f"請改回「{fact.old_text or '空白'}」，或請管理者重新開放這個年度。"
            )
        return _message(Severity.ERROR, change.place, fact, text)


def too_many_action_plans(
    read: FormPlan, matches: Matches, dropped: Iterable[tuple[ItemKind, Lineage]]
) -> Iterator[tuple[Place, str]]:
    """(place, sentence) of each KPI that would have too many action plans, since the edition keeps some of its own."""
    gone = set(dropped)
    in_form = {match.lineage for match in matches.rows if match.row.kind is ItemKind.ACTION_PLAN}
    for kpi in read.kpis:
        own = matches.old.parts_of(matches.lineage(ItemKind.KPI, kpi.code), ItemKind.ACTION_PLAN)
        kept = [plan.code for plan in own if plan.lineage not in in_form and (plan.kind, plan.lineage) not in gone]
        if kept and kpi.action_plans and len(kpi.action_plans) + len(kept) > MAX_PER_KPI:
            text = f"{kpi.code} 在年版中還有 {'、'.join(kept)}，行動方案合計超過 {MAX_PER_KPI} 項；請先刪除。"
            yield kpi.action_plans[0].place, text


def same(old: object, new: object) -> bool:
    """None equals "". White space is ignored, since a form breaks its lines anywhere."""
    if isinstance(old, str) and isinstance(new, str):
        return without_spaces(old) == without_spaces(new)
    return old == new or (old in (None, "") and new in (None, ""))


def _says_the_same(fact: FactChange) -> bool:
    """Owners are compared by their names: a form does not say whether one is a division or a person."""
    if isinstance(fact.old, DivisionName) or isinstance(fact.new, DivisionName):
        return same(fact.old_text, fact.new_text)
    return same(fact.old, fact.new)


def _name_of(key: FactKey, item: Item) -> str:
    """「AC1.1 105 年目標值」."""
    label = ACTUALS.get(key.field) or FIELD_WORDS[key.kind, key.field]
    number = item.order[0] + 1 if key.kind is ItemKind.MEASURE and len(item.order) == 1 else 1
    place = f"第 {number} 項" if number > 1 else ""
    year = year_text(key.year) if key.year is not None else ""
    return " ".join(part for part in (item.code, place, f"{year}{label}") if part)


def _recorded_elsewhere(place: Place, fact: FactChange, record: Record) -> Message:
    home = "，".join(part for part in (record.title, record.state) if part)
    text = f"{fact.what}：表單「{_shown(fact.new)}」，系統「{_shown(fact.old)}」（{home}）；以系統為準，沒有匯入。"
    return _message(Severity.HINT, place, fact, text)


def _message(level: Severity, place: Place, fact: FactChange, text: str) -> Message:
    return Message(level, place.sheet, place.cell, fact.new_text or "空白", "", text)


def _shown(value: object) -> str:
    return as_read(value) or "空白"


def field_name(number: int, cell: str) -> str:
    """Name of the field that corrects a cell. number: of the sheet in the file, from 0."""
    return f"{CELL_FIELD}-{number}-{cell}"

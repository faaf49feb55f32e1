"""Which row of an edition each row of a form is: by code and name, and by a person's answer where these disagree.

A row with the code and the folded name of a row of the edition is that row. With its code alone it may have been
renamed, with its name alone recoded: both are asked, and so is what points to two rows, or shares its row with another
one; there nothing is chosen. Everything else is new. Pure functions over a parsed form and editions' facts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import NAMESPACE_URL, UUID, uuid5

from scorecard.agency_form.form_plan import FormKPI, FormPlan
from scorecard.domain.text_folding import fold_for_search
from scorecard.read_models.edition_items import EditionFacts, FactKey, Item, ItemKind
from scorecard.spreadsheets.grid import Place

KINDS = (ItemKind.PERSPECTIVE, ItemKind.THEME, ItemKind.OBJECTIVE, ItemKind.KPI, ItemKind.ACTION_PLAN)
# The answer that a row is none of the edition's.
NEW = "new"


class Certainty(StrEnum):
    SAME = "same"
    RENAMED = "renamed"
    RECODED = "recoded"
    UNCLEAR = "unclear"
    NEW = "new"

    @property
    def label(self) -> str:
        return {
            "same": "沿用",
            "renamed": "更名？",
            "recoded": "改編號？",
            "unclear": "是哪一項？",
            "new": "新增",
        }[self]


ASKED = (Certainty.RENAMED, Certainty.RECODED, Certainty.UNCLEAR)


@dataclass(frozen=True)
class FormRow:
    """A row of the form. name: of an action plan its description."""

    kind: ItemKind
    code: str
    name: str
    place: Place

    @property
    def key(self) -> str:
        """What the row's answer is kept under."""
        return answer_key(self.kind, self.code)


@dataclass(frozen=True)
class Match:
    """proposed: the row that it may be. answer: a lineage, NEW, or "" where nobody answered (yet)."""

    row: FormRow
    certainty: Certainty
    proposed: UUID | None = None
    answer: str = ""

    @property
    def is_asked(self) -> bool:
        return self.certainty in ASKED

    @property
    def lineage(self) -> UUID | None:
        """Of the row that it is, as far as is known; None for a new one."""
        if self.answer:
            return None if self.answer == NEW else UUID(self.answer)
        return self.proposed

    @property
    def chosen(self) -> str:
        """The answer, or what would be one: "" where nothing is proposed."""
        if self.answer:
            return self.answer
        if self.certainty is Certainty.NEW:
            return NEW
        return str(self.proposed or "")


@dataclass(frozen=True)
class MeasureMatch:
    """lineage: None for a new measure. changes_unit: it stands where another one stood, whose series ends."""

    lineage: UUID | None
    changes_unit: bool = False


@dataclass(frozen=True)
class Matches:
    """rows: in the order of the form. measures: of each KPI's measures in their order, by the KPI's code.

    old: the edition that the form changes, or that is carried forward. former: the edition before it, whose rows may
    come back; None where old is that edition itself. Of equal codes, which are an error of the form, the first counts.
    """

    rows: tuple[Match, ...]
    measures: Mapping[str, tuple[MeasureMatch, ...]]
    old: EditionFacts
    former: EditionFacts | None = None

    @cached_property
    def _by_row(self) -> dict[tuple[ItemKind, str], Match]:
        return {(match.row.kind, match.row.code): match for match in reversed(self.rows)}

    @property
    def asked(self) -> list[Match]:
        return [match for match in self.rows if match.is_asked]

    @property
    def unanswered(self) -> list[Match]:
        return [match for match in self.rows if match.is_asked and not match.answer]

    def of_certainty(self, certainty: Certainty) -> list[Match]:
        return [match for match in self.rows if match.certainty is certainty]

    def lineage(self, kind: ItemKind, code: str) -> UUID:
        """Of the row that it is; one that stands for it alone where it is new."""
        match = self._by_row.get((kind, code))
        found = match.lineage if match is not None else None
        return found or provisional(kind, code)

    def is_new(self, kind: ItemKind, code: str) -> bool:
        """Whether the edition itself has no such row, though the one before may have it."""
        return self.old.item(kind, self.lineage(kind, code)) is None

    def measure_lineage(self, kpi: str, place: int) -> UUID:
        """place: of the measure in its KPI, from 0."""
        return self.measures[kpi][place].lineage or provisional(ItemKind.MEASURE, f"{kpi} {place + 1}")

    def item(self, kind: ItemKind, lineage: UUID | None) -> Item | None:
        """Of the edition, or of the one before."""
        found = self.old.item(kind, lineage)
        return found if found is not None or self.former is None else self.former.item(kind, lineage)

    @cached_property
    def _options(self) -> dict[ItemKind, list[Item]]:
        certain = {(m.row.kind, m.lineage) for m in self.rows if m.certainty is Certainty.SAME}
        found: dict[ItemKind, list[Item]] = {}
        for kind in KINDS:
            items = [*self.old.of_kind(kind), *_revivable(kind, self.old, self.former)]
            found[kind] = [item for item in items if (kind, item.lineage) not in certain]
        return found

    def options(self, kind: ItemKind) -> list[Item]:
        """What a row may be said to be: everything that no row of the form is for certain."""
        return self._options[kind]


def provisional(kind: ItemKind, code: str) -> UUID:
    """Stands for the lineage of a new row until it is written; the same each time that the form is read."""
    return uuid5(NAMESPACE_URL, f"{kind} {code}")


def answer_key(kind: ItemKind, code: str) -> str:
    return f"{kind} {code}"


def match_form(
    read: FormPlan,
    old: EditionFacts,
    *,
    former: EditionFacts | None = None,
    answers: Mapping[str, str] | None = None,
    code_decides: bool = False,
) -> Matches:
    """answers: {answer_key(): lineage as text, or NEW}; those that fit no longer are as if not given.

    code_decides: a row with another name under its code is that row renamed, and nobody is asked.
    """
    found: list[Match] = []
    for kind in KINDS:
        rows = rows_of(read, kind)
        matched = _match(rows, old.of_kind(kind), code_decides=code_decides)
        revivable = _revivable(kind, old, former)
        if revivable:
            left = [row for row in rows if matched[row.code].certainty is Certainty.NEW]
            matched |= _match(left, revivable, code_decides=False)
        found += _answered([matched[row.code] for row in rows], [*old.of_kind(kind), *revivable], answers or {})
    matches = Matches(tuple(found), {}, old, former)
    measures = {kpi.code: _match_measures(kpi, matches) for kpi in reversed(read.kpis)}
    return Matches(tuple(found), measures, old, former)


def rows_of(read: FormPlan, kind: ItemKind) -> list[FormRow]:
    """The form's rows of a kind, of equal codes the first."""
    found: dict[str, FormRow] = {}
    if kind is ItemKind.ACTION_PLAN:
        for kpi in read.kpis:
            for plan in kpi.action_plans:
                found.setdefault(plan.code, FormRow(kind, plan.code, plan.description, plan.place))
        return list(found.values())
    rows: dict[ItemKind, Sequence[object]] = {
        ItemKind.PERSPECTIVE: read.perspectives,
        ItemKind.THEME: read.themes,
        ItemKind.OBJECTIVE: read.objectives,
        ItemKind.KPI: read.kpis,
    }
    for row in rows[kind]:
        code, name, place = (getattr(row, field) for field in ("code", "name", "place"))
        found.setdefault(code, FormRow(kind, code, name, place))
    return list(found.values())


def folded(text: str) -> str:
    """A name as it is compared: white space says nothing, since a form breaks a text anywhere."""
    return fold_for_search(text).replace(" ", "")


def _revivable(kind: ItemKind, old: EditionFacts, former: EditionFacts | None) -> list[Item]:
    """Rows of the edition before that the edition has no more."""
    if former is None:
        return []
    return [item for item in former.of_kind(kind) if old.item(kind, item.lineage) is None]


def _match(rows: Sequence[FormRow], items: Sequence[Item], *, code_decides: bool) -> dict[str, Match]:
    """{code: Match} of rows of one kind. Nothing of it is answered."""
    by_code = {item.code: item for item in items}
    found: dict[str, Match] = {}
    for row in rows:
        item = by_code.get(row.code)
        if item is not None and folded(item.name) == folded(row.name):
            found[row.code] = Match(row, Certainty.SAME, _uuid(item))
    certain = {match.proposed for match in found.values()}
    left = [item for item in items if item.lineage not in certain]
    others = [row for row in rows if row.code not in found]
    by_code = {item.code: item for item in left}
    by_name = _of_one_name(left, others)
    asked = []
    for row in others:
        coded, named = by_code.get(row.code), by_name.get(folded(row.name))
        if coded is not None and named is not None:
            asked.append(Match(row, Certainty.UNCLEAR))
        elif coded is not None:
            asked.append(Match(row, Certainty.RENAMED, _uuid(coded)))
        elif named is not None:
            asked.append(Match(row, Certainty.RECODED, _uuid(named)))
        else:
            found[row.code] = Match(row, Certainty.NEW)
    claims = Counter(match.proposed for match in asked)
    for match in asked:
        if claims[match.proposed] > 1:
            match = Match(match.row, Certainty.UNCLEAR)
        elif code_decides and match.certainty is Certainty.RENAMED:
            match = Match(match.row, Certainty.SAME, match.proposed)
        found[match.row.code] = match
    return found


def _of_one_name(items: Iterable[Item], rows: Iterable[FormRow]) -> dict[str, Item]:
    """{folded name: item} of names that one of the items and one of the rows have."""
    items = list(items)
    named = Counter(folded(item.name) for item in items)
    asking = Counter(folded(row.name) for row in rows)
    found = {folded(item.name): item for item in items}
    return {name: item for name, item in found.items() if name and named[name] == 1 and asking[name] == 1}


def _answered(matches: Sequence[Match], items: Sequence[Item], answers: Mapping[str, str]) -> list[Match]:
    """With the answers that fit: each to a row that no other row of the form is."""
    certain = {str(match.proposed) for match in matches if match.certainty is Certainty.SAME}
    open_to = {str(item.lineage) for item in items} - certain
    given = {m.row.key: answers.get(m.row.key, "") for m in matches if m.certainty is not Certainty.SAME}
    counts = Counter(given.values())
    fitting = {key: a for key, a in given.items() if a == NEW or (a in open_to and counts[a] == 1)}
    taken = set(fitting.values())
    found = []
    for match in matches:
        answer = fitting.get(match.row.key, "")
        if answer:
            match = Match(match.row, match.certainty, match.proposed, answer)
        elif match.is_asked and str(match.proposed) in taken:
            match = Match(match.row, Certainty.UNCLEAR)
        found.append(match)
    return found


def _match_measures(kpi: FormKPI, matches: Matches) -> tuple[MeasureMatch, ...]:
    """At its place and with its unit, or the only one with its unit; else what is left, in another unit."""
    lineage = matches.lineage(ItemKind.KPI, kpi.code)
    facts = matches.old if matches.old.item(ItemKind.KPI, lineage) is not None else matches.former or matches.old
    own = facts.parts_of(lineage, ItemKind.MEASURE)
    units = [folded(facts.get(FactKey(ItemKind.MEASURE, item.lineage, "unit")) or "") for item in own]
    taken: dict[int, int] = {}
    for place, measure in enumerate(kpi.measures):
        if place < len(own) and units[place] == folded(measure.unit):
            taken[place] = place
    for place, measure in enumerate(kpi.measures):
        if place not in taken:
            alike = [n for n, unit in enumerate(units) if unit == folded(measure.unit)]
            if len(alike) == 1 and alike[0] not in taken.values():
                taken[place] = alike[0]
    ended = [n for n in range(len(own)) if n not in taken.values()]
    found = []
    for place in range(len(kpi.measures)):
        if place in taken:
            found.append(MeasureMatch(_uuid(own[taken[place]])))
        elif ended:
            found.append(MeasureMatch(_uuid(own[ended.pop(0)]), changes_unit=True))
        else:
            found.append(MeasureMatch(None))
    return tuple(found)


def _uuid(item: Item) -> UUID:
    """Everything that is matched has a lineage of its own."""
    if not isinstance(item.lineage, UUID):
        raise TypeError(f"{item} has no lineage of its own.")
    return item.lineage

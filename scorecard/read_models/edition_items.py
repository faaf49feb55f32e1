"""What an edition says, as facts that can be compared: each by what it is about, and never by its code.

An edition in the database, a form and the facts kept with a revision all come in this shape. A form says less than an
edition: what it does not say has no key, which is no difference; None and "" are a blank that is said.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

# Of everything but the edition itself (None); a causal link has those of its two ends.
Lineage = UUID | tuple[UUID, UUID] | None


class ItemKind(StrEnum):
    """The kinds of rows of an edition, in the order in which official tables list them."""

    PLAN = "plan"
    PERSPECTIVE = "perspective"
    THEME = "theme"
    OBJECTIVE = "objective"
    KPI = "kpi"
    MEASURE = "measure"
    ACTION_PLAN = "action_plan"
    LINK = "link"


KIND_LABELS = {
    ItemKind.PLAN: "年版",
    ItemKind.PERSPECTIVE: "構面",
    ItemKind.THEME: "策略主題",
    ItemKind.OBJECTIVE: "策略目標",
    ItemKind.KPI: "KPI",
    ItemKind.MEASURE: "衡量項",
    ItemKind.ACTION_PLAN: "行動方案",
    ItemKind.LINK: "因果關係",
}


class DivisionName(NamedTuple):
    """A division, with its name as the edition shows it. id None: one that a form names and nobody knows."""

    id: int | None
    name: str


class Support(NamedTuple):
    """An objective of the parent agency that an objective supports. lineage None: it was deleted since."""

    lineage: UUID | None
    code: str
    name: str
    reason: str


class FactKey(NamedTuple):
    """One thing that can differ. year: of a target or an amount, else None."""

    kind: ItemKind
    lineage: Lineage
    field: str
    year: int | None = None


@dataclass(frozen=True)
class Item:
    """A row of an edition.

    code: of a measure its KPI's. name: of a measure its label, of an action plan its description. kpi: of a measure or
    an action plan its KPI's lineage. order: sorts items of one kind as the scorecard does.
    """

    kind: ItemKind
    lineage: Lineage
    code: str
    name: str
    kpi: UUID | None = None
    order: tuple[int, ...] = ()

    @property
    def full_name(self) -> str:
        """「AC1.1 縮短通知日數」."""
        return f"{self.code} {self.name}".strip()


# A text, a number, a date of no kind; a lineage; a DivisionName; tuples of DivisionName or of Support; None.
FactValue = Any
# Where lineages, decimals and the rest cannot be mistaken for texts.
_TUPLES: dict[str, Any] = {"division": DivisionName, "support": Support}


@dataclass(frozen=True)
class EditionFacts:
    """title: 「107 年版草案」, or a form's file name. Years are Gregorian; last_year: the end of the outlook.

    successors: {a division's key: that of the one that stands for it}, of those that have one. is_of_form: white space
    within texts says nothing, since a form breaks its lines anywhere. stated_kinds: of which items a missing one is
    missing indeed; a form says nothing of causal links that it does not draw.
    """

    title: str
    year: int
    last_year: int
    items: Mapping[tuple[ItemKind, Lineage], Item]
    facts: Mapping[FactKey, FactValue]
    successors: Mapping[int, int] = field(default_factory=dict)
    is_of_form: bool = False
    stated_kinds: frozenset[ItemKind] = frozenset(ItemKind)

    @property
    def years(self) -> range:
        """Those with targets and budgets."""
        return range(self.year, self.last_year + 1)

    def item(self, kind: ItemKind, lineage: Lineage) -> Item | None:
        return self.items.get((kind, lineage))

    def get(self, key: FactKey) -> FactValue:
        """None also for what is not said."""
        return self.facts.get(key)

    def of_kind(self, kind: ItemKind) -> list[Item]:
        """In the order of the scorecard. Cheap: the kinds are sorted once."""
        return self._by_kind.get(kind, [])

    def parts_of(self, kpi: UUID, kind: ItemKind) -> list[Item]:
        """The measures or the action plans of a KPI, in their order."""
        return self._by_kpi.get((kind, kpi), [])

    def stands_for(self, division: DivisionName) -> int | str:
        """What a division is compared by: the key of the one that took over last, or a name that nobody knows."""
        if division.id is None:
            return division.name
        return self.successors.get(division.id, division.id)

    @cached_property
    def _by_kind(self) -> dict[ItemKind, list[Item]]:
        found: dict[ItemKind, list[Item]] = {}
        for item in sorted(self.items.values(), key=lambda item: (item.order, item.code)):
            found.setdefault(item.kind, []).append(item)
        return found

    @cached_property
    def _by_kpi(self) -> dict[tuple[ItemKind, UUID], list[Item]]:
        found: dict[tuple[ItemKind, UUID], list[Item]] = {}
        for kind in (ItemKind.MEASURE, ItemKind.ACTION_PLAN):
            for item in self.of_kind(kind):
                if item.kpi is not None:
                    found.setdefault((kind, item.kpi), []).append(item)
        return found

    def to_json(self) -> dict[str, Any]:
        """For a JSON field; from_json() makes the same facts of it. Equal facts make equal documents."""
        return {
            "title": self.title,
            "year": self.year,
            "last_year": self.last_year,
            "items": [
                [item.kind, _written(item.lineage), item.code, item.name, _written(item.kpi), list(item.order)]
                for _, item in sorted(self.items.items(), key=lambda pair: _sortable(pair[0]))
            ],
            "facts": [
                [key.kind, _written(key.lineage), key.field, key.year, _written(value)]
                for key, value in sorted(self.facts.items(), key=lambda pair: _sortable(pair[0]))
            ],
            "successors": [[old, new] for old, new in sorted(self.successors.items())],
            "is_of_form": self.is_of_form,
            "stated_kinds": sorted(self.stated_kinds),
        }

    @property
    def text(self) -> str:
        """The document as text, the same for equal facts: for digests."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | str) -> "EditionFacts":
        """document: as from to_json(), or that as text."""
        if isinstance(document, str):
            return cls.from_json(json.loads(document))
        items = [
            Item(ItemKind(kind), _read(lineage), code, name, _read(kpi), tuple(order))
            for kind, lineage, code, name, kpi, order in document["items"]
        ]
        return cls(
            title=document["title"],
            year=document["year"],
            last_year=document["last_year"],
            items={(item.kind, item.lineage): item for item in items},
            facts={
                FactKey(ItemKind(kind), _read(lineage), name, year): _read(value)
                for kind, lineage, name, year, value in document["facts"]
            },
            successors=dict(document["successors"]),
            is_of_form=document["is_of_form"],
            stated_kinds=frozenset(map(ItemKind, document["stated_kinds"])),
        )


def _sortable(key: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(part.hex if isinstance(part, UUID) else "" if part is None else str(part) for part in key)


def _written(value: FactValue) -> Any:
    """Numbers that are equal are written alike: 1.5 as 1.5000."""
    # Most are plain, and there are thousands.
    if value is None or type(value) in (str, int):
        return value
    if isinstance(value, UUID):
        return {"uuid": value.hex}
    if isinstance(value, Decimal):
        return {"decimal": format(value.normalize(), "f")}
    for name, kind in _TUPLES.items():
        if isinstance(value, kind):
            return {name: [_written(part) for part in value]}
    if isinstance(value, tuple):
        return {"tuple": [_written(part) for part in value]}
    return value


def _read(value: Any) -> FactValue:
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    if name == "uuid":
        return UUID(content)
    if name == "decimal":
        return Decimal(content)
    parts = [_read(part) for part in content]
    return _TUPLES[name](*parts) if name in _TUPLES else tuple(parts)

"""What an edition changed against another one: one engine for the comparison of editions and for forms (decision 0029).

Rows are matched by lineage alone. What was there before and is gone, or came anew, is one difference, and nothing
inside it is told again. Every difference has its words (read_models/difference_words.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from uuid import UUID

from scorecard.read_models.difference_rows import Difference, DifferenceKind, Group
from scorecard.read_models.difference_words import FIELD_WORDS, Words
from scorecard.read_models.edition_items import EditionFacts, FactKey, Item, ItemKind
from scorecard.read_models.target_differences import MeasureRecord, TargetChange, TargetJudge

_GROUP_ORDER = {group: place for place, group in enumerate(Group)}
_KIND_ORDER = {kind: place for place, kind in enumerate(DifferenceKind)}
_FIELD_ORDER = {field: place for place, field in enumerate(FIELD_WORDS)}
_ITEM_ORDER = {kind: place for place, kind in enumerate(ItemKind)}
# Fields that are told together, as what the row is called and where it stands.
IDENTITY = {
    ItemKind.PERSPECTIVE: ("code", "name"),
    ItemKind.THEME: ("code", "name"),
    ItemKind.OBJECTIVE: ("code", "name", "theme", "perspective"),
    ItemKind.KPI: ("code", "name", "objective"),
    ItemKind.ACTION_PLAN: ("code", "kpi"),
}
_PLACES = ("theme", "perspective", "objective", "kpi")
# Fields with a row each, in this order. Targets, amounts and links have their own way.
OTHERS = {
    ItemKind.PLAN: (
        "mission",
        "vision",
        "core_values",
        "instructions",
        "last_year",
        "warning_threshold",
        "display_cap",
        "reminder_days",
    ),
    ItemKind.PERSPECTIVE: ("weight",),
    ItemKind.THEME: ("lead_division",),
    ItemKind.OBJECTIVE: ("weight", "supports"),
    ItemKind.KPI: ("weight", "division", "supporting_divisions", "formula"),
    ItemKind.MEASURE: (
        "label",
        "unit",
        "direction",
        "tolerance",
        "numerator_label",
        "denominator_label",
        "factor",
        "weight",
    ),
    ItemKind.ACTION_PLAN: ("description", "owner"),
}
_KIND_OF_FIELD = {
    "weight": DifferenceKind.WEIGHT,
    "lead_division": DifferenceKind.OWNER,
    "division": DifferenceKind.OWNER,
    "owner": DifferenceKind.OWNER,
    "supporting_divisions": DifferenceKind.SUPPORTING,
}


def find_differences(
    old: EditionFacts, new: EditionFacts, *, records: Mapping[UUID, MeasureRecord] | None = None
) -> tuple[Difference, ...]:
    """What new changed against old, in the order of the comparison. No query.

    records: by the measures' lineages, what was reached before the newer edition; None: nothing is marked against it.
    """
    found = list(_Comparing(old, new, records or {}).differences())
    return tuple(sorted(found, key=_place))


def _place(difference: Difference) -> tuple[object, ...]:
    group = difference.group
    item = difference.item
    if group == Group.TARGETS:
        kind = _KIND_ORDER[difference.kind]
    elif group in (Group.ADDED, Group.RETIRED, Group.RENAMED):
        kind = _ITEM_ORDER[item.kind]
    else:
        # A KPI stands with its measures and action plans.
        kind = min(_ITEM_ORDER[item.kind], _ITEM_ORDER[ItemKind.KPI])
    return (
        _GROUP_ORDER[group],
        kind,
        item.order,
        item.code,
        str(item.lineage),
        _ITEM_ORDER[item.kind],
        difference.key.year or 0,
        _FIELD_ORDER[difference.key.kind, difference.key.field],
    )


class _Comparing:
    """One comparison. told: measures whose series ended or began, which are told with it."""

    def __init__(self, old: EditionFacts, new: EditionFacts, records: Mapping[UUID, MeasureRecord]) -> None:
        self.old = old
        self.new = new
        self.words = Words(old, new)
        self.judge = TargetJudge(old, new, records)

    def differences(self) -> Iterator[Difference]:
        yield from self._fields(Item(ItemKind.PLAN, None, "", ""), Item(ItemKind.PLAN, None, "", ""))
        for kind in ItemKind:
            if kind in (ItemKind.PLAN, ItemKind.MEASURE):
                continue
            yield from self._of_kind(kind)
        for kpi in self.new.of_kind(ItemKind.KPI):
            if self.old.item(ItemKind.KPI, kpi.lineage) is not None:
                yield from self._measures(kpi)

    def _of_kind(self, kind: ItemKind) -> Iterator[Difference]:
        for item in self.new.of_kind(kind):
            before = self.old.item(kind, item.lineage)
            if before is not None:
                yield from self._both(before, item)
            elif not self._is_inside(item, self.old):
                yield self._added(item)
        if kind in self.new.stated_kinds:
            for item in self.old.of_kind(kind):
                if self.new.item(kind, item.lineage) is None and not self._is_inside(item, self.new):
                    yield self._retired(item)

    def _is_inside(self, item: Item, other: EditionFacts) -> bool:
        """Whether it belongs to a KPI that the other edition has not, and is told with that."""
        return item.kpi is not None and other.item(ItemKind.KPI, item.kpi) is None

    def _both(self, before: Item, item: Item) -> Iterator[Difference]:
        if item.kind == ItemKind.LINK:
            yield from self._field(before, item, "reason", DifferenceKind.LINK_REASON)
            return
        changed = [name for name in IDENTITY.get(item.kind, ()) if self._differs(self._key(item, name))]
        if changed:
            yield self._identity(before, item, changed)
        yield from self._fields(before, item)
        if item.kind == ItemKind.ACTION_PLAN:
            yield from self._money(before, item)

    def _fields(self, before: Item, item: Item) -> Iterator[Difference]:
        for name in OTHERS[item.kind]:
            yield from self._field(before, item, name, _KIND_OF_FIELD.get(name, DifferenceKind.DEFINITION))

    def _field(self, before: Item, item: Item, name: str, kind: DifferenceKind) -> Iterator[Difference]:
        key = self._key(item, name)
        if self._differs(key):
            yield self._make(kind, key, before, item, notes=self.words.notes_of(key))

    def _identity(self, before: Item, item: Item, changed: list[str]) -> Difference:
        is_moved = any(name in _PLACES for name in changed)
        kinds = [DifferenceKind.RENAMED] if "name" in changed else []
        kinds += [DifferenceKind.MOVED] if is_moved else []
        chips = [str(kind.label) for kind in kinds]
        if "code" in changed:
            chips.append(f"原 {before.code}")
        old_text, new_text, sentence = self.words.identity(before, item, changed)
        keys = tuple(self._key(item, name) for name in changed)
        return Difference(
            kind=kinds[0] if kinds else DifferenceKind.RECODED,
            key=keys[0],
            old=self.old.get(keys[0]),
            new=self.new.get(keys[0]),
            old_item=before,
            new_item=item,
            kpi=self._kpi(before, item),
            what=item.code,
            old_text=old_text,
            new_text=new_text,
            sentence=sentence,
            chips=tuple(chips),
            keys=keys,
        )

    def _measures(self, kpi: Item) -> Iterator[Difference]:
        """Of a KPI of both editions. Series that ended and series that began are told in pairs where they fit."""
        assert isinstance(kpi.lineage, UUID)
        before = {item.lineage: item for item in self.old.parts_of(kpi.lineage, ItemKind.MEASURE)}
        now = {item.lineage: item for item in self.new.parts_of(kpi.lineage, ItemKind.MEASURE)}
        for lineage, item in now.items():
            if lineage in before:
                yield from self._fields(before[lineage], item)
                for change in self.judge.changes(lineage):
                    yield self._target(before[lineage], item, change)
        ended = [item for lineage, item in before.items() if lineage not in now]
        begun = [item for lineage, item in now.items() if lineage not in before]
        if ItemKind.MEASURE not in self.new.stated_kinds:
            ended = []
        for old_item, new_item in _paired(ended, begun):
            if old_item is None:
                assert new_item is not None
                yield self._added(new_item)
            elif new_item is None:
                yield self._retired(old_item)
            else:
                yield self._make(DifferenceKind.NEW_SERIES, self._key(new_item, "unit"), old_item, new_item)

    def _target(self, before: Item, item: Item, change: TargetChange) -> Difference:
        return self._make(
            DifferenceKind(change.kind),
            change.key,
            before,
            item,
            notes=change.notes,
            reason=change.reason,
            asked=change.is_asked,
        )

    def _money(self, before: Item, item: Item) -> Iterator[Difference]:
        for year in self.new.years:
            key = FactKey(item.kind, item.lineage, "amount", year)
            if self._differs(key):
                yield self._make(DifferenceKind.MONEY, key, before, item, notes=self.words.notes_of(key))

    def _added(self, item: Item) -> Difference:
        kind = DifferenceKind.LINK_ADDED if item.kind == ItemKind.LINK else DifferenceKind.ADDED
        return self._make(kind, self._first_key(item), None, item)

    def _retired(self, item: Item) -> Difference:
        kind = DifferenceKind.LINK_REMOVED if item.kind == ItemKind.LINK else DifferenceKind.RETIRED
        return self._make(kind, self._first_key(item), item, None)

    def _first_key(self, item: Item) -> FactKey:
        fields = {ItemKind.LINK: "reason", ItemKind.MEASURE: "unit"}
        return self._key(item, fields.get(item.kind, "code"))

    def _make(
        self,
        kind: DifferenceKind,
        key: FactKey,
        before: Item | None,
        item: Item | None,
        *,
        notes: tuple[str, ...] = (),
        reason: str = "",
        asked: bool = False,
    ) -> Difference:
        told = self.words.told(kind, key, before, item)
        old_key = key if before is None else key._replace(lineage=before.lineage)
        return Difference(
            kind=kind,
            key=key,
            old=self.old.get(old_key) if before is not None else None,
            new=self.new.get(key) if item is not None else None,
            old_item=before,
            new_item=item,
            kpi=self._kpi(before, item),
            what=told.what,
            old_text=told.old_text,
            new_text=told.new_text,
            sentence=told.sentence,
            chips=(str(kind.label),),
            notes=(*told.notes, *notes),
            keys=(key,),
            reason=reason,
            is_asked=asked,
        )

    def _kpi(self, before: Item | None, item: Item | None) -> Item | None:
        row = item or before
        facts = self.new if item is not None else self.old
        if row is None or row.kind == ItemKind.KPI:
            return row
        return None if row.kpi is None else facts.item(ItemKind.KPI, row.kpi)

    def _key(self, item: Item, name: str) -> FactKey:
        return FactKey(item.kind, item.lineage, name)

    def _differs(self, key: FactKey) -> bool:
        """Whether the newer edition says something else; not where it says nothing."""
        return key in self.new.facts and self.words.differs(key)


def _paired(ended: Iterable[Item], begun: Iterable[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """Series of one KPI that ended, with what took their place: first of the same label, then in their order."""
    left, right = list(ended), list(begun)
    same: list[Callable[[Item, Item], bool]] = [lambda old, new: old.name == new.name, lambda old, new: True]
    for fits in same:
        for item in list(left):
            partner = next((other for other in right if fits(item, other)), None)
            if partner is not None:
                left.remove(item)
                right.remove(partner)
                yield item, partner
    yield from ((item, None) for item in left)
    yield from ((None, item) for item in right)

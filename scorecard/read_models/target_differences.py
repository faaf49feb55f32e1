"""How targets changed against what the older edition had planned, and against what was reached since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from scorecard.domain.choices import Direction
from scorecard.domain.explanation import unit_after
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped
from scorecard.domain.target_changes import is_raised, is_softer, is_softer_than_actual
from scorecard.read_models.edition_items import EditionFacts, FactKey, ItemKind, Lineage

FAR_ABOVE_NOTE = "連續三年達成率超過 120%"
BREAK_NOTE = "歷年數值不再銜接"


@dataclass(frozen=True)
class MeasureRecord:
    """The last approved actual of a measure, in its unit. is_far_above: met by more than 120 % three years running."""

    year: int
    actual: Decimal
    is_far_above: bool = False


@dataclass(frozen=True)
class TargetChange:
    """kind: 「softened」, 「raised」, 「set」, or 「target」 where neither can be said."""

    kind: str
    key: FactKey
    notes: tuple[str, ...]
    reason: str
    is_asked: bool


class TargetJudge:
    """Judges the newer edition's targets by its own directions; what a form does not say is as it was."""

    def __init__(self, old: EditionFacts, new: EditionFacts, records: Mapping[UUID, MeasureRecord]) -> None:
        self.old = old
        self.new = new
        self.records = records

    def changes(self, measure: Lineage) -> Iterator[TargetChange]:
        """Of a measure that both editions have, in the years of the newer one."""
        for year in self.new.years:
            key = FactKey(ItemKind.MEASURE, measure, "target", year)
            if key in self.new.facts:
                change = self._change(key)
                if change is not None:
                    yield change

    def _change(self, key: FactKey) -> TargetChange | None:
        old, new = self.old.get(key), self.new.get(key)
        old_tolerance, new_tolerance = self._tolerances(key)
        note = key._replace(field="target_note")
        old_note = self.old.get(note) or ""
        new_note = (self.new.get(note) or "") if note in self.new.facts else old_note
        if old == new and (new is None or old_tolerance == new_tolerance):
            if _folded(old_note) == _folded(new_note):
                return None
            kind = "target" if key.year in self.old.years else "set"
            return self._made(kind, note)
        if self._is_other_unit(key):
            return self._made("target", key)
        tolerances = {"old_tolerance": old_tolerance, "new_tolerance": new_tolerance}
        direction = self._direction(key)
        if is_softer(direction, old, new, **tolerances):
            return self._made("softened", key)
        if old is None:
            return self._made("set", key)
        return self._made("raised" if is_raised(direction, old, new, **tolerances) else "target", key)

    def _made(self, kind: str, key: FactKey) -> TargetChange:
        notes, is_asked = self._against_record(kind, key._replace(field="target"))
        reason = self.new.get(key._replace(field="target_reason")) or ""
        return TargetChange(kind, key, notes, reason, is_asked)

    def _against_record(self, kind: str, key: FactKey) -> tuple[tuple[str, ...], bool]:
        """What to say of the record, and whether a reason is asked for (it never blocks)."""
        target = self.new.get(key)
        record = self.records.get(key.lineage) if isinstance(key.lineage, UUID) else None
        if record is None or target is None or self._is_other_unit(key):
            return (), False
        direction = self._direction(key)
        unit = unit_after(self._now(key, "unit") or "")
        said = f"{year_text(record.year)}實際 {grouped(record.actual)}{unit}"
        notes = []
        is_softer_than_it = is_softer_than_actual(direction, target, record.actual)
        if is_softer_than_it:
            notes.append(f"{'高於' if direction == Direction.LOWER else '低於'} {said}")
        elif kind == "softened":
            notes.append(said)
        is_far_above = record.is_far_above and kind != "raised"
        if is_far_above:
            notes.append(FAR_ABOVE_NOTE)
        return tuple(notes), is_softer_than_it or is_far_above

    def _direction(self, key: FactKey) -> Direction:
        return Direction(self._now(key, "direction"))

    def _tolerances(self, key: FactKey) -> tuple[Decimal | None, Decimal | None]:
        """None, None unless the measure is a band now. A direction that was none is a band without any width."""
        if self._direction(key) != Direction.BAND:
            return None, None
        old = self.old.get(FactKey(key.kind, key.lineage, "tolerance"))
        return old or Decimal(0), self._now(key, "tolerance") or Decimal(0)

    def _is_other_unit(self, key: FactKey) -> bool:
        unit = FactKey(key.kind, key.lineage, "unit")
        return unit in self.new.facts and _folded(self.old.get(unit)) != _folded(self.new.get(unit))

    def _now(self, key: FactKey, name: str) -> Any:
        wanted = FactKey(key.kind, key.lineage, name)
        return self.new.get(wanted) if wanted in self.new.facts else self.old.get(wanted)


def _folded(text: str | None) -> str:
    return "".join((text or "").split())

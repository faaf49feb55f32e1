"""Two editions of an agency compared: counts, money, differences in groups, and a digest of all that is shown."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from uuid import UUID

from scorecard.domain.roc_years import year_text
from scorecard.domain.target_changes import is_met_far_above
from scorecard.models import Plan
from scorecard.read_models.difference_texts import NO_MONEY, change_of_money, target_of
from scorecard.read_models.earlier_cells import find_earlier_cells
from scorecard.read_models.edition_difference import Difference, Group, find_differences
from scorecard.read_models.edition_facts import load_editions_facts
from scorecard.read_models.edition_items import EditionFacts, FactKey, ItemKind
from scorecard.read_models.measure_lines import Cell
from scorecard.read_models.target_differences import MeasureRecord

COUNTED = (
    (ItemKind.OBJECTIVE, "策略目標"),
    (ItemKind.KPI, "KPI"),
    (ItemKind.ACTION_PLAN, "行動方案"),
    (ItemKind.LINK, "因果關係"),
)


@dataclass(frozen=True)
class Count:
    """How many rows of a kind both editions have."""

    label: str
    old: int
    new: int

    @property
    def change_text(self) -> str:
        """「+1」, 「−1」, 「±0」."""
        return change_of_money(self.old, self.new)


@dataclass(frozen=True)
class MoneyCount:
    """Budgets in whole dollars. years: of the older and the newer edition. None: it has none of that year."""

    label: str
    years: tuple[int, int]
    old: int | None
    new: int | None

    @property
    def old_text(self) -> str:
        return NO_MONEY if self.old is None else f"{self.old:,}"

    @property
    def new_text(self) -> str:
        return NO_MONEY if self.new is None else f"{self.new:,}"

    @property
    def change_text(self) -> str:
        """「+2,650,000」; "" where one of them says nothing of the year."""
        return "" if self.old is None or self.new is None else change_of_money(self.old, self.new)


@dataclass(frozen=True)
class DifferenceGroup:
    """differences: may be none."""

    group: Group
    differences: tuple[Difference, ...]

    @property
    def key(self) -> str:
        """For the address of its heading: 「targets」."""
        return str(self.group.value)

    @property
    def label(self) -> str:
        return str(self.group.label)

    @property
    def count(self) -> int:
        return len(self.differences)


@dataclass(frozen=True)
class EditionComparison:
    """new is the later edition (修正後), old the earlier one (原列)."""

    old_plan: Plan
    new_plan: Plan
    old: EditionFacts
    new: EditionFacts
    differences: tuple[Difference, ...]

    @property
    def agency(self) -> str:
        """The name that the newer edition keeps."""
        return str(self.new_plan.agency_name)

    @property
    def title(self) -> str:
        """「107 年版草案與 106 年版比較」."""
        return f"{self.new.title}與 {self.old.title}比較"

    @property
    def heading(self) -> str:
        """Of files: 「107 年版草案與 106 年版比較表」."""
        return f"{self.title}表"

    @property
    def is_draft(self) -> bool:
        return bool(self.new_plan.is_draft or self.old_plan.is_draft)

    @property
    def draft_mark(self) -> str:
        """「草案，尚未核定」; "" where both editions count."""
        return "草案，尚未核定" if self.is_draft else ""

    @property
    def versions_text(self) -> str:
        """「資料版本　107 年版草案 12、106 年版 40」. A query for each edition loaded without its version."""
        plans = ((self.new, self.new_plan), (self.old, self.old_plan))
        return "資料版本　" + "、".join(f"{facts.title} {plan.data_version}" for facts, plan in plans)

    @property
    def same_text(self) -> str:
        """Said in place of the differences."""
        return f"與 {self.old.title}完全相同"

    @property
    def is_same(self) -> bool:
        """與前一版完全相同."""
        return not self.differences

    @cached_property
    def groups(self) -> tuple[DifferenceGroup, ...]:
        """All eight, for the jump list; those that are empty, too."""
        return tuple(
            DifferenceGroup(group, tuple(row for row in self.differences if row.group == group)) for group in Group
        )

    @property
    def counts(self) -> tuple[Count, ...]:
        return tuple(Count(label, len(self.old.of_kind(kind)), len(self.new.of_kind(kind))) for kind, label in COUNTED)

    @property
    def money(self) -> tuple[MoneyCount, ...]:
        """Of each edition's own year, then of the newer one's year and the year after it in both."""
        years = (self.old.year, self.new.year)
        own = MoneyCount("當年預算", years, money_in(self.old, self.old.year), money_in(self.new, self.new.year))
        return (own, self._money_of(self.new.year), self._money_of(self.new.year + 1))

    def _money_of(self, year: int) -> MoneyCount:
        return MoneyCount(f"{year_text(year)}預算", (year, year), money_in(self.old, year), money_in(self.new, year))

    @cached_property
    def lacking_reason(self) -> tuple[Difference, ...]:
        """Targets that are softer than planned, without the reason: they block adoption."""
        return tuple(row for row in self.differences if row.lacks_reason)

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex over everything shown and everything that both editions say."""
        shown = {
            "titles": [self.agency, self.old.title, self.new.title],
            "facts": [self.old.text, self.new.text],
            "differences": [_shown(row) for row in self.differences],
            "counts": [asdict(count) for count in self.counts],
            "money": [asdict(count) for count in self.money],
        }
        text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def compare_editions(old_plan: Plan, new_plan: Plan) -> EditionComparison:
    """Of one agency; the later one is new, whichever comes first. Fourteen queries."""
    old_plan, new_plan = sorted((old_plan, new_plan), key=lambda plan: plan.year)
    old, new = load_editions_facts([old_plan, new_plan])
    differences = find_differences(old, new, records=measure_records(new_plan))
    return EditionComparison(old_plan, new_plan, old, new, differences)


def measure_records(plan: Plan) -> dict[UUID, MeasureRecord]:
    """What each measure reached before the edition's year, as its pages may show it: approved alone. One query.

    A measure without any such figure has none.
    """
    cells = find_earlier_cells(plan, include_provisional=False)
    found = {}
    for lineage, by_year in cells.by_measure.items():
        record = _record(by_year)
        if record is not None:
            found[lineage] = record
    return found


def _record(cells: Mapping[int, Cell]) -> MeasureRecord | None:
    reached = {year: cell.actual for year, cell in cells.items() if cell.actual is not None}
    if not reached:
        return None
    last = max(reached)
    rates = {year: cell.outcome.rate for year, cell in cells.items()}
    return MeasureRecord(last, reached[last], is_met_far_above(rates))


def softened_without_reason(plan: Plan) -> list[tuple[str, str, str]]:
    """Of an edition's targets that are softer than the one before had planned, those without the reason.

    (「AC1.1 107 年目標值」, 「106 年版」, 「14→18 日」) each. At most fifteen queries.
    """
    predecessor = plan.predecessor
    if predecessor is None:
        return []
    comparison = compare_editions(predecessor, plan)
    return [(row.what, comparison.old.title, _change_of_target(comparison, row)) for row in comparison.lacking_reason]


def _change_of_target(comparison: EditionComparison, row: Difference) -> str:
    assert row.key.year is not None
    old, new = (target_of(facts, row.key.lineage, row.key.year) for facts in (comparison.old, comparison.new))
    shown = old if new.number is None else old._replace(unit="")
    return f"{shown.figure}→{new.figure}"


def money_in(facts: EditionFacts, year: int) -> int | None:
    """The sum of all budgets of a year; None where the edition has none of that year."""
    if year not in facts.years:
        return None
    plans = facts.of_kind(ItemKind.ACTION_PLAN)
    amounts = [facts.get(FactKey(plan.kind, plan.lineage, "amount", year)) for plan in plans]
    stated = [amount for amount in amounts if amount is not None]
    return sum(stated) if stated else None


def _shown(row: Difference) -> list[object]:
    return [
        row.kind,
        row.what,
        row.old_text,
        row.new_text,
        row.sentence,
        row.chips,
        row.notes,
        row.reason,
        row.is_asked,
    ]

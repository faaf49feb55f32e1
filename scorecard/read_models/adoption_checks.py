"""What must be so before a draft is adopted, each as one line that is met or says what is missing.

They are those that services/editions.adopt() refuses by; here with the rows that are concerned, for their links.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.domain.roc_years import year_text
from scorecard.read_models.edition_difference import Difference
from scorecard.read_models.edition_items import DivisionName, EditionFacts, FactKey, Item, ItemKind


@dataclass(frozen=True)
class Missing:
    """text: what is wrong. kpi: of which KPI; difference: of which row of the comparison, None for no one."""

    text: str
    kpi: Item | None = None
    difference: Difference | None = None


@dataclass(frozen=True)
class AdoptionCheck:
    """title: as it is when met. missing: nothing where it is met."""

    title: str
    missing: tuple[Missing, ...] = ()

    @property
    def is_met(self) -> bool:
        return not self.missing


def adoption_checks(
    facts: EditionFacts, *, lacking_reason: Iterable[Difference] = (), later: str = ""
) -> tuple[AdoptionCheck, ...]:
    """No query. lacking_reason: as EditionComparison has it. later: title of a later edition that is adopted."""
    kpis = facts.of_kind(ItemKind.KPI)
    has_objective = bool(facts.of_kind(ItemKind.OBJECTIVE))
    unmeasured = [kpi for kpi in kpis if not _measures(facts, kpi)]
    untargeted = [kpi for kpi in kpis if _measures(facts, kpi) and not _has_target(facts, kpi)]
    own = year_text(facts.year)
    return (
        AdoptionCheck("依年度順序核定", (Missing(f"{later}已核定，不能再核定較早的年版。"),) if later else ()),
        AdoptionCheck("至少有 1 項策略目標", () if has_objective else (Missing("還沒有任何策略目標。"),)),
        AdoptionCheck("每項 KPI 有衡量項", tuple(Missing(f"{kpi.code} 沒有衡量項", kpi) for kpi in unmeasured)),
        AdoptionCheck(
            f"每項 KPI 有 {own}目標值",
            tuple(Missing(f"{kpi.code} 沒有目標值（沒有的請在目標備註填「—」）", kpi) for kpi in untargeted),
        ),
        AdoptionCheck("科室都還在", tuple(_succeeded(facts))),
        AdoptionCheck(
            "放寬的目標值都有理由",
            tuple(Missing(f"{row.what}還沒寫理由", row.kpi, row) for row in lacking_reason),
        ),
    )


def _measures(facts: EditionFacts, kpi: Item) -> list[Item]:
    return facts.parts_of(kpi.lineage, ItemKind.MEASURE) if kpi.lineage else []  # type: ignore[arg-type]


def _has_target(facts: EditionFacts, kpi: Item) -> bool:
    """A number or a word instead of one, in the edition's own year, for one of the measures."""
    keys = [
        FactKey(ItemKind.MEASURE, measure.lineage, name, facts.year)
        for measure in _measures(facts, kpi)
        for name in ("target", "target_note")
    ]
    return any(facts.get(key) not in (None, "") for key in keys)


def _succeeded(facts: EditionFacts) -> Iterable[Missing]:
    """Each division once that others took over."""
    named: dict[int, str] = {}
    for value in facts.facts.values():
        for part in value if isinstance(value, tuple) and not isinstance(value, DivisionName) else (value,):
            if isinstance(part, DivisionName) and part.id is not None and part.id in facts.successors:
                named[part.id] = part.name
    return [Missing(f"「{name}」已由其他科室承接；請改列承接的科室。") for name in named.values()]

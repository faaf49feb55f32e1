"""Facts of an edition in the words of a reader: figures with their units, names for lineages, a row in one line."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from scorecard.domain.choices import Direction, DisplayCap
from scorecard.domain.explanation import unit_after
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import BLANK, grouped, plain
from scorecard.read_models.edition_items import (
    DivisionName,
    EditionFacts,
    FactKey,
    FactValue,
    Item,
    ItemKind,
    Lineage,
    Support,
)

NONE = "無"
EMPTY = "（空白）"
NOT_SET = "未訂"
NO_MONEY = "未編列"
# What a field that leads to another row leads to.
PLACES = {
    "theme": ItemKind.THEME,
    "perspective": ItemKind.PERSPECTIVE,
    "objective": ItemKind.OBJECTIVE,
    "kpi": ItemKind.KPI,
}


class TargetText(NamedTuple):
    """A target as one edition has it."""

    number: Decimal | None
    note: str
    unit: str
    tolerance: Decimal | None

    @property
    def figure(self) -> str:
        """「18 日」, 「50±5 人」; without a number the note or 「未訂」."""
        if self.number is None:
            return self.note or NOT_SET
        margin = "" if self.tolerance is None else f"±{grouped(self.tolerance)}"
        return f"{grouped(self.number)}{margin}{unit_after(self.unit)}"

    @property
    def whole(self) -> str:
        """With the note beside a number."""
        return f"{self.figure}（{self.note}）" if self.number is not None and self.note else self.figure


def target_of(facts: EditionFacts, measure: Lineage, year: int) -> TargetText:
    number = facts.get(FactKey(ItemKind.MEASURE, measure, "target", year))
    note = facts.get(FactKey(ItemKind.MEASURE, measure, "target_note", year)) or ""
    unit = facts.get(FactKey(ItemKind.MEASURE, measure, "unit")) or ""
    return TargetText(number, note, unit, facts.get(FactKey(ItemKind.MEASURE, measure, "tolerance")))


def money_text(amount: int | None) -> str:
    return NO_MONEY if amount is None else f"{amount:,} 元"


def change_of_money(old: int | None, new: int | None) -> str:
    """「+1,000」, 「−300」, 「±0」."""
    change = (new or 0) - (old or 0)
    sign = "±" if not change else "+" if change > 0 else "−"
    return f"{sign}{abs(change):,}"


def field_text(facts: EditionFacts, key: FactKey) -> str:
    """Of a fact that is neither a target nor an amount."""
    value = facts.get(key)
    if key.field in PLACES:
        return place_name(facts, key.field, value)
    if key.field == "direction" and value == Direction.BAND:
        tolerance = facts.get(key._replace(field="tolerance"))
        return f"{Direction.BAND.label}（±{plain(tolerance or 0)}）"
    if value is None or value == "":
        return NONE if key.field in _NONE_IS_A_WORD else EMPTY
    return _said(key.field, value)


_NONE_IS_A_WORD = ("lead_division", "division", "tolerance", "numerator_label", "denominator_label", "label")


def _said(name: str, value: FactValue) -> str:
    if name == "direction":
        return str(Direction(value).label)
    if name == "display_cap":
        return str(DisplayCap(value).label)
    if name == "warning_threshold":
        return f"{plain(value * 100)}%"
    if name == "last_year":
        return year_text(value)
    if isinstance(value, DivisionName):
        return value.name
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return "、".join(_part(part) for part in value) or NONE
    return str(value)


def _part(part: FactValue) -> str:
    if isinstance(part, Support):
        reason = f"（{part.reason}）" if part.reason else ""
        return f"{part.code} {part.name}{reason}"
    return str(part.name)


def place_name(facts: EditionFacts, name: str, lineage: Lineage) -> str:
    """The row that a field leads to. A perspective by its name: its code is a letter that is not shown alone."""
    item = facts.item(PLACES[name], lineage)
    if item is None:
        return BLANK
    return item.name if name == "perspective" else item.full_name


def row_text(facts: EditionFacts, item: Item) -> str:
    """What an added or retired row is, in one line, as the edition has it."""
    if item.kind == ItemKind.LINK:
        return str(facts.get(FactKey(item.kind, item.lineage, "reason")))
    parts = _ROW_TEXTS[item.kind](facts, item)
    return "；".join(part for part in parts if part)


def _perspective(facts: EditionFacts, item: Item) -> list[str]:
    weight = facts.get(FactKey(item.kind, item.lineage, "weight"))
    return [BLANK if weight is None else f"權重 {plain(weight)}"]


def _theme(facts: EditionFacts, item: Item) -> list[str]:
    return [f"主辦單位 {field_text(facts, FactKey(item.kind, item.lineage, 'lead_division'))}"]


def _objective(facts: EditionFacts, item: Item) -> list[str]:
    perspective, theme = (
        field_text(facts, FactKey(item.kind, item.lineage, name)) for name in ("perspective", "theme")
    )
    key = FactKey(ItemKind.KPI, None, "objective")
    kpis = sum(facts.get(key._replace(lineage=kpi.lineage)) == item.lineage for kpi in facts.of_kind(ItemKind.KPI))
    return [f"{perspective} × {theme}", f"{kpis} 項 KPI"]


def _kpi(facts: EditionFacts, item: Item) -> list[str]:
    assert isinstance(item.lineage, UUID)
    measures = facts.parts_of(item.lineage, ItemKind.MEASURE)
    plans = facts.parts_of(item.lineage, ItemKind.ACTION_PLAN)
    parts = [part for measure in measures for part in _measure(facts, measure)]
    parts.append(field_text(facts, FactKey(item.kind, item.lineage, "division")))
    if plans:
        amounts = [facts.get(FactKey(plan.kind, plan.lineage, "amount", facts.year)) for plan in plans]
        total = sum(amount for amount in amounts if amount is not None)
        parts.append(f"行動方案 {len(plans)} 項，{year_text(facts.year)}預算 {money_text(total)}")
    return parts


def _measure(facts: EditionFacts, item: Item) -> list[str]:
    """「圖片：張，越高越好；107 年 5、108 年 4」."""
    unit, direction = (facts.get(FactKey(item.kind, item.lineage, name)) for name in ("unit", "direction"))
    label = f"{item.name}：" if item.name else ""
    way = f"，{Direction(direction).label}" if direction else ""
    targets = [(year, target_of(facts, item.lineage, year)._replace(unit="")) for year in facts.years]
    said = "、".join(f"{year_text(year)} {target.whole}" for year, target in targets)
    return [f"{label}{unit or ''}{way}", said]


def _action_plan(facts: EditionFacts, item: Item) -> list[str]:
    amount = facts.get(FactKey(item.kind, item.lineage, "amount", facts.year))
    owner = field_text(facts, FactKey(item.kind, item.lineage, "owner"))
    return [f"主責 {owner}", f"{year_text(facts.year)}預算 {money_text(amount)}"]


_ROW_TEXTS = {
    ItemKind.PERSPECTIVE: _perspective,
    ItemKind.THEME: _theme,
    ItemKind.OBJECTIVE: _objective,
    ItemKind.KPI: _kpi,
    ItemKind.MEASURE: _measure,
    ItemKind.ACTION_PLAN: _action_plan,
}

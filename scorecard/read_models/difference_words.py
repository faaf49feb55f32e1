"""The words of a difference, as official comparison tables have them: what, 原列, 修正後, and all in one sentence."""

from dataclasses import dataclass

from scorecard.domain.choices import Direction
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import BLANK
from scorecard.read_models.difference_texts import (
    TargetText,
    change_of_money,
    field_text,
    money_text,
    row_text,
    target_of,
)
from scorecard.read_models.edition_items import (
    KIND_LABELS,
    DivisionName,
    EditionFacts,
    FactKey,
    FactValue,
    Item,
    ItemKind,
    Support,
)
from scorecard.read_models.target_differences import BREAK_NOTE

# What each field is called; also the order of rows about one item.
FIELD_WORDS = {
    (ItemKind.PLAN, "mission"): "使命",
    (ItemKind.PLAN, "vision"): "願景",
    (ItemKind.PLAN, "core_values"): "核心價值",
    (ItemKind.PLAN, "instructions"): "填表說明",
    (ItemKind.PLAN, "last_year"): "目標訂至",
    (ItemKind.PLAN, "warning_threshold"): "接近門檻",
    (ItemKind.PLAN, "display_cap"): "達成率顯示上限",
    (ItemKind.PLAN, "reminder_days"): "提醒日",
    (ItemKind.PERSPECTIVE, "code"): "編號",
    (ItemKind.PERSPECTIVE, "name"): "名稱",
    (ItemKind.PERSPECTIVE, "weight"): "權重",
    (ItemKind.THEME, "code"): "編號",
    (ItemKind.THEME, "name"): "名稱",
    (ItemKind.THEME, "lead_division"): "主辦單位",
    (ItemKind.OBJECTIVE, "code"): "編號",
    (ItemKind.OBJECTIVE, "name"): "名稱",
    (ItemKind.OBJECTIVE, "theme"): "策略主題",
    (ItemKind.OBJECTIVE, "perspective"): "構面",
    (ItemKind.OBJECTIVE, "weight"): "權重",
    (ItemKind.OBJECTIVE, "supports"): "支持之府級目標",
    (ItemKind.KPI, "code"): "編號",
    (ItemKind.KPI, "name"): "名稱",
    (ItemKind.KPI, "objective"): "策略目標",
    (ItemKind.KPI, "weight"): "權重",
    (ItemKind.KPI, "division"): "主責科室",
    (ItemKind.KPI, "supporting_divisions"): "協辦科室",
    (ItemKind.KPI, "formula"): "計算公式",
    (ItemKind.MEASURE, "label"): "衡量項名稱",
    (ItemKind.MEASURE, "unit"): "單位",
    (ItemKind.MEASURE, "direction"): "方向",
    (ItemKind.MEASURE, "tolerance"): "容許差",
    (ItemKind.MEASURE, "numerator_label"): "分子",
    (ItemKind.MEASURE, "denominator_label"): "分母",
    (ItemKind.MEASURE, "factor"): "乘數",
    (ItemKind.MEASURE, "weight"): "衡量項權重",
    (ItemKind.MEASURE, "target"): "目標值",
    (ItemKind.MEASURE, "target_note"): "目標備註",
    (ItemKind.ACTION_PLAN, "code"): "編號",
    (ItemKind.ACTION_PLAN, "kpi"): "KPI",
    (ItemKind.ACTION_PLAN, "description"): "內容",
    (ItemKind.ACTION_PLAN, "owner"): "行動方案主責",
    (ItemKind.ACTION_PLAN, "amount"): "預算",
    (ItemKind.LINK, "reason"): "理由",
}
# Too long for 「A → B」 in a sentence.
_LONG = ("mission", "vision", "core_values", "instructions", "formula", "description", "reason", "supports")
_TARGETS = ("target", "target_note")


@dataclass(frozen=True)
class Told:
    """Parts of a Difference. notes: for the column 說明."""

    what: str
    old_text: str
    new_text: str
    sentence: str
    notes: tuple[str, ...] = ()


class Words:
    """Compares facts of two editions, and says what differs."""

    def __init__(self, old: EditionFacts, new: EditionFacts) -> None:
        self.old = old
        self.new = new

    def differs(self, key: FactKey) -> bool:
        """Divisions are the same where one stands for the other, supports where they lead to the same objective."""
        old, new = self.old.get(key), self.new.get(key)
        if key.kind == ItemKind.PLAN and key.field == "last_year":
            # The next edition's outlook is as long, and so ends a year later; or it ends where the one before did.
            is_as_long = self.old.last_year - self.old.year == new - self.new.year
            return not is_as_long and old != new
        if key.field == "tolerance" and self._becomes_or_was_a_band(key):
            # The direction says it.
            return False
        return self._compared(old) != self._compared(new)

    def _becomes_or_was_a_band(self, key: FactKey) -> bool:
        direction = key._replace(field="direction")
        return direction in self.new.facts and self.differs(direction)

    def _compared(self, value: FactValue) -> object:
        if isinstance(value, DivisionName):
            # A form knows no successors.
            return (self.old if self.new.is_of_form else self.new).stands_for(value)
        if isinstance(value, Support):
            return (value.lineage or (value.code, value.name), value.reason)
        if isinstance(value, tuple):
            return frozenset(self._compared(part) for part in value)
        if value is None or value == "":
            return None
        if isinstance(value, str) and self.new.is_of_form:
            return "".join(value.split())
        return value

    def notes_of(self, key: FactKey) -> tuple[str, ...]:
        """What is to be said beside old and new, of a field that differs."""
        if key.field == "unit":
            return (BREAK_NOTE,)
        if key.field == "amount":
            return (change_of_money(self.old.get(key), self.new.get(key)),)
        return ()

    def identity(self, before: Item, item: Item, changed: list[str]) -> tuple[str, str, str]:
        """原列, 修正後 and the sentence of a row that got another code, name or place, or several of them."""
        old_parts, new_parts, said = [], [], []
        for name in changed:
            key = FactKey(item.kind, item.lineage, name)
            old_parts.append(field_text(self.old, key))
            new_parts.append(field_text(self.new, key))
        if "code" in changed:
            said.append(f"{before.code} → {item.code}")
        if "name" in changed:
            said.append(f"更名：{before.name} → {item.name}")
        if {"theme", "perspective"} & set(changed):
            said.append(f"由 {self._cell(self.old, item)} 移至 {self._cell(self.new, item)}")
        for name in ("objective", "kpi"):
            if name in changed:
                key = FactKey(item.kind, item.lineage, name)
                said.append(f"{KIND_LABELS[item.kind]} 由 {_code(self.old, key)} 移至 {_code(self.new, key)}")
        prefix = "" if "code" in changed else f"{item.code} "
        return "；".join(old_parts), "；".join(new_parts), prefix + "；".join(said)

    def _cell(self, facts: EditionFacts, item: Item) -> str:
        """「A 市政大樓／顧客構面」: where on the map an objective stands."""
        theme, perspective = (
            field_text(facts, FactKey(item.kind, item.lineage, name)) for name in ("theme", "perspective")
        )
        return f"{theme}／{perspective}"

    def told(self, kind: str, key: FactKey, before: Item | None, item: Item | None) -> Told:
        """before, item: the row in both editions, None where it is not there."""
        if item is None:
            assert before is not None
            return self._gone(before)
        if before is None:
            return self._new(item)
        if kind == "new_series":
            return self._new_series(before, item)
        if key.field in _TARGETS:
            return self._target(kind, key, item)
        if key.field == "amount":
            return self._money(key, item)
        return self._field(key, item)

    def _new(self, item: Item) -> Told:
        text = row_text(self.new, item)
        if item.kind == ItemKind.LINK:
            return Told(item.code, BLANK, text, f"新增因果關係 {item.code}：{text}")
        name = f"{KIND_LABELS[item.kind]} {item.full_name}"
        return Told(name, BLANK, text, f"新增 {name}")

    def _gone(self, item: Item) -> Told:
        text = row_text(self.old, item)
        if item.kind == ItemKind.LINK:
            return Told(item.code, text, "移除", f"移除因果關係 {item.code}")
        name = f"{KIND_LABELS[item.kind]} {item.full_name}"
        said = item.full_name if item.kind == ItemKind.KPI else name
        return Told(name, text, "停列", f"停列 {said}（{year_text(self.old.year)}版以前）")

    def _new_series(self, before: Item, item: Item) -> Told:
        units = [
            field_text(facts, FactKey(ItemKind.MEASURE, row.lineage, "unit"))
            for facts, row in ((self.old, before), (self.new, item))
        ]
        is_unit = units[0] != units[1]
        said = f"單位 {units[0]} → {units[1]}" if is_unit else "衡量項重新定義"
        what = f"{_subject(item)} {'單位' if is_unit else '衡量項'}"
        texts = row_text(self.old, before), row_text(self.new, item)
        return Told(what, *texts, f"{_subject(item)} {said}：{BREAK_NOTE}", (BREAK_NOTE,))

    def _target(self, kind: str, key: FactKey, item: Item) -> Told:
        assert key.year is not None
        old = target_of(self.old, key.lineage, key.year)
        new = self._stated(target_of(self.new, key.lineage, key.year), old, key)
        year = year_text(key.year)
        subject = _subject(item)
        planned = f"{self.old.title}原訂 {old.figure}"
        direction = self._direction(key)
        if kind == "set":
            sentence = f"{subject} {year}目標訂定：{new.whole}（{direction}）"
        elif kind == "target":
            sentence = f"{subject} {year}目標：{self.old.title}原訂 {old.whole}，改為 {new.whole}"
        elif new.number is None:
            note = f"（{new.note}）" if new.note else ""
            sentence = f"{subject} {year}目標放寬：{planned}，取消目標值{note}"
        else:
            word = "放寬" if kind == "softened" else "提高"
            sentence = f"{subject} {year}目標{word}：{planned}，改為 {new.figure}（{direction}）"
        return Told(f"{subject} {year}目標值", f"{year} {old.whole}", f"{year} {new.whole}", sentence)

    def _stated(self, new: TargetText, old: TargetText, key: FactKey) -> TargetText:
        """With unit, tolerance and note as they were where a form does not say them."""
        fields = {"unit": ("unit", None), "tolerance": ("tolerance", None), "note": ("target_note", key.year)}
        unsaid = {
            part: getattr(old, part)
            for part, (name, year) in fields.items()
            if FactKey(key.kind, key.lineage, name, year) not in self.new.facts
        }
        return new._replace(**unsaid)

    def _direction(self, key: FactKey) -> str:
        wanted = FactKey(key.kind, key.lineage, "direction")
        facts = self.new if wanted in self.new.facts else self.old
        return str(Direction(facts.get(wanted)).label)

    def _money(self, key: FactKey, item: Item) -> Told:
        assert key.year is not None
        old, new = self.old.get(key), self.new.get(key)
        year = year_text(key.year)
        change = change_of_money(old, new)
        figures = " → ".join(money_text(amount).removesuffix(" 元") for amount in (old, new))
        return Told(
            f"{item.code} {year}預算",
            f"{year} {money_text(old)}",
            f"{year} {money_text(new)}",
            f"{item.code} {year}預算 {figures}（{change}）",
        )

    def _field(self, key: FactKey, item: Item) -> Told:
        label = FIELD_WORDS[key.kind, key.field]
        subject = _subject(item)
        what = f"{subject} {label}".strip()
        old, new = field_text(self.old, key), field_text(self.new, key)
        if key.field in _LONG:
            return Told(what, old, new, f"{what}：原「{_in_one_line(old)}」，改為「{_in_one_line(new)}」")
        end = f"：{BREAK_NOTE}" if key.field == "unit" else ""
        return Told(what, old, new, f"{what} {old} → {new}{end}")


def _in_one_line(text: str) -> str:
    return "／".join(line.strip() for line in text.splitlines() if line.strip())


def _subject(item: Item) -> str:
    """「AC1.1」, 「GF1.1「圖片」」; of a link 「因果關係 AC1 → BC1」; nothing of the edition itself."""
    if item.kind == ItemKind.MEASURE and item.name:
        return f"{item.code}「{item.name}」"
    if item.kind in (ItemKind.LINK, ItemKind.PERSPECTIVE, ItemKind.THEME):
        return f"{KIND_LABELS[item.kind]} {item.code}"
    return item.code


def _code(facts: EditionFacts, key: FactKey) -> str:
    kind = ItemKind.OBJECTIVE if key.field == "objective" else ItemKind.KPI
    item = facts.item(kind, facts.get(key))
    return item.code if item is not None else BLANK

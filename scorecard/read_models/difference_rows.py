"""One row of a comparison: what happened to what, in the words and the group in which it is told."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices

from scorecard.domain.text_changes import Parts, changed_parts
from scorecard.read_models.difference_words import FIELD_WORDS
from scorecard.read_models.edition_items import FactKey, FactValue, Item, ItemKind


class Group(TextChoices):
    """In the order of the comparison; of texts and settings of the edition itself it is the definitions'."""

    ADDED = "added", "新增"
    RETIRED = "retired", "停列"
    RENAMED = "renamed", "更名、移動"
    TARGETS = "targets", "目標值"
    OWNERS = "owners", "權重、主責、協辦"
    DEFINITIONS = "definitions", "定義"
    MONEY = "money", "預算"
    LINKS = "links", "因果關係"


class DifferenceKind(TextChoices):
    """What happened; the label is the chip that says so."""

    ADDED = "added", "新增"
    RETIRED = "retired", "停列"
    RENAMED = "renamed", "更名"
    MOVED = "moved", "移動"
    RECODED = "recoded", "改編號"
    SOFTENED = "softened", "放寬"
    RAISED = "raised", "提高"
    SET = "set", "訂定"
    TARGET = "target", "目標"
    WEIGHT = "weight", "權重"
    OWNER = "owner", "主責"
    SUPPORTING = "supporting", "協辦"
    DEFINITION = "definition", "定義"
    NEW_SERIES = "new_series", "定義"
    MONEY = "money", "金額"
    LINK_ADDED = "link_added", "新增"
    LINK_REMOVED = "link_removed", "移除"
    LINK_REASON = "link_reason", "理由"


GROUP_OF = {
    DifferenceKind.ADDED: Group.ADDED,
    DifferenceKind.RETIRED: Group.RETIRED,
    DifferenceKind.RENAMED: Group.RENAMED,
    DifferenceKind.MOVED: Group.RENAMED,
    DifferenceKind.RECODED: Group.RENAMED,
    DifferenceKind.SOFTENED: Group.TARGETS,
    DifferenceKind.RAISED: Group.TARGETS,
    DifferenceKind.SET: Group.TARGETS,
    DifferenceKind.TARGET: Group.TARGETS,
    DifferenceKind.WEIGHT: Group.OWNERS,
    DifferenceKind.OWNER: Group.OWNERS,
    DifferenceKind.SUPPORTING: Group.OWNERS,
    DifferenceKind.DEFINITION: Group.DEFINITIONS,
    DifferenceKind.NEW_SERIES: Group.DEFINITIONS,
    DifferenceKind.MONEY: Group.MONEY,
    DifferenceKind.LINK_ADDED: Group.LINKS,
    DifferenceKind.LINK_REMOVED: Group.LINKS,
    DifferenceKind.LINK_REASON: Group.LINKS,
}
_WITH_ASPECT = frozenset({DifferenceKind.DEFINITION, DifferenceKind.NEW_SERIES, DifferenceKind.OWNER})
_TEXTUAL = frozenset({DifferenceKind.RENAMED, DifferenceKind.DEFINITION, DifferenceKind.LINK_REASON})
NO_REASON = "尚未填寫放寬理由"


@dataclass(frozen=True)
class Difference:
    """One row of a comparison: 修正後 new_text, 原列 old_text, 說明 notes and reason.

    key: of the fact that differs, of a row's name and place the first one that does (keys has all); of an added or
    retired row its code. old, new: the facts' values, of an added or retired row None. old_item, new_item: the row in
    both editions, None where it is not there; kpi: the KPI that it belongs to, or is. chips: as DifferenceKind's labels
    and 「原 EF1」. sentence: all of it in one. reason: why the target is softer, as the newer edition says.
    """

    kind: DifferenceKind
    key: FactKey
    old: FactValue
    new: FactValue
    old_item: Item | None
    new_item: Item | None
    kpi: Item | None
    what: str
    old_text: str
    new_text: str
    sentence: str
    chips: tuple[str, ...]
    notes: tuple[str, ...] = ()
    keys: tuple[FactKey, ...] = ()
    reason: str = ""
    is_asked: bool = False

    @property
    def item(self) -> Item:
        """The row as the newer edition has it, or as it was."""
        found = self.new_item or self.old_item
        assert found is not None
        return found

    @property
    def subject(self) -> str:
        """What the row is about: 「AC1.1 縮短通知日數」, of a measure with its label, of the edition 「年版」."""
        item = self.item
        if item.kind == ItemKind.PLAN:
            return "年版"
        if item.kind != ItemKind.MEASURE or self.kpi is None:
            return item.full_name
        return f"{self.kpi.full_name}「{item.name}」" if item.name else self.kpi.full_name

    @property
    def aspect(self) -> str:
        """Which of the row's fields, where the chip does not say it: 「計算公式」, 「接近門檻」; else ""."""
        if self.kind not in _WITH_ASPECT:
            return ""
        return FIELD_WORDS[self.key.kind, self.key.field]

    @cached_property
    def parts(self) -> tuple[Parts, Parts]:
        """The runs of old_text and new_text; of a text or a name, those that changed are marked."""
        if self.kind in _TEXTUAL and isinstance(self.old, str):
            return changed_parts(self.old_text, self.new_text)
        return changed_parts(self.old_text, self.old_text)[0], changed_parts(self.new_text, self.new_text)[0]

    @property
    def group(self) -> Group:
        return GROUP_OF[self.kind]

    @property
    def chip(self) -> str:
        return self.chips[0]

    @property
    def needs_reason(self) -> bool:
        """Softer than the older edition had planned: without a reason it cannot be adopted."""
        return self.kind == DifferenceKind.SOFTENED

    @property
    def lacks_reason(self) -> bool:
        return self.needs_reason and not self.reason

    @property
    def remarks(self) -> tuple[str, ...]:
        """說明 of files: notes, then the reason or that it is missing."""
        if self.lacks_reason:
            return (*self.notes, NO_REASON)
        return (*self.notes, f"理由：{self.reason}") if self.reason else self.notes

"""Filters of 歷年目標值調整一覽: the rows that are drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scorecard.domain.text_folding import has_words, words
from scorecard.read_models.scorecard_filter import MAX_TEXT_LENGTH
from scorecard.read_models.target_adjustments import TargetAdjustment

SOFTENED, RAISED, CHANGED = "softened", "raised", "changed"
KINDS = {SOFTENED: "放寬", RAISED: "提高", CHANGED: "核定後調整"}
NAMES = {"kind": "類別", "division": "主責科室", "q": "文字"}


@dataclass(frozen=True)
class AdjustmentFilter:
    """What a reader asked for; "" is no condition. division: its name, as the years' editions have it."""

    kind: str = ""
    division: str = ""
    text: str = ""

    @property
    def is_active(self) -> bool:
        return self != AdjustmentFilter()

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of its URL; read_filter() is the inverse."""
        pairs = (("kind", self.kind), ("division", self.division), ("q", self.text))
        return tuple((name, value) for name, value in pairs if value)

    @property
    def words(self) -> tuple[str, ...]:
        """The conditions in words: 「類別：放寬」."""
        return tuple(f"{NAMES[name]}：{KINDS.get(value, value)}" for name, value in self.query)

    def select(self, rows: Iterable[TargetAdjustment]) -> tuple[TargetAdjustment, ...]:
        wanted = words(self.text)
        return tuple(row for row in rows if self._matches(row, wanted))

    def _matches(self, row: TargetAdjustment, wanted: tuple[str, ...]) -> bool:
        is_kind = {
            "": True,
            SOFTENED: row.is_softer,
            RAISED: row.is_raised,
            CHANGED: row.is_changed,
        }[self.kind]
        return is_kind and self.division in ("", row.row.division) and has_words(_texts(row), wanted)


def _texts(row: TargetAdjustment) -> tuple[str, ...]:
    target = row.row
    papers = tuple(part for paper in row.papers for part in paper)
    return (target.kpi_code, target.kpi_name, target.label, target.unit, target.division, row.reason, *papers)


def divisions_of(rows: Iterable[TargetAdjustment]) -> tuple[str, ...]:
    """In the order of the rows."""
    return tuple(dict.fromkeys(row.row.division for row in rows))


def read_filter(query: Mapping[str, str], rows: Sequence[TargetAdjustment]) -> tuple[AdjustmentFilter, tuple[str, ...]]:
    """(AdjustmentFilter, notices) of a URL's query. A value that no row has is ignored, with a notice."""
    known = {"kind": KINDS.keys(), "division": divisions_of(rows)}
    asked, notices = {}, []
    for name, values in known.items():
        value = query.get(name, "")
        if value in values:
            asked[name] = value
        elif value:
            notices.append(f"沒有這個{NAMES[name]}，已略過這個條件。")
    text = " ".join(query.get("q", "").split())
    if len(text) > MAX_TEXT_LENGTH:
        text = text[:MAX_TEXT_LENGTH].rstrip()
        notices.append(f"搜尋文字太長，只採用前 {MAX_TEXT_LENGTH} 個字。")
    made = AdjustmentFilter(**asked, text=text if words(text) else "")
    return made, tuple(notices)

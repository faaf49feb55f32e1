"""沿革: which row of an earlier edition each row of an edition continues, and which ones it could."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from scorecard.domain.text_folding import fold_for_search
from scorecard.models import KPI, ActionPlan, Measure, Objective, Perspective, Plan, Theme

LineageRow = Perspective | Theme | Objective | KPI | Measure | ActionPlan
# By the words of the address.
KINDS: Mapping[str, type[LineageRow]] = MappingProxyType(
    {
        "perspective": Perspective,
        "theme": Theme,
        "objective": Objective,
        "kpi": KPI,
        "measure": Measure,
        "action_plan": ActionPlan,
    }
)
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "perspective": "構面",
        "theme": "策略主題",
        "objective": "策略目標",
        "kpi": "KPI",
        "measure": "衡量項",
        "action_plan": "行動方案",
    }
)


@dataclass(frozen=True)
class LineageLine:
    """A row of an edition. before: the row of the latest earlier edition that it continues; None: it is new there."""

    kind: str
    row: LineageRow
    before: LineageRow | None

    @property
    def text(self) -> str:
        return row_text(self.row)

    @property
    def before_text(self) -> str:
        """「105 年版 AC1.2 名稱」; "" for a new one."""
        return "" if self.before is None else row_text_with_edition(self.before)

    @property
    def query(self) -> str:
        """Of the address of its form: 「kind=kpi&lineage=…」."""
        return f"kind={self.kind}&lineage={self.row.lineage}"


def row_text(row: LineageRow) -> str:
    """As users know it: 「AC1.1 名稱」."""
    if isinstance(row, Measure):
        return f"{row.kpi.code}「{row.label}」（{row.unit}）" if row.label else f"{row.kpi.code}（{row.unit}）"
    return str(row)


def row_text_with_edition(row: LineageRow) -> str:
    return f"{edition_of(row).title} {row_text(row)}"


def edition_of(row: LineageRow) -> Plan:
    return row.kpi.plan if isinstance(row, Measure) else row.plan


def rows_of_editions(kind: str, editions: QuerySet[Plan] | Sequence[Plan]) -> QuerySet[LineageRow]:
    """The rows of a kind, with their editions."""
    # One name for all, of which each has the fields that are asked for.
    rows: QuerySet[Any] = KINDS[kind]._default_manager.all()
    path = "kpi__plan" if kind == "measure" else "plan"
    return rows.filter(**{f"{path}__in": editions}).select_related(path)


def earlier_editions(plan: Plan) -> QuerySet[Plan]:
    """Those that a row of the edition may continue: earlier ones that are no draft."""
    return Plan.objects.not_drafts().filter(agency=plan.agency_id, year__lt=plan.year)


def latest_earlier_rows(plan: Plan, kind: str) -> dict[UUID, LineageRow]:
    """{lineage: its row in the latest earlier edition that holds it}, the latest editions first. One query."""
    path = "kpi__plan__year" if kind == "measure" else "plan__year"
    found: dict[UUID, LineageRow] = {}
    for row in rows_of_editions(kind, earlier_editions(plan)).order_by(f"-{path}", *_order(kind)):
        found.setdefault(row.lineage, row)
    return found


def _order(kind: str) -> tuple[str, ...]:
    if kind == "measure":
        return ("kpi__code", "position")
    return ("position", "code") if kind in ("perspective", "theme") else ("code",)


def lineage_lines(plan: Plan) -> list[LineageLine]:
    """Every row of the edition, kind after kind. Two queries a kind."""
    lines = []
    for kind in KINDS:
        earlier = latest_earlier_rows(plan, kind)
        rows = rows_of_editions(kind, [plan]).order_by(*_order(kind))
        lines += [LineageLine(kind, row, earlier.get(row.lineage)) for row in rows]
    return lines


def rows_to_continue(plan: Plan, kind: str, row: LineageRow) -> list[LineageRow]:
    """Those of earlier editions that the row may continue: none that the edition holds already.

    A measure continues one of the same KPI in the same unit alone: figures of two units never stand in one series.
    """
    taken = set(rows_of_editions(kind, [plan]).values_list("lineage", flat=True))
    rows = [each for lineage, each in latest_earlier_rows(plan, kind).items() if lineage not in taken]
    if isinstance(row, Measure):
        rows = [
            each
            for each in rows
            if isinstance(each, Measure) and each.kpi.lineage == row.kpi.lineage and is_same_unit(each, row)
        ]
    return rows


def is_same_unit(first: Measure, second: Measure) -> bool:
    return fold_for_search(first.unit) == fold_for_search(second.unit)


def matched_measures(own: Sequence[Measure], earlier: Sequence[Measure]) -> dict[UUID, Measure]:
    """{lineage of a KPI's measure: the earlier KPI's measure whose series it continues}.

    The one at the same place where the units are the same, else the one in that unit where there is no other.
    """
    matched: dict[UUID, Measure] = {}
    left = list(earlier)

    def take(measure: Measure, found: Measure) -> None:
        matched[measure.lineage] = found
        left.remove(found)

    for measure in own:
        for other in left:
            if other.position == measure.position and is_same_unit(other, measure):
                take(measure, other)
                break
    for measure in own:
        if measure.lineage in matched:
            continue
        others = [other for other in left if is_same_unit(other, measure)]
        rivals = [each for each in own if each.lineage not in matched and is_same_unit(each, measure)]
        if len(others) == 1 and len(rivals) == 1:
            take(measure, others[0])
    return matched

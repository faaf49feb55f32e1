"""「這是前一版的哪一項？」: links a row of an edition to one of an earlier edition, or cuts it (沿革).

What an adopted edition says of itself holds in the later ones that were carried forward from it: their rows of the same
lineage follow. So every figure goes with its row, and none is left behind in a series that nobody shows. What cannot
go along is a baseline figure of a year that an earlier edition records once both are one series: its home is there
(docs/decisions/0028). Such figures are told, and given up only where the person says so; the audit trail keeps them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from scorecard import permissions
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.domain.roc_years import year_text
from scorecard.domain.value_text import as_read
from scorecard.models import KPI, Measure, Plan, User, YearlyValue
from scorecard.read_models.lineages import (
    KINDS,
    LineageRow,
    earlier_editions,
    edition_of,
    latest_earlier_rows,
    matched_measures,
    row_text,
    row_text_with_edition,
    rows_of_editions,
    rows_to_continue,
)
from scorecard.services import audit
from scorecard.services.years import lock_editions

GONE = "這一項已被其他人刪除或改接到別的項目，沒有變更；請重新整理頁面。"
NEW = "新的項目"
_FIGURE = ("actual", "actual_note", "unmeasured", "numerator", "denominator")


class FiguresToGiveUp(RuleBroken):
    """Raised with a sentence for each baseline figure that an earlier edition records otherwise, or not at all."""


@dataclass(frozen=True)
class _Move:
    """The lineage that rows of a kind leave for another one."""

    kind: str
    old: UUID
    new: UUID


@transaction.atomic
@audit.held_back()
def link(*, by: User, row: LineageRow, to: UUID, reason: str = "", gives_up: bool = False) -> LineageRow:
    """Let the row continue the earlier one of this lineage; measures of a KPI continue those in the same unit.

    gives_up: whether baseline figures may go that an earlier edition records otherwise; else FiguresToGiveUp.
    Raises RuleBroken where the edition holds the lineage already, no earlier one does, the edition is closed, or no
    reason is given once it is adopted; PermissionDenied.
    """
    editions, row = _lock(by, row, reason)
    kind, plan = _kind(row), edition_of(row)
    earlier = {each.lineage: each for each in rows_to_continue(plan, kind, row)}.get(to)
    if earlier is None:
        raise RuleBroken(_why_not(plan, kind, row, to))
    moves = [_Move(kind, row.lineage, to)]
    if isinstance(row, KPI) and isinstance(earlier, KPI):
        moves += _moves_of_measures(row, earlier)
    return _carry_out(by, row, moves, editions, reason, gives_up=gives_up)


@transaction.atomic
@audit.held_back()
def cut(*, by: User, row: LineageRow, reason: str = "") -> LineageRow:
    """Let the row begin a lineage of its own, a KPI with its measures. Raises as link() does, and where it is new."""
    editions, row = _lock(by, row, reason)
    kind = _kind(row)
    if row.lineage not in latest_earlier_rows(edition_of(row), kind):
        raise RuleBroken(f"{row_text(row)} 在較早的年版沒有對應的項目，本來就是新的，沒有變更。")
    moves = [_Move(kind, row.lineage, uuid4())]
    if isinstance(row, KPI):
        moves += _moves_of_measures(row, None)
    return _carry_out(by, row, moves, editions, reason, gives_up=False)


def _kind(row: LineageRow) -> str:
    return next(kind for kind, model in KINDS.items() if isinstance(row, model))


def _lock(by: User, row: LineageRow, reason: str) -> tuple[list[Plan], LineageRow]:
    """The edition with those later ones that follow it, and the row as it is now."""
    plan = edition_of(row)
    permissions.check_can_edit_strategy(by, plan.agency_id)
    editions = lock_editions(plan.agency_id)
    present = rows_of_editions(_kind(row), [plan]).filter(pk=row.pk).first()
    if present is None or present.lineage != row.lineage:
        raise RuleBroken(GONE)
    own = edition_of(present)
    check_not_closed(own)
    check_reason_given(own, reason)
    # Nothing is ever carried forward from a draft.
    return [each for each in editions if each == own or (each.year > own.year and not own.is_draft)], present


def _why_not(plan: Plan, kind: str, row: LineageRow, to: UUID) -> str:
    holder = rows_of_editions(kind, [plan]).filter(lineage=to).first()
    if holder is not None and holder.pk == row.pk:
        return f"{row_text(row)} 已經接續這一項，沒有變更。"
    if holder is not None:
        return f"{plan.title}的 {row_text(holder)} 已接續這一項；請先切斷它，再重新選擇。"
    if isinstance(row, Measure):
        return "衡量項只能接續同一項 KPI、相同單位的衡量項；請重新選擇。"
    return "較早的年版沒有這一項；請重新選擇。"


def _moves_of_measures(kpi: KPI, earlier: KPI | None) -> list[_Move]:
    """Those in the same unit continue the earlier KPI's; others leave the series that they had with another KPI."""
    own = list(Measure.objects.filter(kpi=kpi))
    held = Measure.objects.filter(kpi__plan__in=earlier_editions(kpi.plan))
    taken = set(Measure.objects.filter(kpi__plan=kpi.plan).values_list("lineage", flat=True))
    offered = [] if earlier is None else list(Measure.objects.filter(kpi=earlier).exclude(lineage__in=taken))
    matched = matched_measures(own, offered)
    known = set(held.filter(lineage__in=[each.lineage for each in own]).values_list("lineage", flat=True))
    moves = []
    for measure in own:
        if measure.lineage in matched:
            moves.append(_Move("measure", measure.lineage, matched[measure.lineage].lineage))
        elif measure.lineage in known:
            moves.append(_Move("measure", measure.lineage, uuid4()))
    return moves


def _carry_out(
    by: User, row: LineageRow, moves: list[_Move], editions: list[Plan], reason: str, *, gives_up: bool
) -> LineageRow:
    plan = edition_of(row)
    _check_later_ones_are_free(plan, moves, editions)
    strays_before = set(_strays(plan, moves).values_list("pk", flat=True))
    changes: dict[int, list[audit.Change]] = {each.pk: [] for each in editions}
    moved: dict[int, LineageRow] = {}
    for move in moves:
        earlier = latest_earlier_rows(plan, move.kind)
        for each in rows_of_editions(move.kind, editions).filter(lineage=move.old):
            said = "沿革" if move.kind == _kind(row) else f"{row_text(each)} 沿革"
            changes[edition_of(each).pk].append((said, _told(earlier, move.old), _told(earlier, move.new)))
            each.lineage = move.new
            each.save(update_fields=["lineage"])
            if move.kind == _kind(row):
                moved[edition_of(each).pk] = each
    given_up = list(_strays(plan, moves).exclude(pk__in=strays_before))
    _give_up(given_up, changes, gives_up=gives_up)
    for edition in editions:
        if changes[edition.pk]:
            target = moved.get(edition.pk, row)
            audit.record(
                by=by,
                action=AuditAction.CHANGED,
                target=row_text(target),
                plan=edition,
                kpi=target if isinstance(target, KPI) else getattr(target, "kpi", None),
                changes=changes[edition.pk],
                reason=reason,
            )
    return moved[plan.pk]


def _told(earlier: dict[UUID, LineageRow], lineage: UUID) -> str:
    return row_text_with_edition(earlier[lineage]) if lineage in earlier else NEW


def _check_later_ones_are_free(plan: Plan, moves: Sequence[_Move], editions: Sequence[Plan]) -> None:
    """A later edition that follows must not hold the other lineage as well."""
    for move in moves:
        rows = rows_of_editions(move.kind, [each for each in editions if each != plan])
        following = {edition_of(each).pk for each in rows.filter(lineage=move.old)}
        for each in rows.filter(lineage=move.new):
            if edition_of(each).pk in following:
                title = edition_of(each).title
                raise RuleBroken(f"{title}的 {row_text(each)} 已接續這一項；請先在 {title}切斷它。")


def _strays(plan: Plan, moves: Sequence[_Move]) -> QuerySet[YearlyValue]:
    """Figures of the moved series that stand in an edition though an earlier one is their home."""
    agency = plan.agency_id
    lineages = [move.new for move in moves if move.kind == "measure"]
    measures = Measure.objects.filter(lineage__in=lineages, kpi__plan__agency=agency)
    counting = measures.exclude(kpi__plan__state="draft")
    wrong = Q(pk__in=[])
    for lineage in lineages:
        for holder in sorted(set(counting.filter(lineage=lineage).values_list("kpi__plan__year", flat=True))):
            wrong |= Q(measure__lineage=lineage, measure__kpi__plan__year__gt=holder, year__lte=holder)
    told = Q(actual__isnull=False) | Q(unmeasured=True) | ~Q(actual_note="")
    rows = YearlyValue.objects.filter(told, wrong, measure__in=measures)
    return rows.select_related("measure__kpi__plan").order_by("measure__kpi__plan__year", "measure", "year")


def _give_up(strays: Sequence[YearlyValue], changes: dict[int, list[audit.Change]], *, gives_up: bool) -> None:
    """Delete figures that stand elsewhere. Raises FiguresToGiveUp for those that stand there otherwise."""
    sentences = []
    for value, home, recorded in _with_homes(strays):
        plan = value.measure.kpi.plan
        here, there = _figure_text(value), _figure_text(recorded)
        if recorded is None or any(getattr(value, name) != getattr(recorded, name) for name in _FIGURE):
            where = f"{home.title}記錄的是 {there}" if there else f"{home.title}沒有記錄"
            sentences.append(f"{row_text(value.measure)} {year_text(value.year)}：{plan.title}為 {here}，{where}。")
        changes[plan.pk].append((f"{row_text(value.measure)} {year_text(value.year)}實際值", here, there or None))
    if sentences and not gives_up:
        raise FiguresToGiveUp(sentences)
    YearlyValue.objects.filter(pk__in=[value.pk for value in strays]).delete()


def _with_homes(strays: Sequence[YearlyValue]) -> Iterator[tuple[YearlyValue, Plan, YearlyValue | None]]:
    """Each figure with its home, and the figure there, if any."""
    for value in strays:
        plan = value.measure.kpi.plan
        homes = Measure.objects.filter(
            lineage=value.measure.lineage, kpi__plan__in=earlier_editions(plan), kpi__plan__year__gte=value.year
        )
        home = homes.select_related("kpi__plan").order_by("kpi__plan__year")[0]
        yield value, home.kpi.plan, YearlyValue.objects.reported().filter(measure=home, year=value.year).first()


def _figure_text(value: YearlyValue | None) -> str:
    """「28」, 「28（275件）」, 「無統計（理由）」; "" for none."""
    if value is None:
        return ""
    figure = "無統計" if value.unmeasured else as_read(value.actual) or ""
    return f"{figure}（{value.actual_note}）" if value.actual_note else figure

"""Changes an existing edition to what a form says: exactly what the person agreed to, all or nothing, audited."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from scorecard import permissions
from scorecard.agency_form.changes import Change, Drops, FactChange, PlanChanges, key_text, too_many_action_plans
from scorecard.agency_form.form_plan import FormPlan, ParsedForm
from scorecard.agency_form.uploaded_form import compare
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.models import KPI, Plan, User, YearlyReport
from scorecard.models.triggers import sentence_of
from scorecard.read_models.edition_difference import DifferenceKind
from scorecard.read_models.edition_items import FactKey, ItemKind
from scorecard.services import audit
from scorecard.services.import_changes import ChangeWriter
from scorecard.services.years import lock_editions

GONE = "這份草案剛才已捨棄，沒有匯入任何內容；請重新預覽，匯入會建立新的草案。"
HAS_ERRORS = "表單還有錯誤，沒有匯入任何內容；請先改正錯誤。"


class ImportConflict(Exception):
    """Someone changed the plan since the preview; nothing is written. changes: the form's, against current values."""

    def __init__(self, changes: Sequence[FactChange]) -> None:
        self.changes = changes
        super().__init__("、".join(change.what for change in changes))


def apply_to(
    *,
    by: User | None,
    plan: Plan,
    form: ParsedForm,
    expected_values: Mapping[str, Any],
    answers: Mapping[str, str] | None = None,
    dropped: Collection[str] = (),
    reason: str = "",
    source: str = "",
) -> list[Change]:
    """Change the edition to what the form says, and return the changes made. Without changes it writes no audit event.

    by: None for the command line. expected_values: PlanChanges.expected_values() of the preview that the person agreed
    to. answers: of FormUpload.matches. dropped: names of the rows of a draft that were ticked to be dropped. reason:
    required for every change once the edition is adopted (domain.md §5). source: the file's name.

    Raises ImportConflict for an unexpected value; RuleBroken for errors in the form, for a match that nobody answered,
    in a closed year, for a change that a settled report forbids, and for a missing reason; PermissionDenied.
    """
    if by is not None:
        permissions.check_can_edit_strategy(by, plan.agency_id)
    if form.has_errors or form.plan is None:
        raise RuleBroken(HAS_ERRORS)
    with _refusals(), transaction.atomic(), audit.held_back():
        # Later ones, too: baseline figures may move there.
        locked = next((row for row in lock_editions(plan.agency_id) if row.pk == plan.pk), None)
        if locked is None:
            raise RuleBroken(GONE)
        plan = locked
        check_not_closed(plan)
        reports = YearlyReport.objects.filter(kpi__plan=plan).order_by("pk")
        list(reports.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        found = compare(plan, form, answers)
        leaving = [c for c in found.dropped if found.drops is Drops.TICKED and c.name in dropped]
        agreed = check_agreed(found, leaving, expected_values)
        if agreed:
            check_reason_given(plan, reason)
            write_changes(by, plan, form.plan, found, leaving, reason=reason, source=source)
        return agreed


@contextmanager
def _refusals() -> Iterator[None]:
    """What the database itself refuses, as a sentence."""
    try:
        yield
    except IntegrityError as error:
        raise RuleBroken(sentence_of(error) or "表單的內容與年版現有的資料不合，沒有匯入任何內容。") from error


_NEVER = object()


def check_agreed(found: PlanChanges, leaving: Sequence[Change], expected: Mapping[str, Any]) -> list[Change]:
    """What is to be written, as the person saw it. leaving: the rows to drop. Raises ImportConflict, RuleBroken."""
    agreed = [*found.changes, *leaving]
    facts = [fact for change in agreed for fact in change.facts]
    changed_by_other = [fact for fact in facts if expected.get(key_text(fact.key), _NEVER) != fact.old_text]
    if changed_by_other:
        raise ImportConflict(changed_by_other)
    left_open = found.matches.unanswered
    if left_open:
        codes = "、".join(match.row.code for match in left_open[:10])
        raise RuleBroken(f"還有 {len(left_open)} 項要先確認是不是原有的項目（{codes}），沒有匯入任何內容。")
    if found.has_errors:
        raise RuleBroken([message.text for message in found.messages if message.level == "error"])
    return agreed


def write_changes(
    by: User | None,
    plan: Plan,
    read: FormPlan,
    found: PlanChanges,
    leaving: Sequence[Change],
    *,
    reason: str = "",
    source: str = "",
) -> None:
    """Write and audit them. The caller has locked the agency's editions, inside audit.held_back()."""
    too_many = [text for _, text in too_many_action_plans(read, found.matches, [change.row for change in leaving])]
    if too_many:
        raise RuleBroken(too_many)
    writer = ChangeWriter(plan, read, found.matches, found.changes, leaving, reason=reason)
    # Of those that go the numbers, too: their events are found by them.
    kpis = {row.lineage: row for row in KPI.objects.filter(plan=plan)}
    homed = writer.write()
    kpis |= {row.lineage: row for row in KPI.objects.filter(plan=plan)}
    codes = {row.code: row for row in kpis.values()}
    for match in found.matches.rows:
        if match.row.kind is ItemKind.KPI and match.row.code in codes:
            kpis.setdefault(found.matches.lineage(ItemKind.KPI, match.row.code), codes[match.row.code])
    lines = _lines_by_kpi([*found.changes, *leaving], writer.told)
    if homed:
        left_out = ("較早年度的實際值", None, f"{homed} 格由較早的年版記錄，沒有匯入")
        lines.setdefault(None, []).insert(0, left_out)
    reason = f"{imported_from(source)}：{reason}" if reason else imported_from(source)
    for lineage, changes in lines.items():
        row = kpis.get(lineage)
        audit.record(
            by=by,
            action=AuditAction.CHANGED,
            target=row or plan,
            plan=plan,
            kpi=row,
            changes=changes,
            reason=reason,
        )


def imported_from(source: str) -> str:
    """The reason in the audit trail. source: the file's name, "" for unknown."""
    return f"由表單匯入（{source}）" if source else "由表單匯入"


def _lines_by_kpi(
    changes: Sequence[Change], told: Mapping[FactKey, dict[str, Any]]
) -> dict[UUID | None, list[audit.Change]]:
    """For one event for each changed KPI, and one for everything that belongs to no KPI."""
    found: dict[UUID | None, list[audit.Change]] = {}
    for change in changes:
        # Action plans belong to no KPI's history: they may move.
        kpi = change.kpi if change.key.kind in (ItemKind.KPI, ItemKind.MEASURE) else None
        found.setdefault(kpi, []).extend(_lines(change, told))
    return found


def _lines(change: Change, told: Mapping[FactKey, dict[str, Any]]) -> list[audit.Change]:
    if change.kind is DifferenceKind.ADDED:
        return [(change.what, None, change.new_text)]
    if change.kind is DifferenceKind.RETIRED:
        return [(change.what, change.old_text, None)]
    return [(fact.what, fact.old_text, fact.new_text, told.get(fact.key, {})) for fact in change.facts]

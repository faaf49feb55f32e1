"""Keeps what a person typed and has not saved yet. It changes no figure, so nothing is audited.

A person reads and writes only their own draft, and only for divisions that they may report for.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from scorecard import permissions
from scorecard.domain.policies import RuleBroken
from scorecard.models import Division, Plan, UnsavedEntries, User, YearlyReport
from scorecard.services import audit
from scorecard.services.reporting import ReportEntry, save_reports

# Raw text of a whole division's year: about 80,000 Chinese characters.
MAX_BYTES = 256 * 1024
# {"version": the report's, "fields": {field name: text}}, as in UnsavedEntries.rows.
Row = dict[str, Any]
TOO_LARGE = "輸入的內容太多，無法自動保存草稿；請先按「儲存」。"


def find_unsaved(*, by: User, plan: Plan, division: Division) -> UnsavedEntries | None:
    """None where nothing is kept."""
    return UnsavedEntries.objects.filter(user=by, plan=plan, division=division).first()


@transaction.atomic
def keep_unsaved(
    *,
    by: User,
    plan: Plan,
    division: Division,
    rows: Mapping[str, Row],
    beside: bool = False,
    instead: bool = False,
) -> UnsavedEntries | None:
    """Keep what was typed, and return the draft; None where nothing is left to keep.

    rows: as in UnsavedEntries.rows, also for KPIs without a changed field. A row replaces the KPI's earlier one.
    beside: adds its fields to the earlier row instead, for a person who did not see that row. instead: drops all
    earlier rows.
    Raises PermissionDenied for other people's divisions, RuleBroken for too much text.
    """
    permissions.check_can_report_for(by, division)
    whose: dict[str, Any] = {"user": by, "plan": plan, "division": division}
    # Made before it is locked: two requests at the same time then lock the same row.
    UnsavedEntries.objects.get_or_create(**whose)
    unsaved = _locked(by, plan, division) or UnsavedEntries(**whose)
    kept = {} if instead else dict(unsaved.rows)
    for kpi_id, row in rows.items():
        old = kept.get(kpi_id) if beside else None
        if old:
            row = {"version": min(old["version"], row["version"]), "fields": old["fields"] | row["fields"]}
        kept[kpi_id] = row
    return _write(unsaved, kept)


@transaction.atomic
def settle_unsaved(
    *, by: User, plan: Plan, division: Division, rows: Mapping[str, Collection[str]], beside: bool = False
) -> UnsavedEntries | None:
    """Forget what has been saved, and return the rest of the draft; None for nothing left.

    rows: {KPI id: names of its saved fields}. beside: forgets only these fields, for a person who did not see the
    draft; otherwise all of the KPI's.
    """
    unsaved = _locked(by, plan, division)
    if unsaved is None:
        return None
    kept = {}
    for kpi_id, row in unsaved.rows.items():
        if kpi_id not in rows:
            kept[kpi_id] = row
        elif beside:
            fields = {name: text for name, text in row["fields"].items() if name not in rows[kpi_id]}
            kept[kpi_id] = {"version": row["version"], "fields": fields}
    return _write(unsaved, kept)


@transaction.atomic
@audit.held_back()
def save_and_settle(
    *,
    by: User,
    plan: Plan,
    division: Division,
    report_entries: Sequence[ReportEntry],
    rows: Mapping[str, Collection[str]],
    beside: bool = False,
) -> list[YearlyReport]:
    """Save reports and forget the draft of the table that they were typed into: both or neither.

    report_entries, the result and the errors: as in reporting.save_reports(). rows, beside: as in settle_unsaved().
    """
    saved = save_reports(by=by, plan=plan, report_entries=report_entries)
    settle_unsaved(by=by, plan=plan, division=division, rows=rows, beside=beside)
    return saved


def _locked(by: User, plan: Plan, division: Division) -> UnsavedEntries | None:
    unsaved_rows = UnsavedEntries.objects.select_for_update(no_key=True, of=("self",))
    return unsaved_rows.filter(user=by, plan=plan, division=division).first()


def _write(unsaved: UnsavedEntries, rows: Mapping[str, Row]) -> UnsavedEntries | None:
    rows = {kpi_id: row for kpi_id, row in rows.items() if row["fields"]}
    if not rows:
        if unsaved.pk:
            unsaved.delete()
        return None
    if len(json.dumps(rows, ensure_ascii=False).encode()) > MAX_BYTES:
        raise RuleBroken(TOO_LARGE)
    unsaved.rows = rows
    unsaved.save()
    return unsaved

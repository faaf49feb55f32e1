"""Whether a year's snapshot is intact, and whether the database still agrees with it."""

import json
from dataclasses import dataclass

from scorecard.documents.plan_json import plan_document
from scorecard.documents.year_snapshot_json import (
    FIRST_FORMAT,
    executed_of_all,
    plan_as_closed,
    report_rows,
    year_document,
)
from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent
from scorecard.models.snapshots import FILES
from scorecard.read_models.build_scorecard import build_scorecard

LABELS = {"document": "JSON", "report": "PDF", "workbook": "XLSX"}
# Fields that identify a row of a list; the first one present counts.
KEYS = ("code", "kpi", "year", "name")
# About no figure of the year: they go on changing after it is closed.
MOVING = ("data_version", "has_sample_data")


@dataclass(frozen=True)
class SnapshotMismatch:
    """A place in the document, its frozen value and that of the database now; None: no value."""

    place: str
    frozen: object
    now: object


@dataclass(frozen=True)
class SnapshotCheck:
    """faults: what is wrong with the snapshot, in sentences. differences: what the database says differently now.

    is_current: whether it was compared with the database. Only the last snapshot of a closed year is: a reopened year
    may change.
    """

    faults: tuple[str, ...]
    differences: tuple[SnapshotMismatch, ...]
    is_current: bool

    @property
    def is_whole(self):
        return not self.faults and not self.differences


def check_snapshot(snapshot):
    """The audit chain itself is checked by the command verify_audit."""
    damaged = snapshot.damaged_files()
    faults = [f"{LABELS[name]} 檔與它的 SHA-256 不符，檔案已損壞或被改過。" for name in damaged]
    faults += [f"{LABELS[name]} 檔的 SHA-256 與關閉年度的稽核紀錄不符。" for name in _unknown_to_audit(snapshot)]
    if snapshot.audit_number and not _chain_passes_through(snapshot):
        faults.append(f"稽核紀錄第 {snapshot.audit_number} 號的指紋與凍結時不同，稽核紀錄可能被改寫。")
    year = snapshot.plan_year
    is_current = year.is_closed and snapshot.number == year.closings
    differences = ()
    if is_current and "document" not in damaged:
        frozen = json.loads(bytes(snapshot.document))
        differences = tuple(compare(frozen, document_now(snapshot, frozen["format"])))
    return SnapshotCheck(tuple(faults), differences, is_current)


def _unknown_to_audit(snapshot):
    """The files whose digest is in no audit event of a closing of this year."""
    year = snapshot.plan_year
    events = AuditEvent.objects.of_year(year.plan_id, year.year).filter(action=AuditAction.CLOSED)
    known = {change["new"] for changes in events.values_list("changes", flat=True) for change in changes}
    return [name for name in FILES if getattr(snapshot, f"{name}_sha256") not in known]


def _chain_passes_through(snapshot):
    return AuditEvent.objects.filter(pk=snapshot.audit_number, digest=snapshot.audit_digest).exists()


def document_now(snapshot, form):
    """The snapshot's document, made again from the database in the form in which it was frozen."""
    plan = plan_as_closed(snapshot.plan_year)
    year = snapshot.plan_year.year
    is_first = form == FIRST_FORMAT
    document = year_document(
        build_scorecard(plan, year, with_action_plans=True),
        reports=report_rows(plan, year, with_unapproved=is_first),
        audit_number=snapshot.audit_number,
        audit_digest=snapshot.audit_digest,
    )
    if is_first:
        provisional = build_scorecard(plan, year, include_provisional=True, with_action_plans=True)
        executed_of_all(document, plan_document(provisional))
        document["format"] = FIRST_FORMAT
    return document


def compare(frozen, now):
    frozen_values = dict(_leaves(frozen))
    values_now = dict(_leaves(now))
    for place in dict.fromkeys([*frozen_values, *values_now]):
        if frozen_values.get(place) != values_now.get(place):
            yield SnapshotMismatch(place, frozen_values.get(place), values_now.get(place))


def _row_name(row):
    if not isinstance(row, dict):
        return None
    return next((row[key] for key in KEYS if row.get(key) is not None), None)


def _leaves(value, place=""):
    """(place, value) of everything that is neither dict nor list. The place has the name of a row, or its index."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in MOVING:
                yield from _leaves(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{_row_name(inner) or index}]")
    else:
        yield place, value

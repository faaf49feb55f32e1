"""Whether a year's snapshot is as it was written, and whether the database still says what it says."""

import json
from dataclasses import dataclass

from scorecard.documents.year_snapshot_json import plan_as_closed, report_rows, year_document
from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent
from scorecard.models.snapshots import FILES
from scorecard.read_models.build_scorecard import build_scorecard

LABELS = {"document": "JSON", "report": "PDF", "workbook": "XLSX"}
# What tells a row of a list from the others, in the order in which one is looked for.
KEYS = ("code", "kpi", "year", "name")
# Of no figure of the year: these go on changing after it is closed.
MOVING = ("data_version", "has_sample_data")


@dataclass(frozen=True)
class SnapshotMismatch:
    """A place in the document, what was frozen there, and what the database says now; None where there is nothing."""

    place: str
    frozen: object
    now: object


@dataclass(frozen=True)
class SnapshotCheck:
    """What is wrong with a snapshot, in sentences, and what differs now. is_current: it is compared with the present.

    Only the last snapshot of a year that is closed is: a reopened year is meant to change.
    """

    faults: tuple[str, ...]
    differences: tuple[SnapshotMismatch, ...]
    is_current: bool

    @property
    def is_whole(self):
        """Whether nothing is wrong and nothing differs."""
        return not self.faults and not self.differences


def check_snapshot(snapshot):
    """The Check of a YearSnapshot. The chain itself is walked by verify_audit."""
    damaged = snapshot.damaged_files()
    faults = [f"{LABELS[name]} 檔與它的 SHA-256 不符，檔案已損壞或被改過。" for name in damaged]
    faults += [f"{LABELS[name]} 檔的 SHA-256 與關閉年度的稽核紀錄不符。" for name in _unknown_to_audit(snapshot)]
    if snapshot.audit_number and not _chain_passes_through(snapshot):
        faults.append(f"稽核紀錄第 {snapshot.audit_number} 號的指紋與凍結時不同，稽核紀錄可能被改寫。")
    year = snapshot.plan_year
    is_current = year.is_closed and snapshot.number == year.closings
    differences = ()
    if is_current and "document" not in damaged:
        differences = tuple(compare(json.loads(bytes(snapshot.document)), document_now(snapshot)))
    return SnapshotCheck(tuple(faults), differences, is_current)


def _unknown_to_audit(snapshot):
    """The files whose digest no event of a closing of this year tells."""
    year = snapshot.plan_year
    events = AuditEvent.objects.of_year(year.plan_id, year.year).filter(action=AuditAction.CLOSED)
    told = {change["new"] for changes in events.values_list("changes", flat=True) for change in changes}
    return [name for name in FILES if getattr(snapshot, f"{name}_sha256") not in told]


def _chain_passes_through(snapshot):
    return AuditEvent.objects.filter(pk=snapshot.audit_number, digest=snapshot.audit_digest).exists()


def document_now(snapshot):
    """The snapshot's document made anew from the database."""
    plan = plan_as_closed(snapshot.plan_year)
    year = snapshot.plan_year.year
    return year_document(
        build_scorecard(plan, year, with_action_plans=True),
        reports=report_rows(plan, year),
        audit_number=snapshot.audit_number,
        audit_digest=snapshot.audit_digest,
    )


def compare(frozen, now):
    """The Differences between two documents."""
    frozen, now = (dict(_leaves(document)) for document in (frozen, now))
    for place in [*frozen, *(place for place in now if place not in frozen)]:
        if frozen.get(place) != now.get(place):
            yield SnapshotMismatch(place, frozen.get(place), now.get(place))


def _leaves(value, place=""):
    """(place, value) of everything that is neither dict nor list; rows of a list are named by their code or place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in MOVING:
                yield from _leaves(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            named = isinstance(inner, dict) and next((inner[key] for key in KEYS if inner.get(key) is not None), None)
            yield from _leaves(inner, f"{place}[{named or index}]")
    else:
        yield place, value

"""Whether a year's snapshot is intact, and whether the database still agrees with it."""

import json
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from scorecard.documents.frozen_files import KINDS, kept_files
from scorecard.documents.plan_json import plan_document
from scorecard.documents.year_snapshot_json import (
    FIRST_FORMAT,
    FORMAT_OF_PLANS,
    executed_of_all,
    plan_as_closed,
    report_rows,
    year_document,
)
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import AuditEvent, Plan, YearSnapshot
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.head_approvals import head_approvals

# Fields that identify a row of a list; the first one present counts.
KEYS = ("code", "kpi", "year", "name")
# The actions of events that record a snapshot: a year closed before there were snapshots may be frozen later.
FREEZING = (AuditAction.CLOSED, AuditAction.CHANGED)
# About no figure of the year.
MOVING = ("data_version", "has_sample_data")
# What documents of before there were editions say of the plan of several years, and the document of now of the edition.
OF_PLANS = frozenset({"scores.plan", "plan.first_year", "plan.last_year"})


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
    faults = [
        f"{KINDS[name].label} {KINDS[name].kind_of_file} 與它的 SHA-256 不符，檔案已損壞或被改過。" for name in damaged
    ]
    faults += _contradictions_of_audit(snapshot)
    if snapshot.audit_number and not _chain_passes_through(snapshot):
        faults.append(f"稽核紀錄第 {snapshot.audit_number} 號的指紋與凍結時不同，稽核紀錄可能被改寫。")
    plan = snapshot.plan
    is_current = plan.is_closed and snapshot.number == plan.closings
    differences = ()
    if is_current and "document" not in damaged:
        frozen = json.loads(bytes(snapshot.document))
        found = compare(frozen, document_now(snapshot, frozen["format"]))
        left_out = OF_PLANS if frozen["format"] <= FORMAT_OF_PLANS else ()
        differences = tuple(difference for difference in found if difference.place not in left_out)
    return SnapshotCheck(tuple(faults), differences, is_current)


def _contradictions_of_audit(snapshot):
    """What the audit event of its closing says of its files, in sentences where it is otherwise."""
    own = {name: getattr(snapshot, f"{name}_sha256") for name in kept_files(snapshot)}
    closings = [
        {change["new"] for change in event.changes if change["what"].endswith("SHA-256")}
        for event in AuditEvent.objects.of_year(snapshot.plan).filter(action__in=FREEZING)
    ]
    known = set().union(*closings)
    faults = [
        f"{KINDS[name].label} {KINDS[name].kind_of_file} 的 SHA-256 與關閉年度的稽核紀錄不符。"
        for name, digest in own.items()
        if digest not in known
    ]
    if not faults and any(own["document"] in digests and digests - set(own.values()) for digests in closings):
        faults.append("關閉年度的稽核紀錄所載的檔案，有定稿檔沒有的。")
    return faults


def _chain_passes_through(snapshot):
    return AuditEvent.objects.filter(pk=snapshot.audit_number, digest=snapshot.audit_digest).exists()


def document_now(snapshot, form):
    """The snapshot's document, made again from the database in the form in which it was frozen."""
    plan = plan_as_closed(snapshot.plan)
    is_first = form == FIRST_FORMAT
    document = year_document(
        build_scorecard(plan, with_action_plans=True),
        reports=report_rows(plan, with_unapproved=is_first),
        audit_number=snapshot.audit_number,
        audit_digest=snapshot.audit_digest,
        approvals=head_approvals(plan),
    )
    if is_first:
        provisional = build_scorecard(plan, include_provisional=True, with_action_plans=True)
        executed_of_all(document, plan_document(provisional))
    return document | {"format": form}


def closed_without_snapshot():
    """Closed editions whose last closing was not frozen, as in databases of before there were snapshots. One query."""
    frozen = YearSnapshot.objects.filter(plan=OuterRef("pk"), number=OuterRef("closings"))
    closed = Plan.objects.filter(state=PlanState.CLOSED).select_related("agency")
    return list(closed.exclude(Exists(frozen)).order_by("agency__slug", "year"))


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

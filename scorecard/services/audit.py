"""The one way an audit event comes about; called inside the transaction of the change it tells of."""

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import F

from scorecard.domain.value_text import as_read
from scorecard.models import AuditEvent, Plan

_held_back = ContextVar("held_back", default=None)


def record(*, by, action, target, plan=None, agency=None, kpi=None, year=None, changes=(), reason=""):
    """Write one audit event and raise the plan's data version, or that of all plans of the agency it touches.

    agency: of a row that stands above plans. changes: (what, old, new) in words of the reader; old and new may be
    None, Decimal, bool, date, int or str; a fourth part, a dictionary, says to programs what the words say to people.

    The plan's row and then the chain's head stay locked until the transaction ends, so versions and events rise in
    the order of commits. Lock everything else first; where a transaction has several events, hold them back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit event is written in the same transaction as its change.")
    # Numbers, not rows: a row may be gone by the time its event is written.
    event = AuditEvent(
        actor_id=by and by.pk,
        action=action,
        agency_id=plan.agency_id if plan is not None else agency and agency.pk,
        plan_id=plan and plan.pk,
        kpi_id=kpi and kpi.pk,
        year=year,
        target=str(target)[:300],
        changes=[_change(*change) for change in changes],
        reason=reason,
    )
    held_back = _held_back.get()
    if held_back is None:
        _write([event])
    else:
        held_back.append(event)
    return event


@contextmanager
def held_back():
    """Write the events recorded inside together, when the block ends: then each lock on the way is taken before theirs.

    Stands directly inside the transaction. A block inside another leaves its events to the outer one, and takes them
    back where it fails. Until then the events returned have no number.
    """
    events = _held_back.get()
    if events is not None:
        count = len(events)
        try:
            yield
        except BaseException:
            del events[count:]
            raise
        return
    token = _held_back.set([])
    try:
        yield
        events = _held_back.get()
    finally:
        _held_back.reset(token)
    if events:
        _write(events)


def _write(events):
    rises = Counter()
    for event in events:
        if event.plan_id:
            rises[event.plan_id] += 1
        elif event.agency_id:
            rises.update(Plan.objects.filter(agency=event.agency_id).values_list("pk", flat=True))
    for number in sorted(rises):
        Plan.objects.filter(pk=number).update(data_version=F("data_version") + rises[number])
    AuditEvent.objects.append(events)


def _change(what, old, new, for_programs=None):
    return {"what": what, "old": as_read(old), "new": as_read(new), **(for_programs or {})}

"""Writes audit events, always in the transaction of the change that they record."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q

from scorecard.domain.choices import PlanState
from scorecard.domain.signatures import kept_name
from scorecard.domain.value_text import as_read
from scorecard.models import KPI, Agency, AuditEvent, Plan, PlanVersion, User
from scorecard.services.security_changes import record_change

# What changed, its old and its new value. A fourth part says the same to programs.
Change = tuple[str, object, object] | tuple[str, object, object, dict[str, Any]]

_held_back: ContextVar[list[AuditEvent] | None] = ContextVar("held_back", default=None)


def record(
    *,
    by: User | None,
    action: str,
    target: object,
    plan: Plan | None = None,
    agency: Agency | None = None,
    kpi: KPI | None = None,
    changes: Iterable[Change] = (),
    reason: str = "",
    security: str | None = None,
) -> AuditEvent:
    """Write one audit event and raise the data versions of the editions whose pages show the change.

    These are the plan and the agency's later editions, which look its figures up, or all of the agency's where there is
    no plan; never a closed one, and of a draft's events no edition that is none. agency: of a row that belongs to no
    plan. changes: with names as users know them; values may be None, Decimal, bool, date, int, str or a row. security:
    the kind of the security event that it is too, where services/security_changes.py cannot tell by the row.

    The versions, in the order of years, and then the chain's head stay locked until the transaction ends, so versions
    and events rise in the order of commits. Lock everything else first. A transaction with several events uses
    held_back().
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit event is written in the same transaction as its change.")
    changes = list(changes)
    record_change(by=by, action=action, target=target, plan=plan, agency=agency, changes=changes, security=security)
    # Numbers, not rows: a row may be gone by the time its event is written.
    agency_id: int | None = None
    if plan is not None:
        agency_id = plan.agency_id
    elif agency is not None:
        agency_id = agency.pk
    event = AuditEvent(
        actor_id=by.pk if by else None,
        actor_name=kept_name(by),
        acting_for_id=by.acting_for.pk if by and by.acting_for else None,
        action=action,
        agency_id=agency_id,
        plan_id=plan.pk if plan else None,
        kpi_id=kpi.pk if kpi else None,
        year=plan.year if plan else None,
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
def held_back() -> Iterator[None]:
    """Write the events recorded inside when the block ends, so that the block takes its own locks before theirs.

    Use it directly inside the transaction. A nested block leaves its events to the outer one, and drops them if it
    fails. Events have no number before they are written.
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
    events = []
    token = _held_back.set(events)
    try:
        yield
    finally:
        _held_back.reset(token)
    if events:
        _write(events)


def _write(events: list[AuditEvent]) -> None:
    _raise_versions(events)
    AuditEvent.objects.append(events)


def _raise_versions(events: Iterable[AuditEvent]) -> None:
    # By agency and year: whatever changes in a year, the editions from then on show it.
    counts: Counter[tuple[int, int]] = Counter()
    for event in events:
        if event.agency_id:
            counts[event.agency_id, event.year or 0] += 1
    if not counts:
        return
    concerned = Q()
    for agency, year in counts:
        concerned |= Q(plan__agency=agency, plan__year__gte=year)
    versions = PlanVersion.objects.filter(concerned).order_by("plan__agency", "plan__year")
    # Locked before the states are read: a year that is being closed would refuse the change.
    locked = list(versions.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    rows = list(Plan.objects.filter(pk__in=locked).values_list("pk", "agency", "year", "state"))
    # Nothing of a draft shows in editions that others see; a discarded one has no row any more.
    counting = {(agency, year) for _, agency, year, state in rows if state != PlanState.DRAFT}
    rises: dict[int, list[int]] = {}
    for pk, agency, year, state in rows:
        rise = 0
        for (of, since), count in counts.items():
            is_shown = since in (0, year) or (of, since) in counting or state == PlanState.DRAFT
            if of == agency and since <= year and is_shown:
                rise += count
        if rise and state != PlanState.CLOSED:
            rises.setdefault(rise, []).append(pk)
    for rise, plans in rises.items():
        PlanVersion.objects.filter(pk__in=plans).update(data_version=F("data_version") + rise)


def field_label(row: Model | type[Model], name: str) -> str:
    """The name of a model's field as users know it."""
    # get_field() may also return a relation from another model, which has no name of its own.
    field: Any = row._meta.get_field(name)
    return str(field.verbose_name)


def _change(what: str, old: object, new: object, for_programs: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"what": what, "old": as_read(old), "new": as_read(new), **(for_programs or {})}

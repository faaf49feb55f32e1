"""The one way an audit event comes about; called inside the transaction of the change it tells of."""

from django.db import transaction
from django.db.models import F

from scorecard.models import AuditEvent, Plan
from scorecard.scoring import plain


def record(*, by, action, target, plan=None, agency=None, kpi=None, year=None, changes=(), reason=""):
    """Write one audit event and raise the plan's data version, or that of all plans of the agency it touches.

    agency: of a row that stands above plans. changes: (what, old, new) triples in words of the reader; old and new
    may be None, Decimal, bool, int or str. The plan's row stays locked until the transaction ends, so versions rise
    in the order of commits.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit event is written in the same transaction as its change.")
    event = AuditEvent.objects.create(
        actor=by,
        action=action,
        agency_id=plan.agency_id if plan is not None else agency and agency.pk,
        plan=plan,
        kpi=kpi,
        year=year,
        target=str(target)[:300],
        changes=[{"what": what, "old": _as_read(old), "new": _as_read(new)} for what, old, new in changes],
        reason=reason,
    )
    touched = Plan.objects.none()
    if plan is not None:
        touched = Plan.objects.filter(pk=plan.pk)
    elif agency is not None:
        touched = Plan.objects.filter(agency=agency)
    touched.update(data_version=F("data_version") + 1)
    return event


def _as_read(value):
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if hasattr(value, "as_tuple"):
        return plain(value)
    return str(value)

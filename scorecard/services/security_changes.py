"""Which audited changes are security events too: those of people, roles and settings, not those of a plan's content.

services/audit.py asks for every event, so that no service that changes members or accounts can forget it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from scorecard.domain.choices import AuditAction, SecurityEventKind
from scorecard.domain.value_text import as_read
from scorecard.models import Agency, Invitation, Membership, Plan, User
from scorecard.services import security_events


def record_change(
    *,
    by: User | None,
    action: str,
    target: object,
    plan: Plan | None,
    agency: Agency | None,
    changes: Sequence[tuple[Any, ...]],
    security: str | None,
) -> None:
    """Record the change, in its transaction, if it is one of people, roles or settings. Arguments as audit.record()."""
    kind = security or _kind(action, target, plan)
    if kind is None:
        return
    what = [f"{name}：{_shown(old)} → {_shown(new)}" for name, old, new, *_ in changes]
    security_events.record(
        kind, by=by, agencies=_agencies(target, plan, agency), target="；".join([str(target), *what])
    )


def _kind(action: str, target: object, plan: Plan | None) -> str | None:
    if plan is not None:
        # Its display cap, its thresholds; not its objectives, nor a plan that is new.
        is_setting = isinstance(target, Plan) and action == AuditAction.CHANGED
        return SecurityEventKind.SETTINGS_CHANGED if is_setting else None
    if isinstance(target, Invitation):
        return SecurityEventKind.INVITED
    if isinstance(target, Membership):
        return SecurityEventKind.ROLE_CHANGED
    return SecurityEventKind.ACCOUNT_CHANGED if isinstance(target, User) else SecurityEventKind.SETTINGS_CHANGED


def _agencies(target: object, plan: Plan | None, agency: Agency | None) -> Iterable[Agency]:
    """Whose admins see it: the agency of what changed; for an account alone, all that it may enter."""
    if agency is not None:
        return [agency]
    if plan is not None:
        return [plan.agency]
    if isinstance(target, User):
        return Agency.objects.filter(memberships__user=target, memberships__is_active=True)
    return []


def _shown(value: object) -> object:
    return as_read(value) or "（空白）"

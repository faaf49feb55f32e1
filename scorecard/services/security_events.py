"""Records security events: one line of JSON on standard output, and a row for the page of admins and operators.

No secret gets in: no password, no token of a link, no query of an address, and no name typed that is no account, since
people type their password into the wrong field.
"""

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from scorecard.domain.choices import REPEATED_EVENTS, SecurityEventKind
from scorecard.domain.request_origin import current
from scorecard.models import Agency, SecurityEvent, User

# Its handler writes the message alone; other logs go elsewhere.
lines = logging.getLogger("scorecard.security")
log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
# Rows an hour: of failed logins and lock-outs together on the site, of denials for each person. What is more is counted
# in one row without names. So nobody can fill the disk by asking often.
MAX_ANONYMOUS_AN_HOUR = 500
MAX_DENIALS_AN_HOUR = 100
PRUNED_AT_ONCE = 1000


def record(
    kind: str,
    *,
    by: User | None = None,
    account: str = "",
    agencies: Iterable[Agency] | None = None,
    target: str = "",
    may_be_lost: bool = False,
) -> None:
    """Record an event of the present request or command.

    by: who did it; of a failed login the account's owner where there is one. account: the name typed at the login.
    agencies: those whose admins see it; None for all agencies of the person. target: what it is about, in words or as
    an address without secrets. may_be_lost: what fails is logged and does not fail the caller; otherwise the row
    belongs to the caller's transaction, and the line is written after its commit.
    """
    try:
        with transaction.atomic():
            event = _event(kind, by, account, target)
            seen_by = _agencies(event.user, agencies)
            _write(event, seen_by)
    # Whatever is wrong with the event: a download must not fail for it.
    except Exception:
        if not may_be_lost:
            raise
        log.exception("A security event was not stored: %s %s", kind, target)
        event = _event(kind, by, "" if by is None else by.get_username(), target, is_known=True)
        seen_by = []
    line = _line(event, seen_by)
    transaction.on_commit(lambda: lines.info(line))


def prune(*, now: datetime) -> int:
    """Delete events older than SECURITY_EVENT_DAYS and return how many, in steps that block nobody for long."""
    old = SecurityEvent.objects.older_than(now - timedelta(days=settings.SECURITY_EVENT_DAYS))
    count = 0
    while numbers := list(old.order_by("pk").values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        with transaction.atomic():
            SecurityEvent.objects.filter(pk__in=numbers).delete()
        count += len(numbers)
    return count


def _event(kind: str, by: User | None, account: str, target: str, *, is_known: bool = False) -> SecurityEvent:
    origin = current.get()
    if by is None and account and not is_known:
        by, account = _owner(account)
    if by is not None:
        account = by.get_username()
    now = timezone.now()
    return SecurityEvent(
        kind=kind,
        at=now,
        last_at=now,
        user=by,
        account=account[:150],
        address=origin.address or None,
        request_id=origin.request_id,
        target=target.replace("\x00", "")[:300],
    )


def _owner(account: str) -> tuple[User | None, str]:
    """The owner of a name typed, or a fingerprint of the name, by which repeated attempts are recognised."""
    owner = User.objects.filter(username__iexact=account.replace("\x00", "")[:150]).first()
    if owner is not None:
        return owner, ""
    return None, f"不明帳號 {salted_hmac('scorecard.security_events', account).hexdigest()[:12]}"


def _agencies(user: User | None, agencies: Iterable[Agency] | None) -> list[Agency]:
    if agencies is not None:
        return list(agencies)
    own = Agency.objects.filter(memberships__user=user, memberships__is_active=True)
    return list(own.order_by("pk")) if user else []


def _write(event: SecurityEvent, agencies: list[Agency]) -> None:
    if event.kind not in REPEATED_EVENTS:
        _insert(event, agencies)
        return
    if _count_again(event):
        return
    if _is_too_many(event):
        event = _without_names(event)
        if _count_again(event):
            return
    _insert(event, agencies if event.user else [])


def _without_names(event: SecurityEvent) -> SecurityEvent:
    """The row that counts what is too much: denials for each person, what anybody can cause for the site."""
    rest = SecurityEvent(kind=event.kind, at=event.at, last_at=event.last_at, account="（其他）")
    if event.kind == SecurityEventKind.DENIED:
        rest.user, rest.account = event.user, event.account
    return rest


def _insert(event: SecurityEvent, agencies: list[Agency]) -> None:
    event.save()
    if agencies:
        event.agencies.set(agencies)


def _count_again(event: SecurityEvent) -> bool:
    """Whether the same happened within the hour; then its row counts it."""
    same: dict[str, Any] = {name: getattr(event, name) for name in ("kind", "user", "account", "address", "target")}
    recent = SecurityEvent.objects.filter(**same, at__gt=event.at - HOUR).order_by("-pk")
    number = recent.values_list("pk", flat=True).first()
    if number is None:
        return False
    SecurityEvent.objects.filter(pk=number).update(times=F("times") + 1, last_at=event.at)
    return True


def _is_too_many(event: SecurityEvent) -> bool:
    if event.kind == SecurityEventKind.DENIED:
        limit = MAX_DENIALS_AN_HOUR
        same = SecurityEvent.objects.filter(kind=event.kind, user=event.user)
    else:
        limit = MAX_ANONYMOUS_AN_HOUR
        same = SecurityEvent.objects.filter(kind__in=REPEATED_EVENTS - {SecurityEventKind.DENIED})
    return same.filter(last_at__gt=event.at - HOUR)[:limit].count() >= limit


def _line(event: SecurityEvent, agencies: list[Agency]) -> str:
    """ASCII: no name and no path can make a line of its own or hide a part of it."""
    return json.dumps(
        {
            "at": event.at.isoformat(timespec="milliseconds"),
            "event": event.kind,
            "account": event.account,
            "user": event.user_id,
            "agencies": [agency.slug for agency in agencies],
            "address": event.address or "",
            "request_id": event.request_id,
            "target": event.target,
        }
    )

"""Counts wrong passwords and makes people wait; takes the waits away again (decision 0021).

An attempt is counted before the password is looked at, and taken back if it was right: of a hundred requests at once no
more are tried than of a hundred in a row. Names without an account are counted like all others, so that an answer does
not show which names exist.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from scorecard.domain.login_limits import ACCOUNT, ADDRESS, FIXED, LONGEST_WINDOW, Limit, network_of
from scorecard.domain.text_folding import fold_for_search
from scorecard.models import LoginFailures, User

SALT = "scorecard.login_attempts"


class TooManyFailures(Exception):
    """One has to wait; nothing was tried."""

    def __init__(self, wait_until: datetime) -> None:
        super().__init__(wait_until)
        self.wait_until = wait_until


@dataclass(frozen=True)
class Attempt:
    """One password about to be tried. wait_until: when the next may be tried if it is wrong; None at once.

    own: the slot that a right password clears. address: the slot that it leaves one lower; None where there is none.
    makes_owner_wait: whether the account or the device itself reaches its limit, and not the address alone.
    """

    own: int
    address: int | None
    wait_until: datetime | None
    makes_owner_wait: bool


def slot_of(kind: str, name: object) -> int:
    """The row that counts the failures of an account, address or browser."""
    return int(salted_hmac(SALT, f"{kind}:{name}").hexdigest(), 16) % LoginFailures.SLOTS


def slot_of_account(username: str) -> int:
    return slot_of("account", fold_for_search(username))


def begin_login(*, username: str, address: str, device: str, now: datetime) -> Attempt:
    """Count an attempt to log in. device: "" unless the account was in use in this browser before.

    A known device has a count of its own, so that nobody else can make its owner wait, unless LOCK_ACCOUNTS is set.
    Raises TooManyFailures.
    """
    if settings.LOCK_ACCOUNTS:
        return _begin({slot_of_account(username): FIXED}, own=slot_of_account(username), address=None, now=now)
    if device:
        slot = slot_of("device", device)
        return _begin({slot: FIXED}, own=slot, address=None, now=now)
    own = slot_of_account(username)
    limits = {own: ACCOUNT}
    network = network_of(address)
    address_slot = slot_of("address", network) if network else None
    if address_slot is not None:
        limits[address_slot] = ADDRESS
    return _begin(limits, own=own, address=address_slot, now=now)


def begin_check(*, user: User, now: datetime) -> Attempt:
    """Count an attempt to name one's present password. Raises TooManyFailures."""
    slot = slot_of("present password", user.pk)
    return _begin({slot: FIXED}, own=slot, address=None, now=now)


def _begin(limits: dict[int, Limit], *, own: int, address: int | None, now: datetime) -> Attempt:
    LoginFailures.objects.filter(since__lt=now - LONGEST_WINDOW).delete()
    waits = _count(limits, now)
    until = max(waits.values(), default=None)
    return Attempt(own=own, address=address, wait_until=until, makes_owner_wait=own in waits)


@transaction.atomic
def _count(limits: dict[int, Limit], now: datetime) -> dict[int, datetime]:
    """The end of each slot's wait, should the password be wrong; slots below their limits are left out."""
    waits = {}
    # In one order, or two requests could wait for each other.
    for slot, limit in sorted(limits.items()):
        rows = LoginFailures.objects.select_for_update(no_key=True)
        row, _ = rows.get_or_create(slot=slot, defaults={"since": now})
        if row.wait_until is not None and row.wait_until > now:
            raise TooManyFailures(row.wait_until)
        if limit.is_over(since=row.since, wait_until=row.wait_until, now=now):
            row.count, row.since = 0, now
        row.count += 1
        wait = limit.wait_after(row.count)
        row.wait_until = now + wait if wait else None
        row.save(update_fields=["count", "since", "wait_until"])
        if row.wait_until is not None:
            waits[slot] = row.wait_until
    return waits


@transaction.atomic
def succeed(attempt: Attempt) -> None:
    """The password was right: the account or device starts anew. An address does not, or one account could clear it."""
    LoginFailures.objects.filter(slot=attempt.own).delete()
    if attempt.address is not None:
        rows = LoginFailures.objects.filter(slot=attempt.address, count__gt=0)
        rows.update(count=F("count") - 1, wait_until=None)


def since_when(user: User) -> str:
    """Names the count of the account's failures, which a link to end the wait belongs to; "" where there is none."""
    since = LoginFailures.objects.filter(slot=slot_of_account(user.username)).values_list("since", flat=True).first()
    return since.isoformat() if since else ""


def is_waiting(*, user: User, device: str, now: datetime) -> bool:
    """Whether the account, or this browser of its owner, has to wait."""
    slots = _slots(user, device)
    return LoginFailures.objects.filter(slot__in=slots, wait_until__gt=now).exists()


@transaction.atomic
def forget(*, user: User, device: str = "") -> int:
    """End the waits of an account, and of this browser of its owner. Returns how many counts there were."""
    return LoginFailures.objects.filter(slot__in=_slots(user, device)).delete()[0]


def _slots(user: User, device: str) -> list[int]:
    slots = [slot_of_account(user.username), slot_of("present password", user.pk)]
    if device:
        slots.append(slot_of("device", device))
    return slots

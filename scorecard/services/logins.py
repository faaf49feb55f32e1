"""What follows a login and what ends one; tells people by mail what happened to their account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from scorecard.domain.browsers import browser_name
from scorecard.domain.choices import MailKind, NoticeKind, SecurityEventKind
from scorecard.domain.login_limits import FIXED
from scorecard.domain.password_rules import is_expired
from scorecard.models import LoginSession, User
from scorecard.services import (
    background,
    devices,
    login_attempts,
    mail,
    notices,
    security_events,
    security_mail_texts,
)


@dataclass(frozen=True)
class Visitor:
    """Where a request comes from. cookie: of devices.py, as the browser sent it."""

    address: str
    agent: str
    cookie: str

    @property
    def browser(self) -> str:
        return browser_name(self.agent)


def begin(*, username: str, visitor: Visitor, now: datetime) -> login_attempts.Attempt:
    """Raises login_attempts.TooManyFailures."""
    device = devices.known_device(cookie=visitor.cookie, username=username)
    try:
        return login_attempts.begin_login(username=username, address=visitor.address, device=device, now=now)
    except login_attempts.TooManyFailures:
        background.in_background(lambda: _record_lock_out(username))
        raise


def fail(attempt: login_attempts.Attempt, *, username: str, visitor: Visitor, now: datetime) -> None:
    """The password was wrong. The owner is told, once a day at most, when this makes the account wait.

    An address that has to wait is an event, and no news to the owner of the account that came last.
    """
    if attempt.makes_owner_wait:
        background.in_background(lambda: _tell_of_wait(username, visitor, now))
    elif attempt.wait_until is not None:
        background.in_background(lambda: _record_lock_out(username))


@transaction.atomic
def succeed(attempt: login_attempts.Attempt, *, user: User, visitor: Visitor, now: datetime) -> None:
    """The password was right, and the person is about to be logged in."""
    login_attempts.succeed(attempt)
    if not user.is_demo and is_expired(set_at=password_set_at(user), now=now, max_days=settings.PASSWORD_MAX_DAYS):
        User.objects.filter(pk=user.pk).update(must_change_password=True)
    is_known = devices.known_device(cookie=visitor.cookie, username=user.username)
    # The first login of all is from a new device, as its owner knows.
    if not is_known and user.last_login is not None:
        subject, body = security_mail_texts.new_device(
            user=user, at=now, browser=visitor.browser, address=visitor.address
        )
        _tell(user, f"new-device:{user.pk}:{uuid4().hex}", subject, body)


def password_set_at(user: User) -> datetime:
    """When the present password was set; for one older than the records, when the account was made."""
    record = user.password_records.order_by("-id").first()
    return timezone.localtime(record.set_at if record else user.date_joined)


def tell_of_new_password(user: User) -> None:
    """In the transaction of the change."""
    subject, body = security_mail_texts.new_password(user=user, at=timezone.now())
    _tell(user, f"new-password:{user.pk}:{uuid4().hex}", subject, body)


def tell_of_new_address(*, by: User, user: User, old: str) -> None:
    """In the transaction of the change, to the address that the person had: only there it is news to its owner."""
    subject, body = security_mail_texts.new_address(user=user, at=timezone.now(), by=by)
    _tell(user, f"new-address:{user.pk}:{uuid4().hex}", subject, body, to=old)


def _record_lock_out(username: str) -> None:
    security_events.record(SecurityEventKind.LOCKED_OUT, account=username, may_be_lost=True)


def _tell_of_wait(username: str, visitor: Visitor, now: datetime) -> None:
    _record_lock_out(username)
    user = User.objects.filter(username=username, is_active=True).first()
    # A database may take different letters for equal.
    if user is None or user.username != username or not user.has_usable_password():
        return
    with transaction.atomic():
        subject, body = security_mail_texts.waiting(
            user=user,
            at=now,
            failures=FIXED.failures,
            browser=visitor.browser,
            address=visitor.address,
            is_locked=settings.LOCK_ACCOUNTS,
        )
        _tell(user, f"waiting:{user.pk}:{timezone.localdate(now)}", subject, body, kind=NoticeKind.LOCKED_OUT)


def _tell(
    user: User, key: str, subject: str, body: str, *, kind: NoticeKind = NoticeKind.ACCOUNT, to: str = ""
) -> None:
    """By a mail of its own, and in the person's list of notices. to: as for mail.write()."""
    letter = None
    if to or mail.address_of(user):
        letter, is_new = mail.write(kind=MailKind.SECURITY, key=key, recipient=user, subject=subject, body=body, to=to)
        if is_new:
            mail.send_after_commit(letter)
    title = subject.removeprefix("【帳號安全】")
    notices.tell(recipient=user, kind=kind, key=key, subject=title, path=reverse("logins"), letter=letter)


@transaction.atomic
def unlock(*, user: User, device: str = "") -> int:
    """End the waits of an account after wrong passwords. Returns how many there were."""
    security_events.record(SecurityEventKind.UNLOCKED, by=user)
    return login_attempts.forget(user=user, device=device)


@transaction.atomic
def end_login(*, by: User, handle: str) -> bool:
    """Log out one browser of one's own. False where there is none; then nothing is changed."""
    for session in LoginSession.objects.filter(user=by):
        if constant_time_compare(session.handle, handle):
            session.delete()
            security_events.record(SecurityEventKind.LOGGED_OUT, by=by, target="另一個瀏覽器")
            devices.revoke_all(by)
            return True
    return False


@transaction.atomic
def end_other_logins(*, by: User, but: str | None) -> int:
    """Log out everywhere else, and know no other browser any more. but: the key of the login that stays.

    Returns how many logins ended.
    """
    devices.revoke_all(by)
    others = LoginSession.objects.filter(user=by, expire_date__gt=timezone.now()).exclude(session_key=but or "")
    count = others.delete()[0]
    if count:
        security_events.record(SecurityEventKind.LOGGED_OUT, by=by, target=f"其他 {count} 個瀏覽器")
    return count

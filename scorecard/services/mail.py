"""Writes and sends all mail: a row in the transaction of its cause, sent after the commit.

If the process dies while sending, a reminder counts as sent (at most once), and any other mail is sent again (at least
once). choices.AT_MOST_ONCE says which kinds; the rows of models/mail.py record it. A server that defers a mail, sets a
limit or drops the connection delays mails of every kind; only what it refuses for good is given up.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from scorecard.domain.choices import WITH_PASSWORD_LINK, WITH_UNLOCK_LINK, MailKind
from scorecard.domain.secret_links import without_secrets
from scorecard.models import Agency, Invitation, OutgoingMail, User
from scorecard.services import background, unlock_links
from scorecard.services.mail_message import message_of
from scorecard.services.mail_server import MailServer, Outcome

log = logging.getLogger(__name__)

# In the stored text, in place of the link; only the mail itself has the link.
PASSWORD_LINK = "［設定密碼的連結，只在寄給本人的信中］"
UNLOCK_LINK = "［解除等候的連結，只在寄給本人的信中］"
INVITATION_LINK = "［接受邀請的連結，只在寄給本人的信中］"
NO_ADDRESS = "這個帳號沒有可用的電子郵件。"
ADDRESS_IS_OLD = "收件者已更換電子郵件，連結不寄到舊的位址；請收件者重新要求連結。"
ACCOUNT_IS_OFF = "這個帳號已停用，信不再寄出。"
MAX_SUBJECT = 200
MAX_REPLY_ADDRESSES = 4
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


@dataclass(frozen=True)
class Delivered:
    """How many mails one run sent, how many failed, and how many the server asked to send later."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0


def one_line(text: object) -> str:
    """Without line breaks and control characters, which could add a header to a mail."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())


def address_of(user: User) -> str:
    """The person's address; "" where it is no valid one."""
    try:
        validate_email(user.email)
    except ValidationError:
        return ""
    return user.email


def addresses_in(*contacts: str) -> list[str]:
    """The mail addresses in what years say of their contact (聯絡窗口), each once."""
    found = [address for contact in contacts for address in _ADDRESS.findall(contact)]
    return list(dict.fromkeys(found))


def in_one_text(addresses: Iterable[str]) -> str:
    """Whole addresses alone: the column of those to reply to is bounded."""
    return ",".join(list(addresses)[:MAX_REPLY_ADDRESSES])


def link(name: str, *args: object) -> str:
    """The absolute address of a page."""
    return settings.SITE_URL + reverse(name, args=args)


def write(
    *,
    kind: MailKind,
    key: str,
    recipient: User | None,
    subject: str,
    body: str,
    agency: Agency | None = None,
    day: date | None = None,
    invitation: Invitation | None = None,
    to: str = "",
    reply_to: Iterable[str] = (),
) -> tuple[OutgoingMail, bool]:
    """Write a mail in the current transaction. Returns the row, and whether it is new; send_after_commit() sends it.

    recipient: None for an invitation, which goes to its own address. to: another address than the recipient's present
    one, which the caller has checked.
    key: identifies the cause; a second mail with it is not written. day: of a daily kind; one for each person and day.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A mail is written in the transaction of its cause.")
    if to:
        address = to
    elif invitation is not None:
        address = invitation.email
    elif recipient is not None:
        address = address_of(recipient)
    else:
        raise ValueError("A mail has a recipient or an invitation.")
    fields = {
        "invitation": invitation,
        "key": key,
        "kind": kind,
        "agency": agency,
        "recipient": recipient,
        "day": day,
        "address": address,
        "reply_to": in_one_text(reply_to),
        "subject": one_line(subject)[:MAX_SUBJECT],
        "body": body,
        "failure": "" if address else NO_ADDRESS,
    }
    identity = {"key": key} if day is None else {"recipient": recipient, "kind": kind, "day": day}
    return OutgoingMail.objects.get_or_create(**identity, defaults=fields)


def send_after_commit(*mails: OutgoingMail) -> None:
    """Send the mails after the commit.

    The caller does not wait, so the time of a response does not show whether there was a mail.
    """
    numbers = [mail.pk for mail in mails]
    if numbers:
        transaction.on_commit(lambda: _send_soon(numbers))


def _send_soon(numbers: list[int]) -> None:
    background.in_background(lambda: deliver(numbers))


def deliver(pks: Iterable[int] | None = None) -> Delivered:
    """Send the waiting mails. pks: only these; None: all. The rows keep the reasons of failures.

    Several runs may work at the same time: each mail is claimed by one of them. If the server does not answer, the
    mails stay waiting.
    """
    waiting = OutgoingMail.objects.waiting(timezone.now())
    if pks is not None:
        waiting = waiting.filter(pk__in=pks)
    numbers = list(waiting.values_list("pk", flat=True))
    if not numbers:
        return Delivered()
    server = MailServer()
    try:
        server.open()
    except Exception as error:
        reason = without_secrets(f"無法連線到寄信伺服器：{error}")
        log.error(reason)
        OutgoingMail.objects.filter(pk__in=numbers, sent_at__isnull=True).update(failure=reason)
        return Delivered(failed=len(numbers))
    try:
        results = list(_deliver_each(server, numbers))
    finally:
        server.close()
    return Delivered(*(results.count(outcome) for outcome in (Outcome.SENT, Outcome.REFUSED, Outcome.DEFERRED)))


def _deliver_each(server: MailServer, pks: Iterable[int]) -> Iterator[Outcome]:
    """Ends early where the server takes no more mails for now: those that are left are still waiting."""
    for pk in pks:
        # Where another run has it, it is that run's.
        if OutgoingMail.objects.claim(pk, timezone.now()):
            outcome = _deliver_one(server, pk)
            yield outcome
            if not server.takes_mails:
                log.warning("寄信伺服器暫時不再收信；其餘郵件由寄信指令再試。")
                return


def _deliver_one(server: MailServer, pk: int) -> Outcome:
    mail = OutgoingMail.objects.select_related("recipient", "invitation").get(pk=pk)
    if reason := _why_not(mail):
        log.warning("郵件 %s 不寄：%s", pk, reason)
        OutgoingMail.objects.filter(pk=pk).update(address="", failure=reason)
        return Outcome.REFUSED
    outcome, error = server.send(message_of(mail, _text(mail)))
    if outcome is Outcome.SENT:
        OutgoingMail.objects.filter(pk=pk).update(sent_at=timezone.now(), failure="")
        return outcome
    reason = without_secrets(f"{type(error).__name__}：{error}")
    if outcome is Outcome.DEFERRED:
        log.warning("郵件 %s 延後寄給 %s：%s", pk, mail.recipient or mail.address, reason)
        OutgoingMail.objects.defer(mail, timezone.now(), reason)
    else:
        log.error("郵件 %s 未能寄給 %s：%s", pk, mail.recipient or mail.address, reason)
        OutgoingMail.objects.filter(pk=pk).update(failure=reason)
    return outcome


def _why_not(mail: OutgoingMail) -> str:
    """Why a mail goes out no more, after what happened to the account while it waited; "" otherwise."""
    user = mail.recipient
    if user is None:
        return ""
    has_link = any(words in mail.body for words in (PASSWORD_LINK, UNLOCK_LINK))
    # Of what was done to the account its owner still hears.
    if not user.is_active and (has_link or mail.kind != MailKind.SECURITY):
        return ACCOUNT_IS_OFF
    return ADDRESS_IS_OLD if has_link and mail.address.casefold() != user.email.casefold() else ""


def _text(mail: OutgoingMail) -> str:
    """The body as sent. Its links are made now, so their time limits start now."""
    user = mail.recipient
    if mail.invitation is not None:
        return mail.body.replace(INVITATION_LINK, link("invitation", mail.invitation.make_token()))
    if user is None:
        return mail.body
    if mail.kind in WITH_UNLOCK_LINK:
        return mail.body.replace(UNLOCK_LINK, link("unlock", unlock_links.make_token(user)))
    if mail.kind not in WITH_PASSWORD_LINK:
        return mail.body
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    made = link("password_reset_confirm", uid, default_token_generator.make_token(user))
    return mail.body.replace(PASSWORD_LINK, made)

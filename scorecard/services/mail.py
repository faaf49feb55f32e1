"""The one way a mail comes about and leaves: a row in the transaction of its cause, sent after the commit.

Where the process dies between claim and answer, a reminder counts as sent (at most once) and any other mail is sent
again (at least once): choices.AT_MOST_ONCE says which, the rows of models/mail.py keep it.
"""

import logging
from dataclasses import dataclass
from threading import Thread

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from scorecard.domain.choices import WITH_PASSWORD_LINK
from scorecard.models import OutgoingMail

log = logging.getLogger(__name__)

# Stands in the text that is kept; the link itself exists only in the mail.
PASSWORD_LINK = "［設定密碼的連結，只在寄給本人的信中］"
NO_ADDRESS = "這個帳號沒有可用的電子郵件。"
MAX_SUBJECT = 200


@dataclass(frozen=True)
class Delivered:
    """How many mails a run sent, and how many it could not."""

    sent: int = 0
    failed: int = 0


def one_line(text):
    """The text without line breaks and control characters, so that nothing in it becomes a header of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())


def address_of(user):
    """Where mail reaches the person; "" where there is no address that a mail server could take."""
    try:
        validate_email(user.email)
    except ValidationError:
        return ""
    return user.email


def link(name, *args):
    """The absolute address of a page, as a mail needs it."""
    return settings.SITE_URL + reverse(name, args=args)


def write(*, kind, key, recipient, subject, body, agency=None, day=None):
    """Write a mail in the present transaction; the row, and whether it is new. send_after_commit() has it sent.

    One that tells of the same thing already, or has reminded the person on that day, stays the only one.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A mail is written in the same transaction as what it tells of.")
    address = address_of(recipient)
    fields = {
        "key": key,
        "kind": kind,
        "agency": agency,
        "recipient": recipient,
        "day": day,
        "address": address,
        "subject": one_line(subject)[:MAX_SUBJECT],
        "body": body,
        "failure": "" if address else NO_ADDRESS,
    }
    identity = {"key": key} if day is None else {"recipient": recipient, "day": day}
    return OutgoingMail.objects.get_or_create(**identity, defaults=fields)


def send_after_commit(*mails):
    """Have the mails sent when the present transaction is committed.

    It keeps nobody waiting; that it takes no time also tells nobody whether there was a mail at all.
    """
    numbers = [mail.pk for mail in mails]
    if numbers:
        transaction.on_commit(lambda: _send_soon(numbers))


def _send_soon(numbers):
    if settings.MAIL_IN_BACKGROUND:
        Thread(target=_send_alone, args=[numbers]).start()
    else:
        deliver(numbers)


def _send_alone(numbers):
    try:
        deliver(numbers)
    except Exception:
        log.exception("郵件未能寄出；寄信指令會再試。")
    finally:
        connection.close()


def deliver(pks=None):
    """Hand waiting mails to the mail server, those of the pks or all; returns Delivered, the reasons are in the rows.

    Others may run at the same time: each mail is claimed by one. Where the server does not answer at all, the rest
    stays waiting.
    """
    waiting = OutgoingMail.objects.waiting(timezone.now())
    if pks is not None:
        waiting = waiting.filter(pk__in=pks)
    numbers = list(waiting.values_list("pk", flat=True))
    if not numbers:
        return Delivered()
    server = get_connection()
    try:
        server.open()
    except Exception as error:
        reason = f"無法連線到寄信伺服器：{error}"
        log.error(reason)
        OutgoingMail.objects.filter(pk__in=numbers, sent_at__isnull=True).update(failure=reason)
        return Delivered(failed=len(numbers))
    try:
        results = [_deliver_one(server, pk) for pk in numbers]
    finally:
        server.close()
    return Delivered(results.count(True), results.count(False))


def _deliver_one(server, pk):
    """Whether the mail was sent; None where somebody else sends it."""
    if not OutgoingMail.objects.claim(pk, timezone.now()):
        return None
    mail = OutgoingMail.objects.select_related("recipient").get(pk=pk)
    try:
        EmailMessage(mail.subject, _text(mail), to=[mail.address], connection=server).send()
    except Exception as error:
        log.error("郵件 %s 未能寄給 %s：%s", pk, mail.recipient.username, error)
        OutgoingMail.objects.filter(pk=pk).update(failure=f"{type(error).__name__}：{error}")
        return False
    OutgoingMail.objects.filter(pk=pk).update(sent_at=timezone.now(), failure="")
    return True


def _text(mail):
    """The body as sent: a link that opens the account is made now, so that its time runs from now."""
    if mail.kind not in WITH_PASSWORD_LINK:
        return mail.body
    user = mail.recipient
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    made = link("password_reset_confirm", uid, default_token_generator.make_token(user))
    return mail.body.replace(PASSWORD_LINK, made)

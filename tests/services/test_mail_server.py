"""Mails against a real SMTP server that defers, limits, drops the connection and refuses."""

import logging
import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from scorecard.domain.choices import MailKind
from scorecard.models import OutgoingMail, Plan
from scorecard.services import mail, passwords
from scorecard.services.reminders import send_due_reminders
from tests.factories import DUE

pytestmark = pytest.mark.django_db

LINK = "https://bsc.example.gov.tw/account/set-password/MQ/cuk3r2-0123456789abcdef/"


class Server:
    """What arrived, and how often each command was met. faults: {command: answers to its first calls}.

    None drops the connection; "" takes it as usual; "*" instead of a list answers always the same.
    """

    def __init__(self):
        self.arrived = []
        self.faults = {}

    async def _meet(self, command, server, usual):
        answers = self.faults.get(command) or [""]
        answer = answers if isinstance(answers, str) else answers.pop(0)
        if answer is None:
            server.transport.abort()
        return answer or usual

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = await self._meet("MAIL", server, "250 OK")
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self._meet("RCPT", server, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = await self._meet("DATA", server, "250 OK")
        if answer.startswith("2") and not server.transport.is_closing():
            self.arrived.append(message_from_bytes(envelope.content, policy=default))
        return answer


@pytest.fixture
def server(settings):
    """A server in a thread of its own, which the product sends through."""
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    # With port 0 the controller cannot find itself, so the system is asked for a free one first.
    controller.port = _free_port()
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", controller.port, False
    settings.EMAIL_TIMEOUT = 5
    yield handler
    controller.stop()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def mails(cast):
    """Two reminders and four other mails; returns their subjects."""
    people = (cast.staff, cast.reviewer, cast.viewer, cast.admin, cast.other_staff, cast.outsider)
    for number, user in enumerate(people):
        kind = MailKind.REMINDER if number < 2 else MailKind.RETURNED
        OutgoingMail.objects.create(
            key=f"k{number}",
            kind=kind,
            day=timezone.localdate() if kind == MailKind.REMINDER else None,
            recipient=user,
            address=f"{user.username}@example.gov.tw",
            subject=f"主旨 {number}",
            body="內容",
        )
    return {f"主旨 {number}" for number in range(len(people))}


def deliver_until_all_is_sent(server, mails, runs=8):
    """Run the timer's command again and again, as if time had passed. Every mail arrives once."""
    for _ in range(runs):
        mail.deliver()
        OutgoingMail.objects.update(retry_at=None)
    assert not OutgoingMail.objects.filter(sent_at__isnull=True).exists()
    subjects = [message["Subject"] for message in server.arrived]
    assert (set(subjects), len(subjects)) == (mails, len(mails))


@pytest.mark.parametrize(
    "faults",
    [
        {"RCPT": ["450 4.2.0 greylisted"] * 6},
        {"RCPT": ["421 4.3.2 closing", "", "421 4.3.2 closing"]},
        {"MAIL": ["", "", "452 4.5.3 too many messages", "452 4.5.3 too many messages"]},
        {"MAIL": ["550 5.7.1 sender unknown", "530 5.7.0 authentication required"]},
        {"DATA": ["", "451 4.7.1 try later", "", "421 4.7.0 too many"]},
        {"MAIL": ["", None, "", None, None]},
        {"RCPT": [None, None, "", None]},
        {"DATA": ["", None, ""]},
    ],
    ids=lambda faults: str(faults)[:40],
)
def test_a_server_that_defers_limits_or_drops_delays_every_mail_and_loses_none(server, mails, faults):
    server.faults = faults
    deliver_until_all_is_sent(server, mails)
    assert {row.attempts for row in OutgoingMail.objects.all()} == {1}


def test_a_deferred_mail_waits_before_it_is_tried_again_and_longer_the_older_it_is(server, mails):
    server.faults = {"RCPT": "450 4.2.0 greylisted"}
    assert mail.deliver() == mail.Delivered(0, 0, 6)
    assert mail.deliver() == mail.Delivered()
    row = OutgoingMail.objects.first()
    assert (row.state_text, "greylisted" in row.failure) == ("待重寄", True)
    assert timedelta(minutes=4) < row.retry_at - timezone.now() <= timedelta(minutes=5)
    OutgoingMail.objects.update(retry_at=None, created_at=timezone.now() - timedelta(days=3))
    assert mail.deliver().deferred == 6
    assert OutgoingMail.objects.first().retry_at - timezone.now() > timedelta(hours=3)


def test_a_server_that_takes_no_more_is_not_asked_for_every_mail_that_waits(server, mails):
    server.faults = {"MAIL": ["", *["452 4.5.3 too many messages"] * 9]}
    assert mail.deliver() == mail.Delivered(1, 0, 3)
    assert OutgoingMail.objects.filter(retry_at=None, sent_at=None).count() == 2


def test_one_mail_that_is_always_deferred_does_not_keep_the_others_waiting(server, mails):
    OutgoingMail.objects.filter(key__in=["k2", "k3", "k4"]).update(retry_at=timezone.now() - timedelta(hours=1))
    server.faults = {"DATA": ["", "", "", *["451 4.7.1 try later"] * 9]}
    assert mail.deliver() == mail.Delivered(3, 0, 3)
    assert set(OutgoingMail.objects.filter(sent_at=None).values_list("key", flat=True)) == {"k2", "k3", "k4"}


def test_what_is_refused_for_good_is_told_and_the_others_are_sent(server, mails):
    server.faults = {"RCPT": ["550 5.1.1 no such user"]}
    assert mail.deliver() == mail.Delivered(5, 1, 0)
    assert "no such user" in OutgoingMail.objects.get(sent_at=None).failure


def test_a_reminder_carries_the_headers_of_automatic_mail_and_its_answer_goes_to_the_years_contact(
    server, cast, open_plan, settings
):
    settings.SITE_URL = "https://bsc.example.gov.tw"
    Plan.objects.filter(pk=open_plan.pk).update(contact="王小明 分機 1234（ming@example.gov.tw）")
    cast.staff.email = "staff@example.gov.tw"
    cast.staff.save()
    send_due_reminders(day=DUE)
    server.faults = {"DATA": ["451 4.7.1 try later"]}
    mail.deliver()
    OutgoingMail.objects.update(retry_at=None)
    row = OutgoingMail.objects.get()
    assert mail.deliver().sent == 1
    (message,) = server.arrived
    assert (message["Auto-Submitted"], message["Precedence"]) == ("auto-generated", "bulk")
    assert message["Reply-To"] == "ming@example.gov.tw"
    assert "直接回覆會寄給聯絡窗口" in message.get_content()
    assert message["Message-ID"].startswith(f"<reminder.{row.pk}.") and message["Message-ID"].endswith(".gov.tw>")
    assert abs(parsedate_to_datetime(message["Date"]) - row.created_at) < timedelta(seconds=1)


def test_without_an_address_in_the_contact_nobody_is_told_to_reply(server, cast, open_plan):
    cast.staff.email = "staff@example.gov.tw"
    cast.staff.save()
    send_due_reminders(day=DUE)
    mail.deliver()
    (message,) = server.arrived
    assert message["Reply-To"] is None and "請勿直接回覆" in message.get_content()


def test_no_link_that_opens_an_account_is_kept_or_logged_whatever_the_server_says(server, cast, caplog, settings):
    cast.staff.email = "staff@example.gov.tw"
    cast.staff.save()
    passwords.mail_new_password_link(email=cast.staff.email, now=timezone.now())
    server.faults = {"DATA": [f"554 5.7.1 the address {LINK} is not wanted", f"451 4.7.1 {LINK}"]}
    with caplog.at_level(logging.DEBUG, logger="scorecard"):
        mail.deliver()
        OutgoingMail.objects.update(claimed_at=None)
        mail.deliver()
    kept = " ".join(str(value) for value in OutgoingMail.objects.values().get().values())
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("scorecard"))
    assert "0123456789abcdef" not in kept + logged and "set-password/MQ/…" in logged

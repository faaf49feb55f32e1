"""The outbox: no mail without its commit, no commit without its mail, and one sender for each."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from scorecard.domain.choices import MailKind
from scorecard.domain.policies import RuleBroken
from scorecard.models import OutgoingMail, User, YearlyReport
from scorecard.services import mail
from scorecard.services.reporting import Conflict, return_report
from tests import factories
from tests.factories import fill, send_back, submit

pytestmark = pytest.mark.django_db


class DownServer(EmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError("connection refused")


class RefusingServer(EmailBackend):
    """A mail server that takes no mail."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no") for message in messages})


def server(settings, backend):
    """Send through this backend."""
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}" if isinstance(backend, type) else backend


@pytest.fixture
def staff(cast):
    """The staff, who can be written to."""
    cast.staff.email = "staff@example.gov.tw"
    cast.staff.save()
    return cast.staff


def a_mail(user, kind=MailKind.RETURNED, **fields):
    """A mail as it stands in the outbox."""
    fields = {"key": f"k{OutgoingMail.objects.count()}", "subject": "主旨", "body": "內容"} | fields
    day = timezone.localdate() if kind == MailKind.REMINDER else None
    return OutgoingMail.objects.create(
        **{"kind": kind, "recipient": user, "address": "x@example.gov.tw", "day": day} | fields
    )


def test_a_returned_report_is_told_to_its_submitter_with_the_comment_and_a_link(
    cast, staff, kpi, django_capture_on_commit_callbacks, settings
):
    fill(staff, kpi)
    report = submit(staff, kpi)
    assert not OutgoingMail.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        send_back(cast.reviewer, report, "請補充佐證。")
        assert django_mail.outbox == []
    (sent,) = django_mail.outbox
    assert sent.to == ["staff@example.gov.tw"]
    assert sent.subject == "【退回補正】105 年 AC1.1 指標 AC1.1"
    assert "請補充佐證。" in sent.body
    assert f"{settings.SITE_URL}/test-agency/105/reporting/{kpi.division_id}/#AC1.1" in sent.body
    row = OutgoingMail.objects.get()
    assert (row.kind, row.agency, row.sent_at is not None) == (MailKind.NOTICES, kpi.plan.agency, True)


@pytest.mark.parametrize("fault", ["no comment", "conflict", "later failure"])
def test_a_return_that_fails_writes_no_mail(cast, staff, kpi, fault, django_capture_on_commit_callbacks):
    fill(staff, kpi)
    report = submit(staff, kpi)
    with django_capture_on_commit_callbacks(execute=True):
        if fault == "no comment":
            with pytest.raises(RuleBroken):
                send_back(cast.reviewer, report, "")
        elif fault == "conflict":
            YearlyReport.objects.update(version=99)
            with pytest.raises(Conflict):
                return_report(by=cast.reviewer, report=report, version=1, comment="請補正")
        else:
            with pytest.raises(RuntimeError), transaction.atomic():
                send_back(cast.reviewer, report, "請補正")
                raise RuntimeError
    assert not OutgoingMail.objects.exists()
    assert django_mail.outbox == []


def test_somebody_without_an_address_leaves_a_row_that_says_so_and_nothing_is_sent(cast, kpi):
    fill(cast.staff, kpi)
    send_back(cast.reviewer, submit(cast.staff, kpi))
    row = OutgoingMail.objects.get()
    assert (row.address, row.failure, row.state_text) == ("", mail.NO_ADDRESS, "未寄出")
    assert mail.deliver() == mail.Delivered(0, 0)


def test_a_name_with_line_breaks_makes_no_header(cast, staff, kpi, django_capture_on_commit_callbacks):
    kpi.name = "公文\r\nBcc: everybody@example.org\n\nX"
    kpi.save()
    cast.reviewer.name = "王\nSubject: 假"
    cast.reviewer.save()
    fill(staff, kpi)
    with django_capture_on_commit_callbacks(execute=True):
        send_back(cast.reviewer, submit(staff, kpi))
    (sent,) = django_mail.outbox
    assert "\n" not in sent.subject and "\r" not in sent.subject
    assert set(sent.message().keys()).isdisjoint({"Bcc"})
    assert "已由 王 Subject: 假 退回" in sent.body


def test_a_mail_is_written_only_inside_a_transaction(transactional_db):
    user = factories.make_user("one")
    with pytest.raises(RuntimeError):
        mail.write(kind=MailKind.RETURNED, key="x", recipient=user, subject="主旨", body="內容")


def test_the_same_key_makes_one_mail(staff):
    wrote = [
        mail.write(kind=MailKind.RETURNED, key="x", recipient=staff, subject="主旨", body=body) for body in ("一", "二")
    ]
    assert [is_new for _, is_new in wrote] == [True, False]
    assert OutgoingMail.objects.get().body == "一"


def test_a_claimed_mail_is_nobody_elses(staff):
    now, row = timezone.now(), a_mail(staff)
    assert OutgoingMail.objects.claim(row.pk, now)
    assert not OutgoingMail.objects.claim(row.pk, now)
    assert mail.deliver() == mail.Delivered(0, 0)


def test_a_mail_whose_sender_was_killed_is_sent_again_but_a_reminder_is_not(staff, cast):
    long_ago = timezone.now() - timedelta(hours=1)
    lost, reminder = a_mail(staff), a_mail(cast.reviewer, MailKind.REMINDER)
    OutgoingMail.objects.update(claimed_at=long_ago, attempts=1)
    assert mail.deliver() == mail.Delivered(1, 0)
    lost.refresh_from_db()
    reminder.refresh_from_db()
    assert lost.sent_at is not None
    assert (reminder.sent_at, reminder.state_text) == (None, "結果不明")


def test_a_reminder_is_sent_a_day_late_but_not_beside_a_later_one(staff, cast):
    yesterday = {"created_at": timezone.now() - timedelta(days=1), "day": timezone.localdate() - timedelta(days=1)}
    late, overtaken = a_mail(staff, MailKind.REMINDER, **yesterday), a_mail(cast.viewer, MailKind.REMINDER, **yesterday)
    later = a_mail(cast.viewer, MailKind.REMINDER)
    assert mail.deliver() == mail.Delivered(2, 0)
    sent = set(OutgoingMail.objects.filter(sent_at__isnull=False))
    assert sent == {late, later} and overtaken not in sent


def test_while_the_server_is_down_everything_waits_and_is_sent_when_it_is_back(staff, cast, settings):
    works = settings.EMAIL_BACKEND
    a_mail(staff)
    a_mail(cast.reviewer, MailKind.REMINDER)
    server(settings, DownServer)
    for _ in range(9):
        assert mail.deliver() == mail.Delivered(0, 2)
    assert {(row.attempts, row.state_text) for row in OutgoingMail.objects.all()} == {(0, "待重寄")}
    assert "無法連線到寄信伺服器" in OutgoingMail.objects.first().failure
    server(settings, works)
    assert mail.deliver() == mail.Delivered(2, 0)


def test_a_mail_that_is_refused_is_tried_five_times_and_a_reminder_once(staff, cast, settings):
    server(settings, RefusingServer)
    refused, reminder = a_mail(staff), a_mail(cast.reviewer, MailKind.REMINDER)
    for _ in range(7):
        mail.deliver()
        OutgoingMail.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    refused.refresh_from_db()
    reminder.refresh_from_db()
    assert (refused.attempts, refused.state_text, reminder.attempts) == (5, "未寄出", 1)
    assert "SMTPRecipientsRefused" in refused.failure


@pytest.mark.parametrize(
    ("change", "why"), [({"email": "new@example.gov.tw"}, "舊的位址"), ({"is_active": False}, "停用")]
)
def test_what_waited_goes_to_no_account_switched_off_and_no_link_to_an_old_address(staff, change, why):
    """A link is made when its mail is sent, so it would open the account as it is now."""
    to = {"address": staff.email}
    kept = [
        a_mail(staff, MailKind.PASSWORD, body=mail.PASSWORD_LINK, **to),
        a_mail(staff, MailKind.SECURITY, body=mail.UNLOCK_LINK, **to),
    ]
    if "is_active" in change:
        kept.append(a_mail(staff, **to))
    without = a_mail(staff, MailKind.SECURITY, body="您的電子郵件已變更。", **to)
    User.objects.filter(pk=staff.pk).update(**change)
    assert mail.deliver() == mail.Delivered(sent=1, failed=len(kept))
    assert [message.body for message in django_mail.outbox] == [without.body]
    for letter in kept:
        letter.refresh_from_db()
        assert (letter.address, letter.state_text) == ("", "未寄出") and why in letter.failure
    assert mail.deliver() == mail.Delivered()

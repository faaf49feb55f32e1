"""manage.py send_reminders and send_mail, as a timer runs them."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from scorecard.domain.choices import MailKind, NoticeKind
from scorecard.models import OutgoingMail, User
from scorecard.services import notices
from tests import factories
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def cast():
    """A plan with 2016 open, its staff of 甲組 reachable."""
    cast = factories.make_cast(factories.make_plan())
    factories.open_year(cast.admin, cast.staff.memberships.get().agency.plans.get())
    User.objects.filter(pk=cast.staff.pk).update(email="staff@example.gov.tw")
    return cast


def run(command="send_reminders", **options):
    out = StringIO()
    call_command(command, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_day_is_sent_named_and_a_second_run_sends_nothing(cast):
    told = run(date="2017-01-31")
    assert "106 年 1 月 31 日：提醒 1 人。" in told
    assert "staff@example.gov.tw" in told
    assert "略過：other-staff 君（other-staff），沒有電子郵件" in told
    assert len(mail.outbox) == 1
    again = run(date="2017-01-31")
    assert "提醒 0 人" in again and "今天已提醒過：staff" in again
    assert len(mail.outbox) == 1


def test_a_dry_run_says_who_and_writes_nothing(cast):
    assert "會提醒 1 人" in run(date="2017-01-31", dry_run=True)
    assert not OutgoingMail.objects.exists()
    assert mail.outbox == []


def test_a_day_without_reminders_sends_what_was_left_over(cast):
    OutgoingMail.objects.create(
        key="x", kind=MailKind.RETURNED, recipient=cast.staff, address="a@example.gov.tw", subject="主旨", body="內容"
    )
    told = run(date="2017-02-01")
    assert "提醒 0 人" in told and "寄出 1 封" in told
    assert "寄出 0 封" in run("send_mail")


def test_the_days_run_sends_notices_too(cast):
    notices.tell(recipient=cast.staff, kind=NoticeKind.COMMENT, key="x", subject="有人留言")
    told = run(date="2017-02-01")
    assert "通知 1 人" in told and "寄出 1 封" in told
    assert mail.outbox[0].subject == "【留言】有人留言"
    assert "通知 0 人" in run(date="2017-02-01")


def test_what_is_no_date_is_refused(cast):
    with pytest.raises(CommandError, match="不是日期"):
        run(date="106/1/31")


def test_a_server_that_is_down_ends_the_run_with_an_error(cast, settings):
    settings.EMAIL_BACKEND = "tests.services.test_mail.DownServer"
    with pytest.raises(CommandError, match="未能寄出"):
        run(date="2017-01-31")
    assert OutgoingMail.objects.get().state_text == "待重寄"

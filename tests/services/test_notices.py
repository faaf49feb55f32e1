"""Notices: a row a notice, told once, and one mail a day at most."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import MailKind, NoticeKind, Role
from scorecard.models import Membership, Notice, OutgoingMail, Plan, User
from scorecard.services import mail, members, notices
from tests import factories
from tests.page_reading import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    """Somebody who can be written to."""
    return factories.make_user("one", email="one@example.gov.tw")


def tell(person, key, kind=NoticeKind.COMMENT, **fields):
    """Tell the person something."""
    return notices.tell(recipient=person, kind=kind, key=key, **{"subject": f"主旨 {key}"} | fields)


def run(days=0):
    """The daily run, some days from today."""
    return notices.write_daily_mails(day=timezone.localdate() + timedelta(days=days))


def mails():
    """Every mail of notices, the oldest first."""
    return list(OutgoingMail.objects.filter(kind=MailKind.NOTICES).order_by("pk"))


def test_a_notice_is_written_once_for_each_person_and_cause(person):
    other = factories.make_user("two")
    assert tell(person, "k", path="/x/") is not None
    assert tell(person, "k", subject="另一個主旨") is None
    assert tell(other, "k") is not None
    assert list(Notice.objects.filter(recipient=person).values_list("subject", "path")) == [("主旨 k", "/x/")]


def test_a_notice_is_written_only_inside_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        tell(factories.make_user("one"), "k")


def test_everything_of_a_day_is_in_one_mail_and_nothing_is_mailed_twice(person, settings):
    tell(person, "a", text="第一行\n第二行", path="/x/")
    tell(person, "b", kind=NoticeKind.APPROVED)
    assert mails() == []
    for _ in range(2):
        run()
    (letter,) = mails()
    assert letter.subject == "【通知】平衡計分卡有 2 則新通知"
    assert f"■ 留言　主旨 a\n\n第一行\n第二行\n\n{settings.SITE_URL}/x/" in letter.body
    tell(person, "c")
    run()
    assert len(mails()) == 1
    run(days=1)
    run(days=2)
    assert [mail.subject for mail in mails()[1:]] == ["【留言】主旨 c"]


def test_what_was_returned_is_mailed_at_once_but_no_second_time_on_a_day(person, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(person, "a")
        tell(person, "b", kind=NoticeKind.RETURNED)
        tell(person, "c", kind=NoticeKind.RETURNED)
    run()
    assert len(django_mail.outbox) == len(mails()) == 1
    assert "主旨 a" in mails()[0].body and "主旨 c" not in mails()[0].body
    run(days=1)
    assert "主旨 c" in mails()[1].body


def test_what_a_mail_of_its_own_says_is_in_the_list_and_in_no_other_mail(person):
    fields = {"recipient": person, "key": "x", "subject": "主旨", "body": "內容"}
    letter, _ = mail.write(kind=MailKind.PASSWORD, **fields)
    assert tell(person, "a", kind=NoticeKind.RETURNED, letter=letter).mail == letter
    assert run() == [] and mails() == []


def test_what_was_read_in_the_product_is_not_mailed_and_people_switched_off_get_nothing(person):
    off = factories.make_user("off", email="off@example.gov.tw", is_active=False)
    tell(person, "a")
    tell(off, "a", kind=NoticeKind.RETURNED)
    assert notices.mark_as_read(by=person) == 1
    assert notices.mark_as_read(by=person) == 0
    assert run() == []


def test_a_mail_belongs_to_an_agency_only_where_all_of_it_does(person, plan):
    tell(person, "a", agency=plan.agency)
    run()
    tell(person, "b", agency=plan.agency)
    tell(person, "c", kind=NoticeKind.ACCOUNT, agency=None)
    run(days=1)
    assert [letter.agency for letter in mails()] == [plan.agency, None]


def test_what_waits_in_the_outbox_is_taken_back_with_the_membership(cast, plan, settings):
    """The mail server was down, or asked to send later; nothing of the agency goes out after the switch."""
    there = cast.other_agency
    Plan.objects.filter(pk=plan.pk).update(former_slug="formerly-here")
    User.objects.filter(pk=cast.outsider.pk).update(email="two@example.gov.tw")
    person = User.objects.get(pk=cast.outsider.pk)
    membership = Membership.objects.create(user=person, agency=plan.agency, role=Role.VIEWER)
    tell(person, "a", agency=plan.agency, subject="機密甲")
    run()
    tell(person, "b", agency=plan.agency, subject="機密乙")
    tell(person, "c", agency=there, subject="別的機關")
    run(days=1)
    fields = {"recipient": person, "address": person.email, "subject": "主旨"}
    for number, (kind, body) in enumerate(
        [
            (MailKind.RETURNED, "別的機關退回"),
            (MailKind.SECURITY, "本人的帳號"),
            (MailKind.REMINDER, f"機密丙 {mail.link('review', plan.agency.slug, 2016)}"),
            (MailKind.REMINDER, f"機密丁 {settings.SITE_URL}/plans/formerly-here/105/review/"),
            (MailKind.REMINDER, f"別的機關 {mail.link('review', cast.other_plan.agency.slug, 2016)}"),
        ]
    ):
        day = timezone.localdate() + timedelta(days=number) if kind == MailKind.REMINDER else None
        agency = there if kind == MailKind.RETURNED else None
        OutgoingMail.objects.create(key=f"k{number}", kind=kind, body=body, day=day, agency=agency, **fields)
    gone = OutgoingMail.objects.create(
        key="gone", kind=MailKind.RETURNED, body="x", agency=plan.agency, sent_at=timezone.now(), **fields
    )
    members.switch(by=cast.admin, membership=membership, is_active=False)
    mail.deliver()
    sent = [message.body for message in django_mail.outbox]
    assert len(sent) == 4 and not any("機密" in body for body in sent)
    shared = mails()[1]
    assert (shared.subject, shared.agency, shared.state_text) == ("【留言】別的機關", there, "已寄出")
    kept = OutgoingMail.objects.filter(address="")
    assert {(letter.state_text, letter.failure) for letter in kept} == {("未寄出", "收件者已不是這個機關的成員。")}
    assert [letter.kind for letter in kept.order_by("kind")] == ["notices", "reminder", "reminder"]
    gone.refresh_from_db()
    assert gone.address == person.email


def test_a_name_with_line_breaks_makes_no_header(person):
    tell(person, "a", subject="王\r\nBcc: everybody@example.org", kind=NoticeKind.RETURNED)
    assert mails()[0].subject == "【退回補正】王 Bcc: everybody@example.org"
    assert User.objects.get(pk=person.pk).notices.get().subject == "王 Bcc: everybody@example.org"


@pytest.mark.one_database
def test_a_reply_goes_to_the_contact_that_all_notices_of_the_mail_share(person, open_plan, settings):
    """And to nobody where one of them is of another year with another contact, of another agency or of no year."""
    Plan.objects.filter(pk=open_plan.pk).update(contact="王小明 分機 1234（ming@example.gov.tw）")
    own = {"agency": open_plan.agency, "path": address(open_plan, "review") + "#A1"}
    stranger = {"agency": factories.make_agency("other"), "path": own["path"]}
    cases = {"own": [own, own], "account": [own, {"path": reverse("logins")}], "stranger": [stranger], "none": [{}]}
    for day, (name, told) in enumerate(cases.items()):
        for number, fields in enumerate(told):
            tell(person, f"{name} {number}", **fields)
        (letter,) = run(days=day)
        assert letter.reply_to == ("ming@example.gov.tw" if name == "own" else ""), name
        assert ("請勿直接回覆" in letter.body) == (name != "own"), name
        assert ("直接回覆會寄給聯絡窗口" in letter.body) == (name == "own"), name

"""Tells people things: a row in the transaction of its cause, a list in the product, and one mail a day at most.

Kinds in choices.MAILED_AT_ONCE make the day's mail as they happen, unless it has gone; all others, and what came after
it, wait for the daily run (decision 0020).
"""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone

from scorecard.domain.choices import MAILED_AT_ONCE, MailKind, NoticeKind
from scorecard.models import Agency, Notice, OutgoingMail, Plan, User
from scorecard.services import mail, mail_texts

MAX_SUBJECT = 200
NO_MEMBER = "收件者已不是這個機關的成員。"


def tell(
    *,
    recipient: User,
    kind: NoticeKind,
    key: str,
    subject: str,
    text: str = "",
    path: str = "",
    agency: Agency | None = None,
    letter: OutgoingMail | None = None,
) -> Notice | None:
    """Write a notice in the current transaction. None where the person was told by this key before.

    subject: one line that says what happened. text: more of it; may have line breaks. path: of the page to look at,
    beginning with "/". agency: whose business it is; None for the person's account. letter: a mail of its own that says
    it already; None where it waits for the mail of notices. A caller that tells several people does so in the order of
    their primary keys, so that two transactions cannot block each other.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A notice is written in the transaction of its cause.")
    fields = {
        "kind": kind,
        "agency": agency,
        "subject": mail.one_line(subject)[:MAX_SUBJECT],
        "text": text,
        "path": path,
        "mail": letter,
    }
    notice, is_new = Notice.objects.get_or_create(recipient=recipient, key=key, defaults=fields)
    if not is_new:
        return None
    if kind in MAILED_AT_ONCE and letter is None:
        day_mail = _write_mail(recipient, timezone.localdate())
        if day_mail is not None:
            mail.send_after_commit(day_mail)
    return notice


@transaction.atomic
def write_daily_mails(*, day: date) -> list[OutgoingMail]:
    """Write to everybody who has something new and got no mail of notices on the day; mail.deliver() sends it."""
    waiting = Notice.objects.to_mail().filter(recipient__is_active=True)
    people = User.objects.filter(pk__in=waiting.values("recipient")).order_by("pk")
    letters = [_write_mail(user, day) for user in people]
    return [letter for letter in letters if letter is not None]


def _write_mail(user: User, day: date) -> OutgoingMail | None:
    """None where the day's mail was written before, or the account is switched off."""
    notices = list(Notice.objects.to_mail().filter(recipient=user).select_related("agency"))
    if not notices or not user.is_active:
        return None
    contacts = _contacts_of(notices)
    subject, body = mail_texts.notices(user=user, notices=notices, is_answered=bool(contacts))
    letter, is_new = mail.write(
        kind=MailKind.NOTICES,
        key=f"notices:{day}:{user.pk}",
        recipient=user,
        day=day,
        subject=subject,
        body=body,
        agency=_agency_of(notices),
        reply_to=contacts,
    )
    if not is_new:
        return None
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=letter)
    return letter


def _agency_of(notices: Sequence[Notice]) -> Agency | None:
    """None where they are about several agencies or about the account, which is nobody else's business."""
    agencies = {notice.agency for notice in notices}
    return agencies.pop() if len(agencies) == 1 else None


def _contacts_of(notices: Sequence[Notice]) -> list[str]:
    """Addresses to reply to: of the contact that the years of all notices have, and none where one is of no year."""
    found = {_contact_of(notice) for notice in notices}
    return mail.addresses_in(found.pop()) if len(found) == 1 else []


def _contact_of(notice: Notice) -> str:
    """Of the year that the notice's page belongs to; "" where it belongs to none."""
    try:
        page = resolve(urlsplit(notice.path).path).kwargs
    except Resolver404:
        return ""
    if "year" not in page:
        return ""
    editions = Plan.objects.filter(agency=notice.agency, year=page["year"])
    return editions.values_list("contact", flat=True).first() or ""


@transaction.atomic
def take_back(*, user: User, agency: Agency) -> None:
    """Delete what the agency told somebody who may not see it any more, and keep its mails that have not gone out.

    A mail of notices of several agencies is written anew without this one's. A reminder is dropped whole: its parts are
    one text, and the next one comes soon.
    """
    waiting = OutgoingMail.objects.unsent().filter(recipient=user)
    shared = list(waiting.filter(agency=None, kind=MailKind.NOTICES, notices__agency=agency).distinct())
    Notice.objects.filter(recipient=user, agency=agency).delete()
    for letter in shared:
        _write_anew(letter)
    waiting.filter(agency=agency).update(address="", failure=NO_MEMBER)
    for reminder in waiting.filter(agency=None, kind=MailKind.REMINDER):
        if _names_a_plan(reminder.body, agency):
            waiting.filter(pk=reminder.pk).update(address="", failure=NO_MEMBER)


def _write_anew(letter: OutgoingMail) -> None:
    """After notices of the mail went."""
    row = OutgoingMail.objects.unsent().filter(pk=letter.pk)
    notices = list(letter.notices.order_by("pk").select_related("agency"))
    if letter.recipient is None or not notices:
        row.update(address="", failure=NO_MEMBER)
        return
    contacts = _contacts_of(notices)
    subject, body = mail_texts.notices(user=letter.recipient, notices=notices, is_answered=bool(contacts))
    row.update(
        subject=mail.one_line(subject)[:MAX_SUBJECT],
        body=body,
        agency=_agency_of(notices),
        reply_to=mail.in_one_text(contacts),
    )


def _names_a_plan(text: str, agency: Agency) -> bool:
    """Whether the text leads to a page of the agency's years, maybe by its former address."""
    formerly = [f"plans/{slug}" for slug in agency.plans.exclude(former_slug="").values_list("former_slug", flat=True)]
    return any(f"{settings.SITE_URL}/{start}/" in text for start in (agency.slug, *formerly))


@transaction.atomic
def mark_as_read(*, by: User) -> int:
    """Mark all notices of the person as read, and return how many were not."""
    return Notice.objects.filter(recipient=by).unread().update(read_at=timezone.now())

"""The same pairs as in constraint_cases.py, for mails, notices, uploaded forms and what divisions say of a draft."""

from datetime import timedelta

from django.utils import timezone

from scorecard.domain.choices import MailKind, NoticeKind
from scorecard.models import Deputyship, EditionComment, FormUpload, Notice, OutgoingMail, TargetProposal
from tests import factories
from tests.models.constraint_cases import pair
from tests.models.constraint_cases_of_reports import PAIRS

__all__ = ["PAIRS"]

# Mail


def a_mail(world, **fields):
    return OutgoingMail(
        **{"key": "x", "kind": MailKind.RETURNED, "recipient": world.user, "subject": "主旨", "body": "內容"} | fields
    )


def a_reminder(world, **fields):
    return a_mail(world, **{"kind": MailKind.REMINDER, "day": factories.DUE} | fields)


@pair("one_daily_mail_per_person_and_kind")
def _(world):
    a_reminder(world).save()
    return a_reminder(world, key="y", kind=MailKind.NOTICES), a_reminder(world, key="z")


@pair("mail_kind_known")
def _(world):
    return a_mail(world), a_mail(world, kind="chat")


@pair("daily_mail_has_its_day")
def _(world):
    return a_reminder(world), a_reminder(world, kind=MailKind.NOTICES, day=None)


# Notices


def a_notice(world, **fields):
    return Notice(**{"recipient": world.user, "key": "x", "kind": NoticeKind.COMMENT, "subject": "主旨"} | fields)


@pair("one_notice_per_person_and_cause")
def _(world):
    a_notice(world).save()
    return a_notice(world, recipient=world.other), a_notice(world, kind=NoticeKind.RETURNED)


@pair("notice_kind_known")
def _(world):
    return a_notice(world), a_notice(world, kind="chat")


# Deputies


def a_deputyship(world, **fields):
    days = {"first_day": factories.DUE, "last_day": factories.DUE}
    people = {"person": world.user, "deputy": world.other, "named_by": world.user}
    return Deputyship(**{"agency": world.plan.agency, **people, **days} | fields)


@pair("nobody_is_their_own_deputy")
def _(world):
    return a_deputyship(world), a_deputyship(world, deputy=world.user)


@pair("deputyship_ends_after_it_begins")
def _(world):
    return a_deputyship(world), a_deputyship(world, last_day=factories.DUE - timedelta(days=1))


@pair("ended_deputyship_names_its_person")
def _(world):
    now = timezone.now()
    return a_deputyship(world, ended_by=world.user, ended_at=now), a_deputyship(world, ended_at=now)


# Forms that were uploaded


@pair("form_taken_in_names_person_and_plan")
def _(world):
    def upload(**fields):
        whose = {"agency": world.plan.agency, "uploaded_by": world.user}
        return FormUpload(**whose, name="表單.xlsx", size=1, digest="0", content=b"x", **fields)

    done = {"plan": world.plan, "applied_at": timezone.now()}
    return upload(**done, applied_by=world.user), upload(**done)


# What divisions say of a draft


def a_proposal(world, **fields):
    said = {"value": 1, "unit": "件", "reason": "因此", "by": world.user, "by_name": "王小明"}
    whose = {"plan": world.plan, "measure": world.kpi.measures.get(), "year": 2016}
    return TargetProposal(**whose | said | fields)


def a_decided_proposal(world, **fields):
    return a_proposal(world, **{"decision": "taken", "decided_by": world.other, "decided_at": timezone.now()} | fields)


@pair("one_open_proposal_per_measure_and_year")
def _(world):
    a_decided_proposal(world).save()
    a_proposal(world, year=2017).save()
    return a_proposal(world), a_proposal(world, year=2017)


@pair("proposal_year_in_range")
def _(world):
    return a_proposal(world), a_proposal(world, year=105)


@pair("proposal_says_why")
def _(world):
    return a_proposal(world), a_proposal(world, reason="")


@pair("proposal_decision_names_its_person")
def _(world):
    return a_decided_proposal(world), a_decided_proposal(world, decided_by=None)


@pair("declined_proposal_says_why")
def _(world):
    declined = {"decision": "declined"}
    return a_decided_proposal(world, **declined, decision_reason="維持原訂"), a_decided_proposal(world, **declined)


def a_comment(world, **fields):
    return EditionComment(**{"plan": world.plan, "text": "好", "by": world.user, "by_name": "王小明"} | fields)


@pair("edition_comment_says_something")
def _(world):
    return a_comment(world, kpi=world.kpi), a_comment(world, text="")


@pair("edition_comment_kind_known")
def _(world):
    return a_comment(world, kind="sent_back"), a_comment(world, kind="chat")

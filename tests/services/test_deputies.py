"""職務代理: who may name whom, what a deputy may do and how it is recorded, and four eyes over both."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from scorecard import permissions
from scorecard.domain.choices import Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Deputyship, Membership, Notice, Submission, User, YearlyReport
from scorecard.read_models.audit_verification import verify_chain
from scorecard.read_models.receipts import build_receipt
from scorecard.services import invitations, members
from scorecard.services.deputies import end_deputyship, name_deputy
from tests.deputyships import acting, stand_in
from tests.factories import approve, fill, submit
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


def days(first=0, last=7):
    """Days from today."""
    today = timezone.localdate()
    return {"first_day": today + timedelta(days=first), "last_day": today + timedelta(days=last)}


def earlier(deputyship, **changed):
    """The row as if it had been written on other days."""
    Deputyship.objects.filter(pk=deputyship.pk).update(**changed)
    return Deputyship.objects.get(pk=deputyship.pk)


@pytest.fixture
def agency(open_plan):
    return open_plan.agency


# Naming


@pytest.mark.parametrize("role", ["staff", "admin"])
def test_the_person_and_an_admin_name_a_deputy_with_an_event(cast, agency, role):
    by = getattr(cast, role)
    made = name_deputy(by=by, agency=agency, person=cast.staff, deputy=cast.viewer, **days())
    assert (made.person, made.deputy, made.named_by) == (cast.staff, cast.viewer, by)
    event = AuditEvent.objects.first()
    assert (event.actor, event.agency, event.target) == (by, agency, "職務代理 viewer 君 代理 staff 君")
    assert name_deputy(by=by, agency=agency, person=cast.staff, deputy=cast.viewer, **days()) == made
    assert Deputyship.objects.count() == 1, "sent twice, made once"


@pytest.mark.parametrize("role", ["viewer", "other_staff", "reviewer", "outsider", "superuser"])
def test_nobody_else_names_a_deputy_nor_ends_what_is_not_theirs(cast, agency, role):
    made = stand_in(cast.admin, cast.staff, agency)
    with nothing_written(), pytest.raises(PermissionDenied):
        name_deputy(by=getattr(cast, role), agency=agency, person=cast.staff, deputy=cast.viewer, **days())
    with nothing_written(), pytest.raises(PermissionDenied):
        end_deputyship(by=getattr(cast, role), deputyship=made)
    assert not Deputyship.objects.get().is_over


def test_a_stranger_is_neither_made_a_deputy_nor_given_one(cast, agency):
    for person, deputy in ((cast.staff, cast.outsider), (cast.outsider, cast.staff)):
        with nothing_written(), pytest.raises(RuleBroken, match="不是這個機關的成員"):
            name_deputy(by=cast.admin, agency=agency, person=person, deputy=deputy, **days())
    with pytest.raises(RuleBroken, match="不是這個機關的成員"):
        name_deputy(by=cast.outsider, agency=cast.other_agency, person=cast.staff, deputy=cast.outsider, **days())
    assert not Deputyship.objects.exists()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [(days(-1), "不能早於今天"), (days(3, 2), "不能早於起日"), (days(0, 400), "最多代理 366 天")],
)
def test_days_that_cannot_be_are_refused_in_words(cast, agency, asked, sentence):
    with nothing_written(), pytest.raises(RuleBroken, match=sentence):
        name_deputy(by=cast.staff, agency=agency, person=cast.staff, deputy=cast.viewer, **asked)
    with nothing_written(), pytest.raises(RuleBroken, match="不能是本人"):
        name_deputy(by=cast.staff, agency=agency, person=cast.staff, deputy=cast.staff, **days())


def test_a_deputy_passes_nothing_on(cast, agency):
    """Not even one of an admin, who could otherwise make themselves everybody's deputy for ever."""
    deputy = acting(stand_in(cast.viewer, cast.admin, agency))
    for person in (cast.admin, cast.viewer, cast.staff):
        with nothing_written(), pytest.raises(PermissionDenied, match="請先結束代理"):
            name_deputy(by=deputy, agency=agency, person=person, deputy=cast.reviewer, **days())


def test_person_and_deputy_are_told_who_named_and_ended_it_unless_they_did_so_themselves(cast, agency):
    """An admin cannot make themselves somebody's deputy behind their back."""
    made = name_deputy(by=cast.admin, agency=agency, person=cast.staff, deputy=cast.admin, **days())
    (told,) = Notice.objects.all()
    assert (told.recipient, told.subject) == (cast.staff, "職務代理：admin 君 代理 staff 君")
    assert told.text.startswith("admin 君 指定 admin 君 代理 staff 君")
    end_deputyship(by=cast.staff, deputyship=made)
    assert Notice.objects.get(recipient=cast.admin).text.startswith("staff 君 終止 admin 君 代理 staff 君")


# What a deputy may


def test_a_deputy_may_exactly_what_the_person_may_in_that_agency(cast, agency, kpi):
    Membership.objects.create(user=cast.staff, agency=cast.other_agency, role=Role.ADMIN)
    Membership.objects.create(user=cast.reviewer, agency=cast.other_agency, role=Role.REVIEWER)
    deputy = acting(stand_in(cast.reviewer, cast.staff, agency))
    assert permissions.can_report_for(deputy, kpi.division)
    assert not permissions.can_review(deputy, agency.pk), "their own role rests"
    assert not permissions.can_view(deputy, cast.other_agency.pk), "neither their own nor the person's elsewhere"


def test_a_deputyship_is_in_force_from_its_first_day_to_its_last_and_until_it_is_ended(cast, agency):
    made = stand_in(cast.viewer, cast.staff, agency)
    for day, counts in ((-1, False), (0, True), (7, True), (8, False)):
        found = Deputyship.objects.in_force(timezone.localdate() + timedelta(days=day))
        assert found.exists() == counts, day
    end_deputyship(by=cast.viewer, deputyship=made)
    assert not Deputyship.objects.in_force().exists()
    assert (made.pk, AuditEvent.objects.first().actor) == (Deputyship.objects.get(ended_by=cast.viewer).pk, cast.viewer)


@pytest.mark.parametrize("gone", ["person", "deputy"])
def test_it_ends_with_the_membership_or_the_account_of_either(cast, agency, gone):
    made = stand_in(cast.viewer, cast.staff, agency)
    user = getattr(made, gone)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not Deputyship.objects.in_force().exists()
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.memberships.update(is_active=False)
    Membership.objects.create(user=user, agency=cast.other_agency, role=Role.VIEWER)
    assert not Deputyship.objects.in_force().exists(), "switched off here, whatever they are elsewhere"
    with nothing_written(), pytest.raises(RuleBroken, match="已停用"):
        name_deputy(by=cast.admin, agency=agency, person=made.person, deputy=made.deputy, **days())
    user.memberships.all().delete()
    assert not Deputyship.objects.in_force().exists()


def test_events_receipt_and_report_name_the_deputy_with_a_mark(cast, agency, kpi):
    deputy = acting(stand_in(cast.viewer, cast.staff, agency))
    fill(deputy, kpi)
    report = submit(deputy, kpi)
    reviewer = acting(stand_in(cast.other_staff, cast.reviewer, agency))
    report = approve(reviewer, report)
    assert (report.submitter, report.reviewer) == ("viewer 君（代）", "other-staff 君（代）")
    assert (report.submitted_by, report.submitted_for) == (cast.viewer, cast.staff)
    events = AuditEvent.objects.filter(kpi=kpi).order_by("pk")
    assert [event.actor_text for event in events] == ["viewer 君（代）"] * 2 + ["other-staff 君（代）"]
    assert [event.acting_for for event in events] == [cast.staff, cast.staff, cast.reviewer]
    assert verify_chain().broken is None
    assert "other-staff 君（代） 審核通過" in Notice.objects.get(recipient=cast.viewer, kind="approved").text
    receipt = Submission.objects.get()
    shown = build_receipt(receipt)
    assert (shown.submitted_by, receipt.submitter) == ("viewer 君（代）", "viewer 君（代）")
    assert shown.kpis[0].entered_text == "viewer 君（代）"
    assert receipt.content["submitted_by"]["acting_for"]["username"] == "staff"


# Four eyes


def refuses(by, report):
    with nothing_written(), pytest.raises(PermissionDenied, match=r"AC1\.1 "):
        approve(by, report)
    return True


def test_neither_the_person_nor_the_deputy_approves_what_the_other_had_a_hand_in(cast, agency, kpi):
    made = stand_in(cast.reviewer, cast.staff, agency)
    fill(acting(made), kpi)
    report = submit(acting(made), kpi)
    Membership.objects.filter(user=cast.staff).update(role=Role.ADMIN)
    assert refuses(User.objects.get(pk=cast.staff.pk), report)
    assert refuses(cast.reviewer, report)
    assert approve(cast.admin, report).is_approved


def test_a_reviewers_deputy_does_not_approve_what_they_entered_themselves(cast, agency, kpi):
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    made = stand_in(cast.staff, cast.reviewer, agency)
    assert refuses(acting(made), report)
    assert refuses(cast.reviewer, report), "the reviewer and the staff count as one while it lasts"
    other = stand_in(cast.viewer, cast.admin, agency)
    assert approve(acting(other), report).is_approved


def test_those_who_were_one_before_the_hand_was_laid_on_count_as_two(cast, agency, kpi):
    today = timezone.localdate()
    made = stand_in(cast.reviewer, cast.staff, agency)
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    past = {"first_day": today - timedelta(days=9), "last_day": today - timedelta(days=1)}
    earlier(made, **past)
    future = stand_in(cast.reviewer, cast.staff, agency)
    earlier(future, first_day=today + timedelta(days=1))
    assert approve(cast.reviewer, report).is_approved


def test_to_end_a_deputyship_after_the_hand_was_laid_on_helps_nobody(cast, agency, kpi):
    made = stand_in(cast.reviewer, cast.staff, agency)
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    end_deputyship(by=cast.staff, deputyship=made)
    assert refuses(cast.reviewer, report)
    assert YearlyReport.objects.get().state == "submitted"


@pytest.mark.parametrize("who", ["person", "deputy"])
def test_whose_membership_is_switched_off_neither_stands_in_nor_is_stood_in_for(cast, agency, who):
    made = name_deputy(by=cast.admin, agency=agency, person=cast.staff, deputy=cast.viewer, **days())
    assert Deputyship.objects.in_force().get() == made
    Membership.objects.filter(user=getattr(made, who)).update(is_active=False)
    assert not Deputyship.objects.in_force().exists()
    with pytest.raises(RuleBroken, match="已停用"):
        name_deputy(by=cast.admin, agency=agency, person=cast.staff, deputy=cast.viewer, **days(first=1))


def test_an_admins_deputy_does_nothing_to_members_that_would_outlast_the_days(cast, agency):
    """Otherwise they invite themselves, or raise their own role, and stay."""
    deputy = acting(stand_in(cast.viewer, cast.admin, agency))
    own, admins = (Membership.objects.get(user=user) for user in (cast.viewer, cast.admin))
    fields = {"email": "me@example.gov.tw", "name": "我", "role": Role.ADMIN}
    with nothing_written():
        with pytest.raises(PermissionDenied, match="先結束代理"):
            invitations.invite(by=deputy, agency=agency, **fields)
        with pytest.raises(RuleBroken, match="不能變更自己的角色"):
            members.change(by=deputy, membership=own, role=Role.ADMIN)
        for membership in (own, admins):
            with pytest.raises(RuleBroken, match="被代理人"):
                members.switch(by=deputy, membership=membership, is_active=False)
    members.change(by=deputy, membership=Membership.objects.get(user=cast.reviewer), role=Role.VIEWER)

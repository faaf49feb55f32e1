"""Members of an agency: invited, changed, switched off and let go, and an agency is never left without an admin."""

import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import AuditAction, MailKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Comment, Membership, OutgoingMail, User, YearlyReport
from scorecard.services import members
from tests import factories
from tests.factories import fill, send_back, submit
from tests.page_reading import client_of, form_to
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(plan):
    """The plan's agency."""
    return plan.agency


def invite(cast, agency, email="New@example.gov.tw", role=Role.STAFF, **fields):
    """Invite somebody for 甲組."""
    given = {"name": "新同仁", "divisions": [agency.divisions.first()] if role == Role.STAFF else []} | fields
    return members.invite(by=cast.admin, agency=agency, email=email, role=role, **given)


def newest():
    """The latest event's act and changes."""
    event = AuditEvent.objects.first()
    return event.action, [(change["what"], change["old"], change["new"]) for change in event.changes]


def test_somebody_new_gets_an_account_a_membership_and_a_link_that_lets_them_in(
    cast, agency, django_capture_on_commit_callbacks, settings
):
    with django_capture_on_commit_callbacks(execute=True):
        membership = invite(cast, agency)
    user = membership.user
    assert (user.username, user.is_invited, user.has_usable_password()) == ("new@example.gov.tw", True, False)
    assert [row.name for row in membership.divisions.all()] == ["甲組"]
    assert newest() == (
        AuditAction.INVITED,
        [("電子郵件", None, "New@example.gov.tw"), ("角色", None, "填報"), ("填報科室", None, "甲組")],
    )
    (sent,) = mail.outbox
    link = re.search(rf"{settings.SITE_URL}(/account/set-password/\S+)", sent.body)[1]
    assert link not in OutgoingMail.objects.get().body
    client, password = client_of(), "公文處理 nine words"
    page = client.get(link, follow=True)
    filled = form_to(page).filled(new_password1=password, new_password2=password)
    client.post(page.redirect_chain[-1][0], filled)
    answer = client.post("/account/login/", {"username": user.username, "password": password}, follow=True)
    assert answer.status_code == 200
    user.refresh_from_db()
    assert not user.is_invited and not user.must_change_password


def test_somebody_with_an_account_just_becomes_a_member_and_is_told(cast, agency):
    User.objects.filter(pk=cast.outsider.pk).update(email="outsider@example.gov.tw")
    membership = invite(cast, agency, "OUTSIDER@example.gov.tw", Role.VIEWER)
    assert membership.user == cast.outsider
    row = OutgoingMail.objects.get()
    assert "請用您原有的帳號登入" in row.body and row.kind == MailKind.INVITATION
    assert cast.outsider.memberships.count() == 2


def test_an_invitation_sent_twice_makes_one_membership_and_one_mail(cast, agency):
    invite(cast, agency)
    with pytest.raises(RuleBroken, match="已是這個機關的成員"):
        invite(cast, agency)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("trap", ["switched off", "two accounts", "name taken", "no division"])
def test_an_invitation_that_cannot_be_is_refused_whole(cast, agency, trap):
    email, fields = "trap@example.gov.tw", {}
    if trap == "switched off":
        factories.make_user("off", email=email, is_active=False)
    elif trap == "two accounts":
        factories.make_user("one", email=email)
        factories.make_user("two", email=email)
    elif trap == "name taken":
        factories.make_user(email)
    else:
        fields = {"divisions": []}
    users = User.objects.count()
    with nothing_written(), pytest.raises(RuleBroken):
        invite(cast, agency, email, **fields)
    assert (User.objects.count(), agency.memberships.count()) == (users, 5)


def test_an_invitation_is_resent_only_to_those_who_have_not_come_in(cast, agency):
    membership = invite(cast, agency)
    members.invite_again(by=cast.admin, membership=membership)
    assert OutgoingMail.objects.count() == 2
    with pytest.raises(RuleBroken):
        members.invite_again(by=cast.admin, membership=cast.viewer.memberships.get())


def test_role_and_divisions_change_with_old_and_new_told(cast, agency):
    own = cast.viewer.memberships.get()
    second = agency.divisions.all()[1]
    members.change(by=cast.admin, membership=own, role=Role.STAFF, divisions=[second])
    assert newest() == (AuditAction.CHANGED, [("角色", "檢視", "填報"), ("填報科室", None, "乙組")])
    members.change(by=cast.admin, membership=own, role=Role.REVIEWER, divisions=[second])
    assert newest()[1] == [("角色", "填報", "審核"), ("填報科室", "乙組", None)]
    count = AuditEvent.objects.count()
    members.change(by=cast.admin, membership=own, role=Role.REVIEWER)
    assert AuditEvent.objects.count() == count


def last_admin_acts(cast):
    own = cast.admin.memberships.get()
    return {
        "demote": lambda: members.change(by=cast.admin, membership=own, role=Role.VIEWER),
        "remove": lambda: members.remove(by=cast.admin, membership=own),
    }


@pytest.mark.parametrize("act", ["demote", "remove"])
def test_the_last_admin_who_can_come_in_stays_one(cast, agency, act):
    invite(cast, agency, "heir@example.gov.tw", Role.ADMIN)
    factories.make_member("off-admin", agency, Role.ADMIN, is_active=False)
    with pytest.raises(RuleBroken, match="唯一可以登入的管理者"):
        last_admin_acts(cast)[act]()
    factories.make_member("second", agency, Role.ADMIN)
    last_admin_acts(cast)[act]()
    assert not Membership.objects.filter(user=cast.admin, role=Role.ADMIN).exists()


def test_a_member_let_go_loses_the_agency_and_leaves_what_they_wrote(cast, agency, kpi):
    fill(cast.staff, kpi)
    send_back(cast.reviewer, submit(cast.staff, kpi))
    members.remove(by=cast.admin, membership=cast.staff.memberships.get())
    assert newest() == (AuditAction.DELETED, [("角色", "填報", None), ("填報科室", "甲組", None)])
    assert YearlyReport.objects.get().submitted_by == cast.staff
    assert Comment.objects.exists() and User.objects.filter(pk=cast.staff.pk, is_active=True).exists()
    assert client_of(cast.staff).get(f"/plans/{kpi.plan.slug}/105/map/").status_code == 404


def test_an_account_is_switched_off_and_on_but_not_ones_own_nor_one_of_another_agency(cast, agency):
    own = cast.viewer.memberships.get()
    members.switch(by=cast.admin, membership=own, is_active=False)
    assert newest() == (AuditAction.CHANGED, [("有效", "是", "否")])
    members.switch(by=cast.admin, membership=own, is_active=True)
    assert User.objects.get(pk=cast.viewer.pk).is_active
    with pytest.raises(RuleBroken, match="自己"):
        members.switch(by=cast.admin, membership=cast.admin.memberships.get(), is_active=False)
    shared = cast.outsider.memberships.create(agency=agency, role=Role.VIEWER)
    with pytest.raises(RuleBroken, match="不只屬於這個機關"):
        members.switch(by=cast.admin, membership=shared, is_active=False)


@pytest.mark.parametrize("role", ["viewer", "staff", "reviewer", "outsider", "superuser"])
def test_only_the_agencys_admins_keep_its_members(cast, agency, role):
    by, own = getattr(cast, role), cast.viewer.memberships.get()
    for act in (
        lambda: members.invite(by=by, agency=agency, email="x@example.gov.tw", name="x", role=Role.ADMIN),
        lambda: members.change(by=by, membership=own, role=Role.ADMIN),
        lambda: members.remove(by=by, membership=own),
        lambda: members.switch(by=by, membership=own, is_active=False),
    ):
        with nothing_written(), pytest.raises(PermissionDenied):
            act()

"""An invitation takes effect when its owner accepts it, and tells the inviter nothing of them before."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scorecard.domain.choices import AuditAction, MailKind, NoticeKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Invitation, Membership, Notice, OutgoingMail, User
from scorecard.services import invitations, mail, members
from tests import factories
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db
EMAIL, GOOD = "new@example.gov.tw", "公文處理 nine words"


@pytest.fixture
def agency(plan):
    """The plan's agency."""
    return plan.agency


def invite(cast, agency, email="New@example.gov.tw", role=Role.STAFF, **fields):
    """Invite somebody for 甲組."""
    given = {"name": "新同仁", "divisions": [agency.divisions.first()] if role == Role.STAFF else []} | fields
    return invitations.invite(by=cast.admin, agency=agency, email=email, role=role, **given)


def newest():
    """The latest event's actor, act and changes."""
    event = AuditEvent.objects.first()
    return event.actor, event.action, [(change["what"], change["old"], change["new"]) for change in event.changes]


def start(invitation, **fields):
    """The owner of the address opens the link without an account."""
    return invitations.accept_with_new_account(**{"invitation": invitation, "name": "王新", "password": GOOD} | fields)


def test_an_invitation_makes_neither_an_account_nor_a_membership(cast, agency):
    users, people = User.objects.count(), agency.memberships.count()
    invitation = invite(cast, agency)
    assert (User.objects.count(), agency.memberships.count()) == (users, people)
    told = [("電子郵件", None, EMAIL), ("角色", None, "填報"), ("填報科室", None, "甲組")]
    assert newest() == (cast.admin, AuditAction.INVITED, told)
    letter = OutgoingMail.objects.get()
    assert (letter.kind, letter.recipient, letter.address, letter.agency) == (
        MailKind.INVITATION,
        None,
        EMAIL,
        agency,
    )
    assert invitation.make_token() not in letter.body


def test_whoever_has_no_account_gets_one_by_accepting_and_the_inviter_is_told(cast, agency):
    membership = start(invite(cast, agency))
    user = membership.user
    assert (user.username, user.email, user.name, user.check_password(GOOD)) == (EMAIL, EMAIL, "王新", True)
    assert (membership.role, [row.name for row in membership.divisions.all()]) == (Role.STAFF, ["甲組"])
    told = [("電子郵件", None, EMAIL), ("角色", None, "填報"), ("填報科室", None, "甲組")]
    assert newest() == (user, AuditAction.CREATED, told)
    assert not Invitation.objects.exists()
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (cast.admin, NoticeKind.INVITATION)
    assert "新同仁（new@example.gov.tw）接受邀請加入" in notice.subject


def test_an_invitation_says_and_costs_the_same_for_addresses_with_and_without_an_account(cast, agency):
    """The inviter must not learn who works for another agency, whatever state the account there is in."""
    factories.make_user("without", email="without@example.gov.tw")
    factories.make_user("off", email="off@example.gov.tw", is_active=False)
    for number in (1, 2):
        factories.make_user(f"double{number}", email="double@example.gov.tw")
    User.objects.filter(pk=cast.outsider.pk).update(email="member@example.gov.tw")
    factories.make_user("named@example.gov.tw", email="elsewhere@example.gov.tw")
    costs, rows = {}, {}
    # The first call reads what lasts for the process.
    invite(cast, agency, "first@example.gov.tw", Role.VIEWER)
    for name in ("nobody", "without", "off", "double", "member", "named"):
        email = f"{name}@example.gov.tw"
        with CaptureQueriesContext(connection) as asked:
            invitation = invite(cast, agency, email, Role.VIEWER)
        costs[name] = len(asked)
        assert not [query for query in asked.captured_queries if 'FROM "scorecard_user" WHERE' in query["sql"]]
        letter, event = OutgoingMail.objects.first(), AuditEvent.objects.first()
        seen = (invitation.name, invitation.role, letter.subject, letter.body, letter.failure, event.target)
        rows[name] = [str(value).replace(email, "…") for value in seen]
    assert set(costs.values()) == {costs["nobody"]}
    assert all(row == rows["nobody"] for row in rows.values())


def test_a_person_of_another_agency_becomes_a_member_only_when_they_accept(cast, agency):
    User.objects.filter(pk=cast.outsider.pk).update(email="Outsider@example.gov.tw")
    invitation = invite(cast, agency, "OUTSIDER@example.gov.tw", Role.VIEWER)
    assert not agency.memberships.filter(user=cast.outsider).exists()
    outsider = User.objects.get(pk=cast.outsider.pk)
    assert invitations.accept(by=outsider, invitation=invitation).user == outsider
    assert cast.outsider.memberships.count() == 2
    with pytest.raises(RuleBroken, match="接受、婉拒或撤回"):
        invitations.accept(by=outsider, invitation=invitation)


def test_nobody_accepts_for_somebody_else(cast, agency):
    """Neither another person with the link nor one who has the address for a name."""
    User.objects.filter(pk=cast.outsider.pk).update(username=EMAIL, email="outsider@example.gov.tw")
    invitation = invite(cast, agency)
    with nothing_written(), pytest.raises(RuleBroken, match="不是寄給您"):
        invitations.accept(by=User.objects.get(pk=cast.outsider.pk), invitation=invitation)
    user = start(invitation).user
    assert (user.username, user.email) == (f"{EMAIL}-2", EMAIL)


def test_an_address_with_an_account_gets_no_second_one(cast, agency):
    """An account that somebody else made with the address earlier is taken back by 忘記密碼, and then accepts."""
    planted = factories.make_user("planted", email=EMAIL.upper())
    invitation = invite(cast, agency)
    for is_active in (True, False):
        User.objects.filter(pk=planted.pk).update(is_active=is_active)
        with nothing_written(), pytest.raises(RuleBroken, match="已有帳號"):
            start(invitation)
    assert planted.check_password(factories.PASSWORD) and not planted.memberships.exists()


def test_an_account_that_nobody_ever_entered_is_opened_by_the_link(cast, agency):
    """Invitations made them before, without a password."""
    old = factories.make_user("old", email=EMAIL, password=make_password(None))
    assert start(invite(cast, agency)).user == old
    old.refresh_from_db()
    assert old.check_password(GOOD) and old.name == "王新"


@pytest.mark.parametrize("trap", ["member", "invited", "no division", "foreign division"])
def test_an_invitation_that_cannot_be_is_refused_whole(cast, agency, trap):
    fields = {}
    if trap == "member":
        User.objects.filter(pk=cast.viewer.pk).update(email=EMAIL)
    elif trap == "invited":
        invite(cast, agency, EMAIL.upper())
    elif trap == "no division":
        fields = {"divisions": []}
    else:
        fields = {"divisions": cast.other_plan.agency.divisions.all()}
    count = Invitation.objects.count()
    with nothing_written(), pytest.raises(RuleBroken):
        invite(cast, agency, **fields)
    assert Invitation.objects.count() == count


def test_two_agencies_invite_one_address_and_the_person_joins_both_with_one_account(cast, agency):
    there = cast.other_plan.agency
    other = invitations.invite(by=cast.outsider, agency=there, email=EMAIL, name="某", role=Role.VIEWER)
    user = start(invite(cast, agency)).user
    with pytest.raises(RuleBroken, match="已有帳號"):
        start(other)
    invitations.accept(by=user, invitation=other)
    assert set(user.memberships.values_list("agency", flat=True)) == {agency.pk, there.pk}


def test_an_invitation_ends_with_the_inviters_power_and_with_its_divisions(cast, agency):
    """Otherwise an admin on the way out leaves a door open to themselves."""
    second = factories.make_member("second", agency, Role.ADMIN)
    invitation = invitations.invite(by=second, agency=agency, email=EMAIL, name="某", role=Role.ADMIN)
    members.remove(by=cast.admin, membership=second.memberships.get())
    with nothing_written(), pytest.raises(RuleBroken, match="已不是這個機關的管理者"):
        start(invitation)
    invitations.send_again(by=cast.admin, invitation=invitation)
    User.objects.filter(pk=cast.admin.pk).update(is_active=False)
    with nothing_written(), pytest.raises(RuleBroken, match="已不是這個機關的管理者"):
        start(Invitation.objects.get(pk=invitation.pk))
    User.objects.filter(pk=cast.admin.pk).update(is_active=True)
    assert start(Invitation.objects.get(pk=invitation.pk)).role == Role.ADMIN
    gone = agency.divisions.create(name="裁撤中")
    invitation = invite(cast, agency, "two@example.gov.tw", divisions=[gone])
    gone.delete()
    with nothing_written(), pytest.raises(RuleBroken, match="科室已不存在"):
        start(invitation)


@pytest.mark.parametrize("way", ["withdrawn", "declined"])
def test_an_invitation_withdrawn_or_declined_is_worth_nothing_and_is_not_mailed_any_more(cast, agency, way):
    invitation = invite(cast, agency)
    if way == "withdrawn":
        invitations.withdraw(by=cast.admin, invitation=invitation)
        assert newest()[0] == cast.admin
    else:
        invitations.decline(by=None, invitation=invitation)
        assert "婉拒邀請" in Notice.objects.get(recipient=cast.admin).subject
    assert newest()[1] == AuditAction.DELETED
    with nothing_written(), pytest.raises(RuleBroken, match="接受、婉拒或撤回"):
        start(invitation)
    assert mail.deliver() == mail.Delivered(0, 0)
    assert OutgoingMail.objects.get().state_text == "未寄出"


def test_an_invitation_is_sent_again_by_a_link_that_works_for_three_days(cast, agency):
    invitation = invite(cast, agency)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=4))
    assert Invitation.objects.get().is_expired(invitations.link_lasts())
    invitations.send_again(by=cast.admin, invitation=invitation)
    assert not Invitation.objects.get().is_expired(invitations.link_lasts())
    assert OutgoingMail.objects.count() == 2
    with pytest.raises(RuleBroken, match="十分鐘"):
        invitations.send_again(by=cast.admin, invitation=invitation)
    token, lasts = invitation.make_token(), invitations.link_lasts()
    assert Invitation.objects.of_token(token, lasts) == invitation
    assert Invitation.objects.of_token(token, timedelta(seconds=-1)) is None
    assert Invitation.objects.of_token(f"{token}x", lasts) is None


@pytest.mark.parametrize("role", ["viewer", "staff", "reviewer", "outsider"])
def test_only_the_agencys_admins_and_the_operator_invite(cast, agency, role):
    by, invitation = getattr(cast, role), invite(cast, agency)
    for act in (
        lambda: invitations.invite(by=by, agency=agency, email="x@example.gov.tw", name="x", role=Role.ADMIN),
        lambda: invitations.send_again(by=by, invitation=invitation),
        lambda: invitations.withdraw(by=by, invitation=invitation),
    ):
        with nothing_written(), pytest.raises(PermissionDenied):
            act()
    first = invitations.invite(by=cast.superuser, agency=agency, email="boss@example.gov.tw", name="x", role=Role.ADMIN)
    assert start(first).role == Role.ADMIN
    assert Membership.objects.filter(user=cast.superuser).count() == 0

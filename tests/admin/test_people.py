"""Accounts belong to their people, admins keep their own members, and nobody rises above themselves."""

import pytest
from django.urls import reverse

from scorecard.domain.choices import AuditAction, Role
from scorecard.models import AuditEvent, Invitation, Membership, Notice, OutgoingMail, User
from tests import factories
from tests.admin.form_data import errors, newest, page, send, told
from tests.deputyships import stand_in
from tests.page_reading import client_of, form_to, text
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


ACCOUNTS = ("viewer", "outsider", "superuser", "alone")


@pytest.fixture
def superuser(cast):
    """A client of the operator."""
    return client_of(cast.superuser)


@pytest.mark.parametrize("who", ACCOUNTS)
@pytest.mark.parametrize("role", ["reviewer", "admin", "outsider"])
def test_accounts_are_their_owners_and_no_agencys_people_reach_them(cast, role, who):
    """Neither their members' nor those of people who belong to no agency yet."""
    user = factories.make_user("alone") if who == "alone" else getattr(cast, who)
    client, taken = client_of(getattr(cast, role)), {"username": "taken", "email": "taken@example.gov.tw"}
    with nothing_written():
        for url in (page("user_changelist"), page("user_add"), page("user_change", user)):
            assert client.get(url).status_code == 403, url
            assert client.post(url, taken).status_code == 403, url
        password = {"password1": "x" * 20, "password2": "x" * 20, "usable_password": "true"}
        assert (
            client.post(page("user_change", user).replace("change/", "password/change/"), password).status_code == 403
        )
    user.refresh_from_db()
    assert user.username != "taken" and user.check_password(factories.PASSWORD)


def test_not_even_the_operator_makes_an_account_or_sets_a_password(cast, superuser):
    secret = {"username": "newcomer", "password1": "x" * 20, "password2": "x" * 20, "usable_password": "true"}
    assert superuser.post(page("user_add"), secret).status_code == 403
    form = form_to(superuser.get(page("user_change", cast.viewer)))
    assert not [name for name in form.fields if "password" in name]
    superuser.post(page("user_change", cast.viewer), form.filled(password="x" * 20, **secret))
    url = page("user_change", cast.viewer).replace("change/", "password/")
    assert superuser.post(url, secret, follow=True).status_code == 404
    cast.viewer.refresh_from_db()
    assert cast.viewer.check_password(factories.PASSWORD)
    assert not User.objects.filter(username="newcomer", pk__gt=cast.superuser.pk).exists()


def test_the_operator_switches_an_account_off_and_makes_operators_and_the_events_say_so(cast, superuser):
    assert send(superuser, page("user_change", cast.viewer), is_active=None).status_code == 302
    assert told(newest()) == [("有效", "是", "否")]
    assert send(superuser, page("user_change", cast.viewer), is_superuser="on").status_code == 302
    cast.viewer.refresh_from_db()
    assert cast.viewer.is_superuser and not cast.viewer.is_active


def test_a_new_address_is_told_to_the_old_one(cast, superuser):
    """Who can read it could have 忘記密碼 open the account: its owner must learn of the change."""
    for old, new in (("", "a@example.gov.tw"), ("a@example.gov.tw", "b@example.gov.tw")):
        assert send(superuser, page("user_change", cast.viewer), email=new).status_code == 302
        assert ("電子郵件", old or None, new) in told(newest())
    letter = OutgoingMail.objects.get()
    assert (letter.address, letter.recipient) == ("a@example.gov.tw", cast.viewer)
    assert "superuser 君" in letter.body
    assert Notice.objects.get().recipient == cast.viewer


@pytest.mark.parametrize("role", ["admin", "superuser"])
def test_nobody_is_made_a_member_without_accepting(cast, plan, role):
    client = client_of(getattr(cast, role))
    made = {"user": cast.outsider.pk, "agency": plan.agency_id, "role": Role.ADMIN}
    with nothing_written():
        assert client.post(page("membership_add"), made).status_code == 403
        # Nor is a membership given to somebody else, or carried to another agency.
        own = cast.viewer.memberships.get()
        form = form_to(client.get(page("membership_change", own)))
        assert {"user", "agency"}.isdisjoint(form.fields)
        theirs = {"user": cast.outsider.pk, "agency": cast.other_plan.agency_id}
        client.post(page("membership_change", own), form.filled(**theirs))
    assert cast.outsider.memberships.get().agency == cast.other_agency


def test_the_operator_invites_the_first_admin_of_an_agency(superuser, cast):
    agency = factories.make_agency("fresh")
    fields = {"agency": agency.pk, "email": "Boss@example.gov.tw", "name": "首長", "role": Role.ADMIN}
    assert send(superuser, page("invitation_add"), **fields).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.invited_by) == ("boss@example.gov.tw", cast.superuser)
    assert OutgoingMail.objects.get().address == "boss@example.gov.tw"
    assert newest().action == AuditAction.INVITED and AuditEvent.objects.count() == 1
    again = superuser.post(page("invitation_add"), fields, follow=True)
    assert "已在邀請中" in text(again)
    assert "角色為「填報」時，請選擇至少一個填報科室" in text(
        superuser.post(page("invitation_add"), fields | {"email": "x@example.gov.tw", "role": "staff"}, follow=True)
    )
    theirs = {"email": "y@example.gov.tw", "role": "staff", "divisions": [cast.other_agency.divisions.first().pk]}
    assert "填報科室須屬於同一個機關；請重新選擇" in text(
        superuser.post(page("invitation_add"), fields | theirs, follow=True)
    )
    assert Invitation.objects.count() == 1
    superuser.post(page("invitation_delete", invitation), {"post": "yes"})
    assert not Invitation.objects.exists() and newest().action == AuditAction.DELETED


def test_an_admin_gives_no_role_in_another_agency(admin, half_admin, cast):
    """Nor does one who only reviews there: otherwise they make themselves admin of both."""
    foreign = cast.outsider.memberships.get()
    assert admin.get(page("membership_change", foreign)).status_code == 404
    with nothing_written():
        for client in (admin, half_admin):
            client.post(page("membership_change", foreign), {"role": Role.VIEWER})


def test_an_admin_who_only_reviews_elsewhere_changes_no_edition_and_makes_no_division_there(half_admin, cast):
    other = cast.other_plan.agency
    assert send(half_admin, page("division_add"), agency=other.pk, name="第五科").status_code == 200
    with nothing_written():
        sent = {"mission": "改", "reason": "試試"}
        assert half_admin.post(page("plan_change", cast.other_plan), sent).status_code == 403
    assert not other.divisions.filter(name="第五科").exists()


def test_divisions_of_another_agency_cannot_be_chosen_for_a_member(admin, cast):
    own = cast.staff.memberships.get()
    foreign = cast.other_plan.agency.divisions.first()
    response = send(admin, page("membership_change", own), divisions=[foreign.pk])
    assert errors(response)
    assert foreign not in own.divisions.all()


def test_a_changed_role_is_told_with_old_and_new_and_works_at_once(admin, cast):
    own = cast.viewer.memberships.get()
    assert send(admin, page("membership_change", own), role=Role.REVIEWER).status_code == 302
    assert told(newest()) == [("角色", "檢視", "審核")]
    assert client_of(cast.viewer).get(page("kpi_changelist")).status_code == 200


@pytest.mark.one_database
def test_an_admins_deputy_neither_rises_nor_ends_the_admins_membership(cast):
    """What the agency's own page of members refuses, the admin site refuses as well."""
    agency = cast.admin.memberships.get().agency
    factories.make_member("second", agency, Role.ADMIN)
    made = stand_in(cast.viewer, cast.admin, agency)
    deputy = client_of(cast.viewer)
    deputy.post(reverse("deputy_begin", args=[agency.slug, made.pk]))
    own, persons, others = (each.memberships.get() for each in (cast.viewer, cast.admin, cast.staff))
    division = agency.divisions.first().pk
    role, off, removed = "不能變更自己的角色", "不能停用自己或被代理人", "不能移除被代理人"
    with nothing_written():
        for membership, fields, sentence in (
            (own, {"role": Role.ADMIN}, role),
            (own, {"role": Role.STAFF, "divisions": [division]}, role),
            (own, {"is_active": None}, off),
            (persons, {"is_active": None}, off),
        ):
            answer = send(deputy, page("membership_change", membership), **fields)
            assert sentence in text(deputy.get(answer["Location"])), fields
        together = {"action": "delete_selected", "_selected_action": [persons.pk], "post": "yes"}
        for url, fields in (
            (page("membership_delete", persons), {"post": "yes"}),
            (page("membership_changelist"), together),
            (reverse("member_remove", args=[agency.slug, persons.pk]), {}),
        ):
            assert removed in text(deputy.post(url, fields, follow=True)), url
    # Those of others they change, but not in another agency.
    assert send(deputy, page("membership_change", others), role=Role.REVIEWER).status_code == 302
    assert told(newest()) == [("角色", "填報", "審核")]
    assert deputy.get(page("membership_change", cast.outsider.memberships.get())).status_code == 404


@pytest.mark.one_database
def test_no_admin_switches_themselves_off_in_the_admin_site(cast, admin):
    own = cast.admin.memberships.get()
    factories.make_member("second", own.agency, Role.ADMIN)
    with nothing_written():
        send(admin, page("membership_change", own), is_active=None)


@pytest.mark.one_database
def test_the_admin_site_leads_to_the_sites_own_page_of_passwords(cast):
    """Django's page beside it would take any number of guesses, and tell nobody."""
    fields = {"old_password": factories.PASSWORD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    for user in (cast.reviewer, cast.superuser):
        client = client_of(user)
        for name in ("password_change", "password_change_done"):
            for answer in (client.get(reverse(f"admin:{name}")), client.post(reverse(f"admin:{name}"), fields)):
                assert (answer.status_code, answer["Location"]) == (302, reverse(name))
        user.refresh_from_db()
        assert user.check_password(factories.PASSWORD)


# The last admin


@pytest.mark.parametrize("way", ["role", "removed", "removed with others", "account off", "membership off"])
def test_the_last_admin_of_an_agency_stays_one(cast, superuser, way):
    membership = Membership.objects.get(user=cast.admin)
    with nothing_written():
        if way == "role":
            answer = send(superuser, page("membership_change", membership), role=Role.VIEWER)
        elif way == "removed":
            answer = superuser.post(page("membership_delete", membership), {"post": "yes"})
        elif way == "removed with others":
            chosen = {"action": "delete_selected", "_selected_action": [membership.pk], "post": "yes"}
            answer = superuser.post(page("membership_changelist"), chosen)
        else:
            url = page("user_change", cast.admin) if way == "account off" else page("membership_change", membership)
            answer = send(superuser, url, is_active=None)
        membership.refresh_from_db()
        assert (membership.role, membership.is_active, membership.user.is_active) == (Role.ADMIN, True, True)
    assert "機關唯一可以登入的管理者" in text(superuser.get(answer["Location"]))


def test_an_admin_who_is_not_the_last_may_go(cast, superuser):
    factories.make_member("second", cast.admin.memberships.get().agency, Role.ADMIN)
    superuser.post(page("membership_delete", Membership.objects.get(user=cast.admin)), {"post": "yes"})
    assert not Membership.objects.filter(user=cast.admin).exists()

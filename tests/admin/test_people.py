"""Accounts and memberships: an agency's admin keeps their own members, and nobody rises above themselves."""

import pytest

from scorecard.domain.choices import AuditAction, Role
from scorecard.models import Membership, User
from tests import factories
from tests.admin.form_data import errors, newest, page, send, told
from tests.page_reading import client_of, form_to, forms, text
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


def test_an_admin_adds_a_person_and_makes_them_a_member(admin, plan):
    secret = "公文處理 2016 nine words"
    fields = {"username": "newcomer", "name": "新同仁", "password1": secret, "password2": secret}
    assert send(admin, page("user_add"), **fields).status_code == 302
    user = User.objects.get(username="newcomer")
    assert not user.is_superuser
    assert user.check_password(secret)
    assert (newest().action, newest().target) == (AuditAction.CREATED, "新同仁")
    assert secret not in str(newest().changes)
    division = plan.agency.divisions.first()
    made = {"user": user.pk, "agency": plan.agency_id, "role": Role.STAFF, "divisions": [division.pk]}
    assert send(admin, page("membership_add"), **made).status_code == 302
    membership = user.memberships.get()
    assert (membership.agency, membership.role, list(membership.divisions.all())) == (
        plan.agency,
        Role.STAFF,
        [division],
    )


def test_a_weak_password_is_refused_when_a_person_is_added(admin):
    fields = {"username": "newcomer", "password1": "12345678", "password2": "12345678"}
    assert send(admin, page("user_add"), **fields).status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


def test_an_admin_switches_a_member_off_and_the_event_says_so(admin, cast):
    assert send(admin, page("user_change", cast.viewer), is_active=None).status_code == 302
    cast.viewer.refresh_from_db()
    assert not cast.viewer.is_active
    assert told(newest()) == [("有效", "是", "否")]


def test_an_admin_sets_a_members_password_and_the_event_does_not_tell_it(admin, cast):
    secret = "公文處理 2016 nine words"
    url = page("user_change", cast.viewer).replace("change/", "password/")
    form = next(form for form in forms(admin.get(url)) if "password1" in form.fields)
    assert admin.post(url, form.filled(password1=secret, password2=secret)).status_code == 302
    cast.viewer.refresh_from_db()
    assert cast.viewer.check_password(secret)
    event = newest()
    assert (event.action, event.actor, event.target) == (AuditAction.CHANGED, cast.admin, str(cast.viewer))
    assert secret not in f"{event.changes}{event.reason}"


def test_a_password_refused_leaves_no_event(admin, cast):
    url = page("user_change", cast.viewer).replace("change/", "password/")
    form = next(form for form in forms(admin.get(url)) if "password1" in form.fields)
    with nothing_written():
        assert admin.post(url, form.filled(password1="short", password2="short")).status_code == 200


def test_only_the_operator_makes_operators(admin, cast):
    assert "is_superuser" not in form_to(admin.get(page("user_change", cast.viewer))).fields
    for field in ("is_superuser", "is_staff", "user_permissions", "groups"):
        send(admin, page("user_change", cast.viewer), **{field: "on"})
    cast.viewer.refresh_from_db()
    assert not cast.viewer.is_superuser
    assert not cast.viewer.is_staff
    assert send(client_of(cast.superuser), page("user_change", cast.viewer), is_superuser="on").status_code == 302
    cast.viewer.refresh_from_db()
    assert cast.viewer.is_superuser


@pytest.mark.parametrize("who", ["outsider", "superuser"])
def test_accounts_of_other_agencies_and_of_operators_are_out_of_reach(admin, cast, who):
    user = getattr(cast, who)
    for url in (page("user_change", user), page("user_change", user).replace("change/", "password/")):
        with nothing_written():
            assert admin.get(url).status_code == 404
            assert (
                admin.post(url, {"username": "taken", "password1": "x" * 20, "password2": "x" * 20}).status_code == 404
            )
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)


def test_an_account_that_is_another_agencys_member_too_is_seen_but_not_changed(admin, cast):
    Membership.objects.create(user=cast.viewer, agency=cast.other_plan.agency, role=Role.VIEWER)
    url = page("user_change", cast.viewer)
    assert admin.get(url).status_code == 200
    assert admin.post(url, {"username": "taken"}).status_code == 403
    password = url.replace("change/", "password/")
    assert admin.post(password, {"password1": "x" * 20, "password2": "x" * 20}).status_code == 403
    cast.viewer.refresh_from_db()
    assert cast.viewer.check_password(factories.PASSWORD)


def test_an_operator_who_is_a_member_is_not_changed_by_the_agencys_admin(admin, cast, plan):
    factories.Membership.objects.create(user=cast.superuser, agency=plan.agency, role=Role.VIEWER)
    assert admin.post(page("user_change", cast.superuser), {"username": "taken"}).status_code in {403, 404}


def test_an_admin_gives_no_role_in_another_agency(admin, cast, plan):
    made = {"user": cast.viewer.pk, "agency": cast.other_plan.agency_id, "role": Role.ADMIN}
    response = send(admin, page("membership_add"), **made)
    assert response.status_code == 200
    assert errors(response)
    own = cast.viewer.memberships.get()
    assert errors(send(admin, page("membership_change", own), agency=cast.other_plan.agency_id))
    assert admin.get(page("membership_change", cast.outsider.memberships.get())).status_code == 404


def test_an_admin_who_only_reviews_elsewhere_gives_no_role_there(half_admin, cast):
    """Otherwise a reviewer of one agency who is admin of another makes themselves admin of both."""
    made = {"user": cast.viewer.pk, "agency": cast.other_plan.agency_id, "role": Role.ADMIN}
    assert send(half_admin, page("membership_add"), **made).status_code == 200
    assert not Membership.objects.filter(user=cast.viewer, agency=cast.other_plan.agency).exists()
    own = cast.viewer.memberships.get()
    send(half_admin, page("membership_change", own), agency=cast.other_plan.agency_id)
    own.refresh_from_db()
    assert own.agency != cast.other_plan.agency


def test_an_admin_who_only_reviews_elsewhere_makes_no_plan_or_division_there(half_admin, cast):
    other = cast.other_plan.agency
    fields = {"agency": other.pk, "slug": "smuggled", "first_year": 2019, "last_year": 2021, "name": "第五科"}
    for name in ("plan_add", "division_add"):
        assert send(half_admin, page(name), **fields).status_code == 200
    assert other.plans.count() == 1
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


def test_a_person_is_a_member_of_an_agency_once(admin, cast, plan):
    response = send(admin, page("membership_add"), user=cast.viewer.pk, agency=plan.agency_id, role=Role.STAFF)
    assert "這個人已是這個機關的成員" in errors(response) + str(response.context["adminform"].form.non_field_errors())


# The last admin


@pytest.fixture
def superuser(cast):
    """A client of the operator."""
    return client_of(cast.superuser)


@pytest.mark.parametrize("way", ["role", "removed", "removed with others", "switched off"])
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
            answer = send(superuser, page("user_change", cast.admin), is_active=None)
        membership.refresh_from_db()
        assert (membership.role, membership.user.is_active) == (Role.ADMIN, True)
    assert "機關唯一可以登入的管理者" in text(superuser.get(answer["Location"]))


def test_an_admin_who_is_not_the_last_may_go(cast, superuser):
    factories.make_member("second", cast.admin.memberships.get().agency, Role.ADMIN)
    superuser.post(page("membership_delete", Membership.objects.get(user=cast.admin)), {"post": "yes"})
    assert not Membership.objects.filter(user=cast.admin).exists()

"""The front door, the account pages, and people without a plan."""

from datetime import timedelta

import pytest
from django.urls import reverse

from scorecard.domain.choices import PlanState, Role
from scorecard.models import Plan, User
from scorecard.services import editions, years
from tests import factories
from tests.factories import PASSWORD
from tests.page_reading import address, client_of, links, text


def landing(user):
    """Where the front door leads the person."""
    response = client_of(user).get(reverse("home"))
    assert response.status_code == 302
    return response["Location"]


FIRST_PAGES = {"viewer": "strategy_map", "staff": "reporting", "reviewer": "review", "admin": "strategy_map"}


@pytest.mark.parametrize("role", FIRST_PAGES)
def test_the_front_door_leads_each_role_to_the_page_of_its_job(open_plan, cast, role):
    assert landing(getattr(cast, role)) == address(open_plan, FIRST_PAGES[role])


@pytest.mark.parametrize("role", FIRST_PAGES)
def test_where_no_year_is_open_the_front_door_leads_staff_to_their_list_and_others_to_the_map(plan, cast, role):
    assert landing(getattr(cast, role)) == address(plan, "reporting" if role == "staff" else "strategy_map")


def test_the_front_door_leads_to_the_earliest_open_year_else_to_the_last_closed_one(open_plan, later, cast):
    factories.open_year(cast.admin, later)
    assert landing(cast.viewer) == address(open_plan, "strategy_map")
    for plan in (open_plan, later):
        factories.close_year(cast.admin, plan, reason="期限已過")
    assert landing(cast.viewer) == address(later, "strategy_map")
    years.reopen_year(by=cast.admin, plan=later, due_date=factories.DUE, reason="更正")
    assert landing(cast.viewer) == address(later, "strategy_map")
    assert landing(cast.staff) == address(later, "reporting")


def test_a_later_edition_leads_nobody_away_from_the_open_year_or_the_last_closed_one(open_plan, later, cast):
    for role, page in FIRST_PAGES.items():
        assert landing(getattr(cast, role)) == address(open_plan, page)
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    assert landing(cast.viewer) == address(open_plan, "strategy_map")
    assert landing(cast.admin) == address(open_plan, "strategy_map")


def test_without_any_year_opened_the_latest_adopted_edition_is_shown_and_no_draft(plan, cast):
    later = factories.next_edition(cast.admin, plan)
    editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    for role in ("viewer", "admin"):
        assert landing(getattr(cast, role)) == address(later, "strategy_map")


def test_where_there_is_nothing_but_a_draft_it_is_shown_to_those_who_edit_it(plan, cast):
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DRAFT)
    for role in ("reviewer", "admin"):
        assert landing(getattr(cast, role)) == address(plan, "strategy_map")
    for role in ("viewer", "staff"):
        assert "您的機關還沒有年版" in text(client_of(getattr(cast, role)).get(reverse("home")))


def test_of_two_open_years_staff_come_to_the_earliest_due_with_something_left(open_plan, later, cast):
    factories.open_year(cast.admin, later, due_date=factories.DUE + timedelta(days=-7))
    assert landing(cast.staff) == address(later, "reporting")
    for row in later.kpis.filter(division__memberships__user=cast.staff):
        kpi = factories.kpi(later, row.code)
        factories.fill(cast.staff, kpi)
        factories.submit(cast.staff, kpi)
    assert landing(cast.staff) == address(open_plan, "reporting")
    # Reviewers go where reports wait, though it is due later than the other.
    Plan.objects.filter(pk=later.pk).update(due_date=factories.DUE + timedelta(days=7))
    assert landing(cast.reviewer) == address(later, "review")


def test_of_two_agencies_a_person_comes_to_the_one_where_work_waits(open_plan, cast):
    other = cast.other_plan
    factories.make_member("both", other.agency, Role.STAFF, other.agency.divisions.first())
    both = User.objects.get(username="both")
    factories.Membership.objects.create(user=both, agency=open_plan.agency, role=Role.REVIEWER)
    assert landing(both) == address(open_plan, "review")
    factories.open_year(cast.outsider, other, due_date=factories.DUE + timedelta(days=30))
    assert landing(both) == address(other, "reporting")


@pytest.mark.django_db
def test_whoever_is_member_nowhere_reads_whom_to_ask():
    page = client_of(factories.make_user("newcomer")).get(reverse("home"))
    assert page.status_code == 200
    assert "您的帳號還不是任何機關的成員" in text(page)
    assert reverse("admin:index") not in links(page)


def test_the_operator_is_led_to_the_admin(cast):
    page = client_of(cast.superuser).get(reverse("home"))
    assert reverse("admin:index") in links(page)


@pytest.mark.django_db
def test_a_member_of_an_agency_without_a_plan_reads_that_it_has_none():
    page = client_of(factories.make_member("lonely", factories.make_agency(), Role.VIEWER)).get(reverse("home"))
    assert "您的機關還沒有年版" in text(page)


# Logging in


def test_logging_in_leads_back_to_the_page_wanted_but_never_to_another_site(plan, cast):
    wanted = address(plan, "scorecard")
    client = client_of()
    response = client.get(wanted)
    assert response["Location"] == f"{reverse('login')}?next={wanted}"
    credentials = {"username": "viewer", "password": PASSWORD}
    assert client.post(reverse("login"), credentials | {"next": wanted})["Location"] == wanted
    elsewhere = client_of().post(reverse("login"), credentials | {"next": "https://example.org/"})
    assert elsewhere["Location"] == reverse("home")


def test_a_wrong_password_is_refused_in_chinese_and_five_make_one_wait(plan, cast):
    client = client_of()
    wrong = {"username": "viewer", "password": "wrong"}
    page = client.post(reverse("login"), wrong)
    assert page.status_code == 200
    assert "請注意兩者皆區分大小寫" in text(page)
    for _ in range(3):
        client.post(reverse("login"), wrong)
    locked = client.post(reverse("login"), wrong)
    assert locked.status_code == 429
    assert "請在 1 分鐘後再試" in text(locked)
    assert client.post(reverse("login"), wrong | {"password": PASSWORD}).status_code == 429
    # A colleague behind the same address still gets in.
    assert client_of().post(reverse("login"), {"username": "staff", "password": PASSWORD}).status_code == 302


def test_a_person_switched_off_cannot_log_in_and_is_logged_out_at_once(plan, cast):
    client = client_of(cast.viewer)
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert client.get(address(plan, "strategy_map")).status_code == 302
    assert client.post(reverse("login"), {"username": "viewer", "password": PASSWORD}).status_code == 200


def test_a_person_changes_their_own_password(plan, cast):
    client, new = client_of(cast.viewer), "公文處理 2016 nine words"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": "another"}
    assert client.post(reverse("password_change"), fields).status_code == 200
    response = client.post(reverse("password_change"), fields | {"new_password2": new}, follow=True)
    assert "已變更密碼" in text(response)
    cast.viewer.refresh_from_db()
    assert cast.viewer.check_password(new)


def test_a_login_begins_a_session_of_its_own(cast, client):
    """Whoever put a session into a browser beforehand does not share what comes of it."""
    client.get(reverse("login"))
    client.session.save()
    before = client.cookies["sessionid"].value
    client.post(reverse("login"), {"username": cast.viewer.username, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(cast.viewer.pk)
    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_logging_out_ends_the_session(plan, cast):
    client = client_of(cast.viewer)
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get(address(plan, "strategy_map")).status_code == 302

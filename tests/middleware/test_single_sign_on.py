"""Single sign-on: the proxy's header says who a person is; local passwords and their pages are off."""

from ipaddress import ip_network

import pytest
from django.test import Client
from django.urls import reverse

from scorecard.domain.choices import Role
from scorecard.models import Comment, User
from scorecard.services import invitations
from tests.factories import PASSWORD
from tests.page_reading import address, form_to, links, text

PASSWORD_PAGES = ("password_change", "password_change_done", "admin:password_change")
LOCAL_PAGES = ("password_reset", "password_reset_done", "password_reset_complete")


@pytest.fixture(autouse=True)
def single_sign_on(settings):
    """The settings as SSO_USER_HEADER=X-Remote-User makes them."""
    settings.SSO_USER_HEADER = "X-Remote-User"
    settings.USES_SSO = True
    settings.AUTHENTICATION_BACKENDS = ["scorecard.middleware.single_sign_on.SingleSignOnBackend"]
    place = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    middleware = list(settings.MIDDLEWARE)
    middleware.insert(place, "scorecard.middleware.single_sign_on.SingleSignOnMiddleware")
    settings.MIDDLEWARE = middleware


def named(username):
    """A client behind the proxy that names this person."""
    return Client(headers={"X-Remote-User": username})


def test_whoever_the_proxy_names_is_in(plan, cast):
    page = named("viewer").get(address(plan, "strategy_map"))
    assert page.status_code == 200
    assert "viewer 君" in text(page)
    assert reverse("password_change") not in links(page)


def test_beside_the_declared_proxy_nobody_is_named(plan, cast, settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.5")]
    page, client = address(plan, "strategy_map"), named("viewer")
    for remote, status in (("10.0.0.6", 302), ("203.0.113.7", 302), ("10.0.0.5", 200), ("", 200)):
        # A header of theirs does not help.
        answer = client.get(page, REMOTE_ADDR=remote, headers={"x-forwarded-for": "10.0.0.5"})
        assert answer.status_code == status, remote


def test_an_unknown_person_is_refused_and_not_created(plan, cast):
    before = User.objects.count()
    page = named("stranger").get(address(plan, "strategy_map"), follow=True)
    assert page.status_code == 403
    assert "「stranger」在本系統沒有啟用中的帳號" in text(page)
    assert User.objects.count() == before


def test_a_person_switched_off_is_refused(plan, cast):
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert named("viewer").get(address(plan, "strategy_map"), follow=True).status_code == 403


def test_without_the_header_nobody_is_in_even_with_a_session(plan, cast):
    client = named("viewer")
    assert client.get(address(plan, "strategy_map")).status_code == 200
    without = Client()
    without.cookies = client.cookies
    page = without.get(address(plan, "strategy_map"), follow=True)
    assert page.status_code == 403
    assert "請從機關的單一登入入口進入" in text(page)


def test_a_session_follows_the_person_that_the_proxy_names(plan, cast):
    client = named("viewer")
    client.get(address(plan, "strategy_map"))
    page = client.get(address(plan, "strategy_map"), headers={"X-Remote-User": "staff"})
    assert "staff 君" in text(page)


def test_local_passwords_open_nothing(plan, cast):
    answer = Client().post(reverse("login"), {"username": "viewer", "password": PASSWORD})
    assert answer.status_code == 403
    assert not Client().login(username="viewer", password=PASSWORD)


def test_the_pages_of_passwords_do_not_exist(cast):
    for name in PASSWORD_PAGES:
        assert named("admin").get(reverse(name)).status_code == 404, name
    for name in LOCAL_PAGES:
        assert Client().get(reverse(name)).status_code == 404, name


def test_an_invitation_is_accepted_by_the_account_that_the_proxy_names_and_by_no_other(plan, cast):
    """Neither the address nor a name that the inviter typed gives anybody's account away."""
    fields = {"agency": plan.agency, "email": "new@example.gov.tw", "name": "新同仁", "role": Role.VIEWER}
    invitation = invitations.invite(by=cast.admin, username="wang", **fields)
    url = reverse("invitation", args=[invitation.make_token()])
    for client in (Client(), named("stranger"), named("outsider")):
        assert "這份邀請給單一登入帳號「wang」" in text(client.get(url))
        assert client.post(url, {"name": "王新"}).status_code == 409
    page = named("wang").get(url)
    assert "new_password1" not in page.content.decode()
    assert named("wang").post(url, {"name": "王新"}).status_code == 302
    assert named("wang").get(address(plan, "strategy_map")).status_code == 200
    wang = User.objects.get(username="wang")
    assert (wang.email, wang.has_usable_password()) == ("new@example.gov.tw", False)


def test_an_account_of_single_sign_on_accepts_whatever_address_it_has(plan, cast):
    fields = {"agency": plan.agency, "email": "new@example.gov.tw", "name": "某", "role": Role.VIEWER}
    url = reverse("invitation", args=[invitations.invite(by=cast.admin, username="outsider", **fields).make_token()])
    assert Client().post(url, {"name": "某"}).status_code == 409
    assert named("outsider").get(address(plan, "strategy_map")).status_code == 404
    assert named("outsider").post(url).status_code == 302
    assert User.objects.get(username="outsider").email == "new@example.gov.tw"
    assert named("outsider").get(address(plan, "strategy_map")).status_code == 200


def test_a_demand_to_change_a_password_is_void(plan, cast):
    User.objects.filter(pk=cast.viewer.pk).update(must_change_password=True)
    assert named("viewer").get(address(plan, "strategy_map")).status_code == 200


def test_a_form_that_came_without_the_header_is_sent_again_once_the_proxy_names_its_person(
    open_plan, cast, kpi, submitted
):
    person, typed = Client(enforce_csrf_checks=True, headers={"X-Remote-User": "reviewer"}), "打到一半"
    comment = address(open_plan, "kpi_comment", code=kpi.code)
    page = person.get(address(open_plan, "kpi", code=kpi.code))
    nobody = Client(enforce_csrf_checks=True)
    nobody.cookies = person.cookies
    late = nobody.post(comment, form_to(page, comment).filled(text=typed))
    assert late.status_code == 403 and typed in text(late) and "從機關的單一登入入口進入" in text(late)
    again = person.post(reverse("login"), form_to(late, reverse("login")).fields)
    assert person.post(comment, form_to(again, comment).fields).status_code == 302
    assert Comment.objects.get().text == typed

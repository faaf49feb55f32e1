"""plans/…: every address that pages had before agency and year stood in it."""

from itertools import cycle

import pytest
from django.urls import resolve, reverse

from scorecard.models import Plan
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post
from tests.page_reading import address, body, client_of
from tests.web.test_urls_guarded import IN_EDITION, scene
from tests.web.urls_table import EDITION, MEMBERS, ROLES, TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
__all__ = ["scene"]

FORMER = "plans/<slug:former_slug>/<roc:year>/<path:rest>"


def former(plan, url):
    """The address that the page had."""
    return url.replace(f"/{plan.agency.slug}/", f"/plans/{plan.former_slug}/", 1)


def expected(url, method):
    """Where the former address leads: to the page, and from an act that is only looked at to the act's page."""
    path, mark, query = url.partition("?")
    match = resolve(path)
    if method != "POST" and match.view_name in PAGE_AFTER_POST:
        path = page_after_post(match.view_name, match.kwargs)
    return path + mark + query


def test_every_former_address_leads_to_its_page_by_the_same_method(scene):
    """Every route with both methods, and two roles in turn: a member and somebody else."""
    wrong, members, others = [], cycle(MEMBERS), cycle(sorted(set(ROLES) - set(MEMBERS)))
    for route in IN_EDITION:
        url = scene.url(route)
        url += f"{'&' if '?' in url else '?'}provisional=1&q=%E5%85%AC%E6%96%87"
        for method in ("GET", "POST"):
            for role in (next(members), next(others)):
                declared = TABLE[FORMER][method][role]
                answer = scene.answer(role, method, former(scene.plan, url))
                leads = answer.headers.get("Location", "")
                if answer.status_code != declared or (role in MEMBERS and leads != expected(url, method)):
                    wrong.append((role, method, url, answer.status_code, leads))
    assert wrong == []
    assert len(IN_EDITION) > 50


def test_a_stranger_meets_the_same_page_as_where_there_is_nothing(scene):
    nothing = scene.answer("outsider", "GET", "/plans/no-such-plan/105/map/")
    for url in (former(scene.plan, scene.url(f"{EDITION}map/")), f"/plans/{scene.plan.former_slug}/105/no-such-page/"):
        for method in ("GET", "HEAD", "POST", "PUT"):
            answer = scene.answer("outsider", method, url)
            assert answer.status_code == 404, (method, url)
            assert method == "HEAD" or body(answer) == body(nothing)


def test_what_never_was_is_404_for_members_too(scene):
    slug = scene.plan.former_slug
    for path in (
        "105/",
        "105/no-such-page/",
        "104/map/",
        "99/map/",
        "105/plans/x/105/map/",
        "105//map/",
        "105/../map/",
    ):
        for method in ("GET", "POST"):
            assert scene.answer("admin", method, f"/plans/{slug}/{path}").status_code == 404, path


def test_other_methods_keep_themselves_and_a_missing_slash_is_forgiven(scene):
    url = scene.url(f"{EDITION}map/")
    for method, status in (("HEAD", 301), ("PUT", 308), ("DELETE", 308)):
        answer = scene.answer("viewer", method, former(scene.plan, url))
        assert (answer.status_code, answer["Location"]) == (status, url), method
    answer = scene.answer("viewer", "GET", former(scene.plan, url).removesuffix("/"))
    assert (answer.status_code, answer["Location"]) == (301, url)


def test_a_former_address_from_a_mail_leads_through_the_login_to_the_page(plan, cast):
    Plan.objects.filter(pk=plan.pk).update(former_slug="test-plan")
    client, old = client_of(), "/plans/test-plan/105/scorecard/"
    assert client.get(old)["Location"] == f"{reverse('login')}?next={old}"
    page = client_of(cast.viewer).get(old, follow=True)
    assert page.redirect_chain == [(address(plan, "scorecard"), 301)]
    assert page.status_code == 200

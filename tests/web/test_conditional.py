"""Pages that are not built again while nothing changed, and always once something did."""

import os
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import AuditAction
from scorecard.services import audit
from scorecard.web import conditional
from scorecard.web.conditional import page_version_key
from tests.secretariat_facts import load_plan
from tests.shared_rows import layer


@layer
def plan():
    return load_plan()


@pytest.fixture(params=["strategy_map", "scorecard", "dashboard"])
def url(request, plan):
    return reverse(request.param, args=[plan.agency.slug, 2016])


def visit(client, url, etag=""):
    return client.get(url, headers={"If-None-Match": etag})


@pytest.fixture
def visited(client, cast, url):
    """The reader's client after a first visit, and the page's ETag."""
    client.force_login(cast.viewer)
    response = visit(client, url)
    assert response.status_code == 200
    return client, response["ETag"]


def test_a_repeat_visit_answers_304_in_three_queries(visited, url):
    client, etag = visited
    with CaptureQueriesContext(connection) as queries:
        response = visit(client, url, etag)
    assert response.status_code == 304
    assert response.content == b""
    assert len(queries) <= 3


def test_a_change_of_the_plan_is_seen_at_once(visited, url, plan):
    client, etag = visited
    with transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target=plan, plan=plan)
    assert visit(client, url, etag).status_code == 200


def test_a_change_of_a_division_is_seen_at_once(visited, url, plan):
    client, etag = visited
    with transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target="文書組", agency=plan.agency)
    assert visit(client, url, etag).status_code == 200


def test_another_reader_never_gets_this_readers_page(visited, url, cast):
    client, etag = visited
    client.force_login(cast.reviewer)
    assert visit(client, url, etag).status_code == 200


def test_a_changed_role_is_seen_at_once(visited, url, cast):
    client, etag = visited
    cast.viewer.memberships.update(role="reviewer")
    assert visit(client, url, etag).status_code == 200


def test_a_changed_name_of_the_reader_is_seen_at_once(visited, url, cast):
    client, etag = visited
    type(cast.viewer).objects.filter(pk=cast.viewer.pk).update(name="改名")
    assert visit(client, url, etag).status_code == 200


def test_forms_of_another_session_are_made_anew(visited, url):
    client, etag = visited
    del client.cookies["csrftoken"]
    assert visit(client, url, etag).status_code == 200


def test_the_next_day_is_seen_at_once(visited, url, monkeypatch):
    client, etag = visited
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *moment: tomorrow)
    assert visit(client, url, etag).status_code == 200


MAKES_PAGES = (
    "scorecard/a.py",
    "scorecard/views/a.py",
    "templates/a.html",
    "templates/_drawings/a.svg",
    "static/css/a.css",
    "static/js/a.js",
)


@pytest.fixture
def installed(settings, tmp_path):
    """A folder with one old file of each kind that makes pages, in place of the program's; forgotten afterwards."""
    for name in MAKES_PAGES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1_000_000_000, 1_000_000_000))
    settings.BASE_DIR = tmp_path
    page_version_key.cache_clear()
    yield tmp_path
    page_version_key.cache_clear()


def test_another_release_is_seen_at_once(visited, url, installed):
    client, etag = visited
    assert visit(client, url, etag).status_code == 200


@pytest.mark.parametrize("name", MAKES_PAGES)
def test_a_newer_file_that_makes_pages_is_another_release(installed, name):
    before = page_version_key()
    os.utime(installed / name, (1_000_000_001, 1_000_000_001))
    assert page_version_key() == before, "asked once for each process"
    page_version_key.cache_clear()
    assert page_version_key() != before


def test_another_filter_is_another_page(visited, url):
    client, etag = visited
    assert visit(client, f"{url}?provisional=1", etag).status_code == 200


def test_who_lost_the_membership_gets_404_and_not_304(visited, url, cast):
    client, etag = visited
    cast.viewer.memberships.all().delete()
    assert visit(client, url, etag).status_code == 404


@pytest.fixture
def remembering(settings):
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_a_browser_keeps_nothing_and_gets_its_page_again_in_three_queries(client, cast, url, plan, remembering):
    client.force_login(cast.viewer)
    first = client.get(url)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(url)
    assert len(queries) <= 3
    assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])
    assert (again["Cache-Control"], again["ETag"]) == ("private, no-store", first["ETag"])
    client.force_login(cast.reviewer)
    assert client.get(url).content != first.content
    client.force_login(cast.viewer)
    with transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target=plan, plan=plan)
    assert client.get(url)["ETag"] != first["ETag"]


def test_another_release_is_another_page(visited, url, monkeypatch):
    client, etag = visited
    monkeypatch.setattr(conditional, "page_version_key", lambda: "another")
    response = visit(client, url, etag)
    assert response.status_code == 200
    assert response["ETag"] != etag


def test_the_page_names_the_release_by_files_that_make_pages_and_by_no_others(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    for folder in ("scorecard", "templates", "static/js"):
        (tmp_path / folder).mkdir(parents=True)
    keys = []
    for name in ("scorecard/a.py", "templates/a.html", "templates/a.txt", "static/js/a.js"):
        (tmp_path / name).touch()
        keys.append(conditional.page_version_key.__wrapped__())
    (tmp_path / "scorecard/a.pyc").touch()
    assert len(set(keys)) == 4
    assert conditional.page_version_key.__wrapped__() == keys[-1]

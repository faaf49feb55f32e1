"""Security events: a row and a line for what matters, bounded where anybody can cause them, and without a secret."""

import json
import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from scorecard import urls
from scorecard.domain.choices import SecurityEventKind as Kind
from scorecard.domain.request_origin import Origin, current
from scorecard.domain.secret_links import without_secrets
from scorecard.models import SecurityEvent
from scorecard.services import logins, security_events
from scorecard.services.security_events import record
from tests import factories
from tests.page_reading import address, client_of

pytestmark = pytest.mark.django_db
PERSON = "203.0.113.7"


@pytest.fixture
def origin():
    """As inside a request."""
    token = current.set(Origin(PERSON, "0123456789abcdef"))
    yield
    current.reset(token)


def stored():
    """(kind, account, slugs of agencies, times) of every row, the oldest first."""
    rows = SecurityEvent.objects.listed().reverse()
    return [(row.kind, row.account, [agency.slug for agency in row.agencies.all()], row.times) for row in rows]


@pytest.fixture
def lines(django_capture_on_commit_callbacks, caplog):
    """Run a function, and return the lines that it writes."""
    caplog.set_level("INFO", "scorecard.security")
    security_events.lines.addHandler(caplog.handler)

    def run(function, *arguments, **named):
        with django_capture_on_commit_callbacks(execute=True):
            function(*arguments, **named)
        return [record.getMessage() for record in caplog.records if record.name == "scorecard.security"]

    yield run
    security_events.lines.removeHandler(caplog.handler)


def test_an_event_is_a_row_and_a_line_of_json(cast, plan, origin, lines):
    (line,) = lines(record, Kind.ROLE_CHANGED, by=cast.admin, target="王○○：填報 → 管理\nforged line\u2028x")
    row = SecurityEvent.objects.get()
    assert json.loads(line) == {
        "at": row.at.isoformat(timespec="milliseconds"),
        "event": "role_changed",
        "account": "admin",
        "user": cast.admin.pk,
        "agencies": [plan.agency.slug],
        "address": PERSON,
        "request_id": "0123456789abcdef",
        "target": "王○○：填報 → 管理\nforged line\u2028x",
    }
    assert line.isascii() and "\n" not in line
    assert (row.address, row.request_id, stored()) == (
        PERSON,
        "0123456789abcdef",
        [("role_changed", "admin", [plan.agency.slug], 1)],
    )


def test_the_same_again_is_counted_for_an_hour_in_one_row(cast, origin, lines, monkeypatch):
    for _ in range(3):
        written = lines(record, Kind.LOGIN_FAILED, account="STAFF")
    assert len(written) == 3
    record(Kind.LOGIN_FAILED, account="viewer")
    assert [(account, times) for _, account, _, times in stored()] == [("staff", 3), ("viewer", 1)]
    later = timezone.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    record(Kind.LOGIN_FAILED, account="staff")
    assert [(account, times) for _, account, _, times in stored()] == [("staff", 3), ("viewer", 1), ("staff", 1)]


def test_a_name_that_is_no_account_is_not_kept_since_it_may_be_a_password(cast, lines):
    written = lines(record, Kind.LOGIN_FAILED, account="My secret 密碼 words")
    written = lines(record, Kind.LOGIN_FAILED, account="My secret 密碼 words")
    ((_, account, agencies, times),) = stored()
    assert (agencies, times) == ([], 2)
    assert account.startswith("不明帳號 ") and "secret" not in account
    assert "secret" not in "".join(written)
    record(Kind.LOGIN_FAILED, account="\x00" * 400)
    assert len(stored()) == 2


def test_failed_logins_fill_no_more_than_their_rows_an_hour(cast, monkeypatch):
    monkeypatch.setattr(security_events, "MAX_ANONYMOUS_AN_HOUR", 3)
    for number in range(7):
        record(Kind.LOGIN_FAILED, account=f"guess {number}")
    record(Kind.LOCKED_OUT, account="guess 8")
    rows = stored()
    assert len(rows) == 5
    assert rows[3] == ("login_failed", "（其他）", [], 4)
    assert rows[4] == ("locked_out", "（其他）", [], 1)


def test_one_persons_denials_are_bounded_and_hide_nobody_elses(cast, plan, monkeypatch):
    monkeypatch.setattr(security_events, "MAX_DENIALS_AN_HOUR", 2)
    for number in range(5):
        record(Kind.DENIED, by=cast.viewer, target=f"/{number}")
    record(Kind.DENIED, by=cast.staff, target="/0")
    assert stored() == [
        ("denied", "viewer", [plan.agency.slug], 1),
        ("denied", "viewer", [plan.agency.slug], 1),
        ("denied", "viewer", [plan.agency.slug], 3),
        ("denied", "staff", [plan.agency.slug], 1),
    ]


def test_a_rolled_back_change_leaves_neither_row_nor_line(cast, lines):
    def change():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(Kind.ROLE_CHANGED, by=cast.admin)
            raise ZeroDivisionError

    assert lines(change) == []
    assert stored() == []


def test_what_may_be_lost_fails_nobody_and_still_leaves_its_line(cast, lines, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(SecurityEvent, "save", fail)
    with pytest.raises(DatabaseError):
        record(Kind.INVITED, by=cast.admin)
    written = lines(record, Kind.EXPORTED, by=cast.viewer, target="/x", may_be_lost=True)
    assert [json.loads(line)["event"] for line in written] == ["exported"]


def test_old_events_are_pruned_and_others_stay(cast, settings, monkeypatch):
    settings.SECURITY_EVENT_DAYS = 10
    monkeypatch.setattr(security_events, "PRUNED_AT_ONCE", 2)
    for _ in range(5):
        record(Kind.LOGGED_IN, by=cast.viewer)
    record(Kind.DENIED, by=cast.viewer)
    SecurityEvent.objects.update(at=timezone.now() - timedelta(days=11))
    SecurityEvent.objects.filter(kind=Kind.LOGGED_IN).update(last_at=timezone.now() - timedelta(days=11))
    assert security_events.prune(now=timezone.now()) == 5
    assert [kind for kind, *_ in stored()] == ["denied"]


# At the doors


def test_logins_log_outs_failures_and_lock_outs(cast, plan, settings):
    settings.LOCK_ACCOUNTS = True
    client, url = client_of(), reverse("login")
    for _ in range(6):
        client.post(url, {"username": "Viewer", "password": "not the secret"}, REMOTE_ADDR=PERSON)
    failed, locked = SecurityEvent.objects.order_by("pk")
    # The fifth is the last that is tried; it and what follows meets the lock.
    assert (failed.kind, failed.account, failed.times, failed.address) == ("login_failed", "viewer", 5, PERSON)
    assert (locked.kind, locked.account, locked.times) == ("locked_out", "viewer", 2)
    logins.unlock(user=cast.viewer)
    client.post(url, {"username": "staff", "password": factories.PASSWORD})
    client.post(reverse("password_change"), {"old_password": "not the secret"})
    client.post(reverse("logout"))
    client.post(reverse("logout"))
    agency = [plan.agency.slug]
    assert stored()[2:] == [
        ("unlocked", "viewer", agency, 1),
        ("logged_in", "staff", agency, 1),
        ("login_failed", "staff", agency, 1),
        ("logged_out", "staff", agency, 1),
    ]
    assert "secret" not in "".join(str(row) for row in SecurityEvent.objects.values_list())


def test_refusals_and_files_are_events_of_the_person_who_asks(cast, open_plan, kpi):
    (evidence,) = factories.attach(cast.staff, kpi)
    outsider, viewer = client_of(cast.outsider), client_of(cast.viewer)
    SecurityEvent.objects.all().delete()
    file = address(open_plan, "evidence_file", token=evidence.token)
    outsider.get(file + "?x=secret")
    outsider.get("/no/such/page")
    viewer.get(address(open_plan, "review"))
    viewer.get(address(open_plan, "dashboard"))
    assert b"".join(viewer.get(file).streaming_content)
    viewer.head(file)
    viewer.get(address(open_plan, "scores_json"))
    client_of().get(file)
    client_of(enforce_csrf_checks=True).post(reverse("login"))
    rows = SecurityEvent.objects.order_by("pk").values_list("kind", "account", "target")
    assert list(rows) == [
        ("denied", "outsider", file),
        ("denied", "viewer", address(open_plan, "review")),
        ("evidence", "viewer", file),
        ("exported", "viewer", address(open_plan, "scores_json")),
    ]
    # The other agency's people are not named to this one.
    assert [agencies for _, _, agencies, _ in stored()[:1]] != [[open_plan.agency.slug]]


def test_the_token_of_a_link_is_in_no_event_and_no_line(cast):
    """Not even where the link is spoiled, so that it leads to no page, or comes from another host or page."""
    token, out = "c5x-1234567890abcdef1234567890abcdef", StringIO()
    at_another_page = {"referer": f"https://elsewhere.example/account/unlock/{token}/"}
    (handler,) = (each for each in logging.getLogger().handlers if each.name == "console")
    stream = handler.setStream(out)
    try:
        client = client_of(cast.viewer, enforce_csrf_checks=True)
        missing = client.get(f"/account/invitations/{token}/")
        refused = client.post(f"/account/set-password/MQ/{token}/")
        client.post("/account/login/", headers=at_another_page, secure=True)
        client.get(f"/account/invitations/{token}/", headers={"host": "elsewhere.example"})
        client.get(f"/account/unlock/{token}/?x=%00")
        for part in ("invitations", "Unlock", "invitations/", "set-password/MQ", "set-password/MQ/"):
            assert client.get(f"/account/{part}/{token}/x/").status_code == 404
        client.get(f"/account/set-password/{token}/")
    finally:
        handler.setStream(stream)
    denied = SecurityEvent.objects.filter(kind=Kind.DENIED).order_by("pk").values_list("target", flat=True)
    assert list(denied) == ["/account/invitations/…/", "/account/set-password/MQ/…/", "/account/login/"]
    assert (missing.status_code, refused.status_code) == (404, 403)
    # Django writes the first when every middleware is done, the second inside.
    assert f"{missing['X-Request-ID']} Not Found: /account/invitations/…/" in out.getvalue()
    assert f"{refused['X-Request-ID']} Forbidden (CSRF token missing.): /account/set-password/MQ/…/" in out.getvalue()
    lines = out.getvalue()
    assert token not in lines
    for word in ("Referer checking failed - https://elsewhere.example/account/unlock/…/", " : /account/unlock/…/"):
        assert word in lines
    assert not SecurityEvent.objects.filter(target__contains=token).exists()


def test_every_address_with_a_secret_is_known_as_one():
    routes = [str(page.pattern) for page in urls.account if "<str:token>" in str(page.pattern)]
    assert len(routes) == 4
    for route in routes:
        path = "/account/" + route.replace("<str:token>", "secret").replace("<str:uidb64>", "MQ")
        assert "secret" not in without_secrets(path)
    assert without_secrets("/agencies/a/invitations/12/again/") == "/agencies/a/invitations/12/again/"


def test_a_download_does_not_need_its_event(cast, open_plan, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    viewer = client_of(cast.viewer)
    monkeypatch.setattr(SecurityEvent, "save", fail)
    assert viewer.get(address(open_plan, "scores_json")).status_code == 200

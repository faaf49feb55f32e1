"""Logging in: wrong passwords slow down and shut nobody out, devices are known, and people see and end their logins."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scorecard.models import LoginFailures, LoginSession, OutgoingMail, User
from scorecard.services import background, devices, logins
from tests.factories import PASSWORD
from tests.page_reading import body, client_of, form_to, forms, text

pytestmark = pytest.mark.every_database

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
OFFICE = "192.0.2.7"


@pytest.fixture
def viewer(cast):
    """The viewer, who can be written to."""
    User.objects.filter(pk=cast.viewer.pk).update(email="viewer@example.gov.tw")
    cast.viewer.refresh_from_db()
    return cast.viewer


def browser(address=OFFICE):
    return Client(REMOTE_ADDR=address, headers={"user-agent": FIREFOX})


def log_in(client, password=PASSWORD, username="viewer"):
    return client.post(reverse("login"), {"username": username, "password": password})


def attack(times=5, username="viewer", address="198.51.100.9"):
    """The statuses of so many wrong passwords of somebody without a cookie."""
    return [log_in(browser(address), "wrong", username).status_code for _ in range(times)]


def known_browser(address=OFFICE):
    """A browser in which the viewer has logged in and out."""
    client = browser(address)
    assert log_in(client).status_code == 302
    client.post(reverse("logout"))
    return client


def wait(minutes):
    """As if so many minutes had passed."""
    for row in LoginFailures.objects.exclude(wait_until=None):
        LoginFailures.objects.filter(pk=row.pk).update(wait_until=row.wait_until - timedelta(minutes=minutes))


# A lock-out is no weapon


def test_anonymous_requests_never_shut_the_owner_out_of_a_known_device(viewer):
    owner = known_browser()
    assert attack(5) == [200, 200, 200, 200, 429]
    assert attack(20) == [429] * 20
    assert log_in(owner).status_code == 302


def test_from_an_unknown_device_each_further_failure_doubles_the_wait_up_to_fifteen_minutes(viewer):
    attack(5)
    waits = []
    for _ in range(6):
        answer = log_in(browser(), "wrong")
        waits.append(round(int(answer["Retry-After"]) / 60))
        assert f"{waits[-1]} 分鐘" in text(answer)
        wait(minutes=15)
        log_in(browser("203.0.113.1"), "wrong")
    assert waits == [1, 2, 4, 8, 15, 15]
    wait(minutes=15)
    assert log_in(browser()).status_code == 302
    assert not LoginFailures.objects.exclude(wait_until=None).exists()


def test_a_known_device_has_its_own_five_tries_and_then_waits_fifteen_minutes(viewer):
    owner = known_browser()
    assert [log_in(owner, "wrong").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert log_in(owner).status_code == 429
    wait(minutes=14)
    assert log_in(owner).status_code == 429
    wait(minutes=2)
    assert [log_in(owner, "wrong").status_code for _ in range(2)] == [200, 200]
    assert log_in(owner).status_code == 302


def test_a_setting_locks_the_account_for_fifteen_minutes_on_every_device(viewer, settings):
    owner = known_browser()
    settings.LOCK_ACCOUNTS = True
    assert attack(5)[-1] == 429
    refused = log_in(owner)
    assert refused.status_code == 429 and "您以前登入過的電腦" not in text(refused)
    wait(minutes=14)
    assert log_in(owner).status_code == 429
    wait(minutes=2)
    assert log_in(owner).status_code == 302


def test_one_address_that_tries_many_accounts_is_slowed_down_and_known_devices_there_are_not(viewer, cast):
    """A right password of one's own does not clear the address."""
    address = "198.51.100.9"
    owner = known_browser(address)
    attack(1, "nobody")
    LoginFailures.objects.update(count=47)
    assert [attack(1, f"nobody{number}")[0] for number in range(2)] == [200, 200]
    assert log_in(browser(address)).status_code == 302
    # The owner of the account that came last hears nothing of it.
    assert attack(1) == [429] and not OutgoingMail.objects.filter(key__startswith="waiting").exists()
    assert [attack(1, f"somebody{number}")[0] for number in range(3)] == [429] * 3
    assert log_in(browser(address), username="staff").status_code == 429
    assert log_in(browser(), username="staff").status_code == 302
    assert log_in(owner).status_code == 302


def test_a_device_cookie_is_forged_by_nobody_and_serves_only_its_account(viewer, cast):
    owner = known_browser()
    cookie = owner.cookies[devices.COOKIE].value
    for forged in ("", "x", cookie[:-2], f"{cookie}x"):
        assert devices.known_device(cookie=forged, username="viewer") == ""
    assert devices.known_device(cookie=cookie, username="viewer") != ""
    assert devices.known_device(cookie=cookie, username="staff") == ""
    attack(5, "staff")
    assert log_in(owner, username="staff").status_code == 429


def test_names_of_any_length_and_case_are_counted_and_the_table_holds_none_of_them(viewer):
    for name in ("x" * 300, "ＶＩＥＷＥＲ", "Viewer", "a\u0000b", "😀", "viewer "):
        assert log_in(browser(), "wrong", name).status_code == 200
    assert sorted(LoginFailures.objects.values_list("count", flat=True))[-2:] == [3, 5]
    assert [field.name for field in LoginFailures._meta.fields] == ["slot", "count", "since", "wait_until"]


def test_counts_older_than_a_day_go(viewer):
    attack(3)
    LoginFailures.objects.update(since=timezone.now() - timedelta(hours=25))
    attack(1, "nobody", OFFICE)
    assert list(LoginFailures.objects.values_list("count", flat=True)) == [1, 1]


# Known and unknown names


def test_known_unknown_and_disabled_names_are_answered_alike_with_the_same_work(viewer, cast, monkeypatch):
    """The same queries, and one password hashed; what differs is done while the answer goes out."""
    User.objects.filter(pk=cast.staff.pk).update(is_active=False)
    invited = User.objects.create(username="invited", password=hashers.make_password(None))
    later, hashed = [], []
    monkeypatch.setattr(background, "in_background", later.append)
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given))
    answers = {}
    for name in ("viewer", "nobody", "staff", invited.username):
        for number in range(6):
            hashed.clear()
            with CaptureQueriesContext(connection) as queries:
                answer = log_in(browser(f"198.51.100.{len(answers)}"), "wrong", name)
            page = (answer.status_code, body(answer).replace(f'value="{name}"', ""), answer.get("Retry-After"))
            answers[name, number] = (page, len(queries), len(hashed))
    for (name, number), answer in answers.items():
        assert answer == answers["viewer", number], (name, number)
    for tell in later:
        tell()
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == [viewer.pk]


# Mails


def test_the_owner_hears_of_a_wait_once_a_day_and_can_end_it_by_the_link_in_the_mail(
    viewer, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        attack(5)
        wait(minutes=15)
        attack(3)
    (sent,) = mail.outbox
    assert sent.to == ["viewer@example.gov.tw"] and "198.51.100.9" in sent.body
    link = re.search(r"/account/unlock/\S+/", sent.body)[0]
    assert link not in OutgoingMail.objects.get().body
    owner = browser()
    assert log_in(owner).status_code == 429
    page = owner.get(link)
    assert "viewer" in text(page) and log_in(owner).status_code == 429
    assert owner.post(link, form_to(page).filled()).status_code == 302
    assert owner.get(link).status_code == 404 and owner.post(link).status_code == 404
    # The attack goes on; this browser is the owner's now.
    assert attack(6)[-1] == 429
    assert log_in(owner).status_code == 302
    assert owner.get(link).status_code == 404


def test_an_unlock_link_is_for_its_account_and_for_a_day(viewer, cast, settings, monkeypatch):
    attack(5)
    token = logins.mail.unlock_links.make_token(viewer)
    assert client_of().get(reverse("unlock", args=[token])).status_code == 200
    assert client_of().get(reverse("unlock", args=[token[:-1]])).status_code == 404
    monkeypatch.setattr(logins.mail.unlock_links, "SECONDS", -1)
    assert client_of().get(reverse("unlock", args=[token])).status_code == 404


def test_a_login_from_a_new_device_is_told_and_one_from_a_known_device_is_not(
    viewer, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        owner = known_browser()
    # The first login of all.
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        log_in(owner)
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        log_in(browser("203.0.113.5"))
    (sent,) = mail.outbox
    assert "新的瀏覽器" in sent.subject
    assert "Firefox（Windows）" in sent.body and "203.0.113.5" in sent.body and PASSWORD not in sent.body


# One's own logins


def test_a_person_sees_their_own_logins_and_nobody_elses(viewer, cast):
    here, elsewhere = browser(), browser("203.0.113.5")
    log_in(here)
    log_in(elsewhere)
    log_in(browser("203.0.113.99"), username="outsider")
    page = here.get(reverse("logins"))
    assert text(page).count("Firefox（Windows）") == 2
    assert OFFICE in text(page) and "203.0.113.5" in text(page) and "203.0.113.99" not in text(page)
    shown = page.content.decode()
    assert not any(key in shown for key in LoginSession.objects.values_list("session_key", flat=True))


def test_log_out_elsewhere_ends_every_other_login_and_forgets_the_devices(viewer, cast):
    here, elsewhere, stranger = browser(), browser(), browser()
    log_in(here)
    log_in(elsewhere)
    log_in(stranger, username="outsider")
    stolen = elsewhere.cookies[devices.COOKIE].value
    assert here.post(reverse("logins_end_others")).status_code == 302
    assert elsewhere.get(reverse("logins")).status_code == 302
    assert here.get(reverse("logins")).status_code == 200 and stranger.get(reverse("logins")).status_code == 200
    assert devices.known_device(cookie=stolen, username="viewer") == ""
    assert devices.known_device(cookie=here.cookies[devices.COOKIE].value, username="viewer") != ""


def test_one_login_is_ended_by_its_owner_alone(viewer, cast):
    here, elsewhere, stranger = browser(), browser(), browser()
    log_in(here)
    log_in(elsewhere)
    log_in(stranger, username="outsider")
    (end,) = [form.action for form in forms(here.get(reverse("logins"))) if form.action.endswith("/end/")]
    assert stranger.post(end).status_code == 404
    assert elsewhere.get(reverse("logins")).status_code == 200
    assert here.post(end).status_code == 302
    assert elsewhere.get(reverse("logins")).status_code == 302
    assert here.post(end).status_code == 404


# How long a login lasts


def aged(client, **login):
    """The client's session with other times of login or last use."""
    session = client.session
    session["login"] = session["login"] | login
    session.save()


def test_a_login_ends_after_eight_hours_however_much_it_is_used(viewer):
    client, now = client_of(viewer), timezone.now().timestamp()
    aged(client, at=now - 8 * 3600 + 60)
    assert client.get(reverse("logins")).status_code == 200
    aged(client, at=now - 8 * 3600 - 1)
    assert client.get(reverse("logins"))["Location"].startswith(reverse("login"))
    assert not LoginSession.objects.filter(user=viewer).exists()


def test_a_login_ends_after_an_hour_without_use_and_use_prolongs_it(viewer, settings):
    assert settings.SESSION_COOKIE_AGE == 3600
    client = client_of(viewer)
    soon = timezone.now() + timedelta(minutes=5)
    aged(client, seen=timezone.now().timestamp() - 61)
    LoginSession.objects.update(expire_date=soon)
    client.get(reverse("logins"))
    assert LoginSession.objects.get().expire_date > soon + timedelta(minutes=50)
    LoginSession.objects.update(expire_date=timezone.now())
    assert client.get(reverse("logins"))["Location"].startswith(reverse("login"))


def test_the_nightly_command_removes_logins_that_ended(viewer, cast):
    client_of(viewer)
    LoginSession.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    client_of(cast.admin)
    call_command("clearsessions")
    assert [session.user for session in LoginSession.objects.all()] == [cast.admin]


def test_a_page_writes_nothing_within_a_minute_of_the_last(viewer):
    client = client_of(viewer)
    client.get(reverse("logins"))
    before = LoginSession.objects.values().get()
    client.get(reverse("logins"))
    assert LoginSession.objects.values().get() == before

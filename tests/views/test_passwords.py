"""Passwords as the baseline for government systems asks: length, history, age, initial ones, forgotten ones."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import MailKind
from scorecard.models import AuditEvent, LoginFailures, LoginSession, OutgoingMail, PasswordRecord, User
from scorecard.services import background
from scorecard.services.passwords import set_own_password
from tests import factories
from tests.factories import PASSWORD
from tests.page_reading import address, body, client_of, form_to, text

GOOD = ("公文處理 one of three", "總務採購 two of three", "人事差勤 three of all", "資訊安全 four of all")


@pytest.fixture
def viewer(cast):
    """The viewer, who can be written to."""
    User.objects.filter(pk=cast.viewer.pk).update(email="Viewer@example.gov.tw")
    cast.viewer.refresh_from_db()
    return cast.viewer


def change(client, old, new):
    """Send the form of one's own password."""
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("password_change"), fields)


def grown_up(user):
    """The person's passwords, set two days earlier."""
    for record in user.password_records.all():
        user.password_records.filter(pk=record.pk).update(set_at=record.set_at - timedelta(days=2))


WEAK = [
    "short-one-1",
    "123456789012345",
    "qwerty123456",
    "viewer@example.gov.tw",
    "P@ssw0rd!2026",
    "臺北市政府 2026-105",
]


@pytest.mark.parametrize("weak", WEAK)
def test_a_password_that_is_short_common_or_like_the_account_is_refused(viewer, weak):
    assert change(client_of(viewer), PASSWORD, weak).status_code == 200
    viewer.refresh_from_db()
    assert viewer.check_password(PASSWORD)


def test_a_new_password_stays_a_day_unless_it_was_demanded(viewer):
    client = client_of(viewer)
    assert change(client, PASSWORD, GOOD[0]).status_code == 302
    refused = change(client, GOOD[0], GOOD[1])
    assert "密碼設定後 1 天內不能再變更，請於" in text(refused) and "「忘記密碼」" in text(refused)
    User.objects.filter(pk=viewer.pk).update(must_change_password=True)
    assert change(client, GOOD[0], GOOD[1]).status_code == 302
    grown_up(viewer)
    assert change(client, GOOD[1], GOOD[2]).status_code == 302


@pytest.mark.parametrize(("days", "limit", "changes"), [(91, 90, True), (89, 90, False), (9999, 0, False)])
def test_a_password_older_than_the_setting_is_changed_at_the_next_login(viewer, settings, days, limit, changes):
    settings.PASSWORD_MAX_DAYS = limit
    User.objects.filter(pk=viewer.pk).update(date_joined=timezone.now() - timedelta(days=days))
    client = client_of()
    client.post(reverse("login"), {"username": "viewer", "password": PASSWORD})
    page = client.get(reverse("logins"), follow=True)
    assert (f"您的密碼已使用超過 {limit} 天" in text(page)) == changes
    assert not changes or change(client, PASSWORD, GOOD[0])["Location"] == reverse("password_change_done")
    assert client.get(reverse("logins")).status_code == 200


def test_whoever_finds_a_browser_open_has_five_tries_at_the_old_password(viewer):
    client = client_of(viewer)
    for _ in range(5):
        assert "舊密碼" in text(change(client, "wrong", GOOD[0]))
    refused = change(client, PASSWORD, GOOD[0])
    assert "舊密碼連續錯誤多次，請於" in text(refused)
    viewer.refresh_from_db()
    assert viewer.check_password(PASSWORD)
    LoginFailures.objects.update(wait_until=timezone.now())
    assert change(client, PASSWORD, GOOD[0]).status_code == 302


def test_a_changed_password_is_told_by_mail_and_ends_the_other_logins(viewer, django_capture_on_commit_callbacks):
    here, elsewhere = client_of(viewer), client_of(viewer)
    with django_capture_on_commit_callbacks(execute=True):
        change(here, PASSWORD, GOOD[0])
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["Viewer@example.gov.tw"], "【帳號安全】平衡計分卡的密碼已變更")
    assert GOOD[0] not in sent.body and reverse("password_reset") in sent.body
    assert here.get(reverse("logins")).status_code == 200
    assert elsewhere.get(reverse("logins")).status_code == 302
    assert [session.user for session in LoginSession.objects.all()] == [viewer]


def test_the_last_three_passwords_do_not_come_back_and_the_fourth_may(viewer):
    client, old = client_of(viewer), PASSWORD
    for new in GOOD[:3]:
        assert change(client, old, new).status_code == 302
        grown_up(viewer)
        old = new
    for again in GOOD[:3]:
        refused = change(client, old, again)
        assert "不可與最近 3 次使用過的密碼相同" in text(refused)
    assert change(client, old, PASSWORD).status_code == 302
    assert viewer.password_records.count() == 3


def test_a_password_from_before_the_records_does_not_come_back_either(viewer):
    assert not PasswordRecord.objects.exists()
    assert "不可與最近 3 次" in text(change(client_of(viewer), PASSWORD, PASSWORD))


def test_only_hashes_are_kept_and_the_event_tells_no_password(viewer):
    change(client_of(viewer), PASSWORD, GOOD[0])
    record, event = PasswordRecord.objects.get(), AuditEvent.objects.first()
    assert GOOD[0] not in record.password and record.password.startswith("md5$")
    assert (event.actor, event.target, event.changes[0]["new"]) == (viewer, str(viewer), "本人已變更")


def test_a_password_that_must_be_changed_is_changed_before_anything_else_is_reachable(plan, cast):
    User.objects.filter(pk=cast.viewer.pk).update(must_change_password=True)
    client = client_of(User.objects.get(pk=cast.viewer.pk))
    for wanted in (address(plan, "strategy_map"), reverse("home"), address(plan, "plan_json")):
        assert client.get(wanted)["Location"] == reverse("password_change")
    assert client.post(address(plan, "kpi_comment", code="AC1.1"), {"text": "x"})["Location"] == (
        reverse("password_change")
    )
    assert "請先變更密碼，才能使用其他頁面" in text(client.get(reverse("password_change")))
    assert change(client, PASSWORD, GOOD[1])["Location"] == reverse("password_change_done")
    assert client.get(address(plan, "strategy_map")).status_code == 200


def test_whoever_must_change_their_password_can_log_out(cast):
    User.objects.filter(pk=cast.viewer.pk).update(must_change_password=True)
    assert client_of(cast.viewer).post(reverse("logout"))["Location"] == reverse("login")


# Forgotten


def ask(email):
    """Ask for a new password."""
    client = client_of()
    form = form_to(client.get(reverse("password_reset")))
    return client.post(reverse("password_reset"), form.filled(email=email), follow=True)


def test_known_and_unknown_addresses_are_answered_alike_with_the_same_work(viewer, cast, monkeypatch):
    """Whether there is an account is looked up while the answer goes out."""
    User.objects.filter(pk=cast.staff.pk).update(email="off@example.gov.tw", is_active=False)
    later, work = [], set()
    monkeypatch.setattr(background, "in_background", later.append)
    answers = {}
    for email in ("viewer@example.gov.tw", "nobody@example.gov.tw", "off@example.gov.tw"):
        with CaptureQueriesContext(connection) as queries:
            answers[email] = ask(email)
        work.add(len(queries))
    assert len({(body(answer), tuple(answer.redirect_chain)) for answer in answers.values()}) == 1
    assert len(work) == 1 and not OutgoingMail.objects.exists()
    for look_up in later:
        look_up()
    assert list(OutgoingMail.objects.values_list("recipient", "kind")) == [(viewer.pk, MailKind.PASSWORD)]


def test_the_mails_link_sets_a_password_once_and_is_kept_nowhere(viewer, django_capture_on_commit_callbacks, settings):
    User.objects.filter(pk=viewer.pk).update(must_change_password=True)
    with django_capture_on_commit_callbacks(execute=True):
        ask("viewer@example.gov.tw")
    (sent,) = mail.outbox
    link = re.search(rf"{settings.SITE_URL}(/account/set-password/\S+)", sent.body)[1]
    assert link not in OutgoingMail.objects.get().body
    client = client_of()
    form_page = client.get(link, follow=True)
    target = form_page.redirect_chain[-1][0]
    filled = form_to(form_page).filled(new_password1=GOOD[0], new_password2=GOOD[0])
    assert "已設定密碼" in text(client.post(target, filled, follow=True))
    viewer.refresh_from_db()
    assert viewer.check_password(GOOD[0]) and not viewer.must_change_password
    assert "連結已失效" in text(client_of().get(link, follow=True))


def test_however_often_somebody_asks_one_mail_is_sent_in_ten_minutes(viewer):
    for _ in range(5):
        ask("viewer@example.gov.tw")
    assert OutgoingMail.objects.count() <= 2


def test_a_link_holds_three_days(viewer, django_capture_on_commit_callbacks, settings):
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 3600
    with django_capture_on_commit_callbacks(execute=True):
        ask("viewer@example.gov.tw")
    link = re.search(r"/account/set-password/\S+", mail.outbox[0].body)[0]
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "連結已失效" in text(client_of().get(link, follow=True))


def test_a_service_keeps_the_history_too(viewer):
    set_own_password(by=viewer, password=GOOD[0])
    assert viewer.password_records.count() == 1
    assert factories.User.objects.get(pk=viewer.pk).check_password(GOOD[0])

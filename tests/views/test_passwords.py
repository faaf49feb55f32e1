"""Passwords as the baseline for government systems asks: length, history, initial ones, lockout, forgotten ones."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import MailKind
from scorecard.models import AuditEvent, OutgoingMail, PasswordRecord, User
from scorecard.services.passwords import set_own_password
from tests import factories
from tests.admin.form_data import page, send
from tests.factories import PASSWORD
from tests.page_reading import address, body, client_of, form_to, forms, text

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


@pytest.mark.parametrize("weak", ["short-one-1", "123456789012345", "qwerty123456", "viewer@example.gov.tw"])
def test_a_password_that_is_short_common_or_like_the_account_is_refused(viewer, weak):
    assert change(client_of(viewer), PASSWORD, weak).status_code == 200
    viewer.refresh_from_db()
    assert viewer.check_password(PASSWORD)


def test_the_last_three_passwords_do_not_come_back_and_the_fourth_may(viewer):
    client, old = client_of(viewer), PASSWORD
    for new in GOOD[:3]:
        assert change(client, old, new).status_code == 302
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


def test_a_password_set_by_an_admin_is_changed_before_anything_else_is_reachable(plan, cast):
    url = page("user_change", cast.viewer).replace("change/", "password/")
    admin = client_of(cast.admin)
    form = next(form for form in forms(admin.get(url)) if "password1" in form.fields)
    admin.post(url, form.filled(password1=GOOD[0], password2=GOOD[0]))
    client = client_of(User.objects.get(pk=cast.viewer.pk))
    for wanted in (address(plan, "strategy_map"), reverse("home"), address(plan, "plan_json")):
        assert client.get(wanted)["Location"] == reverse("password_change")
    assert client.post(address(plan, "kpi_comment", code="AC1.1"), {"text": "x"})["Location"] == (
        reverse("password_change")
    )
    assert "密碼由管理者設定" in text(client.get(reverse("password_change")))
    assert change(client, GOOD[0], GOOD[1])["Location"] == reverse("password_change_done")
    assert client.get(address(plan, "strategy_map")).status_code == 200


def test_whoever_must_change_their_password_can_log_out(cast):
    User.objects.filter(pk=cast.viewer.pk).update(must_change_password=True)
    assert client_of(cast.viewer).post(reverse("logout"))["Location"] == reverse("login")


def test_a_new_accounts_password_is_initial_but_an_admins_own_is_not(cast):
    fields = {"username": "newcomer", "name": "新同仁", "password1": GOOD[0], "password2": GOOD[0]}
    send(client_of(cast.admin), page("user_add"), **fields)
    assert User.objects.get(username="newcomer").must_change_password
    own = page("user_change", cast.superuser).replace("change/", "password/")
    operator = client_of(cast.superuser)
    form = next(form for form in forms(operator.get(own)) if "password1" in form.fields)
    operator.post(own, form.filled(password1=GOOD[1], password2=GOOD[1]))
    cast.superuser.refresh_from_db()
    assert cast.superuser.check_password(GOOD[1]) and not cast.superuser.must_change_password


def test_demo_accounts_keep_the_password_they_share(cast):
    User.objects.filter(pk=cast.viewer.pk).update(is_demo=True)
    url = page("user_change", cast.viewer).replace("change/", "password/")
    admin = client_of(cast.admin)
    form = next(form for form in forms(admin.get(url)) if "password1" in form.fields)
    admin.post(url, form.filled(password1=GOOD[0], password2=GOOD[0]))
    assert not User.objects.get(pk=cast.viewer.pk).must_change_password


def test_five_failures_lock_an_account_for_fifteen_minutes_and_no_longer(cast):
    client, wrong = client_of(), {"username": "viewer", "password": "wrong"}
    answers = [client.post(reverse("login"), wrong).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    right = wrong | {"password": PASSWORD}
    for minutes, status in ((14, 429), (16, 302)):
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes))
        assert client_of().post(reverse("login"), right).status_code == status, minutes


# Forgotten


def ask(email):
    """Ask for a new password."""
    client = client_of()
    form = form_to(client.get(reverse("password_reset")))
    return client.post(reverse("password_reset"), form.filled(email=email), follow=True)


def test_known_and_unknown_addresses_are_answered_alike(viewer, cast):
    User.objects.filter(pk=cast.staff.pk).update(email="off@example.gov.tw", is_active=False)
    answers = {email: ask(email) for email in ("viewer@example.gov.tw", "nobody@example.gov.tw", "off@example.gov.tw")}
    assert len({(body(answer), tuple(answer.redirect_chain)) for answer in answers.values()}) == 1
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

"""The page behind an invitation's link, as its owner, somebody else and nobody meet it."""

import re
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.urls import reverse

from scorecard.domain.choices import Role
from scorecard.models import Invitation, User
from scorecard.services import invitations
from tests import factories
from tests.page_reading import client_of, form_to, forms, text, told
from tests.services.rows import nothing_written

EMAIL, GOOD = "new@example.gov.tw", "公文處理 nine words"


@pytest.fixture
def invitation(cast, plan):
    """Somebody is to view the plan's agency."""
    return invitations.invite(by=cast.admin, agency=plan.agency, email=EMAIL, name="新同仁", role=Role.VIEWER)


@pytest.fixture
def url(invitation):
    """The link of the mail."""
    return reverse("invitation", args=[invitation.make_token()])


def filled(page, password=GOOD):
    """The form of a new account."""
    return next(form for form in forms(page) if "new_password1" in form.fields).filled(
        new_password1=password, new_password2=password
    )


def test_the_link_is_in_the_mail_alone_and_lets_its_reader_in(cast, plan, django_capture_on_commit_callbacks, settings):
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite(by=cast.admin, agency=plan.agency, email=EMAIL, name="新同仁", role=Role.VIEWER)
    (sent,) = django_mail.outbox
    assert sent.to == [EMAIL]
    link = re.search(rf"{settings.SITE_URL}(/account/invitations/\S+)", sent.body)[1]
    client = client_of()
    page = client.get(link)
    assert "admin 君 邀請您（new@example.gov.tw）加入" in text(page)
    assert client.post(link, filled(page, "short")).status_code == 422
    answer = client.post(link, filled(page), follow=True)
    assert "帳號是 new@example.gov.tw。請登入。" in told(answer)
    client.post(reverse("login"), {"username": EMAIL, "password": GOOD})
    assert client.get(f"/{plan.agency.slug}/105/map/").status_code == 200


def test_a_person_with_an_account_logs_in_and_accepts_as_who_they_are(cast, plan, url):
    User.objects.filter(pk=cast.outsider.pk).update(email=EMAIL)
    page = text(client_of().get(url))
    assert "已有帳號，請先登入" in page and "忘記密碼" in page
    client = client_of(cast.outsider)
    assert "以「outsider 君」的帳號接受" in text(client.get(url))
    assert client.get(f"/{plan.agency.slug}/105/map/").status_code == 404
    assert "您已加入" in told(client.post(url, follow=True))
    assert client.get(f"/{plan.agency.slug}/105/map/").status_code == 200
    assert client.get(url).status_code == 404


def test_an_account_made_with_somebody_elses_address_gets_nothing_of_theirs(cast, plan, url):
    """The attack: an admin of another agency keeps an account with the address; the invitation is not for them."""
    planted = factories.make_member("planted", cast.other_plan.agency, Role.ADMIN, email=EMAIL)
    client = client_of(planted)
    for page in (reverse("home"), reverse("notices"), reverse("password_change")):
        assert f"/{plan.agency.slug}/" not in client.get(page, follow=True).content.decode(), page
    assert client.get(f"/{plan.agency.slug}/105/map/").status_code == 404
    # Whoever has the address is not let in by that account's password either: 忘記密碼 replaces it.
    with nothing_written():
        assert client_of().post(url, {"name": "x", "new_password1": GOOD, "new_password2": GOOD}).status_code == 409
    planted.refresh_from_db()
    assert planted.check_password(factories.PASSWORD)


@pytest.mark.parametrize("who", ["viewer", "outsider", "superuser"])
def test_the_link_is_of_no_use_to_people_with_another_address(cast, url, who):
    client = client_of(getattr(cast, who))
    assert "不是寄給您目前登入的帳號" in text(client.get(url))
    with nothing_written():
        assert client.post(url).status_code == 409
        assert client.post(url, {"name": "x", "new_password1": GOOD, "new_password2": GOOD}).status_code == 409


def test_an_account_switched_off_by_the_operator_does_not_come_back_by_an_invitation(url):
    factories.make_user("off", email=EMAIL, is_active=False)
    client = client_of()
    assert "已停用" in text(client.get(url))
    with nothing_written():
        assert client.post(url, {"name": "x", "new_password1": GOOD, "new_password2": GOOD}).status_code == 409


def test_declining_ends_it(cast, url, invitation):
    client = client_of()
    decline = reverse("invitation_decline", args=[url.split("/")[-2]])
    assert decline in [form.action for form in forms(client.get(url))]
    assert "已婉拒邀請" in text(client.post(decline))
    for answer in (client.get(url), client.post(url), client.post(decline)):
        assert answer.status_code == 404 and "邀請已失效" in text(answer)
    assert not Invitation.objects.exists()
    assert "婉拒邀請" in text(client_of(cast.admin).get(reverse("notices")))


def test_a_link_that_is_old_or_not_ours_is_told_so(url, invitation, monkeypatch):
    monkeypatch.setattr(invitations, "link_lasts", lambda: timedelta(seconds=-1))
    assert client_of().get(url).status_code == 404
    monkeypatch.undo()
    for token in ("x", f"{invitation.nonce.hex}:1:x", "a:b:c:d"):
        assert client_of().get(reverse("invitation", args=[token])).status_code == 404, token


def test_opening_the_link_writes_nothing(cast, url):
    with nothing_written():
        for client in (client_of(), client_of(cast.viewer)):
            assert client.get(url).status_code == 200


def test_refusals_of_the_service_are_shown(cast, plan, url):
    cast.admin.memberships.update(role=Role.VIEWER)
    page = client_of().post(url, filled(client_of().get(url)))
    assert page.status_code == 422 and "已不是這個機關的管理者" in text(page)
    member = factories.make_member("member", plan.agency, Role.VIEWER, email=EMAIL)
    cast.admin.memberships.update(role=Role.ADMIN)
    answer = client_of(member).post(url)
    assert answer.status_code == 409 and "您已是這個機關的成員" in told(answer)
    assert form_to(answer, url) is not None

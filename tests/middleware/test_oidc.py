"""Single sign-on by OpenID Connect, against a provider in a process of its own and against one with faults."""

import json
import re
import socket
import subprocess
import sys
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as product
from django.contrib.auth.signals import user_logged_out
from django.test import Client
from django.urls import reverse

from scorecard.models import LoginSession, User, YearlyReport
from scorecard.services import invitations
from tests.factories import PASSWORD
from tests.middleware.oidc_twin import BROKEN, FAULTS
from tests.page_reading import address, form_to, links, text
from tests.robust.whole_database import dump
from tests.views.test_reporting import name_of

PEOPLE = [{"sub": "viewer"}, {"sub": "stranger"}, {"sub": "Viewer"}, {"sub": "staff"}, {"sub": "nameless"}]


def use_provider(settings, url, paths):
    """The settings as bsc_site/settings.py makes them with OIDC_ISSUER (tests/repository/test_deployment.py)."""
    settings.OIDC_ISSUER = url
    settings.USES_SSO = True
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = url + paths["authorize"]
    settings.OIDC_OP_TOKEN_ENDPOINT = url + paths["token"]
    settings.OIDC_OP_USER_ENDPOINT = url + "/userinfo"
    settings.OIDC_OP_JWKS_ENDPOINT = url + "/jwks"
    settings.OIDC_LOGOUT_URL = url + "/oauth2/end_session"
    settings.OIDC_RP_CLIENT_ID = "scorecard"
    settings.OIDC_RP_CLIENT_SECRET = "secret of the tests"
    settings.AUTHENTICATION_BACKENDS = ["scorecard.middleware.oidc_backend.OIDCBackend"]
    settings.ROOT_URLCONF = "bsc_site.oidc_urls"


@pytest.fixture(scope="module")
def provider_process():
    """oidc-provider-mock, as its own command starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    people = []
    for person in PEOPLE:
        claims = person if person["sub"] == "nameless" else person | {"preferred_username": person["sub"]}
        people += ["--user-claims", json.dumps(claims)]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                assert requests.get(f"{url}/.well-known/openid-configuration", timeout=5).json()["issuer"] == url
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def provider(provider_process, settings):
    use_provider(settings, provider_process, {"authorize": "/oauth2/authorize", "token": "/oauth2/token"})
    return provider_process


@pytest.fixture(scope="module")
def twin_process():
    command = [sys.executable, str(product.BASE_DIR / "tests" / "middleware" / "oidc_twin.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def twin(twin_process, settings):
    """Tells the twin its fault."""
    use_provider(settings, twin_process, {"authorize": "/authorize", "token": "/token"})

    def be(fault):
        requests.put(f"{twin_process}/fault", data=fault, timeout=5)

    be("")
    return be


def way_there(client, url=None):
    """Where the provider is asked, as the login page's link leads there."""
    page = client.get(url or reverse("login"), follow=True)
    (begin,) = [link for link in links(page) if "/oidc/login/" in link]
    return client.get(begin)["Location"]


def way_back(asked, person="viewer"):
    """The address here that the provider sends a person to after they said who they are."""
    answer = requests.post(asked, data={"sub": person}, allow_redirects=False, timeout=5)
    return answer.headers["Location"]


def log_in(client, person="viewer", url=None):
    """The answer to the person's return."""
    back = way_back(way_there(client, url), person)
    return client.get(back)


def test_a_person_with_an_account_is_in_and_back_on_the_page_they_wanted(provider, plan, cast):
    client, wanted = Client(), address(plan, "strategy_map")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(way_there(client, wanted)).query).items()}
    assert (asked["response_type"], asked["client_id"]) == ("code", "scorecard")
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len(asked["nonce"]) >= 32 and len(asked["state"]) >= 32
    assert log_in(client, url=wanted)["Location"] == wanted
    page = client.get(wanted)
    assert page.status_code == 200 and "viewer 君" in text(page)
    assert reverse("password_change") not in links(page)
    assert LoginSession.objects.get().user == cast.viewer


def test_whoever_is_unknown_switched_off_or_named_almost_alike_is_refused_and_no_account_is_made(provider, cast):
    User.objects.filter(pk=cast.staff.pk).update(is_active=False)
    before = User.objects.count()
    for person in ("stranger", "staff", "Viewer"):
        page = log_in(Client(), person)
        assert page.status_code == 403
        assert f"「{person}」在本系統沒有啟用中的帳號" in text(page)
    page = log_in(Client(), "nameless")
    assert page.status_code == 403 and "沒有告知您的帳號" in text(page)
    assert User.objects.count() == before and not LoginSession.objects.exists()


def test_an_invited_person_without_an_account_gets_it_by_the_link_and_the_providers_word(provider, plan, cast):
    asked = invitations.invite(
        by=cast.admin, agency=plan.agency, email="new@example.gov.tw", name="新人", role="viewer", username="stranger"
    )
    link = reverse("invitation", args=[asked.make_token()])
    other, client = Client(), Client()
    for browser, person in ((other, "nameless"), (other, "Viewer"), (client, "stranger")):
        (begin,) = [href for href in links(browser.get(link)) if "/oidc/login/" in href]
        back = way_back(browser.get(begin)["Location"], person)
        page = browser.get(back, follow=True)
    assert other.post(link, {"name": "x"}).status_code == 409
    assert client.post(link, form_to(page, link).filled(name="新人")).status_code == 302
    assert User.objects.get(username="stranger").email == "new@example.gov.tw"
    assert log_in(client, "stranger")["Location"] == reverse("home")
    assert client.get(address(plan, "strategy_map")).status_code == 200


def test_going_to_the_provider_and_back_in_vain_writes_no_row(provider, cast):
    client = Client()
    asked = way_there(client)
    assert client.get(reverse("oidc_authentication_callback") + "?error=access_denied").status_code == 403
    assert not LoginSession.objects.exists()
    assert urlsplit(asked).netloc in provider


def test_a_return_that_was_not_begun_here_is_refused(provider, cast):
    client = Client()
    back = way_back(way_there(client))
    # Another browser.
    assert Client().get(back).status_code == 403
    tampered = re.sub(r"state=\w+", "state=tampered", back)
    assert client.get(tampered).status_code == 400
    # The failed return ended the attempt; a new one begins.
    assert client.get(back).status_code == 403
    back = way_back(way_there(client))
    cookies = client.cookies.output(header="")
    assert client.get(back).status_code == 302
    replaying = Client()
    replaying.cookies.load(cookies)
    assert replaying.get(back).status_code == 502
    assert replaying.get(reverse("logins")).status_code == 302


def test_an_address_with_error_logs_nobody_out(provider, cast):
    client, ended = Client(), []
    log_in(client)

    def note(**details):
        ended.append(details["user"])

    user_logged_out.connect(note)
    client.get(reverse("oidc_authentication_callback") + "?error=x")
    assert ended == []
    assert client.get(reverse("logins")).status_code == 200


def test_a_login_leads_nowhere_else(provider, cast):
    assert log_in(Client(), url=reverse("login") + "?next=https://example.org/")["Location"] == reverse("home")


@pytest.mark.parametrize("name", ["logout", "admin:logout"])
def test_log_out_ends_the_login_here_and_leads_on_to_the_provider_within_the_policy(provider, cast, name):
    client = Client()
    log_in(client)
    assert client.get(reverse(name)).status_code == 405
    page = client.post(reverse(name))
    assert page.status_code == 200 and not LoginSession.objects.filter(user=cast.viewer).exists()
    assert client.get(reverse("logins")).status_code == 302
    # No redirect that form-action would have to allow, and no script.
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"
    (refresh,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', page.content.decode())
    url = unescape(refresh)
    assert url in links(page)
    sent = parse_qs(urlsplit(url).query)
    assert sent["post_logout_redirect_uri"] == ["http://testserver" + reverse("login")]
    form = requests.get(url, timeout=5)
    assert form.status_code == 200
    (confirm,) = re.findall(r'action="([^"]+)"', form.text)
    done = requests.post(
        provider + confirm,
        data={"redirect_uri": sent["post_logout_redirect_uri"][0]},
        allow_redirects=False,
        timeout=5,
    )
    assert done.headers["Location"] == "http://testserver" + reverse("login")


def test_log_out_without_an_address_of_the_provider_ends_the_login_here(provider, cast, settings):
    settings.OIDC_LOGOUT_URL = ""
    client = Client()
    log_in(client)
    assert client.post(reverse("logout"))["Location"] == reverse("login")


def test_local_passwords_open_nothing_and_have_no_pages(provider, cast):
    answer = Client().post(reverse("login"), {"username": "viewer", "password": PASSWORD})
    assert answer.status_code == 403
    assert not Client().login(username="viewer", password=PASSWORD)
    assert Client().get(reverse("password_reset")).status_code == 404


def test_the_twin_lets_in_while_it_does_nothing_wrong(twin, cast):
    for fault in ("", "no kid", "rolled over"):
        twin(fault)
        assert log_in(Client()).status_code == 302, fault


@pytest.mark.parametrize(("faults", "status"), [(FAULTS, 400), (BROKEN, 502)])
def test_whatever_the_provider_does_wrong_nobody_is_in_and_the_page_says_so(twin, cast, caplog, faults, status):
    for fault in faults:
        twin(fault)
        client = Client()
        page = log_in(client)
        assert page.status_code == status, fault
        assert "您沒有登入" in text(page), fault
        assert client.get(reverse("logins")).status_code == 302, fault
    assert not LoginSession.objects.exists()
    assert "secret of the tests" not in caplog.text


def test_a_token_of_one_person_with_the_name_of_another_is_refused(twin, cast):
    twin("userinfo")
    assert log_in(Client()).status_code == 403
    assert not LoginSession.objects.exists()


def test_a_code_without_its_verifier_is_worth_nothing(twin, cast):
    """The twin compares the verifier with the challenge; whoever steals a code has neither."""
    client = Client()
    back = way_back(way_there(client))
    stolen = Client()
    way_there(stolen)
    state = parse_qs(urlsplit(way_there(stolen)).query)["state"][0]
    assert stolen.get(re.sub(r"state=\w+", f"state={state}", back)).status_code == 502


def test_a_provider_that_is_down_is_named_as_the_cause(provider, cast, settings):
    client = Client()
    back = way_back(way_there(client))
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:1/token"
    page = client.get(back)
    assert page.status_code == 502 and "沒有正常回應" in text(page)


def test_a_late_form_stays_in_its_tab_and_is_sent_again_after_the_login_in_another(provider, open_plan, cast, kpi):
    client, typed = Client(enforce_csrf_checks=True), "打到一半的<b>"
    table = address(open_plan, "reporting_table", division_id=kpi.division_id)
    log_in(client, "staff", table)
    page = client.get(table)
    del client.cookies["sessionid"]
    before = dump()
    late = client.post(table, form_to(page).filled(**{name_of(kpi, "explanation"): typed, "password": "secret-word"}))
    # Once more before the login loses nothing.
    for page in (late, client.post(reverse("login"), form_to(late, reverse("login")).fields)):
        assert page.status_code == 403 and "還沒有儲存，但還在這一頁" in text(page) and typed in unescape(text(page))
        assert "secret-word" not in page.content.decode() and "no-store" in page["Cache-Control"]
        (begin,) = [link for link in links(page) if "/oidc/login/" in link]
        assert parse_qs(urlsplit(begin).query)["next"] == [table]
        assert f'href="{begin}" target="_blank" rel="noopener"' in page.content.decode()
    assert dump() == before, "an anonymous request wrote something"
    sealed = form_to(page, reverse("login")).fields
    assert log_in(client, "viewer").status_code == 302
    assert typed not in unescape(text(client.post(reverse("login"), sealed))), "another person got it"
    assert client.get(way_back(client.get(begin)["Location"], "staff"))["Location"] == table
    again = client.post(reverse("login"), sealed)
    assert "再送出一次" in text(again) and f'href="{table}"' in again.content.decode()
    assert client.post(table, form_to(again, table).fields).status_code == 302
    assert YearlyReport.objects.get(kpi=kpi).explanation == typed

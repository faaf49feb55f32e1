"""A session that ended loses nothing: what was typed is back in its form after the login, and nothing was written."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse

from scorecard.middleware.session_expiry import KEY, SECONDS
from scorecard.models import Comment, EntryDraft
from scorecard.web.post_targets import PAGE_AFTER_POST
from tests import factories
from tests.factories import PASSWORD
from tests.page_reading import address, client_of, form_to, forms, text
from tests.services.rows import nothing_written
from tests.views.test_reporting import name_of
from tests.web.test_urls_guarded import PARAMETER, scene  # noqa: F401 (the fixture)
from tests.web.urls_table import SITE

pytestmark = pytest.mark.django_db
TYPED = "打到一半的<b>「內容」</b>&amp;\n第二行"
LINE = "打到一半的<b>「內容」</b>&amp;"


def log_in(client, user, location):
    """Log in on the login page that the location leads to, and go where it leads on."""
    return client.post(location, {"username": user.username, "password": PASSWORD}, follow=True)


def end_session(client):
    """What the browser is left with after eight hours: every cookie but that of the session."""
    del client.cookies["sessionid"]


def send(client, page, action, values):
    """Send the page's form as a browser does, whether anybody is logged in or not."""
    url = page.wsgi_request.get_full_path()
    headers = {"referer": f"http://testserver{url}"}
    return client.post(action or url, form_to(page, action).filled(**values), headers=headers)


def typeable(page, action):
    """The names of the texts of the page's form, with what is typed into each."""
    fields = form_to(page, action).fields
    shown = page.content.decode()
    found = {}
    for name in fields:
        if f'<textarea name="{name}"' in shown:
            found[name] = TYPED
        elif f'type="text" name="{name}"' in shown:
            found[name] = LINE
        elif f'type="date" name="{name}"' in shown:
            found[name] = "2099-01-31"
    return found


@pytest.fixture
def forms_of_pages(open_plan, cast, submitted, kpi):
    """(who, page, action) of every form with a text of the site, and one of the admin's."""

    def at(name, **arguments):
        return address(open_plan, name, **arguments)

    link, division = open_plan.links.first().pk, open_plan.agency.divisions.first().pk
    change = reverse("admin:scorecard_objective_change", args=[open_plan.objectives.first().pk])
    return [
        ("staff", at("reporting_paste", division_id=division), ""),
        ("reviewer", at("kpi", code=kpi.code) + "?provisional=1", at("kpi_comment", code=kpi.code)),
        ("reviewer", at("review"), at("review_return", code=kpi.code)),
        ("reviewer", at("strategy_map_links"), at("strategy_map_link_add")),
        ("reviewer", at("strategy_map_links"), at("strategy_map_link_change", link_id=link)),
        ("reviewer", at("strategy_map_links"), at("strategy_map_link_remove", link_id=link)),
        ("admin", at("plan_year"), at("plan_year_close")),
        ("admin", at("plan_year", year=2017), at("plan_year_open", year=2017)),
        ("admin", change, ""),
    ]


@pytest.mark.slow
@pytest.mark.one_database
def test_every_form_with_a_text_has_it_back_after_the_login(forms_of_pages, cast):
    for role, url, action in forms_of_pages:
        client, user = Client(), getattr(cast, role)
        log_in(client, user, reverse("login"))
        page = client.get(url)
        values = typeable(page, action)
        assert values, url
        end_session(client)
        with nothing_written():
            response = send(client, page, action, values)
            assert response.status_code == 302
            assert "您剛才輸入的內容還在" in text(client.get(response["Location"]))
            # A wrong password in between loses nothing.
            client.post(response["Location"], {"username": user.username, "password": "wrong"})
            back = log_in(client, user, response["Location"])
        assert back.redirect_chain[-1][0] == f"{url}#typed"
        fields = form_to(back, action).fields
        assert {name: fields[name] for name in values} == {name: [value] for name, value in values.items()}, url
        assert "登入逾時前輸入的內容已放回這裡" in text(back)
        # Once: the next visit has the page as it stands.
        assert "登入逾時" not in text(client.get(url))
        # And it can be sent.
        assert send(client, back, action, {}).status_code in {200, 302, 422}


def test_every_act_knows_its_page():
    values = {"slug": "p", "agency": "a", "year": "105", "code": "A", "token": "00000000-0000-4000-8000-000000000000"}
    acts = {
        resolve("/" + PARAMETER.sub(lambda match: values.get(match[1], "1"), route)).view_name
        for route, answers in SITE.items()
        if {405} == set(answers["GET"].values()) - {302}
    }
    assert acts - {"logout"} - set(PAGE_AFTER_POST) == set(), "not in scorecard/web/post_targets.py"


def test_every_address_that_takes_a_post_keeps_its_texts_and_no_secret(scene):  # noqa: F811
    for route, answers in SITE.items():
        if answers["POST"]["anonymous"] != 302 or route == "account/logout/":
            continue
        client = Client()
        secret = {"password1": "x", "old_password": "x", "csrfmiddlewaretoken": "x"}
        response = client.post(scene.url(route), {"text": TYPED} | secret)
        assert response["Location"].startswith(f"{reverse('login')}?next="), route
        assert client.session[KEY]["fields"] == {"text": [TYPED]}, route
        assert resolve(client.session[KEY]["page"]).view_name not in PAGE_AFTER_POST, route
        assert client.session.get_expiry_age() <= SECONDS


@pytest.fixture
def table(open_plan):
    """The address of the table of the staff's division."""
    return address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)


def test_the_table_is_offered_as_a_draft_even_from_deep_inside(table, cast, kpi):
    client = Client()
    log_in(client, cast.staff, reverse("login"))
    page = client.get(table)
    end_session(client)
    with nothing_written():
        response = send(client, page, "", {name_of(kpi, "actual"): "abc", name_of(kpi, "explanation"): TYPED})
        assert not EntryDraft.objects.exists()
        back = log_in(client, cast.staff, response["Location"])
    assert back.redirect_chain[-1][0] == f"{table}#typed"
    assert "您有還沒儲存的草稿" in text(back)
    fields = form_to(client.get(f"{table}?draft=applied")).fields
    assert (fields[name_of(kpi, "actual")], fields[name_of(kpi, "explanation")]) == (["abc"], [TYPED])
    assert KEY not in client.session


@pytest.mark.parametrize("other", ["viewer", "other_staff", "reviewer"])
def test_another_person_on_the_same_browser_gets_nothing(open_plan, table, cast, kpi, submitted, other):
    client = Client()
    log_in(client, cast.staff, reverse("login"))
    page = client.get(address(open_plan, "kpi", code=kpi.code))
    end_session(client)
    action = address(open_plan, "kpi_comment", code=kpi.code)
    response = send(client, page, action, {"text": TYPED})
    back = log_in(client, getattr(cast, other), response["Location"])
    assert back.status_code == 200
    assert "打到一半" not in text(back)
    assert KEY not in client.session


def test_what_a_browser_without_a_known_person_sent_goes_only_where_the_person_may_type(open_plan, table, cast, kpi):
    client = Client()
    sent = {name_of(kpi, "version"): "0", name_of(kpi, "actual"): "95", f"initial-{name_of(kpi, 'actual')}": ""}
    response = client.post(table, sent)
    assert log_in(client, cast.other_staff, response["Location"]).status_code == 404
    assert not EntryDraft.objects.exists()


def test_it_is_forgotten_after_an_hour(open_plan, cast, kpi, submitted):
    client = Client()
    response = client.post(address(open_plan, "kpi_comment", code=kpi.code), {"text": TYPED})
    session = client.session
    session[KEY] = session[KEY] | {"until": 0}
    session.save()
    assert "打到一半" not in text(log_in(client, cast.reviewer, response["Location"]))


def test_scripts_in_the_background_leave_no_text_for_the_login(open_plan, table, kpi):
    client = Client()
    client.post(f"{table}draft/", {"text": TYPED}, headers={"sec-fetch-mode": "cors"})
    assert KEY not in client.session


def test_a_form_older_than_the_login_is_not_lost_either(open_plan, cast, kpi, submitted, table):
    client = Client(enforce_csrf_checks=True)
    log_in_page = client.get(reverse("login"))
    token = form_to(log_in_page).fields["csrfmiddlewaretoken"][0]
    who = {"username": cast.reviewer.username, "password": PASSWORD}
    client.post(reverse("login"), who | {"csrfmiddlewaretoken": token})
    action = address(open_plan, "kpi_comment", code=kpi.code)
    own = {"sec-fetch-site": "same-origin"}
    with nothing_written():
        response = client.post(action, {"text": TYPED, "csrfmiddlewaretoken": token}, headers=own)
        back = client.get(response["Location"])
        # Another site's form is refused as ever.
        forged = client.post(action, {"text": TYPED}, headers={"sec-fetch-site": "cross-site"})
    assert form_to(back, action).fields["text"] == [TYPED]
    assert forged.status_code == 403
    assert not Comment.objects.exists()


def test_a_deep_link_survives_the_login(open_plan, cast):
    wanted = address(open_plan, "review") + "?a=1"
    client = Client()
    response = client.get(wanted)
    assert log_in(client, cast.reviewer, response["Location"]).redirect_chain[-1][0] == wanted


def test_an_own_text_whose_form_is_gone_is_shown(open_plan, cast, kpi, submitted):
    client = Client()
    log_in(client, cast.reviewer, reverse("login"))
    page = client.get(address(open_plan, "review"))
    end_session(client)
    response = send(client, page, address(open_plan, "review_return", code=kpi.code), {"comment": TYPED})
    factories.send_back(cast.admin, submitted)
    back = log_in(client, cast.reviewer, response["Location"])
    assert "沒有原來的欄位" in text(back)
    assert "第二行" in text(back)
    assert not [form for form in forms(back) if form.fields.get("comment")]
    assert "打到一半的<b>" not in back.content.decode()


def test_a_logged_in_client_keeps_nothing(open_plan, cast, kpi, submitted):
    client = client_of(cast.reviewer)
    client.post(address(open_plan, "kpi_comment", code=kpi.code), {"text": "留言"})
    assert KEY not in client.session
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE

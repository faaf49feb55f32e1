"""A session that ended loses nothing: the form is in the login page and is sent again after it; nothing was written."""

import io

import pytest
from django.test import Client
from django.urls import resolve, reverse

from scorecard.models import Comment, YearlyReport
from scorecard.web import expired_form
from scorecard.web.expired_form import FIELD
from scorecard.web.post_targets import PAGE_AFTER_POST
from tests import factories
from tests.factories import PASSWORD
from tests.page_reading import address, form_to, text
from tests.robust.whole_database import dump
from tests.views.test_reporting import name_of
from tests.web.test_urls_guarded import PARAMETER, scene  # noqa: F401 (the fixture)
from tests.web.urls_table import SITE

pytestmark = pytest.mark.django_db
TYPED = "打到一半的<b>「內容」</b>&amp;\n第二行"
LINE = "打到一半的<b>「內容」</b>&amp;"


def log_in(client, user, page=None, password=PASSWORD):
    """Log in on the page that a late form was answered with, or on the plain login page; follow where it leads."""
    carried = form_to(page, reverse("login")).fields if page else {}
    who = {"username": user.username, "password": password}
    return client.post(reverse("login"), carried | who, follow=True)


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

    later = factories.next_edition(cast.admin, open_plan)
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
        ("admin", address(later, "plan_year"), address(later, "plan_year_open")),
        ("admin", address(later, "plan_year"), address(later, "plan_year_open_next")),
        ("admin", change, ""),
    ]


@pytest.mark.slow
@pytest.mark.one_database
def test_every_form_with_a_text_is_sent_again_after_the_login_as_it_was(forms_of_pages, cast):
    for role, url, action in forms_of_pages:
        client, user = Client(), getattr(cast, role)
        log_in(client, user)
        page = client.get(url)
        values = typeable(page, action)
        assert values, url
        end_session(client)
        before = dump()
        late = send(client, page, action, values)
        assert late.status_code == 403 and "還沒有儲存，但還在這一頁" in text(late), url
        assert dump() == before, "an anonymous request wrote something"
        # A wrong password in between loses nothing.
        late = log_in(client, user, late, password="wrong")
        again = log_in(client, user, late)
        target = action or url
        sent = form_to(again, target).fields
        assert {name: sent[name] for name in values} == {name: [value] for name, value in values.items()}, url
        hidden = {name for name in form_to(page, action).fields if name != "csrfmiddlewaretoken"}
        assert hidden <= set(sent), url
        assert client.post(target, sent).status_code in {200, 302, 422}
        # And the plain page is there for whoever does not send it again.
        assert f'href="{url}"' in again.content.decode().replace("&amp;", "&")


def test_every_act_knows_its_page():
    values = {
        "former_slug": "p",
        "rest": "map/",
        "agency": "a",
        "year": "105",
        "code": "A",
        "token": "00000000-0000-4000-8000-000000000000",
    }
    acts = {
        resolve("/" + PARAMETER.sub(lambda match: values.get(match[1], "1"), route)).view_name
        for route, answers in SITE.items()
        if {405} == set(answers["GET"].values()) - {302}
    }
    assert acts - {"logout"} - set(PAGE_AFTER_POST) == set(), "not in scorecard/web/post_targets.py"


def test_an_anonymous_post_to_whatever_address_writes_nothing_and_hands_back_no_secret(scene):  # noqa: F811
    client = Client()
    log_in(client, scene.rows["user"])
    end_session(client)
    before = dump()
    for route, answers in SITE.items():
        if answers["POST"]["anonymous"] != 302 or route == "account/logout/":
            continue
        fields = {"text": TYPED, "password1": "secret-word", "csrfmiddlewaretoken": "x" * 64}
        response = client.post(scene.url(route), fields)
        sealed = form_to(response, reverse("login")).fields[FIELD][0]
        expired = expired_form.open_sealed(sealed)
        assert expired.fields == (("text", TYPED.replace("\n", "\r\n")),) or expired.fields == (("text", TYPED),)
        assert "secret-word" not in response.content.decode() and "no-store" in response["Cache-Control"]
        assert resolve(response.context["next"].partition("?")[0]).view_name not in PAGE_AFTER_POST, route
        # Nobody is known in this browser: nothing is handed to whoever logs in next.
        assert Client().post(scene.url(route), fields)["Location"].startswith(reverse("login")), route
    assert dump() == before


@pytest.fixture
def table(open_plan):
    """The address of the table of the staff's division."""
    return address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)


def test_the_table_is_saved_when_it_is_sent_again_and_a_change_meanwhile_is_told(table, cast, kpi):
    for meanwhile, figure in ((False, "97"), (True, "98")):
        client = Client()
        log_in(client, cast.staff)
        page = client.get(table)
        end_session(client)
        late = send(client, page, "", {name_of(kpi, "explanation"): TYPED, name_of(kpi, "actual"): figure})
        if meanwhile:
            factories.fill(cast.staff, kpi, actuals=12)
        again = log_in(client, cast.staff, late)
        saved = client.post(table, form_to(again, table).fields)
        assert saved.status_code == (409 if meanwhile else 302)
        assert YearlyReport.objects.get(kpi=kpi).version == (2 if meanwhile else 1)


@pytest.mark.parametrize("other", ["viewer", "other_staff", "reviewer"])
def test_another_person_on_the_same_browser_gets_nothing(open_plan, cast, kpi, submitted, other):
    client, action = Client(), address(open_plan, "kpi_comment", code=kpi.code)
    log_in(client, cast.staff)
    page = client.get(address(open_plan, "kpi", code=kpi.code))
    end_session(client)
    late = send(client, page, action, {"text": TYPED})
    back = log_in(client, getattr(cast, other), late)
    assert back.redirect_chain and "打到一半" not in text(back)


@pytest.fixture
def late_comment(open_plan, cast, kpi, submitted):
    """(the reviewer's client, the login page with their comment in it)."""
    client = Client()
    log_in(client, cast.reviewer)
    end_session(client)
    return client, client.post(address(open_plan, "kpi_comment", code=kpi.code), {"text": TYPED})


def test_it_is_forgotten_after_an_hour_and_what_was_tampered_with_never_counts(late_comment, cast, monkeypatch):
    client, late = late_comment
    fields = form_to(late, reverse("login")).fields
    who = {"username": cast.reviewer.username, "password": PASSWORD}
    tampered = client.post(reverse("login"), fields | who | {FIELD: [fields[FIELD][0].replace(":", "x:", 1)]})
    assert tampered.status_code == 302
    client.post(reverse("logout"))
    monkeypatch.setattr(expired_form, "SECONDS", -1)
    assert client.post(reverse("login"), fields | who).status_code == 302
    assert not Comment.objects.exists()


def test_too_much_to_carry_is_shown_to_be_copied(late_comment, open_plan, kpi):
    client, _ = late_comment
    late = client.post(address(open_plan, "kpi_comment", code=kpi.code), {"text": TYPED, "more": "x" * 600_000})
    assert "無法在登入後再送出" in text(late) and "打到一半的<b>" in text(late).replace("&lt;", "<")
    assert FIELD not in form_to(late, reverse("login")).fields


def test_files_are_told_to_be_chosen_again(late_comment, table):
    client, _ = late_comment
    late = client.post(table, {"text": "x", "file": io.BytesIO(b"content")})
    assert "檔案需重新選擇" in text(late)


def test_scripts_in_the_background_are_sent_to_the_login(late_comment, table):
    client, _ = late_comment
    assert client.post(f"{table}draft/", {"text": TYPED}, headers={"sec-fetch-mode": "cors"}).status_code == 302


def test_a_form_older_than_the_login_is_shown_to_be_sent_again(open_plan, cast, kpi, submitted):
    client = Client(enforce_csrf_checks=True)
    token = form_to(client.get(reverse("login")), reverse("login")).fields["csrfmiddlewaretoken"][0]
    who = {"username": cast.reviewer.username, "password": PASSWORD}
    client.post(reverse("login"), who | {"csrfmiddlewaretoken": token})
    action = address(open_plan, "kpi_comment", code=kpi.code)
    own = {"sec-fetch-site": "same-origin"}
    before = dump()
    again = client.post(action, {"text": TYPED, "csrfmiddlewaretoken": token}, headers=own)
    assert dump() == before
    # Another site's form is refused as ever.
    forged = client.post(action, {"text": TYPED}, headers={"sec-fetch-site": "cross-site"})
    assert (again.status_code, forged.status_code, "打到一半" in text(forged)) == (409, 403, False)
    end_session(client)
    before = dump()
    nobody = client.post(action, {"text": TYPED, "csrfmiddlewaretoken": token}, headers=own)
    assert nobody.status_code == 403 and "請先複製" in text(nobody) and "打到一半" in text(nobody)
    assert dump() == before
    sent = form_to(again, action).fields
    assert sent["text"] == [TYPED]
    log_in_page = client.get(reverse("login"))
    fields = form_to(log_in_page, reverse("login")).fields
    client.post(reverse("login"), fields | who)


def test_a_login_in_another_tab_does_not_lose_the_form_in_this_ones_login_page(late_comment, cast):
    client, late = late_comment
    fields = form_to(late, reverse("login")).fields
    log_in(client, cast.reviewer)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    who = {"username": cast.reviewer.username, "password": PASSWORD}
    again = strict.post(reverse("login"), fields | who, headers={"sec-fetch-site": "same-origin"})
    assert "再送出一次" in text(again) and "打到一半" in text(again)


def test_a_deep_link_survives_the_login(open_plan, cast):
    wanted = address(open_plan, "review") + "?a=1"
    client = Client()
    response = client.get(wanted)
    who = {"username": cast.reviewer.username, "password": PASSWORD}
    fields = form_to(client.get(response["Location"]), reverse("login")).fields
    assert client.post(reverse("login"), fields | who, follow=True).redirect_chain[-1][0] == wanted

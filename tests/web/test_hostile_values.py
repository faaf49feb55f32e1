"""No address, query or form makes an error of the server, whatever value stands in it.

Every route of tests/web/urls_table.py is asked by somebody whom it serves. A parameter, a name in a query or a field
takes the next of the hostile values, so that each kind meets most of them; a new route joins by itself. The long form
of each test tries every name with every value.
"""

import re
from itertools import cycle, islice
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from scorecard.admin import site
from scorecard.forms.form_import import ApplyForm
from scorecard.models import AuditEvent, User
from scorecard.services import devices
from scorecard.web import expired_form
from tests.page_reading import forms, links, text, told
from tests.web.test_urls_guarded import PARAMETER, scene
from tests.web.urls_table import TABLE

pytestmark = pytest.mark.django_db
__all__ = ["scene"]

SERVER_ERROR = 500
SERVED = {200, 302, 422}
ROLES = ("staff", "reviewer", "admin", "superuser", "anonymous")
# As they stand in an address: quoted, since some of them are no text. _00 is NUL to Django's admin.
IN_PATH = ("%00", "9" * 30, "%FF", "x%00y", "%ED%A0%80", "_00", "-1", "%E9%95%B7" * 300, "9" * 5000, "%0A")
VALUES = ("\0", "9" * 30, "長" * 2000, "字 " * 2000, "a\0b", "-1", "1e999999", "9" * 5000, "NaN", "')--", "💥")
# What PostgreSQL refuses and SQLite takes: no text has a NUL there, and every column of numbers a range.
REFUSED_BY_POSTGRESQL = ("\0", "9" * 30, "a\0b", "-1", "9" * 5000, "1e999999")
LOOKUPS = ("", "__exact", "__in", "__isnull", "__gte", "__id__exact", "__year", "__range", "__regex", "__month")
IN_ADMIN = ("q", "q", "o", "p", "e", "all", "_to_field", "_popup", "_changelist_filters", "id__regex", "id__range")
# In `make test` each database tries one name of a page or form, not both the same, and so many values for what is in
# every address and every list of the admin site; all of them are tried in `make test-long`.
VALUES_EACH = 2
FILE = re.compile(r"\.\w+$")


def role_for(route, method, statuses=SERVED):
    return next((role for role in ROLES if TABLE[route][method][role] in statuses), None)


class Asking:
    """Sends requests as the scene's people, and keeps those that made an error of the server."""

    def __init__(self, scene, *, is_whole):
        self.scene = scene
        self.is_whole = is_whole
        self.failures = []
        self.turn = int(connection.vendor == "postgresql")
        self.values = cycle(VALUES)
        # Each client puts the middleware together anew.
        self.client = Client(raise_request_exception=False)

    def some_of(self, names):
        """Others each time, so that a name of many pages is tried on some of them."""
        self.turn += 1
        return names if self.is_whole else [names[self.turn % len(names)]]

    def next_values(self):
        return VALUES if self.is_whole else [next(self.values)]

    def ask(self, role, method, url, data=None):
        client = self.client
        client.cookies.clear()
        client.cookies.load(self.scene.sessions[role])
        # A failure within would break the transaction for the requests after it.
        with transaction.atomic():
            answer = client.get(url) if method == "GET" else client.post(url, data or {})
            transaction.set_rollback(True)
        if answer.status_code >= SERVER_ERROR:
            self.failures.append((method, role, url[:200], str(data)[:200], repr(answer.exc_info)))
        return answer

    def ask_for(self, role, url, name, rest=""):
        """The page with the next value for the name in its query."""
        for value in self.next_values():
            self.ask(role, "GET", f"{url.partition('?')[0]}?{name}={quote(value)}{rest}")

    def pages(self):
        """(role, address, page) of every page that somebody gets, files left out."""
        for route in TABLE:
            role = role_for(route, "GET", {200})
            if role and not FILE.search(route):
                url = self.scene.url(route)
                page = self.ask(role, "GET", url)
                if page["Content-Type"].startswith("text/html"):
                    yield role, url, page


@pytest.fixture(params=["some", pytest.param("all", marks=pytest.mark.long)])
def asking(request, scene):
    made = Asking(scene, is_whole=request.param == "all")
    yield made
    assert not made.failures, "\n".join(map(str, made.failures))


def test_no_value_in_an_address_makes_an_error_of_the_server(asking):
    values = cycle(IN_PATH)
    for route in TABLE:
        method = "GET" if role_for(route, "GET") else "POST"
        role = role_for(route, method)
        for name in PARAMETER.findall(route) if role else ():
            for value in IN_PATH if asking.is_whole else islice(values, VALUES_EACH):
                asking.ask(role, method, asking.scene.url(route, **{name: value}))
            # Codes are the one parameter that reaches the database as a text.
            if name == "code":
                assert asking.ask(role, method, asking.scene.url(route, code="%00")).status_code == 404


def test_no_value_in_a_query_makes_an_error_of_the_server(asking):
    if connection.vendor == "postgresql":
        # SQLite has shown the rest.
        asking.values = cycle(REFUSED_BY_POSTGRESQL)
    more = {"page", "plan", "compare", "select", "next"}
    for role, url, page in asking.pages():
        if url.startswith("/admin/"):
            continue
        names = {name for link in links(page) for name, _ in parse_qsl(urlsplit(link).query)}
        names |= {name for form in forms(page) if "csrfmiddlewaretoken" not in form.fields for name in form.fields}
        for name in asking.some_of(sorted(more | names)):
            asking.ask_for(role, url, name)


def test_no_lookup_filter_or_search_of_the_admin_site_makes_an_error_of_the_server(asking):
    lookups = cycle(LOOKUPS)
    for model in filter(site.is_registered, apps.get_app_config("scorecard").get_models()):
        page = site.get_model_admin(model)
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in IN_ADMIN:
            asking.ask_for("superuser", url, name)
        for name in (*page.list_filter, page.date_hierarchy or "id"):
            for lookup in LOOKUPS if asking.is_whole else islice(lookups, VALUES_EACH):
                asking.ask_for("superuser", url, f"{name}{lookup}")
        asking.ask_for("admin", f"{url}add/", "plan")
    for name in ("app_label", "model_name", "field_name", "term", "page"):
        rest = "&app_label=scorecard&model_name=kpi&field_name=objective"
        asking.ask_for("superuser", reverse("admin:autocomplete"), name, rest)


def test_no_value_in_a_form_makes_an_error_of_the_server(asking):
    url = reverse("member", args=[asking.scene.plan.agency.slug, asking.scene.rows["membership"].pk])
    for value in VALUES:
        answer = asking.ask("admin", "POST", url, {"role": "staff", "divisions": [value]})
        assert answer.status_code == 422
    for role, url, page in asking.pages():
        for form in [form for form in forms(page) if len(form.fields) > 1 and "csrfmiddlewaretoken" in form.fields]:
            # One field of each kind: a table repeats its fields for every KPI.
            names = {re.sub(r"\d+", "", name): name for name in form.fields if name != "csrfmiddlewaretoken"}
            for name in asking.some_of(sorted(names.values())):
                for value in asking.next_values():
                    asking.ask(role, "POST", form.action or url, form.filled(**{name: [value]}))


@pytest.mark.one_database
def test_what_pages_read_before_or_beside_their_forms_makes_no_error_of_the_server(asking):
    """The measure whose plan's years are locked, and the values seen in a preview."""
    for value in VALUES:
        asking.ask("admin", "POST", reverse("admin:scorecard_yearlyvalue_add"), {"measure": value, "year": value})
    deep = ApplyForm({"version": 0, "seen": "[" * 100_000})
    assert deep.is_valid() and deep.cleaned_data["seen"] == {}


def test_a_login_with_whatever_name_is_refused_like_a_wrong_password(asking):
    wrong = asking.ask("anonymous", "POST", "/account/login/", {"username": "nobody", "password": "x"})
    for value in ("n" * 151, "n" * 300, "長" * 2000, "9" * 5000):
        answer = asking.ask("anonymous", "POST", "/account/login/", {"username": value, "password": "x"})
        assert text(answer).replace(value, "nobody") == text(wrong)
    for value in VALUES:
        asking.ask("anonymous", "POST", "/account/login/", {"username": value, "password": value, "next": value})
        asking.ask("anonymous", "POST", "/account/forgotten/", {"email": f"{value}@example.gov.tw"})


@pytest.mark.parametrize("value", ['"aaaaaaaaaa\\000"', '"\\355\\240\\200aaaaaaaa"', "9" * 5000])
def test_no_cookie_makes_an_error_of_the_server(asking, settings, value):
    """Quoted octal numbers are how a cookie brings in what no header may hold."""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, devices.COOKIE, expired_form.PERSON, "messages")
    client = Client(raise_request_exception=False)
    cookies = {"HTTP_COOKIE": "; ".join(f"{name}={value}" for name in names)}
    asked = []

    def keep(execute, sql, values, many, context):
        asked.extend(values or ())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        for url in ("/", "/account/login/", "/account/forgotten/", "/healthz"):
            assert client.get(url, **cookies).status_code < SERVER_ERROR, url
            assert client.post(url, {"username": "a", "password": "b"}, **cookies).status_code < SERVER_ERROR, url
    # SQLite takes what PostgreSQL refuses.
    assert asked and not [each for each in asked if isinstance(each, str) and "\0" in each]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "value", ["http://[", "http://a]b/", "http://a\u2100b/", "//[::1", "\0", "http://testserver[/"]
)
def test_no_referer_makes_an_error_of_the_server(asking, value):
    """Neither to nobody, nor to somebody whose form has an old token."""
    own = {"referer": value, "sec-fetch-site": "same-origin"}
    answers = [
        Client(headers=own).post("/account/password/", {"a": "b"}),
        Client(headers=own).get("/account/password/"),
    ]
    logged_in = Client(enforce_csrf_checks=True, headers=own)
    logged_in.cookies.load(asking.scene.sessions["staff"])
    answers.append(logged_in.post("/account/password/", {"a": "b"}))
    assert [answer.status_code for answer in answers] == [302, 302, 409]


def test_the_links_of_the_admin_sites_lists_are_lookups_that_it_allows(asking):
    """With every filter's choices, the hierarchy of dates, and the links of the product's own pages."""
    for model in (AuditEvent, User):
        url = reverse(f"admin:scorecard_{model._meta.model_name}_changelist")
        queries = {link for link in links(asking.ask("superuser", "GET", url)) if link.startswith("?")}
        assert len(queries) > 3
        for query in sorted(queries):
            assert asking.ask("superuser", "GET", url + query).status_code == 200, query
    many = asking.ask("superuser", "GET", f"{reverse('admin:scorecard_kpi_changelist')}?q={'字+' * 21}")
    assert "搜尋最多 20 個字詞" in told(many)

"""Every URL × role × method has its declared answer (tests/web/urls_table.py), and every URL is declared."""

import math
import re
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from scorecard.domain.choices import MailKind, Role
from scorecard.middleware import logins
from scorecard.models import (
    ActionPlan,
    AuditEvent,
    FormUpload,
    HeadApproval,
    Measure,
    Membership,
    Objective,
    OutgoingMail,
    Perspective,
    Plan,
    Theme,
    YearlyReport,
    YearlyValue,
)
from scorecard.pdf import jobs
from scorecard.services import invitations, security_events, years
from scorecard.services.corrections import add_correction
from tests import factories
from tests.agency_form.form_workbooks import original
from tests.consulting import written_proposal
from tests.deputyships import stand_in
from tests.models import edition_rows
from tests.page_reading import body, client_of
from tests.services.rows import nothing_written
from tests.shared_rows import layer
from tests.web.urls_table import AGENCY, EDITION, MEMBERS, ROLES, SITE, TABLE

pytestmark = pytest.mark.django_db

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
IN_EDITION = [route for route in SITE if route.startswith(EDITION)]
MISSING = {
    "former_slug": "no-such-plan",
    "agency": "no-such-agency",
    "membership_id": 999_999,
    "deputyship_id": 999_999,
    "code": "ZZ9.9",
    "division_id": 999_999,
    "invitation_id": 999_999,
    "link_id": 999_999,
    "serial": 999_999,
    "proposal_id": 999_999,
    "token": "00000000-0000-4000-8000-000000000000",
    "event_id": 999_999,
    "change": 999,
    "number": 999,
    "file": "report.exe",
    "object_id": 999_999,
    "id": 999_999,
}
CODES = {f"{EDITION}objectives/<str:code>/": "AC1", f"{EDITION}themes/<str:code>/": "A"}
NO_SUCH_METHOD = 405
# Whose pages are drawn where only the status is asked: test_get_never_writes draws those of the staff, reviewer and
# admin, and PostgreSQL's half one of each answer.
DRAWN_FOR = ("viewer", "superuser")
# One for all requests: each client puts the middleware together anew.
CLIENT = Client(raise_request_exception=False)
QUERIES = {"admin/autocomplete/": "app_label=scorecard&model_name=kpi&field_name=objective"}


@dataclass(frozen=True)
class Scene:
    """An edition of 2016 that is open again and whose AC1.1 staff submitted, and a session for everyone by role."""

    plan: Plan
    sessions: dict
    arguments: dict
    rows: dict

    def url(self, route, **changed):
        """The address that the route makes of the scene's rows; changed: other values for its parameters."""
        values = self.arguments | {"code": CODES.get(route, "AC1.1")}
        if route.startswith(f"{AGENCY}import/"):
            values["token"] = self.rows["formupload"].token
        if route.startswith(f"{EDITION}year/revisions/<"):
            values |= {"number": 0, "file": "comparison.pdf"}
        if route.startswith("account/invitations/"):
            values["token"] = self.rows["invitation"].make_token()
        if route.startswith("admin/scorecard/"):
            values["object_id"] = values["id"] = self.rows[route.split("/")[2]].pk
        values |= changed
        path = route.replace("(?P<url>.*)$", "no-such-page").replace("^(?P<app_label>scorecard)/$", "scorecard/")
        path = PARAMETER.sub(lambda match: str(values[match[1]]), path)
        if route.startswith(f"{EDITION}reporting/") and "light" in route:
            return f"/{path}?measure={self.rows['measure'].pk}"
        return f"/{path}?{QUERIES[route]}" if route in QUERIES else f"/{path}"

    def form(self, route):
        """What an act needs in order to succeed; the admin site is sent empty forms."""
        if "/review/" in route:
            report = YearlyReport.objects.get(kpi__plan=self.plan)
            seen = {"version": report.version, "report": f"{report.pk}:{report.version}"}
            return seen | {"comment": "請補正", "text": "留言"}
        return {"text": "留言"} if route in SITE else {}

    def answer(self, role, method, url, form=None):
        """The response to the role's request; whatever it wrote is undone."""
        client = CLIENT
        client.cookies.clear()
        client.cookies.load(self.sessions[role])
        with transaction.atomic():
            if method == "POST":
                response = client.post(url, form or {})
            else:
                response = client.generic(method, url)
            transaction.set_rollback(True)
        return response


def reopened(admin, plan):
    """The correction of an edition that was closed and open again, and had an address before editions had theirs."""
    Plan.objects.filter(pk=plan.pk).update(former_slug="test-plan")
    plan.refresh_from_db(fields=["former_slug"])
    factories.open_year(admin, plan)
    factories.close_year(admin, plan, reason="提前關閉")
    facts = {"text": "漏列一筆附件。", "dated": factories.DUE, "document_number": "北市秘文字第 1 號"}
    correction = add_correction(by=admin, plan=plan, **facts)
    years.reopen_year(by=admin, plan=plan, due_date=factories.DUE, reason="更正")
    return correction


@layer
def scene():
    """See Scene; 2016 was closed and reopened before, so that it has a snapshot."""
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    # The outsider is at home somewhere, too.
    assert cast.other_plan
    correction = reopened(cast.admin, plan)
    pdf = b"%PDF-"
    edition_rows.record_revision(plan, cast.admin, pdf=pdf, pdf_sha256=sha256(pdf).hexdigest())
    kpi = factories.kpi(plan, "AC1.1")
    factories.fill(cast.staff, kpi)
    (evidence,) = factories.attach(cast.staff, kpi)
    factories.submit(cast.staff, kpi)
    division = plan.agency.divisions.first()
    rows = _rows(cast, kpi, correction)
    arguments = {
        "former_slug": plan.former_slug,
        "rest": "map/",
        "year": 105,
        "division_id": division.pk,
        "content_type_id": 1,
        "object_id": 1,
    }
    arguments |= {"link_id": plan.links.first().pk, "token": evidence.token, "serial": 1}
    arguments |= {"uidb64": "MQ", "agency": plan.agency.slug, "membership_id": rows["membership"].pk}
    arguments |= {"event_id": AuditEvent.objects.filter(kpi=kpi, action="saved").first().pk, "change": 0}
    arguments |= {"number": 1, "file": "data.json", "handle": "no-such-login"}
    arguments |= {"invitation_id": rows["invitation"].pk}
    arguments["proposal_id"] = written_proposal(cast.staff, kpi).pk
    arguments["deputyship_id"] = stand_in(cast.other_staff, cast.staff, plan.agency).pk
    # The anonymous visitor is no member of the cast.
    sessions = {role: client_of(getattr(cast, role, None)).cookies.output(header="") for role in ROLES}
    return Scene(plan, sessions, arguments, rows)


@pytest.fixture(autouse=True)
def unnoted_requests(monkeypatch):
    """No row for a refusal, and none for the use of a login: thousands of requests are rolled back here, and each would
    write the first of its kind. tests/services/test_security_events.py and tests/views/test_logins.py ask for both.
    """

    def record(kind, *, agencies=None, **facts):
        list(agencies or ())

    monkeypatch.setattr(security_events, "record", record)
    monkeypatch.setattr(logins, "SECONDS_BETWEEN_NOTES", math.inf)


@contextmanager
def nothing_drawn(is_so=True):
    """Templates are found and make no page, if it is so: views, guards and queries of their own run as ever."""
    with pytest.MonkeyPatch.context() as patched:
        if is_so:
            patched.setattr(Template, "render", lambda template, context=None, request=None: "")
        yield


@pytest.fixture(autouse=True)
def unprinted_pdfs(monkeypatch):
    """Who gets a PDF is asked here; to print each takes seconds, and is tested in tests/documents and tests/pdf."""

    def get_or_make(key, build, *, wait_seconds=0):
        build()
        return b"%PDF-"

    monkeypatch.setattr(jobs, "get_or_make", get_or_make)
    monkeypatch.setattr(jobs, "start", lambda key, build: None)


def _rows(cast, kpi, correction):
    """A row of each kind that an address names, by the model's name."""
    plan = kpi.plan
    return {
        "agency": plan.agency,
        "division": plan.agency.divisions.first(),
        "membership": Membership.objects.get(user=cast.staff),
        "invitation": invitations.invite(
            by=cast.admin, agency=plan.agency, email="invited@example.gov.tw", name="受邀者", role=Role.VIEWER
        ),
        "user": cast.staff,
        "plan": plan,
        "perspective": Perspective.objects.get(plan=plan, code="C"),
        "theme": Theme.objects.get(plan=plan, code="A"),
        "objective": Objective.objects.get(plan=plan, code="AC1"),
        "kpi": kpi,
        "actionplan": ActionPlan.objects.get(plan=plan, code="AC1.1.1"),
        "measure": Measure.objects.get(kpi=kpi),
        "yearlyvalue": YearlyValue.objects.get(measure__kpi=kpi, year=2016),
        "outgoingmail": OutgoingMail.objects.create(
            key="x", kind=MailKind.RETURNED, recipient=cast.staff, agency=plan.agency, subject="主旨", body="內容"
        ),
        "headapproval": HeadApproval.objects.get(plan=plan),
        "correction": correction,
        "auditevent": AuditEvent.objects.filter(plan=plan).first(),
        "formupload": FormUpload.objects.create(
            agency=plan.agency, name="表單.xlsx", size=1, digest="x", content=original(), uploaded_by=cast.reviewer
        ),
    }


def routes(resolver=None, above=""):
    """Every route that the URLconf can resolve."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = above + str(entry.pattern)
        yield from routes(entry, route) if isinstance(entry, URLResolver) else [route]


def test_every_url_is_declared_and_every_declared_url_exists():
    found = list(routes())
    assert len(found) == len(set(found)), "two patterns of one route: the second is never reached"
    assert sorted(set(found) - set(TABLE)) == [], "not declared in tests/web/urls_table.py"
    assert sorted(set(TABLE) - set(found)) == [], "declared, but no longer there"


def test_every_declaration_speaks_of_both_methods_and_every_role():
    for route, answers in TABLE.items():
        assert set(answers) == {"GET", "POST"}, route
        assert all(set(by_role) == set(ROLES) for by_role in answers.values()), route


def group_of(route):
    """What the route is about: 「admin/scorecard/kpi」, 「reporting」, 「account」."""
    if route.startswith("admin/scorecard/"):
        return "/".join(route.split("/")[:3])
    return re.split(r"[/.]", route.removeprefix(EDITION))[0] or "home"


# One test for URLs that belong together.
GROUPS = sorted({group_of(route) for route in TABLE})


def roles_to_ask(declared):
    """Who asks for a URL: everyone, but of those for whom it does not know the method the first and the last.

    After SQLite (`make test`) it is one role for each answer, since who may see what is not decided in the database.
    """
    if connection.vendor != "sqlite":
        return {declared[role]: role for role in ROLES}.values()
    without_method = [role for role in ROLES if declared[role] == NO_SUCH_METHOD]
    return [role for role in ROLES if role not in without_method[1:-1]]


@pytest.mark.parametrize("group", GROUPS)
def test_urls_answer_every_role_and_method_as_declared(scene, group):
    wrong = {}
    for route in [route for route in TABLE if group_of(route) == group]:
        url, form = scene.url(route), scene.form(route)
        for method, declared in TABLE[route].items():
            for role in roles_to_ask(declared):
                with nothing_drawn(connection.vendor == "sqlite" and role not in DRAWN_FOR):
                    status = scene.answer(role, method, url, form).status_code
                if status != declared[role]:
                    wrong[role, method, url] = f"{status}, declared {declared[role]}"
    assert wrong == {}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("roles", ["some", pytest.param("all", marks=pytest.mark.long)])
@pytest.mark.one_database
def test_what_a_person_may_not_see_answers_exactly_like_what_does_not_exist(scene, group, roles):
    """Of those to whom an address answers so, the first and the last; in a long look all of them."""
    for route in [route for route in TABLE if group_of(route) == group and PARAMETER.search(route)]:
        for method, declared in TABLE[route].items():
            refused = [role for role in ROLES if declared[role] == 404]
            for role in refused if roles == "all" else dict.fromkeys([*refused[:1], *refused[-1:]]):
                there = scene.answer(role, method, scene.url(route))
                # To members the plan itself and their agency are no secret.
                secret = set(MISSING) - ({"former_slug", "agency"} if role in MEMBERS else set())
                for name in secret.intersection(PARAMETER.findall(route)):
                    missing = scene.answer(role, method, scene.url(route, **{name: MISSING[name]}))
                    assert (missing.status_code, body(missing)) == (there.status_code, body(there)), (
                        method,
                        role,
                        name,
                    )


@pytest.mark.one_database
def test_a_plan_or_year_that_does_not_exist_is_404_even_for_its_members(scene):
    for route in IN_EDITION:
        method = "POST" if TABLE[route]["GET"]["admin"] == 405 else "GET"
        # 104 is a baseline year: its figures stand beside the plan's own years, but it has no pages.
        for changed in ({"agency": MISSING["agency"]}, {"year": 99}, {"year": 104}, {"year": 0}):
            url = scene.url(route, **changed)
            with nothing_drawn():
                assert scene.answer("admin", method, url).status_code == 404, url


def test_other_methods_are_refused_and_head_is_answered_like_get(scene):
    sample = ("map/", "reporting/<int:division_id>/", "kpis/<str:code>/comments/")
    for route in (*(EDITION + rest for rest in sample), "", "healthz"):
        url = scene.url(route)
        assert scene.answer("staff", "HEAD", url).status_code == TABLE[route]["GET"]["staff"], url
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            assert scene.answer("staff", method, url).status_code == 405, (method, url)


@pytest.mark.one_database
def test_no_form_is_taken_without_its_token(scene):
    client = Client(enforce_csrf_checks=True)
    client.cookies.load(scene.sessions["admin"])
    acts = [route for route, answers in TABLE.items() if answers["POST"]["admin"] in {200, 302, 422}]
    with nothing_written(), nothing_drawn():
        for route in acts:
            assert client.post(scene.url(route), scene.form(route)).status_code == 403, route


@pytest.mark.one_database
def test_the_switches_of_every_page_and_of_every_refused_act_lead_to_pages(scene):
    drawn = {}
    for route in [route for route in IN_EDITION if not route.endswith(".pdf")]:
        for method in ("GET", "POST"):
            role = next((role for role in ("staff", "admin") if TABLE[route][method][role] in {200, 422}), None)
            answer = role and scene.answer(role, method, scene.url(route))
            if answer and answer.context and answer.context.get("year_switch"):
                drawn[method, route] = role, [year["url"] for year in answer.context["year_switch"]]
    assert {method for method, _ in drawn} == {"GET", "POST"} and len(drawn) > 30
    # One other year stands for all.
    led = {(role, urls[-1]) for role, urls in drawn.values()}
    wrong = [(role, url) for role, url in sorted(led) if scene.answer(role, "GET", url).status_code != 200]
    assert wrong == []


@pytest.mark.one_database
@pytest.mark.parametrize("role", ["staff", "reviewer", "admin"])
def test_get_never_writes(scene, role):
    client = Client()
    client.cookies.load(scene.sessions[role])
    with nothing_written():
        for route, answers in TABLE.items():
            # PDFs take their time, and write no more than the workbook.
            if answers["GET"][role] == 200 and not route.endswith(".pdf"):
                answer = client.get(scene.url(route))
                assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store"), route

"""Every page in every role: nothing that axe calls serious, no scrolling sideways on a phone, its own title."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scorecard.domain.choices import AuditAction, PlanState, Role
from scorecard.models import AuditEvent, Comment, Invitation, ObjectiveLink, Plan
from scorecard.services import invitations
from scorecard.services.corrections import add_correction
from tests import factories, secretariat_facts
from tests.browser.accessibility import assert_accessible
from tests.browser.filling import record_the_approval
from tests.consulting import make_draft, propose, say, share
from tests.factories import fill, make_member, submit
from tests.page_reading import client_of
from tests.web.test_urls_guarded import PARAMETER
from tests.web.urls_table import AGENCY, EDITION, SITE

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
CODES = {f"{EDITION}objectives/<str:code>/": "DC1", f"{EDITION}themes/<str:code>/": "D"}
WIDEST = """() => [...document.querySelectorAll("body *")]
  .filter(element => element.getBoundingClientRect().right > innerWidth)
  .slice(0, 5).map(element => element.outerHTML.slice(0, 120)).join("\\n")"""
# One template draws all rows of a table, and axe looks at each for as long as at a small page.
FEWER_ROWS = """() => document.querySelectorAll("tbody").forEach(
  body => [...body.rows].slice(10).forEach(row => row.remove()))"""


@dataclass(frozen=True)
class Visit:
    """A page that a role opens: its route in tests/web/urls_table.py, and what differs from the plain visit."""

    route: str
    query: str = ""
    status: int = 200
    year: int = 105
    code: str = ""


# 105 is open, 106 not yet, 104 closed and explained.
VISITS = {
    "anonymous": [
        Visit("account/login/"),
        Visit("account/unlock/<str:token>/", status=404),
        Visit("account/forgotten/"),
        Visit("account/forgotten/done/"),
        Visit("account/set-password/<str:uidb64>/<str:token>/"),
        Visit("account/set-password/done/"),
        Visit("account/invitations/<str:token>/"),
        Visit("no/such/page", status=404),
    ],
    "newcomer": [Visit("")],
    "viewer": [
        Visit(f"{AGENCY}deputies/"),
        Visit("account/"),
        Visit("account/password/"),
        Visit("account/password/done/"),
        Visit(f"{EDITION}dashboard/"),
        Visit(f"{EDITION}map/", "?status=attention&theme=D&provisional=1"),
        Visit(f"{EDITION}scorecard/", "?provisional=1"),
        Visit(f"{EDITION}objectives/<str:code>/", "?provisional=1"),
        Visit(f"{EDITION}themes/<str:code>/"),
        Visit(f"{EDITION}kpis/<str:code>/", "?provisional=1"),
        Visit(f"{EDITION}divisions/<int:division_id>/"),
        Visit(f"{EDITION}search/", "?q=公文"),
        Visit(f"{EDITION}report/"),
        Visit(f"{EDITION}report/pdf/", "?appendix=0"),
        Visit(f"{EDITION}downloads/"),
        Visit(f"{EDITION}downloads/", year=104),
        Visit(f"{EDITION}target-adjustments/"),
        Visit(f"{EDITION}dashboard/", year=104),
        Visit(f"{EDITION}year/corrections/", year=104),
        Visit(f"{EDITION}year/revisions/", year=106),
        Visit(f"{EDITION}kpis/<str:code>/", status=404, code="ZZ9"),
        Visit(f"{EDITION}review/", status=403),
    ],
    "staff": [
        Visit("account/notices/"),
        Visit("account/invitations/<str:token>/"),
        Visit(f"{EDITION}reporting/"),
        Visit(f"{EDITION}reporting/", year=106),
        Visit(f"{EDITION}reporting/receipts/"),
        Visit(f"{EDITION}reporting/receipts/<int:serial>/"),
        Visit(f"{EDITION}reporting/<int:division_id>/"),
        Visit(f"{EDITION}reporting/<int:division_id>/", year=106),
        Visit(f"{EDITION}reporting/", year=104),
        Visit(f"{EDITION}consultation/", year=107),
        Visit(f"{EDITION}reporting/<int:division_id>/check/"),
        Visit(f"{EDITION}reporting/<int:division_id>/paste/"),
        Visit(f"{EDITION}reporting/<int:division_id>/fill-in/"),
        Visit(f"{EDITION}reporting/<int:division_id>/<str:code>/evidence/", code="DP1.1"),
        Visit(f"{EDITION}kpis/<str:code>/history/<int:event_id>/<int:change>/", code="DP1.1"),
    ],
    "reviewer": [
        Visit(f"{EDITION}review/"),
        Visit(f"{EDITION}review/", "?state="),
        Visit(f"{EDITION}review/", year=106),
        Visit(f"{EDITION}links/"),
        Visit(f"{EDITION}map/"),
        Visit(f"{EDITION}map/", "?compare=106"),
        Visit(f"{EDITION}compare/", year=106),
        Visit(f"{EDITION}compare/lineage/", year=106),
        Visit(f"{EDITION}compare/", year=107),
        Visit(f"{EDITION}consultation/", year=107),
        Visit(f"{EDITION}objectives/<str:code>/"),
        Visit(f"{EDITION}kpis/<str:code>/"),
    ],
    "admin": [
        Visit(f"{EDITION}year/"),
        Visit(f"{EDITION}year/", year=106),
        Visit(f"{EDITION}year/", year=104),
        Visit(f"{EDITION}year/corrections/", year=104),
        Visit(f"{AGENCY}divisions/"),
        Visit(f"{AGENCY}divisions/<int:division_id>/"),
        Visit(f"{AGENCY}members/"),
        Visit(f"{AGENCY}members/<int:membership_id>/"),
        Visit(f"{AGENCY}transfer/", "?source=person:魏國平&target_person=王小明"),
        Visit(f"{AGENCY}mails/"),
        Visit(f"{AGENCY}security/", "?kind=logged_in"),
        Visit(f"{AGENCY}import/"),
    ],
    "operator": [Visit("security/")],
}


@pytest.fixture
def plan(transactional_db):
    """The Secretariat's plan."""
    return secretariat_facts.load_plan()


@pytest.fixture
def people(plan):
    """Somebody for each role; reports of 文書組 stand in every state, two objectives are linked."""
    divisions = plan.agency.divisions.filter(name__in=["文書組", "總務組"])
    by_role = {
        "anonymous": None,
        "newcomer": factories.make_user("newcomer"),
        "viewer": make_member("viewer", plan.agency, Role.VIEWER),
        "staff": make_member("staff", plan.agency, Role.STAFF, *divisions),
        "reviewer": make_member("reviewer", plan.agency, Role.REVIEWER),
        "admin": make_member("admin", plan.agency, Role.ADMIN),
        "operator": factories.make_user("operator", is_superuser=True),
    }
    admin, staff, reviewer = by_role["admin"], by_role["staff"], by_role["reviewer"]
    close_earlier_year(admin, plan)
    factories.open_year(admin, plan, due_date=timezone.localdate() + timedelta(20))
    missed, waiting, returned, draft = (factories.kpi(plan, code) for code in ("DC1.1", "DF1.1", "AC1.1", "AF1.1"))
    fill(staff, missed, actuals="1.9", explanation="公文量增加", improvement="增補人力")
    factories.approve(reviewer, submit(staff, missed))
    fill(staff, waiting, actuals="65.25", explanation="平台改版")
    report = submit(staff, waiting)
    Comment.objects.create(report=report, author=reviewer, text="請補充說明")
    fill(staff, returned)
    factories.send_back(reviewer, submit(staff, returned), "請附佐證")
    fill(staff, draft, unmeasured="系統改版，無法統計")
    changed = factories.kpi(plan, "DP1.1")
    for actual in (1, 2):
        fill(staff, changed, actuals=actual)
    factories.attach(staff, changed)
    consulted = share(admin, make_draft(reviewer, factories.next_edition(admin, plan)))
    propose(staff, consulted, 16, year=consulted.year)
    say(staff, consulted, "公式請再確認")
    cause, effect = (plan.objectives.get(code=code) for code in ("DP1", "DC1"))
    ObjectiveLink.objects.create(plan=plan, cause=cause, effect=effect, reason="流程改善帶動效率")
    invited = {"email": "invited@example.gov.tw", "name": "受邀者", "role": Role.STAFF, "divisions": divisions}
    invitations.invite(by=admin, agency=plan.agency, **invited)
    return by_role


def close_earlier_year(admin, plan):
    """104 of the agency, closed, with a correction beside it. It is adopted before 105, which is a draft meanwhile."""
    editions = Plan.objects.filter(pk=plan.pk)
    editions.update(state=PlanState.DRAFT)
    earlier = factories.make_plan(kpis=5, agency=plan.agency, year=2015)
    editions.update(state=PlanState.ADOPTED)
    factories.close_year(admin, factories.open_year(admin, earlier), reason="測試")
    facts = {"text": "漏列一筆附件。", "dated": factories.DUE, "document_number": "北市秘文字第 1 號"}
    add_correction(by=admin, plan=earlier, **facts)


def url_of(visit, plan):
    """The visit's address."""
    values = {
        "year": visit.year,
        "code": visit.code or CODES.get(visit.route, "DC1.1"),
        "serial": 1,
        "division_id": plan.agency.divisions.get(name="文書組").pk,
        "event_id": AuditEvent.objects.filter(action=AuditAction.SAVED, target__startswith="DP1.1").first().pk,
        "change": 0,
        "agency": plan.agency.slug,
        "membership_id": plan.agency.memberships.get(role=Role.VIEWER).pk,
        "uidb64": "MQ",
        "token": "no-such-token",
    }
    if visit.route.startswith("account/invitations/"):
        values["token"] = Invitation.objects.get().make_token()
    return "/" + PARAMETER.sub(lambda match: str(values[match[1]]), visit.route) + visit.query


def assert_one_heading_and_breadcrumb(page, visit):
    """One h1; under a plan, the way here ends with this page. A page that was not found has no place in a plan."""
    assert page.locator("h1").count() == 1, page.url
    if visit.route.startswith(EDITION) and visit.status == 200:
        assert page.locator("nav.crumbs a").first.is_visible(), page.url
        assert page.locator("nav.crumbs [aria-current=page]").count() == 1, page.url


def assert_fits_a_phone(page):
    """At 360 px nothing scrolls sideways but tables inside their own frame."""
    page.set_viewport_size(PHONE)
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not too_wide, f"{page.url} is wider than a phone:\n{page.evaluate(WIDEST)}"
    page.set_viewport_size(DESK)


@pytest.mark.parametrize("rows", ["some", pytest.param("all", marks=pytest.mark.long)])
@pytest.mark.parametrize("role", VISITS)
def test_every_page_is_accessible_fits_a_phone_and_has_its_own_title(browse, plan, people, role, rows):
    """Of long tables axe is shown the first rows; in a long look all of them."""
    page, titles, faults = browse(people[role]), {}, []
    for visit in VISITS[role]:
        url = url_of(visit, plan)
        assert page.goto(url).status == visit.status, url
        address = url.split("?")[0]
        if titles.setdefault(page.title(), address) != address:
            faults.append(f"「{page.title()}」 is the title of {address} and of {titles[page.title()]}")
        for check in (assert_one_heading_and_breadcrumb, assert_fits_a_phone, assert_accessible):
            if check is assert_accessible and rows == "some":
                page.evaluate(FEWER_ROWS)
            try:
                check(page, *([visit] if check is assert_one_heading_and_breadcrumb else []))
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n".join(faults)


def test_pages_with_errors_and_conflicts_are_accessible_and_fit_a_phone(browse, plan, people):
    page = browse(people["staff"])
    page.goto(url_of(Visit(f"{EDITION}reporting/<int:division_id>/"), plan))
    row = page.locator("[id='DL1.1']")
    row.get_by_label("DL1.1 分子").fill("約二十")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator("#errors")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    row.get_by_label("DL1.1 分子").fill("20")
    row.get_by_label("DL1.1 分母").fill("100")
    fill(people["staff"], factories.kpi(plan, "DL1.1"), actuals=15)
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.get_by_text("有人在您填寫時變更了 1 項 KPI")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)


def test_a_closing_refused_and_a_wait_after_wrong_passwords_are_accessible(browse, plan, people):
    page = browse(people["admin"])
    page.goto(url_of(Visit(f"{EDITION}year/"), plan))
    record_the_approval(page)
    page.get_by_role("button", name="關閉 105 年度").click()
    expect(page.get_by_text("請先關閉 104 年版").or_(page.get_by_text("請先完成審核"))).to_be_visible()
    assert_accessible(page)
    for _ in range(4):
        client_of().post("/account/login/", {"username": "viewer", "password": "wrong"})
    page = browse()
    page.goto("/account/login/")
    page.get_by_label("使用者名稱").fill("viewer")
    page.get_by_label("密碼").fill("wrong")
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("heading", name="請稍後再登入")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)


def test_the_style_page_is_accessible_and_fits_a_phone(browse, settings):
    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.styleguide.urls_with_debug"
    page = browse(factories.make_user("designer"))
    assert page.goto("/style/").status == 200
    assert_accessible(page)
    assert_fits_a_phone(page)


# Django's own widget: its comboboxes take their name from what is chosen, and have none while nothing is.
SELECT2 = [".select2-container"]
ADMIN_PAGES = ("", "scorecard/kpi/", "scorecard/kpi/add/", "scorecard/auditevent/", "scorecard/membership/")


def test_the_admin_is_accessible(browse, plan, people):
    page = browse(people["admin"])
    for path in ADMIN_PAGES:
        assert page.goto(f"/admin/{path}").status == 200
        assert_accessible(page, but_not=SELECT2)


def test_every_page_of_the_site_is_visited_above():
    """A new page of the site is added to VISITS, unless it is a file or a piece of another page."""
    pieces = {
        "healthz",
        f"{EDITION}evidence/<uuid:token>/",
        f"{EDITION}reporting/<int:division_id>/light/<str:code>/",
        f"{EDITION}snapshots/<int:number>/<str:file>",
        f"{EDITION}year/revisions/<int:number>/<str:file>",
    }
    # An upload's pages, on the way of tests/browser/test_form_import.py.
    pieces |= {f"agencies/<slug:agency>/import/<uuid:token>/{rest}" for rest in ("", "sheet/")}
    pages = {
        route
        for route, answers in SITE.items()
        if 200 in answers["GET"].values() and "." not in route and route not in pieces
    }
    assert pages - {visit.route for visits in VISITS.values() for visit in visits} == set()

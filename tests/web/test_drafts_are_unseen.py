"""A draft is not there for whoever may not edit strategy: at no address, in no list, file, mail or version."""

import re

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import PlanState, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionPlan,
    AuditEvent,
    Notice,
    Objective,
    OutgoingMail,
    Plan,
    PlanVersion,
    Theme,
)
from scorecard.services import audit, editions, mail, reminders
from tests import factories
from tests.page_reading import address, body, client_of, links, text
from tests.shared_rows import layer
from tests.web.test_urls_guarded import CODES, IN_EDITION, scene, unprinted_pdfs
from tests.web.urls_table import AGENCY, EDITION, SITE, TABLE

__all__ = ["scene", "unprinted_pdfs"]

pytestmark = pytest.mark.django_db

# Beyond every year that another edition shows.
DRAFT_YEAR, NO_YEAR = 108, 109
SECRET = "未公開"
UNSEEING = ("viewer", "staff", "outsider", "superuser")
# Files that are packed; what is in them comes from the same scorecard as the pages.
PACKED = re.compile(r"\.(pdf|xlsx|ods)$")


def admin_of(scene):
    return scene.rows["agency"].memberships.get(role=Role.ADMIN).user


@layer
def draft(scene):
    """108 of the scene's agency, whose every text is SECRET; 105 is open."""
    made = editions.carry_forward(by=admin_of(scene), agency=scene.plan.agency, year=DRAFT_YEAR + 1911)
    for model in (Theme, Objective, KPI):
        model.objects.filter(plan=made).update(name=SECRET)
    ActionPlan.objects.filter(plan=made).update(description=SECRET)
    Plan.objects.filter(pk=made.pk).update(mission=SECRET)
    return made


def of_draft(scene, draft, route, year):
    """The address below the year with what the draft has: its own links, no receipt, no evidence."""
    changed = {"year": year, "link_id": draft.links.first().pk, "code": CODES.get(route, "AC1.1")}
    return scene.url(route, **changed)


@pytest.mark.parametrize("role", UNSEEING)
@pytest.mark.one_database
def test_at_every_address_a_draft_answers_like_a_year_without_an_edition(scene, draft, role):
    for route in IN_EDITION:
        for method in ("GET", "POST"):
            there = scene.answer(role, method, of_draft(scene, draft, route, DRAFT_YEAR), scene.form(route))
            missing = scene.answer(role, method, of_draft(scene, draft, route, NO_YEAR), scene.form(route))
            wanted = 405 if TABLE[route][method]["admin"] == 405 else 404
            assert (there.status_code, body(there)) == (wanted, body(missing)), (method, route)


@pytest.mark.one_database
def test_its_editors_have_every_page_of_it_and_no_act_fails(scene, draft):
    for role in ("reviewer", "admin"):
        for route in [route for route in IN_EDITION if "<" not in route.removeprefix(EDITION)]:
            for method in ("GET", "POST"):
                answer = scene.answer(role, method, of_draft(scene, draft, route, DRAFT_YEAR), scene.form(route))
                # What is sent names reports of the open edition, which this one has not.
                is_of_another = (method, route) == ("POST", f"{EDITION}review/approve/")
                declared = {404} if is_of_another else {TABLE[route][method][role], 200, 302, 422}
                assert answer.status_code in declared, (role, method, route)


SAID = re.compile(f"{SECRET}|-agency/{DRAFT_YEAR}/|{DRAFT_YEAR} 年")


def says_it(response):
    """Where an answer has a text, an address or the year of the draft."""
    said = response.getvalue().decode(errors="replace")
    return [said[max(place.start() - 60, 0) : place.end() + 20] for place in SAID.finditer(said)]


@pytest.mark.one_database
def test_no_other_page_of_the_site_names_it_to_whoever_does_not_see_it(scene, draft):
    for route, answers in SITE.items():
        if PACKED.search(route):
            continue
        for role in UNSEEING:
            answer = scene.answer(
                role, "GET", f"{scene.url(route)}{'&' if '?' in scene.url(route) else '?'}provisional=1"
            )
            assert says_it(answer) == [], (role, route)
        assert set(answers) == {"GET", "POST"}
    found = scene.answer("viewer", "GET", f"{scene.url(f'{EDITION}search/')}?q={SECRET}")
    assert "找不到" in text(found) or "沒有" in text(found)


@pytest.mark.one_database
def test_the_admin_site_names_it_to_nobody_of_another_agency(scene, draft):
    for route in [route for route in TABLE if route.startswith("admin/")]:
        assert says_it(scene.answer("outsider", "GET", scene.url(route))) == [], route
    # The parent's draft is offered to nobody as a support.
    city = scene.plan.agency.parent
    boss = factories.make_member("boss", city, Role.ADMIN)
    above = editions.carry_forward(by=boss, agency=city, year=2017)
    Objective.objects.filter(plan=above).update(name=f"{SECRET}府級")
    asked = {"app_label": "scorecard", "model_name": "objectivesupport", "field_name": "supported"}
    answer = client_of(scene.rows["formupload"].uploaded_by).get(
        reverse("admin:autocomplete"), {**asked, "edition": draft.pk, "term": ""}
    )
    assert answer.status_code == 200 and SECRET not in str(answer.json())


def test_its_editors_find_it_in_the_switch_and_by_searching(scene, draft):
    page = scene.answer("reviewer", "GET", f"{scene.url(f'{EDITION}search/')}?q=AC1.1")
    assert address(draft, "search") + "?q=AC1.1" in links(page)
    assert f"{DRAFT_YEAR} 年 草案" in text(page)
    assert SECRET in text(scene.answer("reviewer", "GET", f"{address(draft, 'search')}?q={SECRET}"))


def test_no_version_that_others_see_moves_with_it(scene, draft):
    """Neither does that of a later edition, though it rises with what happens in earlier ones that count."""
    admin, page = admin_of(scene), address(scene.plan, "scorecard")
    later = editions.carry_forward(by=admin, agency=scene.plan.agency, year=NO_YEAR + 1911)
    Plan.objects.filter(pk=later.pk).update(state=PlanState.ADOPTED)
    clients = {"staff": client_of(scene.rows["user"]), "reviewer": client_of(scene.rows["formupload"].uploaded_by)}

    def seen():
        of_others = PlanVersion.objects.exclude(plan=draft).values_list("plan", "data_version")
        return dict(of_others), {role: client.get(page)["ETag"] for role, client in clients.items()}

    versions, etags = seen()
    audit.record(by=admin, action="changed", target=draft, plan=draft)
    now_versions, now = seen()
    assert now_versions == versions and now["staff"] == etags["staff"] and now["reviewer"] != etags["reviewer"]
    editions.discard(by=admin, plan=draft)
    assert seen()[0] == versions and seen()[1]["staff"] == etags["staff"]
    audit.record(by=admin, action="changed", target=scene.plan, plan=scene.plan)
    risen = {plan for plan, version in seen()[0].items() if version == versions[plan] + 1}
    assert risen == {scene.plan.pk, later.pk}


def test_nobody_is_told_of_it_by_mail_notice_or_reminder(scene, draft):
    OutgoingMail.objects.all().delete()
    Notice.objects.all().delete()
    for user in scene.rows["agency"].memberships.all():
        user.user.email = f"{user.user.username}@example.gov.tw"
        user.user.save()
    reminders.send_due_reminders(day=scene.plan.due_date or timezone.localdate())
    mail.deliver()
    with pytest.raises(RuleBroken):
        reminders.remind_now(by=admin_of(scene), plan=draft, day=timezone.localdate())
    kpi = KPI.objects.get(plan=draft, code="AC1.1")
    answer = scene.answer("reviewer", "POST", address(draft, "kpi_comment", code=kpi.code), {"text": "留言"})
    assert answer.status_code == 302 and not Notice.objects.exists()
    for letter in OutgoingMail.objects.all():
        assert SECRET not in letter.body and f"/{DRAFT_YEAR}/" not in letter.body
    assert outbox.outbox == [] or all(SECRET not in sent.body for sent in outbox.outbox)


def test_home_leads_editors_of_drafts_alone_to_the_draft_and_others_nowhere(cast, plan):
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DRAFT)
    for role in ("reviewer", "admin"):
        home = client_of(getattr(cast, role)).get("/", follow=True)
        assert home.redirect_chain == [(address(plan, "strategy_map"), 302)]
    for role in ("viewer", "staff"):
        home = client_of(getattr(cast, role)).get("/")
        assert home.status_code == 200 and "105" not in text(home)


def test_whoever_knows_the_number_of_an_event_of_it_learns_nothing(scene, draft):
    """An old mail's link, or a number that was tried."""
    event = AuditEvent.objects.filter(plan=draft).first()
    route = f"{EDITION}kpis/<str:code>/history/<int:event_id>/<int:change>/"
    for role in ("staff", "viewer"):
        assert scene.answer(role, "GET", scene.url(route, event_id=event.pk)).status_code in (403, 404)
    assert scene.answer("outsider", "GET", scene.url(f"{AGENCY}import/")).status_code == 404

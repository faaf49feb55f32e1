"""The switch of years over all editions of an agency, by lineage, and the way to other agencies."""

from django.urls import reverse

from scorecard.domain.choices import PlanState, Role
from scorecard.models import KPI, Membership, Plan
from scorecard.services import editions
from tests import factories
from tests.page_reading import address, client_of, links, text


def switch(client, url):
    """{year: (state, address)} of the page's switch, and the year shown."""
    page = client.get(url)
    assert page.status_code == 200
    rows = page.context["year_switch"]
    shown = text(page)
    assert all(f"{row['text']} {row['state']}" in shown for row in rows), "a state is a word"
    return {row["text"]: (row["state"], row["url"]) for row in rows}, [row["text"] for row in rows if row["current"]]


def leads(client, plan, name, code):
    """{year: address} of the switch on a page of a code."""
    return {year: url for year, (_, url) in switch(client, address(plan, name, code=code))[0].items()}


def test_the_switch_shows_every_year_of_the_agency_once_with_its_state(cast, open_plan, later):
    client = client_of(cast.viewer)
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    factories.open_year(cast.admin, later)
    factories.next_edition(cast.admin, later)
    draft = editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2019)
    rows, current = switch(client, address(open_plan, "scorecard"))
    assert {year: state for year, (state, _) in rows.items()} == {
        "105 年": PlanState.CLOSED.label,
        "106 年": PlanState.OPEN.label,
        "107 年": PlanState.ADOPTED.label,
    }
    assert current == ["105 年"]
    for _, url in rows.values():
        assert switch(client, url)[0].keys() == rows.keys()
    reviewers, _ = switch(client_of(cast.reviewer), address(open_plan, "scorecard"))
    assert reviewers["108 年"] == (PlanState.DRAFT.label, address(draft, "scorecard"))
    assert client.get(address(draft, "scorecard")).status_code == 404


def test_a_year_without_an_edition_has_no_page(cast, open_plan):
    client = client_of(cast.admin)
    for year in (2013, 2015, 2017, 2018):
        assert client.get(address(open_plan, "scorecard", year=year)).status_code == 404


def test_pages_of_a_code_lead_to_the_same_thing_whatever_its_code_there(cast, open_plan, later):
    client = client_of(cast.viewer)
    # Recoded, and its old code given to another one.
    KPI.objects.filter(plan=later, code="AC1.1").update(code="AC1.9")
    KPI.objects.filter(plan=later, code="AC1.2").update(code="AC1.1")
    expected = {"105 年": address(open_plan, "kpi", code="AC1.1"), "106 年": address(later, "kpi", code="AC1.9")}
    assert leads(client, open_plan, "kpi", "AC1.1") == leads(client, later, "kpi", "AC1.9") == expected
    assert leads(client, later, "kpi", "AC1.1")["105 年"] == address(open_plan, "kpi", code="AC1.2")
    for name, code, rows in (("objective", "AC1", later.objectives), ("theme", "A", later.themes)):
        rows.filter(code=code).update(code="Z")
        assert leads(client, open_plan, name, code)["106 年"] == address(later, name, code="Z")


def test_a_page_that_another_year_lacks_leads_to_its_scorecard_and_never_to_another_of_its_code(cast, open_plan, later):
    client = client_of(cast.viewer)
    # Dropped in 106, which gives its code to one that begins there.
    dropped = KPI.objects.get(plan=later, code="AC1.1")
    dropped.action_plans.all().delete()
    dropped.delete()
    began = KPI.objects.create(
        plan=later,
        objective=later.objectives.get(code="AC1"),
        division=open_plan.agency.divisions.first(),
        code="AC1.1",
        name="新的指標",
    )
    assert leads(client, open_plan, "kpi", "AC1.1") == {
        "105 年": address(open_plan, "kpi", code="AC1.1"),
        "106 年": address(later, "scorecard"),
    }
    assert "106 年版沒有這項KPI，前往計分卡" in text(client.get(address(open_plan, "kpi", code="AC1.1")))
    assert leads(client, later, "kpi", began.code)["105 年"] == address(open_plan, "scorecard")
    # One of the two parts of a split keeps the lineage; of the other the earlier year has nothing.
    later.objectives.filter(code="AP2").update(lineage=began.lineage)
    assert leads(client, later, "objective", "AP2")["105 年"] == address(open_plan, "scorecard")
    # Of two that are merged the survivor goes on under its own code, and the other line ends.
    survivor = KPI.objects.get(plan=later, code="AC1.2")
    KPI.objects.filter(pk=survivor.pk).update(code="AC1.3", name="併入後的指標")
    assert leads(client, open_plan, "kpi", "AC1.2")["106 年"] == address(later, "kpi", code="AC1.3")
    assert leads(client, later, "kpi", "AC1.3")["105 年"] == address(open_plan, "kpi", code="AC1.2")
    assert leads(client, open_plan, "kpi", "AC1.1")["106 年"] == address(later, "scorecard")


def test_a_year_that_opens_in_another_edition_makes_kept_pages_anew(cast, open_plan, later):
    client, url = client_of(cast.viewer), address(open_plan, "scorecard")
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    factories.open_year(cast.admin, later)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_the_switches_stand_outside_what_the_year_itself_shows(cast, open_plan):
    page = client_of(cast.viewer).get(address(open_plan, "scorecard")).content.decode()
    assert page.index('aria-label="年度"') < page.index("<main")


def test_other_agencies_are_reached_in_the_same_year_and_on_the_same_page(cast, open_plan, later):
    client, url = client_of(cast.viewer), address(later, "dashboard")
    assert client.get(url).context["agency_switch"] == []
    Membership.objects.create(user=cast.viewer, agency=cast.other_plan.agency, role=Role.VIEWER)
    assert address(cast.other_plan, "dashboard") in links(client.get(url)), "it has no edition of 106"
    their_later = factories.next_edition(cast.outsider, cast.other_plan)
    assert address(their_later, "dashboard") in links(client.get(url))
    assert address(cast.other_plan, "strategy_map") in links(client.get(address(open_plan, "kpi", code="AC1.1")))
    # Agencies' own pages belong to no year.
    Plan.objects.filter(pk=their_later.pk).update(state=PlanState.DRAFT)
    page = client.get(reverse("deputies", args=[open_plan.agency.slug]))
    assert page.context["year_switch"] == [] and address(cast.other_plan, "strategy_map") in links(page)

"""The switch of years over all plans of an agency, and the way to other agencies."""

import pytest
from django.urls import reverse

from scorecard.domain.choices import Role, YearState
from scorecard.models import KPI, Membership
from tests import factories
from tests.page_reading import address, client_of, links, text


@pytest.fixture
def second_plan(open_plan, cast):
    """The agency's next plan, of 106 to 108; its codes are those of the first plan with an X."""
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    for division in open_plan.agency.divisions.all():
        division.name = f"{division.name}一"
        division.save()
    plan = factories.make_plan(kpis=5, slug="second-plan", agency=open_plan.agency)
    plan.first_year, plan.last_year = 2017, 2019
    plan.save()
    plan.years.filter(year=2016).delete()
    plan.years.create(year=2019)
    for kpi in KPI.objects.filter(plan=plan):
        KPI.objects.filter(pk=kpi.pk).update(code=f"X{kpi.code}")
    return plan


def switch(client, url):
    """{year: (state, address)} of the page's switch, and the year shown."""
    page = client.get(url)
    assert page.status_code == 200
    rows = page.context["year_switch"]
    shown = text(page)
    assert all(f"{row['text']} {row['state']}" in shown for row in rows), "a state is a word"
    return {row["text"]: (row["state"], row["url"]) for row in rows}, [row["text"] for row in rows if row["current"]]


def test_the_switch_shows_every_year_of_the_agency_once_with_its_state(cast, open_plan, second_plan):
    client = client_of(cast.viewer)
    factories.open_year(cast.admin, second_plan, 2017)
    rows, current = switch(client, address(open_plan, "scorecard"))
    assert {year: state for year, (state, _) in rows.items()} == {
        "105 年": YearState.CLOSED.label,
        "106 年": YearState.OPEN.label,
        "107 年": YearState.NOT_OPEN.label,
        "108 年": YearState.NOT_OPEN.label,
    }
    assert current == ["105 年"]
    for _, url in rows.values():
        assert switch(client, url)[0].keys() == rows.keys()


def test_a_year_in_two_plans_is_that_of_the_one_opened_else_of_the_later_one(cast, open_plan, second_plan):
    client = client_of(cast.viewer)
    assert client.get(address(open_plan, "scorecard", year=2017)).context["edition"].plan == second_plan
    factories.open_year(cast.admin, open_plan, 2017)
    assert client.get(address(open_plan, "scorecard", year=2017)).context["edition"].plan == open_plan


def test_a_page_of_a_code_that_another_year_lacks_leads_to_its_scorecard(cast, open_plan, second_plan):
    client = client_of(cast.viewer)
    rows, _ = switch(client, address(open_plan, "kpi", code="AC1.1"))
    assert rows["105 年"][1] == address(open_plan, "kpi", code="AC1.1")
    assert rows["106 年"][1] == address(open_plan, "scorecard", year=2017)
    assert "106 年沒有這項KPI" in text(client.get(address(open_plan, "kpi", code="AC1.1")))
    rows, _ = switch(client, address(open_plan, "objective", code="AC1"))
    assert rows["106 年"][1] == address(open_plan, "objective", year=2017, code="AC1")


def test_a_year_that_opens_in_another_plan_makes_kept_pages_anew(cast, open_plan, second_plan):
    client, url = client_of(cast.viewer), address(open_plan, "scorecard")
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    factories.open_year(cast.admin, second_plan, 2017)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_the_switches_stand_outside_what_the_year_itself_shows(cast, open_plan):
    page = client_of(cast.viewer).get(address(open_plan, "scorecard")).content.decode()
    assert page.index('aria-label="年度"') < page.index("<main")


def test_other_agencies_are_reached_in_the_same_year_and_on_the_same_page(cast, open_plan):
    client, url = client_of(cast.viewer), address(open_plan, "dashboard", year=2017)
    assert client.get(url).context["agency_switch"] == []
    Membership.objects.create(user=cast.viewer, agency=cast.other_plan.agency, role=Role.VIEWER)
    assert address(cast.other_plan, "dashboard", year=2017) in links(client.get(url))
    assert address(cast.other_plan, "strategy_map") in links(client.get(address(open_plan, "kpi", code="AC1.1")))
    cast.other_plan.years.filter(year=2017).delete()
    assert address(cast.other_plan, "dashboard") in links(client.get(url))
    # Agencies' own pages belong to no year.
    page = client.get(reverse("deputies", args=[open_plan.agency.slug]))
    assert page.context["year_switch"] == [] and address(cast.other_plan, "strategy_map") in links(page)

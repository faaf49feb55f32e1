"""策略地圖: the page the secretariat reviews, and the same map as a file."""

import re
from xml.etree import ElementTree

import pytest
from django.utils.html import escape

from scorecard.domain.choices import Status
from scorecard.models import Objective, ObjectiveLink, Perspective, Theme
from tests import factories
from tests.page_reading import address, body, client_of, links, text

SVG = "{http://www.w3.org/2000/svg}"


def drawing(response):
    """The page's map as XML."""
    return ElementTree.fromstring(re.search(r'<svg class="strategy-map".*?</svg>', body(response), re.DOTALL)[0])


def groups(svg, name):
    """The map's parts of one kind."""
    return svg.findall(f"{SVG}g[@class='{name}']")


def rectangle(group):
    """(left, top, right, bottom) of the part's box."""
    box = next(group.iter(f"{SVG}rect")).attrib
    left, top, width, height = (float(box[key]) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def letters(group):
    """The part's text without blanks, which lines broken for want of room do not have."""
    return re.sub(r"\s", "", "".join("".join(line.itertext()) for line in group.iter(f"{SVG}text")))


def cards(svg):
    """The map's cards by the code of their objective."""
    return {card.attrib["data-code"]: card for card in groups(svg, "map-card")}


@pytest.fixture
def page(secretariat_plan, secretary):
    """The Secretariat's map of 105."""
    return client_of(secretary).get(address(secretariat_plan, "strategy_map"))


def test_the_map_shows_all_34_objectives_each_in_its_cell(page, secretariat_plan):
    svg = drawing(page)
    columns = dict(zip(Theme.objects.filter(plan=secretariat_plan), groups(svg, "map-theme"), strict=True))
    rows = dict(zip(Perspective.objects.filter(plan=secretariat_plan), groups(svg, "map-row"), strict=True))
    objectives = Objective.objects.filter(plan=secretariat_plan).select_related("theme", "perspective")
    assert len(cards(svg)) == len(objectives) == 34
    for objective in objectives:
        card = cards(svg)[objective.code]
        left, top, right, bottom = rectangle(card)
        column, row = rectangle(columns[objective.theme]), rectangle(rows[objective.perspective])
        assert column[0] <= left < right <= column[2], objective
        assert row[1] <= top < bottom <= row[3], objective
        assert re.sub(r"\s", "", objective.code + objective.name) in letters(card), objective


def test_the_map_names_every_theme_with_its_lead_division_and_every_perspective(page, secretariat_plan):
    svg = drawing(page)
    themes = Theme.objects.filter(plan=secretariat_plan).select_related("lead_division")
    assert len(themes) == 8
    for theme, column in zip(themes, groups(svg, "map-theme"), strict=True):
        for words in (theme.code, theme.name, theme.lead_division.name):
            assert re.sub(r"\s", "", words) in letters(column)
    for perspective, row in zip(Perspective.objects.filter(plan=secretariat_plan), groups(svg, "map-row"), strict=True):
        assert perspective.name.removesuffix("構面") in letters(row)


def test_the_map_page_states_mission_vision_and_core_values(page, secretariat_plan):
    said = text(page)
    for line in [*secretariat_plan.mission_lines, secretariat_plan.vision, *secretariat_plan.core_value_lines]:
        assert line in said


def test_the_table_below_holds_the_same_objectives_as_the_drawing(page, secretariat_plan):
    table = body(page).split('id="table"')[1]
    for objective in Objective.objects.filter(plan=secretariat_plan).select_related("theme"):
        row = next(row for row in table.split("<tr>") if f">{objective.code}</a>" in row)
        assert escape(objective.name) in row
        assert escape(objective.theme.name) in row


def test_every_card_opens_its_objective(page, secretariat_plan):
    for code, card in cards(drawing(page)).items():
        url = address(secretariat_plan, "objective", code=code)
        assert card.find(f"{SVG}a").attrib["href"] == url
        assert url in links(page)


def test_a_card_shows_light_score_and_how_many_kpis_are_met(open_plan, cast):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"), actuals=95)
    factories.approved(cast, factories.kpi(open_plan, "AC1.2"), actuals=20)
    page = client_of(cast.viewer).get(address(open_plan, "strategy_map"))
    said = letters(cards(drawing(page))["AC1"])
    # (0.95 + 1) ÷ 2, which is above 90 % and below 1.
    assert Status.NEAR.label in said
    assert "97.5" in said
    assert "1／2" in said


def test_a_plan_without_links_says_so_and_invents_none(open_plan, cast):
    ObjectiveLink.objects.filter(plan=open_plan).delete()
    page = client_of(cast.viewer).get(address(open_plan, "strategy_map"))
    assert groups(drawing(page), "map-link") == []
    assert "這份年版還沒有建立因果關係" in text(page)


def test_links_are_drawn_and_listed_with_their_reasons(open_plan, cast):
    page = client_of(cast.viewer).get(address(open_plan, "strategy_map"))
    drawn = {(link.attrib["data-cause"], link.attrib["data-effect"]) for link in groups(drawing(page), "map-link")}
    assert drawn == {("AP1", "AC1"), ("AL1", "AP1"), ("AF1", "AL1")}
    assert text(page).count("測試關係") >= 3


def faded(page):
    """The codes of the cards that a filter put into the background."""
    return {code for code, card in cards(drawing(page)).items() if "opacity" in card.attrib}


def test_a_theme_filter_fades_the_other_themes(open_plan, cast):
    url = address(open_plan, "strategy_map")
    page = client_of(cast.viewer).get(url, {"theme": "A"})
    assert faded(page) == {"BC1", "BP1", "BL1", "BF1"}


def test_a_status_filter_fades_every_other_light(open_plan, cast):
    url = address(open_plan, "strategy_map")
    factories.approved(cast, factories.kpi(open_plan, "AL1.1"), actuals=10, explanation="人力不足")
    factories.approved(cast, factories.kpi(open_plan, "AF1.1"), actuals=100)
    client = client_of(cast.viewer)
    shown = set(cards(drawing(client.get(url)))) - faded(client.get(url, {"status": "attention"}))
    assert shown == {"AL1"}
    assert "AF1" in faded(client.get(url, {"status": "pending"}))
    assert faded(client.get(url, {"status": "no such filter", "theme": ""})) == set()


def test_a_plan_without_objectives_names_the_next_step(cast):
    city = cast.viewer.memberships.get().agency.parent
    member = factories.make_member("city", city, "viewer")
    bare = city.plans.get()
    bare.objectives.all().delete()
    page = client_of(member).get(address(bare, "strategy_map"))
    assert page.status_code == 200
    assert "這份年版還沒有策略目標" in text(page)


def test_the_map_as_a_file_is_an_svg_of_its_own(open_plan, cast):
    response = client_of(cast.viewer).get(address(open_plan, "map_svg"))
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="test-agency-105-strategy-map.svg"'
    svg = ElementTree.fromstring(response.content)
    assert svg.tag == f"{SVG}svg"
    assert list(svg.iter(f"{SVG}a")) == [], "links of a saved file would lead nowhere"
    assert set(cards(svg)) == set(Objective.objects.filter(plan=open_plan).values_list("code", flat=True))

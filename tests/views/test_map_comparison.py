"""The map of two years, its filters in the URL, and the map as PDF."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from scorecard.documents.map_pdf import strategy_map_pdf
from tests import factories
from tests.factories import FIRST_YEAR, MIDDLE_YEAR
from tests.page_reading import address, body, client_of, links, text
from tests.pdf.pdf_reading import open_pdf, squeezed
from tests.shared_rows import layer

MORE_FOR_TWO_YEARS = 8


@layer
def two_years(open_plan, cast):
    """AL1 is met in 105 and at 60 in 106; AF1 is at 50 in 105 and met in 106; AP1 has a score in 106 alone."""
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, open_plan))
    for edition, code, actuals in [
        (open_plan, "AL1.1", 50),
        (later, "AL1.1", 27),
        (open_plan, "AF1.1", 45),
        (later, "AF1.1", 90),
        (later, "AP1.1", [20, 5]),
    ]:
        factories.approved(cast, factories.kpi(edition, code), actuals=actuals, explanation="說明")
    return open_plan


@pytest.fixture
def viewer(cast):
    return client_of(cast.viewer)


def drawings(response):
    """The page's maps, each as its markup, by what it is called."""
    found = re.findall(r'<svg class="strategy-map".*?</svg>', body(response), re.DOTALL)
    return {re.search(r'aria-label="[^"]*?(\d+) 年策略地圖"', svg)[1]: svg for svg in found}


def card(svg, code):
    """One card's markup."""
    return re.search(rf'<g class="map-card"\s+data-code="{code}".*?(?=<g class="map-card"|</svg>)', svg, re.DOTALL)[0]


def compared(client, plan, year, other, **query):
    return client.get(address(plan, "strategy_map", year=year), {"compare": other, **query})


def test_two_years_are_two_maps_the_later_one_with_the_changes(viewer, two_years):
    page = compared(viewer, two_years, FIRST_YEAR, 106)
    maps = drawings(page)
    assert list(maps) == ["106", "105"]
    assert "▼40" in card(maps["106"], "AL1") and "，下降 40" in card(maps["106"], "AL1")
    assert "▲50" in card(maps["106"], "AF1") and "，上升 50" in card(maps["106"], "AF1")
    assert "新評" in card(maps["106"], "AP1")
    assert not re.search("[▲▼]|新評|未評", maps["105"])


def test_it_makes_no_difference_from_which_year_one_comes(viewer, two_years):
    from_earlier, from_later = (
        compared(viewer, two_years, FIRST_YEAR, 106),
        compared(viewer, two_years, MIDDLE_YEAR, 105),
    )
    assert drawings(from_earlier) == drawings(from_later)
    for page in (from_earlier, from_later):
        assert "105 年與 106 年策略地圖" in text(page)


def test_a_table_says_what_rose_fell_and_is_new(viewer, two_years):
    table = text(compared(viewer, two_years, FIRST_YEAR, 106)).split("105 年與 106 年比較")[1]
    rose, rest = table.split("上升（1） ")[1].split("下降（1） ")
    fell, rest = rest.split("新增評核（1） ")
    assert rose.startswith("AF1 目標 AF1 未達 50 0／1 達成 100 1／1 +50")
    assert fell.startswith("AL1 目標 AL1 達成 100 1／1 未達 60 0／1 −40")
    assert rest.startswith("AP1 目標 AP1 待填報 — 0／0 達成 100 1／1 —")


def test_cards_of_each_map_open_the_objective_in_their_own_year(viewer, two_years):
    maps = drawings(compared(viewer, two_years, FIRST_YEAR, 106, provisional="1"))
    for roc, year in (("105", FIRST_YEAR), ("106", MIDDLE_YEAR)):
        assert f'href="{address(two_years, "objective", year=year, code="AL1")}?provisional=1"' in maps[roc]


@pytest.mark.parametrize("other", ["105", "2016", "104", "99", "abc", "", "10６"])
def test_a_year_that_cannot_be_compared_is_left_aside(viewer, two_years, other):
    page = compared(viewer, two_years, FIRST_YEAR, other)
    if other == "10６":
        assert list(drawings(page)) == ["106", "105"]
    else:
        assert list(drawings(page)) == ["105"]


def test_the_years_switch_keeps_every_filter(viewer, two_years):
    page = viewer.get(address(two_years, "strategy_map"), {"status": "attention", "theme": "A", "provisional": "1"})
    kept = "status=attention&theme=A&provisional=1"
    for year in (FIRST_YEAR, MIDDLE_YEAR):
        assert f"{address(two_years, 'strategy_map', year=year)}?{kept}" in links(page)
    assert f"?{kept}&compare=106" in links(page)
    assert "?theme=A&provisional=1" in links(page)
    assert f"{address(two_years, 'map_svg')}?{kept}" in links(page)
    assert f"{address(two_years, 'map_pdf')}?{kept}&size=A3" in links(page)


def test_the_theme_form_keeps_the_comparison_and_the_light(viewer, two_years):
    page = body(compared(viewer, two_years, FIRST_YEAR, 106, status="attention"))
    assert '<input type="hidden" name="compare" value="106">' in page
    assert '<input type="hidden" name="status" value="attention">' in page


def test_both_maps_fade_what_the_filter_does_not_name(viewer, two_years):
    maps = drawings(compared(viewer, two_years, FIRST_YEAR, 106, theme="B"))
    for svg in maps.values():
        assert 'opacity="0.3"' in card(svg, "AL1").split(">")[0]
        assert "opacity" not in card(svg, "BL1").split(">")[0]


def test_hostile_words_in_the_address_stay_words(viewer, two_years):
    hostile = '"><script>alert(1)</script>'
    page = compared(viewer, two_years, FIRST_YEAR, hostile, theme=hostile, status=hostile)
    assert page.status_code == 200
    assert "<script>alert" not in body(page)
    assert escape(hostile) not in drawings(page)["105"]


@pytest.mark.django_db
def test_comparing_asks_a_fixed_number_of_questions_more():
    asked = {}
    for size in (10, 100):
        plan = factories.make_plan(kpis=size, slug=f"agency-{size}")
        factories.make_bare_plan(plan.agency, MIDDLE_YEAR)
        client = client_of(factories.make_member(f"viewer-{size}", plan.agency, "viewer"))
        url = address(plan, "strategy_map")
        client.get(url)
        for query in ({}, {"compare": "106"}):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url, query).status_code == 200
            asked[size, bool(query)] = len(queries)
    assert asked[10, True] == asked[100, True] <= asked[100, False] + MORE_FOR_TWO_YEARS


def test_the_svg_of_two_years_is_the_later_map_with_its_marks(viewer, two_years):
    response = viewer.get(address(two_years, "map_svg"), {"compare": "106"})
    assert response["Content-Disposition"] == 'attachment; filename="test-agency-106-strategy-map.svg"'
    assert "▼40" in response.content.decode()


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ("", 842),
        ("a3", 1191),
        pytest.param("A3", 1191, marks=pytest.mark.long),
        pytest.param("B5", 842, marks=pytest.mark.long),
    ],
)
def test_the_map_is_one_sheet_of_the_size_asked_for(viewer, two_years, size, width):
    response = viewer.get(address(two_years, "map_pdf"), {"size": size})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'attachment; filename="test-agency-105-strategy-map.pdf"'
    document = open_pdf(response.content)
    assert [round(page.mediabox.width) for page in document.pages] == [width]
    printed = squeezed(document)
    for words in ("105年策略地圖", "AL1目標AL1", "箭頭由因指向果"):
        assert words in printed


def test_the_printed_map_of_two_years_bears_the_marks(viewer, two_years):
    response = viewer.get(address(two_years, "map_pdf"), {"compare": "106"})
    printed = squeezed(open_pdf(response.content))
    assert "106年策略地圖" in printed
    assert "▼40" in printed and "▲50" in printed


def test_no_other_size_is_printed():
    with pytest.raises(ValueError, match="A4 or A3"):
        strategy_map_pdf(None, made_at=None, size="A5")

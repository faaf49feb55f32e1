"""The scorecard filtered without a mouse and read on a phone, on the screen and on paper."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from scorecard.domain.choices import Role
from scorecard.domain.text_folding import fold_for_search
from tests import factories, secretariat_facts
from tests.browser.accessibility import assert_accessible
from tests.page_reading import address

PHONE, TABLET, DESK = (
    {"width": 360, "height": 740},
    {"width": 1024, "height": 768},
    {"width": 1440, "height": 900},
)
SCROLLER, CORNER = ".scorecard-scroll", "thead .c-kpi"


@pytest.fixture
def plan(transactional_db):
    """The Secretariat's plan."""
    return secretariat_facts.load_plan()


@pytest.fixture
def open_scorecard(browse, plan):
    """Opens the scorecard of 105 as a viewer, in a window of this size and with this query."""
    viewer = factories.make_member("viewer", plan.agency, Role.VIEWER)

    def open_page(query="", size=DESK, **options):
        page = browse(viewer, viewport=size, **options)
        page.goto(address(plan, "scorecard") + query)
        return page

    return open_page


def box(page, selector):
    return page.locator(selector).first.bounding_box()


def tab_to(page, label):
    """Press Tab until the control with this label has the focus."""
    wanted = page.get_by_label(label, exact=True)
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab reaches {label}")


@pytest.mark.parametrize("has_script", [True, False])
def test_rows_and_columns_are_chosen_by_keyboard_alone(open_scorecard, has_script):
    page = open_scorecard(java_script_enabled=has_script)
    tab_to(page, "構面") if has_script else page.locator("#filter-perspective").focus()
    page.keyboard.press("ArrowDown")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.type("公文")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#column-formula")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".found")).to_contain_text("顯示 2／39 項 KPI")
    expect(page.locator(".found")).to_contain_text("構面：顧客、文字：公文")
    expect(page.get_by_role("columnheader", name="KPI 計算公式及計量單位")).to_have_count(0)
    # The next Tab is in the form again, and not at the top of the page.
    page.keyboard.press("Tab")
    expect(page.locator("#filter-perspective")).to_be_focused()
    page.get_by_role("link", name="清除篩選").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th.c-kpi[scope=row]")).to_have_count(39)


@pytest.mark.parametrize("query", ["", "?light=pending&theme=zz&columns=results,state", "?q=nothing"])
def test_nothing_is_inaccessible_and_the_page_never_scrolls_sideways(open_scorecard, query):
    page = open_scorecard(query)
    page.locator(".choose summary").click()
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_filter_stands_in_one_row_on_a_desk(open_scorecard):
    page = open_scorecard()
    bottoms = {round(box(page, f"#filter-{name}")["y"]) for name in ("perspective", "theme", "division", "light", "q")}
    assert len(bottoms) == 1
    button = page.locator(".filters > button").bounding_box()
    assert (
        abs(button["y"] + button["height"] / 2 - (box(page, "#filter-q")["y"] + box(page, "#filter-q")["height"] / 2))
        < 6
    )


def test_headings_and_the_kpis_name_stay_in_view_while_the_table_scrolls(open_scorecard):
    page = open_scorecard()
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        page.locator(SCROLLER).evaluate("element => element.scrollTo(0, 0)")
        outer = box(page, SCROLLER)
        page.locator(SCROLLER).evaluate("element => element.scrollTo(600, 900)")
        frame = box(page, SCROLLER)
        assert frame["x"] == outer["x"], "the page itself scrolled"
        corner = box(page, CORNER)
        assert abs(corner["y"] - frame["y"]) <= 2
        assert frame["x"] <= corner["x"] < frame["x"] + frame["width"] / 2
        heading = page.locator("thead th").nth(8).bounding_box()
        assert abs(heading["y"] - frame["y"]) <= 2
        shown = page.locator("tbody th.c-kpi").nth(12).bounding_box()
        assert abs(shown["x"] - corner["x"]) <= 2


def test_on_paper_it_is_a3_across_with_its_headings_on_every_page(open_scorecard):
    page = open_scorecard("?light=pending")
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {(round(each.mediabox.width), round(each.mediabox.height)) for each in pages} == {(1191, 842)}
    # Chromium's PDF tells some characters by their compatibility forms.
    texts = [fold_for_search(each.extract_text()).replace(" ", "") for each in pages]
    assert len(texts) > 1
    assert all("計算公式及計量單位" in text for text in texts[:-1])
    assert "39項kpi燈號:待填報" in texts[0]
    assert "清除篩選" not in "".join(texts)
    assert "套用" not in "".join(texts)

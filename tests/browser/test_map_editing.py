"""The map by keyboard alone: an objective opened from it, a link added with a reason, a cycle refused with its path.

The factories' plan has AF1 → AL1 → AP1 → AC1 in theme A, and nothing in theme B.
"""

import re

import pytest
from playwright.sync_api import expect

from scorecard.services.corrections import add_correction
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.factories import MIDDLE_YEAR
from tests.page_reading import address

REASON = "同仁熟悉系統後，處理天數縮短"
MAX_STOPS = 80


def tab_to(page, selector):
    """Press Tab until the element has the focus; it must be reached by that alone."""
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by Tab")


def card(code):
    """The link of a card."""
    return f".map-card[data-code={code}] a"


def arrow(page, cause, effect):
    """A link as it is drawn."""
    return page.locator(f'.map-link[data-cause="{cause}"][data-effect="{effect}"]')


@pytest.fixture
def editing(browse, plan, cast):
    """The reviewer's page of links, reached from the map by keyboard."""
    page = browse(cast.reviewer)
    page.goto(address(plan, "strategy_map"))
    tab_to(page, f"a[href='{address(plan, 'strategy_map_links')}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/links/")
    return page


def pick(page, code):
    """Choose a card of the map by keyboard."""
    tab_to(page, card(code))
    page.keyboard.press("Enter")


def test_an_objective_is_opened_from_the_map(browse, plan, cast):
    page = browse(cast.reviewer)
    page.goto(address(plan, "strategy_map"))
    tab_to(page, card("BP1"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/objectives/BP1/")
    expect(page.locator("h1")).to_contain_text("目標 BP1")


def test_a_link_is_added_from_two_cards_with_a_reason_and_its_arrow_appears(editing):
    expect(arrow(editing, "BP1", "BL1")).to_have_count(0)
    pick(editing, "BP1")
    expect(editing.locator("[data-link-hint]")).to_contain_text("因：BP1")
    expect(editing.locator(f"{card('BL1')} [aria-label], {card('BL1')}[aria-label]")).to_have_attribute(
        "aria-label", "選為果：BL1 目標 BL1：待填報，得分 —，達成 0 / 已評 0 / 應評 1"
    )
    pick(editing, "BL1")
    expect(editing.locator("[name=reason]").first).to_be_focused()
    editing.keyboard.type(REASON)
    editing.keyboard.press("Enter")
    expect(editing.get_by_text("已新增因果關係 BP1 → BL1。")).to_be_visible()
    expect(arrow(editing, "BP1", "BL1")).to_have_count(1)
    expect(editing.get_by_label("BP1 → BL1 的理由", exact=True)).to_have_value(REASON)


def test_a_reason_typed_first_stays_while_cards_are_chosen(editing):
    editing.get_by_label("理由*").fill(REASON)
    pick(editing, "BP1")
    pick(editing, "BL1")
    expect(editing.get_by_label("理由*")).to_have_value(REASON)
    expect(editing.locator("[name=cause]")).to_have_value("BP1")
    expect(editing.locator("[name=effect]")).to_have_value("BL1")


def test_a_third_card_begins_the_next_link_and_a_card_chosen_twice_is_given_back(editing):
    for code, cause, effect in [("BP1", "BP1", ""), ("BL1", "BP1", "BL1"), ("BC1", "BC1", ""), ("BC1", "", "")]:
        editing.locator(card(code)).click()
        expect(editing.locator("[name=cause]")).to_have_value(cause)
        expect(editing.locator("[name=effect]")).to_have_value(effect)
        expect(editing.locator(".is-cause")).to_have_count(int(bool(cause)))
        expect(editing.locator(".is-effect")).to_have_count(int(bool(effect)))


def test_a_cycle_is_refused_with_its_path_and_nothing_typed_is_lost(editing):
    for name, code in (("cause", "AC1"), ("effect", "AF1")):
        tab_to(editing, f"[name={name}]")
        editing.keyboard.type(code)
    tab_to(editing, "[name=reason]")
    editing.keyboard.type(REASON)
    editing.keyboard.press("Enter")
    expect(editing.get_by_role("alert")).to_contain_text("會形成循環：AC1 → AF1 → AL1 → AP1 → AC1")
    expect(editing.get_by_label("理由*")).to_have_value(REASON)
    expect(editing.locator("[name=cause]")).to_have_value("AC1")
    assert_accessible(editing)


def test_a_link_is_removed_by_keyboard(editing):
    tab_to(editing, "summary[aria-label='移除 AF1 → AL1']")
    editing.keyboard.press("Enter")
    editing.keyboard.press("Tab")
    editing.keyboard.type("兩者無關")
    editing.keyboard.press("Tab")
    editing.keyboard.press("Enter")
    expect(editing.get_by_text("已移除因果關係 AF1 → AL1。")).to_be_visible()
    expect(arrow(editing, "AF1", "AL1")).to_have_count(0)


def test_without_scripts_the_cards_fill_the_form_as_well(browse, plan, cast):
    page = browse(cast.reviewer, java_script_enabled=False)
    page.goto(address(plan, "strategy_map_links"))
    page.locator(card("BP1")).click()
    page.locator(card("BL1")).click()
    page.get_by_label("理由*").fill(REASON)
    page.get_by_role("button", name="新增", exact=True).click()
    expect(arrow(page, "BP1", "BL1")).to_have_count(1)


def test_a_finger_opens_a_card_at_the_first_touch(browse, plan, cast):
    page = browse(cast.viewer, has_touch=True)
    page.goto(address(plan, "strategy_map"))
    page.locator(card("BP1")).tap()
    page.wait_for_url("**/objectives/BP1/")


def test_the_mouse_lights_a_card_and_leaves_nothing_behind(browse, plan, cast):
    page = browse(cast.viewer)
    page.goto(address(plan, "strategy_map"))
    page.locator(card("AP1")).hover()
    expect(page.locator(".strategy-map.is-focused")).to_have_count(1)
    drawn = "element => getComputedStyle(element.querySelector('.map-card-box')).strokeWidth"
    assert page.locator(".map-card[data-code=AF1]").evaluate(drawn) == "2px"
    page.locator("h1").hover()
    expect(page.locator(".strategy-map.is-focused")).to_have_count(0)
    assert page.locator(".map-card[data-code=AF1]").evaluate(drawn) == "1px"


def test_two_years_are_accessible_and_fit_the_window(browse, plan, cast):
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, plan))
    for edition, actuals in ((plan, 50), (later, 27)):
        factories.approved(cast, factories.kpi(edition, "AL1.1"), actuals=actuals, explanation="說明")
    page = browse(cast.reviewer)
    page.goto(f"{address(plan, 'strategy_map')}?compare=106")
    for width in (360, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for svg in page.locator(".strategy-map").all():
            if width > 768:
                shown, own = svg.bounding_box()["width"], float(svg.get_attribute("viewBox").split()[2])
                assert shown <= own * 1.26
            else:
                # A phone has the table instead.
                expect(svg).to_be_hidden()


def test_the_years_are_slid_through_by_keyboard_and_the_map_stays_alive(browse, plan, cast):
    """The first one is closed and has a correction, of which the second one's map says nothing."""
    factories.close_year(cast.admin, plan, reason="測試")
    facts = {"text": "漏列一筆附件。", "dated": factories.DUE, "document_number": "北市秘文字第 1 號"}
    add_correction(by=cast.admin, plan=plan, **facts)
    factories.next_edition(cast.admin, plan)
    page = browse(cast.viewer)
    page.goto(address(plan, "strategy_map") + "?theme=A")
    slider, notice = page.get_by_role("slider", name="年度"), page.locator(".corrections-notice")
    expect(notice).to_be_visible()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{address(plan, 'strategy_map', year=MIDDLE_YEAR)}?theme=A")
    expect(page.get_by_role("heading", level=1)).to_have_text("106 年策略地圖")
    expect(page).to_have_title(re.compile("^106 年策略地圖"))
    expect(slider).to_be_focused()
    expect(notice).to_have_count(0)
    expect(slider).to_have_attribute("aria-valuetext", "106 年 已核定")
    expect(page.get_by_role("navigation", name="年度", exact=True).locator("[aria-current]")).to_have_text(
        "106 年 已核定"
    )
    assert_accessible(page)
    page.locator(card("AP1")).focus()
    expect(page.locator(".map-card.is-lit")).to_have_count(4)
    slider.press("ArrowLeft")
    expect(notice).to_be_visible()


def test_a_session_that_ended_while_sliding_leads_to_the_login(browse, plan, cast):
    factories.next_edition(cast.admin, plan)
    page = browse(cast.viewer)
    page.goto(address(plan, "strategy_map"))
    page.context.clear_cookies()
    page.get_by_role("slider", name="年度").press("End")
    page.wait_for_url(re.compile("/account/login/"))

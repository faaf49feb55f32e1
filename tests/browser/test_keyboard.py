"""By keyboard alone: through the figures, out of the page, and along the map's causes and effects."""

import pytest
from playwright.sync_api import Error, expect

from scorecard.models import YearlyReport
from tests.page_reading import address


@pytest.fixture
def table(browse, plan, cast):
    """The reporting table of the staff's division."""
    page = browse(cast.staff)
    page.goto(address(plan, "reporting_table", division_id=plan.agency.divisions.first().pk))
    return page


def focused(page):
    """The accessible name of the field that has the focus."""
    return page.evaluate("document.activeElement.labels?.[0]?.textContent.trim() ?? document.activeElement.tagName")


def test_enter_and_arrows_move_from_figure_to_figure_and_never_send_the_form(table):
    figures = table.locator("input[inputmode=decimal]")
    figures.first.focus()
    seen = [focused(table)]
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowUp"):
        table.keyboard.press(key)
        seen.append(focused(table))
    assert [name.split("（")[0] for name in seen] == [
        "AC1.1 實際值",
        "AC1.2 實際值",
        "AP1.1 圖片 實際值",
        "AP1.1 影片 實際值",
        "AP1.1 圖片 實際值",
    ]
    figures.last.focus()
    table.keyboard.type("90")
    table.keyboard.press("Enter")
    expect(figures.last).to_have_value("90")
    assert not YearlyReport.objects.exists()


def test_what_stands_in_the_next_figure_is_selected_so_that_typing_replaces_it(table):
    figures = table.locator("input[data-figure][name*=actual]")
    figures.nth(1).fill("11")
    figures.first.focus()
    table.keyboard.press("Enter")
    table.keyboard.type("19")
    expect(figures.nth(1)).to_have_value("19")


def leave(page, *, stay):
    """Try to go away; whether the browser asked, and what was answered."""
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.dismiss() if stay else dialog.accept()

    page.once("dialog", answer)
    try:
        page.goto("/account/password/")
    except Error:
        # A visit that the person called off is an error to Playwright.
        assert stay
    return asked == ["beforeunload"]


def test_leaving_with_unsaved_edits_asks_first(table):
    url = table.url
    table.locator("input[inputmode=decimal]").first.press_sequentially("95")
    assert leave(table, stay=True)
    assert table.url == url
    expect(table.locator("input[inputmode=decimal]").first).to_have_value("95")
    assert leave(table, stay=False)
    assert table.url != url


def test_leaving_without_edits_or_by_saving_asks_nothing(table):
    table.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.type}"))
    table.locator("input[inputmode=decimal]").first.press_sequentially("95")
    table.get_by_role("button", name="儲存", exact=True).click()
    expect(table.get_by_text("已儲存 1 項 KPI。")).to_be_visible()
    table.goto("/account/password/")


def test_errors_get_the_focus_and_lead_to_their_fields(table):
    table.locator("input[inputmode=decimal]").first.fill("約九十")
    table.get_by_role("button", name="儲存", exact=True).click()
    expect(table.locator("#errors")).to_be_focused()
    table.keyboard.press("Tab")
    table.keyboard.press("Enter")
    table.keyboard.press("Control+a")
    table.keyboard.type("90")
    expect(table.locator("input[inputmode=decimal]").first).to_have_value("90")


def lit(page):
    """The codes of the cards that are lit."""
    return set(page.locator(".map-card.is-lit").evaluate_all("cards => cards.map(card => card.dataset.code)"))


def test_a_focused_card_lights_its_causes_and_effects_and_dims_the_rest(browse, plan, cast):
    page = browse(cast.viewer)
    page.goto(address(plan, "strategy_map"))
    assert lit(page) == set()
    page.locator(".map-card[data-code=AP1] a").focus()
    # AF1 → AL1 → AP1 → AC1, over any distance.
    assert lit(page) == {"AF1", "AL1", "AP1", "AC1"}
    expect(page.locator(".map-card[data-code=BC1]")).to_have_css("opacity", "0.25")
    expect(page.locator(".map-card[data-code=AC1]")).to_have_css("opacity", "1")
    page.locator(".map-card[data-code=AL1] a").focus()
    assert lit(page) == {"AF1", "AL1", "AP1", "AC1"}
    page.locator(".map-card[data-code=BC1] a").focus()
    assert lit(page) == {"BC1"}
    page.locator(".brand").focus()
    expect(page.locator(".strategy-map.is-focused")).to_have_count(0)
    # Enter on a card opens its objective.
    page.locator(".map-card[data-code=AP1] a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/objectives/AP1/")


def test_the_first_tab_of_a_page_skips_to_its_content(browse, plan, cast):
    page = browse(cast.viewer)
    page.goto(address(plan, "scorecard"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要內容")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_session_that_ended_puts_no_login_page_into_the_table(table):
    table.context.clear_cookies()
    with table.expect_response("**/account/login/**"):
        table.locator("input[inputmode=decimal]").first.press_sequentially("95")
    table.wait_for_timeout(300)
    assert table.get_by_label("密碼").count() == 0
    expect(table.locator("input[inputmode=decimal]").first).to_have_value("95")


def test_a_late_answer_never_takes_the_place_of_a_newer_one(table):
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    table.route("**/light/AF1.1/**", hold_the_first)
    with table.expect_request("**/light/AF1.1/**"):
        table.get_by_label("AF1.1 分子").fill("28")
    with table.expect_event("requestfailed", lambda request: request == held[0].request):
        table.get_by_label("AF1.1 分母").fill("30")
    expect(table.locator("[id='AF1.1'] .outcome-cell")).to_contain_text("達成率 103.7%")

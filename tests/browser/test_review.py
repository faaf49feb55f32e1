"""審核 by keyboard: the reviewer filters the queue, approves several at once and returns one with a comment."""

import re

import pytest
from playwright.sync_api import expect

from scorecard.models import Comment, YearlyReport
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.page_reading import address

CODES = ("AC1.1", "AC1.2", "AP1.1", "AL1.1")


@pytest.fixture
def cast(plan):
    """The cast; 2016 is open, 甲組 submitted four reports, of which AC1.1 is missed."""
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    for code in CODES:
        actuals = {"AC1.1": 70}.get(code)
        factories.fill(cast.staff, factories.kpi(plan, code), actuals=actuals, explanation="人力不足")
        factories.submit(cast.staff, factories.kpi(plan, code))
    return cast


def states():
    """Every report's state by its KPI's code."""
    return dict(YearlyReport.objects.values_list("kpi__code", "state"))


def test_a_reviewer_filters_approves_several_and_returns_one_by_keyboard(browse, plan, cast):
    page = browse(cast.reviewer)
    page.goto(address(plan, "review"))
    keys = page.keyboard

    # From the count of met reports into the queue of those.
    page.get_by_role("link", name="達成 3").focus()
    keys.press("Enter")
    page.wait_for_url("**/review/?light=met#queue")
    expect(page.locator(".case")).to_have_count(3)

    page.get_by_label("勾選 AC1.2").focus()
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("Space")
    expect(page.get_by_label("勾選 AP1.1")).to_be_checked()
    # Enter does not send the form: it goes to the button that does.
    keys.press("Enter")
    button = page.get_by_role("button", name="勾選的填報審核通過（2）")
    expect(button).to_be_focused()
    assert set(states().values()) == {"submitted"}
    keys.press("Enter")
    expect(page.get_by_text("2 項 KPI（AC1.2、AP1.1）審核通過。")).to_be_visible()
    assert page.url.endswith("/review/?light=met#queue")
    assert states() == {"AC1.1": "submitted", "AC1.2": "approved", "AP1.1": "approved", "AL1.1": "submitted"}

    page.goto(address(plan, "review"))
    page.get_by_label("勾選 AC1.1").focus()
    keys.press("r")
    keys.type("請附佐證。")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_text("已退回 AC1.1")).to_be_visible()
    assert Comment.objects.get().text == "請附佐證。"
    assert states()["AC1.1"] == "returned"
    assert_accessible(page)


def test_all_are_ticked_and_unticked_without_leaving_the_page(browse, plan, cast):
    page = browse(cast.reviewer)
    page.goto(address(plan, "review"))
    everything = page.locator("[data-select-all]")
    everything.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-case]:checked")).to_have_count(4)
    expect(everything).to_have_text("全不選")
    page.keyboard.press("Enter")
    expect(page.locator("[data-case]:checked")).to_have_count(0)


def test_several_are_approved_without_javascript(browse, plan, cast):
    page = browse(cast.reviewer, java_script_enabled=False)
    page.goto(address(plan, "review"))
    page.locator("[data-select-all]").click()
    page.get_by_role("button", name="勾選的填報審核通過").click()
    expect(page.get_by_text(re.compile("^4 項 KPI（.+）審核通過。$"))).to_be_visible()
    assert set(states().values()) == {"approved"}

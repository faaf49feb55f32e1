"""On a slow network people type before the scripts have come: nothing of it is lost on them."""

from playwright.sync_api import expect

from tests import factories
from tests.browser.test_evidence import DROP, evidence_page, payload
from tests.page_reading import address
from tests.uploaded_files.sample_files import PDF


def open_without_scripts(page, url):
    """Open the page and hold its scripts back; returns what lets them come, also those not asked for by then."""
    held, come = [], []

    def meet(route):
        if come:
            route.continue_()
        else:
            held.append(route)

    def let_come():
        assert held
        come.append(True)
        for route in held:
            route.continue_()

    page.route("**/*.js", meet)
    page.goto(url, wait_until="commit")
    return let_come


def test_what_was_typed_and_chosen_before_the_scripts_came_counts(browse, plan, cast):
    kpi = factories.kpi(plan, "AC1.1")
    table = browse(cast.staff)
    let_come = open_without_scripts(table, address(plan, "reporting_table", division_id=kpi.division_id))
    row = table.locator("[id='AC1.1']")
    row.locator("input[data-figure]").first.fill("90")
    let_come()
    expect(row.locator(".outcome-cell")).to_contain_text("達成率 90%")
    expect(table.locator("[data-draft-said]")).to_contain_text("草稿已自動保存")

    evidence = table.context.new_page()
    let_come = open_without_scripts(evidence, evidence_page(kpi))
    evidence.get_by_label("選擇檔案").set_input_files([payload("甲.pdf", PDF), payload("頁面.html", PDF)])
    let_come()
    chosen = evidence.locator("[data-chosen] li")
    expect(chosen).to_have_count(2)
    expect(evidence.get_by_role("button", name="上傳", exact=True)).to_be_disabled()
    evidence.evaluate(DROP, [evidence.locator("[data-drop]").element_handle(), ["乙.txt"]])
    expect(chosen).to_have_count(3)

    links = browse(cast.reviewer)
    let_come = open_without_scripts(links, address(plan, "strategy_map_links"))
    links.locator("[name=cause]").select_option("AL1")
    let_come()
    expect(links.locator("[data-link-hint]")).to_contain_text("因：AL1。")

"""The reporting season of one clerk with twenty KPIs: by keyboard, by one paste, and without JavaScript."""

import re
import sys

import pytest
from playwright.sync_api import expect

from scorecard.domain.choices import ReportState
from scorecard.models import KPI, UnsavedEntries, YearlyReport, YearlyValue
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import MILLISECONDS
from tests.browser.test_main_job import log_in, submit
from tests.browser.test_pages import assert_fits_a_phone
from tests.factories import FIRST_YEAR
from tests.page_reading import address

KPIS = 20


@pytest.fixture
def plan(transactional_db):
    """A plan of twenty KPIs, all of one division."""
    plan = factories.make_plan(kpis=KPIS)
    KPI.objects.filter(plan=plan).update(division=plan.agency.divisions.first())
    return plan


@pytest.fixture
def targets(plan):
    """(code, target as typed) of every measure in the table's order: who enters them meets every target."""
    values = YearlyValue.objects.filter(measure__kpi__plan=plan, year=FIRST_YEAR).select_related("measure__kpi")
    by_measure = {value.measure_id: f"{value.target.normalize():f}" for value in values}
    return {measure.pk: by_measure[measure.pk] for kpi in plan.kpis.all() for measure in kpi.measures.all()}


class Keyboard:
    """Types like a person and counts the strokes; a chord such as Ctrl+V is two."""

    def __init__(self, page):
        self.page, self.strokes = page, 0

    def press(self, key):
        """One key, or a chord."""
        self.strokes += len(key.split("+"))
        self.page.keyboard.press(key)

    def type(self, text):
        """A stroke a character."""
        self.strokes += len(text)
        self.page.keyboard.type(text)


def figures(page):
    """The inputs of the actuals in the table's order."""
    return page.locator("input[data-figure][name*='-actual_']")


def in_order(page, targets):
    """The targets in the order in which the page asks for them."""
    # The table may still be arriving.
    expect(figures(page)).to_have_count(len(targets))
    names = figures(page).evaluate_all("inputs => inputs.map(input => input.name)")
    return [targets[int(name.rsplit("_", 1)[1])] for name in names]


def open_table(page, plan):
    """The division's table."""
    page.goto(address(plan, "reporting_table", division_id=plan.agency.divisions.first().pk))
    return page


def put_on_clipboard(page, text):
    """What a spreadsheet would have copied, to be pasted by Ctrl+V."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def assert_submitted(plan, values):
    """Every KPI waits for review with the figures entered."""
    assert set(YearlyReport.objects.values_list("state", flat=True)) == {ReportState.SUBMITTED}
    assert YearlyReport.objects.count() == KPIS
    entered = YearlyValue.objects.filter(year=FIRST_YEAR, measure__kpi__plan=plan, actual__isnull=False).count()
    assert entered == len(values)
    assert not UnsavedEntries.objects.exists()


def test_twenty_kpis_by_keyboard_and_one_paste(browse, plan, cast, targets, capsys):
    page = open_table(browse(cast.staff), plan)
    values = in_order(page, targets)
    keyboard, half = Keyboard(page), len(values) // 2
    figures(page).first.focus()
    for value in values[:half]:
        keyboard.type(value)
        keyboard.press("Enter")
    typed = keyboard.strokes
    digits = sum(len(value) for value in values[:half])
    assert typed == digits + half, "a figure takes its digits and one key"
    expect(page.locator("[data-draft-said]")).to_contain_text("草稿已自動保存")
    # The rest is copied from Excel and pasted where the cursor is now.
    put_on_clipboard(page, "\r\n".join(values[half:]) + "\r\n")
    keyboard.press("Control+v")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"將填入 {len(values) - half} 列")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    keyboard.press("Enter")
    expect(page.get_by_text(f"已把 {len(values) - half} 列填入表格，還沒有儲存")).to_be_visible()
    pasted = keyboard.strokes - typed
    assert [field.input_value() for field in figures(page).all()] == values
    assert not YearlyReport.objects.exists()
    keyboard.press("Control+s")
    expect(page.get_by_text(f"已儲存 {KPIS} 項 KPI。")).to_be_visible()
    submit(page)
    expect(page.get_by_text(f"已送出 {KPIS} 項 KPI")).to_be_visible()
    assert_submitted(plan, values)
    assert pasted / (len(values) - half) < 1
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(values)} figures of {KPIS} KPIs: typed {typed / half:.2f} strokes a figure"
            f" ({digits / half:.2f} of them digits), pasted {pasted / (len(values) - half):.2f}\n"
        )


def test_twenty_kpis_without_javascript(browse, plan, cast, targets):
    page = browse(java_script_enabled=False)
    log_in(page, cast.staff.username)
    page.get_by_role("link", name="開始填報").click()
    values = in_order(page, targets)
    figures(page).first.fill(values[0])
    page.get_by_role("button", name="從 Excel 貼上").click()
    page.get_by_label("從 Excel 複製的儲存格").fill("\n".join(values[1:]))
    page.get_by_label("沒有編號時，從哪一列開始往下填").select_option(index=1)
    page.get_by_role("button", name="預覽").click()
    page.get_by_role("button", name="填入表格").click()
    # What was typed before the paste came along.
    expect(figures(page)).to_have_count(len(values))
    assert [field.input_value() for field in figures(page).all()] == values
    # The session ends, and nothing of it is lost.
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.get_by_text("還沒有儲存，但還在這一頁")).to_be_visible()
    page.get_by_label("使用者名稱").fill(cast.staff.username)
    page.get_by_label("密碼").fill(factories.PASSWORD)
    page.get_by_role("button", name="登入").click()
    page.get_by_role("button", name="再送出一次").click()
    expect(page.get_by_text(re.compile(r"已儲存 \d+ 項 KPI"))).to_be_visible()
    expect(figures(page)).to_have_count(len(values))
    assert [field.input_value() for field in figures(page).all()] == values
    submit(page)
    expect(page.get_by_text(f"已送出 {KPIS} 項 KPI")).to_be_visible()
    assert_submitted(plan, values)


def wait_for_draft(page):
    """Return once the server has a draft: what a page sends as it goes outlives it and may come after the next page."""
    for _ in range(MILLISECONDS // 100):
        if UnsavedEntries.objects.exists():
            return
        page.wait_for_timeout(100)
    pytest.fail("no draft has come")


def test_a_tab_closed_while_typing_leaves_a_draft(browse, plan, cast):
    page = open_table(browse(cast.staff), plan)
    figures(page).first.press_sequentially("abc")
    # Going away keeps it without waiting for a pause in the typing.
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/account/password/")
    wait_for_draft(page)
    open_table(page, plan)
    expect(page.get_by_role("heading", name="您有還沒儲存的草稿")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_role("button", name="套用草稿").click()
    expect(figures(page).first).to_have_value("abc")

"""The main job in a real browser: a division reports, the secretariat reviews, the admin closes and downloads."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from scorecard.domain.choices import ReportState, Role
from scorecard.models import YearlyReport, YearlyValue
from tests import factories, secretariat_facts
from tests.browser.conftest import PDF_MILLISECONDS
from tests.browser.filling import record_the_approval
from tests.factories import FIRST_YEAR, PASSWORD, make_member
from tests.page_reading import address


@pytest.fixture
def plan(transactional_db):
    """The Secretariat's plan."""
    return secretariat_facts.load_plan()


@pytest.fixture
def people(plan):
    """Staff of 文書組, a reviewer and an admin, by role; the admin has opened 105."""
    scribe = make_member("wenshu", plan.agency, Role.STAFF, plan.agency.divisions.get(name="文書組"), name="文書同仁")
    admin = make_member("guanli", plan.agency, Role.ADMIN)
    factories.open_year(admin, plan)
    return {"staff": scribe, "reviewer": make_member("shenhe", plan.agency, Role.REVIEWER), "admin": admin}


def log_in(page, username):
    """Come in through the front door and the login page."""
    page.goto("/")
    page.get_by_label("使用者名稱").fill(username)
    page.get_by_label("密碼").fill(PASSWORD)
    page.get_by_role("button", name="登入").click()


def figure(page, code):
    """The input of the KPI's one figure."""
    row = page.locator(f"[id='{code}']")
    fold = row.locator(".result-alone:not([open]) > summary")
    if fold.count():
        fold.click()
    return row.get_by_label(f"{code} 實際值")


def enter_ratio(page, code, numerator, denominator):
    """Type the two parts of a ratio."""
    row = page.locator(f"[id='{code}']")
    row.get_by_label(f"{code} 分子").fill(numerator)
    row.get_by_label(f"{code} 分母").fill(denominator)


def light(page, code):
    """The KPI's light and rate in the reporting table."""
    return page.locator(f"[id='{code}'] .outcome-cell")


def submit(page):
    """Save what was typed, look at the check page, and submit all that is ready there."""
    page.get_by_role("button", name="儲存並檢查送出").click()
    page.get_by_role("button", name="送出審核").click()


def card(page, code):
    """An objective's card on the map."""
    return page.locator(f".map-card[data-code='{code}']")


def file_behind(page, link):
    """The bytes of the file that a link downloads; the link to a PDF comes once it is made."""
    with page.expect_download(timeout=PDF_MILLISECONDS) as started:
        page.get_by_role("link", name=link, exact=True).click(timeout=PDF_MILLISECONDS)
    return Path(started.value.path()).read_bytes()


def assert_out_of_reach(page, plan, division_name, code):
    """The other division's table and its KPI's light do not exist for the person."""
    division = plan.agency.divisions.get(name=division_name)
    table = address(plan, "reporting_table", division_id=division.pk)
    for url in (table, table + "check/", table + f"light/{code}/?measure=1"):
        assert page.goto(url).status == 404
    expect(page.get_by_role("heading", name="找不到這個頁面")).to_be_visible()


def report_the_year(page, plan):
    """文書組 reports DC1.1 and DF1.1; the light answers while they type."""
    log_in(page, "wenshu")
    page.get_by_role("link", name="開始填報").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("文書組")
    figure(page, "DC1.1").fill("1.37")
    expect(light(page, "DC1.1")).to_contain_text("達成率 108.8%")
    enter_ratio(page, "DF1.1", "６５２５", "10,000")
    expect(light(page, "DF1.1")).to_contain_text("接近")
    assert not YearlyReport.objects.exists(), "looking at the light saved something"
    submit(page)
    expect(page.get_by_text("已送出 2 項 KPI（DC1.1、DF1.1），等候審核。")).to_be_visible()
    expect(figure(page, "DC1.1")).to_have_count(0)


def return_one(page, plan):
    """The secretariat returns DF1.1 with a comment."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("審核")
    case = page.locator("[id='DF1.1']")
    case.get_by_label("退回時，請寫明需補正的內容").fill("請改以全年件數計算。")
    case.get_by_role("button", name="退回補正").click()
    expect(page.get_by_text("已退回 DF1.1")).to_be_visible()


def correct_it(page, plan):
    """The division reads what to mend, corrects it, and submits again."""
    page.goto("/")
    expect(page.get_by_role("table").first).to_contain_text("請改以全年件數計算。")
    page.get_by_role("link", name="補正：DF1.1").click()
    expect(page.locator("[id='DF1.1']")).to_contain_text("請改以全年件數計算。")
    enter_ratio(page, "DF1.1", "7123", "10000")
    submit(page)
    expect(page.get_by_text("已送出 1 項 KPI（DF1.1），等候審核。")).to_be_visible()


def approve_both(page, plan):
    """The secretariat approves; the map's lights change."""
    page.goto(address(plan, "strategy_map"))
    for code in ("DC1", "DF1"):
        expect(card(page, code)).to_contain_text("待填報")
    page.get_by_role("link", name="審核", exact=True).click()
    for code in ("DC1.1", "DF1.1"):
        page.get_by_role("button", name=f"{code} 審核通過").click()
        expect(page.get_by_text(f"{code} 審核通過。")).to_be_visible()
    page.goto(address(plan, "strategy_map"))
    for code in ("DC1", "DF1"):
        expect(card(page, code)).to_contain_text("達成")
    expect(card(page, "AC1")).to_contain_text("待填報")


def close_the_year(page, plan):
    """The admin closes the year, which asks for the head's approval, and for a reason since other reports wait."""
    page.goto(address(plan, "plan_year"))
    record_the_approval(page)
    page.get_by_role("button", name="關閉 105 年度").click()
    expect(page.get_by_text("請先完成審核，或說明仍要關閉的理由")).to_be_visible()
    page.get_by_label("未全數審核通過仍要關閉的理由").fill("其他科室另案補報")
    # The answer comes once the annual report is drawn for the snapshot, and the click may wait for it.
    page.get_by_role("button", name="關閉 105 年度").click(timeout=PDF_MILLISECONDS)
    expect(page.get_by_text("年度已關閉，內容不再變動；")).to_be_visible(timeout=PDF_MILLISECONDS)


def read_the_files(page, plan):
    """The frozen files hold the new figures, and nothing says draft or copy."""
    page.get_by_role("link", name="報告下載", exact=True).first.click()
    sheet = load_workbook(BytesIO(file_behind(page, "下載第 1 次關閉的平衡計分卡 XLSX"))).active
    pdf = PdfReader(BytesIO(file_behind(page, "下載第 1 次關閉的年度績效報告 PDF")))
    said = "".join(sheet.extract_text() for sheet in pdf.pages)
    cells = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    for shown in ("1.37", "71.23"):
        assert shown in said
        assert shown in cells
    assert "65.25" not in said + cells
    assert "草稿" not in said and "非正式版本" not in said


def test_a_year_is_reported_returned_corrected_approved_closed_and_downloaded(browse, plan, people):
    staff = browse()
    report_the_year(staff, plan)
    assert_out_of_reach(staff, plan, "總務組", "AC1.1")
    reviewer, admin = browse(people["reviewer"]), browse(people["admin"])
    return_one(reviewer, plan)
    correct_it(staff, plan)
    approve_both(reviewer, plan)
    close_the_year(admin, plan)
    read_the_files(admin, plan)
    staff.goto(address(plan, "strategy_map"))
    expect(card(staff, "DC1")).to_contain_text("達成")


def test_a_year_is_filled_in_and_submitted_without_javascript(browse, plan, people):
    page = browse(java_script_enabled=False)
    log_in(page, "wenshu")
    page.get_by_role("link", name="開始填報").click()
    figure(page, "DC1.1").fill("1.37")
    figure(page, "DF1.1").fill("約六十五")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.get_by_text("有 1 個地方需要修正，內容尚未儲存")).to_be_visible()
    assert not YearlyReport.objects.exists()
    expect(figure(page, "DC1.1")).to_have_value("1.37")
    figure(page, "DF1.1").fill("65.25")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(light(page, "DC1.1")).to_contain_text("達成率 108.8%")
    expect(light(page, "DF1.1")).to_contain_text("接近")
    submit(page)
    expect(page.get_by_text("已送出 2 項 KPI（DC1.1、DF1.1），等候審核。")).to_be_visible()
    figures = YearlyValue.objects.filter(measure__kpi__code__in=["DC1.1", "DF1.1"], year=FIRST_YEAR)
    assert [str(value.actual.normalize()) for value in figures] == ["1.37", "65.25"]
    assert set(YearlyReport.objects.values_list("state", flat=True)) == {ReportState.SUBMITTED}

"""An agency begins: its form uploaded, looked at, one cell corrected, taken in, and the map is there."""

from playwright.sync_api import expect

from scorecard.domain.choices import Role
from scorecard.models import Plan, YearlyValue
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.browser.filling import record_the_approval
from tests.browser.test_pages import assert_fits_a_phone
from tests.secretariat_facts import WORKBOOK


def test_an_agency_uploads_its_form_corrects_a_cell_and_sees_its_map(browse):
    agency = factories.make_agency("empty")
    page = browse(factories.make_member("keeper", agency, Role.ADMIN))
    page.goto("/")
    page.get_by_role("link", name=f"上傳{agency.name}的表單").click()
    page.get_by_label("填好的表單").set_input_files(WORKBOOK)
    expect(page.get_by_text("taipei-secretariat-form.xlsx（")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_role("button", name="上傳並預覽").click()
    expect(page.get_by_role("heading", name="匯入為新的年版")).to_be_visible()
    expect(page.locator(".map-card")).to_have_count(34)
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_role("link", name="平衡計分卡 F8").click()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_label("F8 的內容").fill("97.5")
    page.get_by_role("button", name="更正並重新檢查").click()
    expect(page.get_by_text("已更正 1 格，並重新檢查。")).to_be_visible()
    record_the_approval(page)
    page.get_by_role("button", name="匯入", exact=True).click()
    expect(page.get_by_role("heading", name="105 年策略地圖")).to_be_visible()
    expect(page.locator(".map-card")).to_have_count(34)
    assert Plan.objects.get().agency == agency
    assert str(YearlyValue.objects.get(measure__kpi__code="EC1.1", year=2015).actual.normalize()) == "97.5"

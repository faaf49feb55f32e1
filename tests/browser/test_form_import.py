"""An agency begins: its form uploaded, looked at, one cell corrected, taken in, and the map is there; then the next."""

from playwright.sync_api import expect

from scorecard.agency_form.reading.form_file import read_form
from scorecard.domain.choices import Role
from scorecard.models import KPI, Plan, YearlyValue
from scorecard.services import editions, import_new_plan
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.browser.test_pages import assert_fits_a_phone
from tests.secretariat_facts import WORKBOOK
from tests.views.test_form_matches import next_years_form


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
    expect(page.get_by_role("heading", name="匯入為 105 年版草案")).to_be_visible()
    expect(page.locator(".map-card")).to_have_count(34)
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_role("link", name="平衡計分卡 F8").click()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_label("F8 的內容").fill("97.5")
    page.get_by_role("button", name="更正並重新檢查").click()
    expect(page.get_by_text("已更正 1 格，並重新檢查。")).to_be_visible()
    page.get_by_role("button", name="匯入", exact=True).click()
    expect(page.get_by_role("heading", name="105 年策略地圖")).to_be_visible()
    expect(page.locator(".map-card")).to_have_count(34)
    assert Plan.objects.get().agency == agency
    assert str(YearlyValue.objects.get(measure__kpi__code="EC1.1", year=2015).actual.normalize()) == "97.5"


def test_next_years_form_asks_what_was_recoded_and_makes_a_draft(browse, tmp_path):
    agency = factories.make_agency("empty")
    keeper = factories.make_member("keeper", agency, Role.ADMIN)
    with WORKBOOK.open("rb") as file:
        before = import_new_plan.apply_new(by=keeper, form=read_form(file), agency=agency)
    editions.record_adoption(by=keeper, plan=before, approval=factories.approval(), reason="年度策略會議決議")
    form = tmp_path / "106.xlsx"
    form.write_bytes(next_years_form(B4="AC1.9 縮短職舍通知配住日數", B6="CC1.1 新的指標", F7=9))
    page = browse(keeper)
    page.goto(f"/agencies/{agency.slug}/import/")
    page.get_by_label("填好的表單").set_input_files(form)
    page.get_by_role("button", name="上傳並預覽").click()
    expect(page.get_by_text("還有 2 項要先確認是不是 105 年版原有的項目")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_label("CC1.1 是原有的哪一項").select_option(label="新的，不沿用")
    page.get_by_role("button", name="記下選擇").first.click()
    expect(page.get_by_role("heading", name="匯入為 106 年版草案")).to_be_visible()
    expect(page.get_by_role("heading", name="表單沒有的項目")).to_be_visible()
    assert_accessible(page)
    assert_fits_a_phone(page)
    page.get_by_role("button", name="匯入", exact=True).click()
    expect(page.get_by_role("heading", name="106 年策略地圖")).to_be_visible()
    recoded = KPI.objects.get(plan__year=2017, code="AC1.9")
    assert recoded.lineage == before.kpis.get(code="AC1.1").lineage

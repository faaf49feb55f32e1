"""報告下載: files with their types and names, and the figures in them."""

import json
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests import factories
from tests.page_reading import address, links, text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {
    "annual_report": ("application/pdf", "test-agency-105-annual-report.pdf"),
    "scorecard_xlsx": (XLSX, "test-agency-105-scorecard.xlsx"),
    "map_svg": ("image/svg+xml; charset=utf-8", "test-agency-105-strategy-map.svg"),
    "plan_json": ("application/json", "test-agency-105.json"),
}


def cells(response):
    """Every value in the workbook."""
    return [cell for row in load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True) for cell in row]


@pytest.mark.parametrize("name", [name for name in FILES if name != "annual_report"])
def test_a_file_has_its_type_its_name_and_is_kept_by_no_cache_others_share(look, name):
    response = look(name)
    content_type, file_name = FILES[name]
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="{file_name}"'
    assert "public" not in response.get("Cache-Control", "")


def test_the_annual_report_is_a_pdf_of_approved_figures_and_a_draft_until_the_year_is_closed(look, cast, open_plan):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"), actuals=98765)
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.2"), actuals=43210)
    response = look("annual_report")
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="test-agency-105-annual-report.pdf"',
    )
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "98,765" in said
    assert "43,210" not in said
    assert "草稿" in said


def test_the_workbook_holds_approved_figures_and_others_only_when_asked_for(look, cast, open_plan):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"), actuals=98765)
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.2"), actuals=43210)
    assert any("98765" in str(value).replace(",", "") for value in cells(look("scorecard_xlsx")))
    assert not any("43210" in str(value).replace(",", "") for value in cells(look("scorecard_xlsx")))
    provisional = cells(look("scorecard_xlsx", {"provisional": "1"}))
    assert any("43210" in str(value).replace(",", "") for value in provisional)


def test_the_plan_as_data_holds_approved_figures_and_others_only_when_asked_for(look, cast, open_plan):
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.2"), actuals=43210)

    def actual(response):
        (kpi,) = [kpi for kpi in json.loads(response.content)["kpis"] if kpi["code"] == "AC1.2"]
        return {value["year"]: value["actual"] for value in kpi["measures"][0]["values"]}[2016]

    assert actual(look("plan_json")) is None
    assert actual(look("plan_json", {"provisional": "1"})) == "43210"


def test_the_page_offers_every_file_and_says_what_is_provisional(look, cast, open_plan):
    page = look("downloads")
    for name in FILES:
        assert address(open_plan, name) in links(page)
    assert "年度關閉後才有正式版本；現在產生的檔案會標示「草稿」" in text(page)
    assert not [link for link in links(page) if "provisional=1" in link]
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.2"))
    page = look("downloads")
    assert "有 1 項 KPI 的數值尚未審核" in text(page)
    for name in FILES:
        assert address(open_plan, name) + "?provisional=1" in links(page)


def test_a_closed_years_page_says_nothing_of_a_draft(look, cast, open_plan):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    assert "草稿" not in text(look("downloads"))

"""The agency's own form from the page of files: its types and names, and the choice of years."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.page_reading import address, text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def headings(response):
    return [cell.value.replace("\n", "") for cell in load_workbook(BytesIO(response.content))["平衡計分卡"][2]]


@pytest.mark.parametrize(
    ("name", "kind", "suffix"), [("agency_form_xlsx", XLSX, "xlsx"), ("agency_form_ods", ODS, "ods")]
)
def test_the_form_has_its_type_and_name(look, name, kind, suffix):
    response = look(name)
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == f'attachment; filename="test-agency-105-form.{suffix}"'
    assert response["Cache-Control"] == "private, no-store"


def test_without_a_choice_it_holds_every_year_and_no_actuals_of_the_plans_years(look):
    found = headings(look("agency_form_xlsx"))
    targets = [f"{year}年目標值" for year in (105, 106, 107)]
    assert found[3:9] == ["102年實際值", "103年實際值", "104年實際值", *targets]


@pytest.mark.parametrize("query", [{"from": "104", "to": "105"}, {"from": "2015", "to": "民國105年"}])
def test_years_may_be_chosen(look, query):
    assert headings(look("agency_form_xlsx", query))[3:5] == ["104年實際值", "105年目標值"]
    assert "105年實際值" in headings(look("agency_form_xlsx", query | {"actuals": "on"}))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"from": "108"}, "這份年版沒有 108 年；請從選單選擇年度。"),
        ({"to": "去年"}, "「去年」不是年度；請填民國年"),
        ({"from": "106", "to": "105"}, "起始年度（106 年）不可晚於結束年度（105 年）。"),
    ],
)
@pytest.mark.parametrize("name", ["agency_form_xlsx", "agency_form_ods"])
def test_a_choice_that_is_none_is_answered_with_the_page_and_a_sentence(look, name, query, message):
    response = look(name, query)
    assert response.status_code == 400
    assert message in text(response)


def test_the_page_of_files_offers_the_form_with_the_plans_years(look, open_plan):
    page = look("downloads")
    assert address(open_plan, "agency_form_xlsx") in page.content.decode()
    assert address(open_plan, "agency_form_ods") in page.content.decode()
    assert "下載原表 Excel" in text(page)

"""A comparison of two editions as PDF, .xlsx and .ods: the same rows in each, and 草案 where one is a draft."""

from datetime import datetime
from io import BytesIO

import openpyxl
import pytest

from scorecard.documents.comparison_files import comparison_files, comparison_pdf, comparison_xlsx
from scorecard.models import KPI, Plan, YearlyValue
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.services import editions
from tests.documents import table_reading as reading
from tests.factories import approval
from tests.pdf import pdf_reading

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MADE_AT = datetime(2017, 1, 31, 9, 5)


@pytest.fixture
def draft(plan, cast):
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    KPI.objects.filter(plan=draft, code="AF1.1").delete()
    KPI.objects.filter(plan=draft, code="AC1.1").update(name="=SUM(A1) <b>＆更名")
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2017).update(target=30)
    values = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2018)
    values.update(target=30, target_reason="業務量增加")
    return Plan.objects.select_related("agency", "version").get(pk=draft.pk)


def test_every_file_has_the_rows_that_the_comparison_has(plan, draft):
    comparison = compare_editions(plan, draft)
    assert len(comparison.differences) == 4
    files = comparison_files(comparison, made_at=MADE_AT)
    (ods,) = reading.ods_sheets(files["ods"])
    sheet = openpyxl.load_workbook(BytesIO(files["xlsx"])).active
    document = pdf_reading.open_pdf(files["pdf"])
    texts = {
        "xlsx": reading.squeezed("".join(cell or "" for row in reading.xlsx_cells(sheet) for cell in row)),
        "ods": reading.squeezed("".join(cell or "" for row in reading.ods_cells(ods) for cell in row)),
        "pdf": pdf_reading.squeezed(document),
    }
    for name, text in texts.items():
        for row in comparison.differences:
            parts = (*row.chips, row.subject, row.new_text, row.old_text, *row.remarks)
            assert [part for part in parts if reading.squeezed(part) not in text] == [], name
        for part in (plan.agency_name, "106年版草案與105年版比較表", "草案，尚未核定", "106年1月31日09:05", "−1"):
            assert reading.squeezed(part) in text, name
        assert "尚未填寫放寬理由" in text and "理由：業務量增加" in text
    figures = {sheet.cell(row, 2).value: [sheet.cell(row, column).value for column in (3, 4)] for row in range(3, 12)}
    assert (figures["KPI"], figures["行動方案"], figures["106 年預算"]) == ([9, 10], [10, 11], [10000, 11000])
    assert sheet.print_title_rows == "$12:$12"
    version = f"資料版本106年版草案{draft.data_version}、105年版{plan.data_version}"
    assert version in texts["pdf"]
    assert version in reading.squeezed(sheet.oddFooter.left.text)
    assert [float(side) for side in document.pages[0].mediabox[2:]] == pytest.approx([841.89, 595.28], abs=0.1)
    assert "草案" in pdf_reading.squeezed(document).replace("草案，尚未核定", "").replace("年版草案", "")
    assert pdf_reading.count_glyphs(document)[1] == 0


def test_a_carried_copy_that_was_adopted_is_said_to_be_the_same_and_bears_no_mark(plan, cast):
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    adopted = editions.record_adoption(by=cast.admin, plan=draft, approval=approval(), reason="沿用")
    comparison = compare_editions(plan, adopted)
    text = pdf_reading.squeezed(pdf_reading.open_pdf(comparison_pdf(comparison, made_at=MADE_AT, heading="核定比較表")))
    assert "與105年版完全相同" in text
    assert "核定比較表" in text
    assert "草案" not in text
    workbook = openpyxl.load_workbook(BytesIO(comparison_xlsx(comparison, made_at=MADE_AT)))
    assert "與 105 年版完全相同" in [cell.value for row in workbook.active for cell in row]

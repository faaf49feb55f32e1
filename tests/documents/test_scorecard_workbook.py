"""The scorecard as a workbook, opened again and compared with the Scorecard it was drawn from."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from scorecard.documents.scorecard_workbook import scorecard_workbook
from scorecard.domain.choices import ReportState, Role, Status
from scorecard.models import ActionBudget, ActionPlan, Division, Measure, Plan, YearlyReport, YearlyValue
from scorecard.read_models.scorecard import as_official
from tests import factories, secretariat_facts
from tests.documents.workbook_reading import ACTUALS, TARGETS, Sheet, approve_all, holds, scorecard_of, sheet_of
from tests.shared_rows import layer

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0", "#N/A", "2016-01-01", "1,234")

pytestmark = pytest.mark.django_db


@layer
def secretariat_plan():
    return secretariat_facts.load_plan()


class TestTheSecretariatsScorecard:
    def test_every_kpi_measure_and_action_plan_is_there_once_in_the_forms_order(self, secretariat_plan):
        scorecard = scorecard_of(secretariat_plan)
        sheet = sheet_of(secretariat_plan)
        rows = [row for kpi in scorecard.kpis for row in sheet.rows_of(kpi)]
        assert len({sheet.cell(row, "KPI（").coordinate for row in rows}) == 39
        assert len({sheet.cell(row, "102年實際值").coordinate for row in rows}) == 40
        assert len({sheet.cell(row, "行動方案（").coordinate for row in rows}) == 40
        assert rows == sorted(rows)
        assert len(rows) == 41

    def test_the_forms_headings_stand_in_the_forms_order(self, secretariat_plan):
        found = list(sheet_of(secretariat_plan).columns)
        form = openpyxl.load_workbook(secretariat_facts.WORKBOOK)["平衡計分卡"]
        headings = [cell.value.replace("\n", "").split("(")[0] for cell in form[2]]
        positions = [
            next(i for i, text in enumerate(found) if text.replace(" ", "").startswith(heading)) for heading in headings
        ]
        assert positions == sorted(positions)
        assert [text for i, text in enumerate(found) if i not in positions] == [
            "105年實際值",
            "105年達成率",
            "105年燈號",
            "備註",
        ]

    def test_every_text_of_the_form_is_in_its_row(self, secretariat_plan):
        sheet = sheet_of(secretariat_plan)
        objectives = {line["code"]: line["name"] for line in secretariat_facts.expected_document()["objectives"]}
        for kpi in secretariat_facts.expected_document()["kpis"]:
            (row, *_) = [
                r
                for r in range(4, sheet.worksheet.max_row)
                if sheet.value(r, "KPI（") == f"{kpi['code']} {kpi['name']}"
            ]
            assert sheet.value(row, "策略目標") == f"{kpi['objective']} {objectives[kpi['objective']]}"
            units = "、".join(measure["unit"] for measure in kpi["measures"])
            assert sheet.value(row, "KPI 計算公式") == f"{kpi['formula']}\n單位：{units}"
            assert sheet.value(row, "KPI主責科室") == kpi["division"]
            for offset, action_plan in enumerate(kpi["action_plans"]):
                assert sheet.value(row + offset, "行動方案（") == f"{action_plan['code']} {action_plan['description']}"
                assert sheet.value(row + offset, "行動方案主責科室") == action_plan["owner"]
                for budget in action_plan["budgets"]:
                    heading = f"行動方案對應{budget['year'] - 1911}年預算"
                    assert sheet.value(row + offset, heading) == budget["amount"]

    def test_figures_are_numbers_and_the_same_as_in_the_scorecard(self, secretariat_plan):
        approve_all(secretariat_plan)
        scorecard = scorecard_of(secretariat_plan)
        sheet = sheet_of(secretariat_plan)
        numbers = 0
        for kpi in scorecard.kpis:
            for row, measure in zip(sheet.rows_of(kpi), kpi.measures, strict=False):
                cell, cells = measure.cell, measure.cells
                shown = {
                    f"{year}年實際值": (cells[year + 1911].actual, cells[year + 1911].actual_text) for year in ACTUALS
                }
                shown |= {
                    f"{year}年目標值": (cells[year + 1911].target, cells[year + 1911].target_text) for year in TARGETS
                }
                numbers += sum(holds(sheet.cell(row, heading), *content) for heading, content in shown.items())
                rate = None if cell.outcome.rate is None else Decimal(cell.rate_text.rstrip("%")) / 100
                numbers += holds(sheet.cell(row, "105年達成率"), rate, cell.rate_text)
                assert sheet.value(row, "105年燈號").endswith(cell.status.label)
        values = YearlyValue.objects.all()
        assert numbers == (
            values.exclude(target=None).count()
            + values.exclude(actual=None).count()
            + values.exclude(target=None).exclude(actual=None).count()
        )

    def test_figures_show_as_many_decimals_as_they_have(self, secretariat_plan):
        sheet = sheet_of(secretariat_plan)
        kpis = scorecard_of(secretariat_plan).kpis_by_code
        (dc, bf, gc) = (sheet.rows_of(kpis[code])[0] for code in ("DC1.1", "BF1.1", "GC1.1"))
        formats = [sheet.cell(dc, "102年實際值"), sheet.cell(bf, "104年實際值"), sheet.cell(gc, "104年實際值")]
        assert [cell.number_format for cell in formats] == ["#,##0.0", "#,##0.00", "#,##0"]

    def test_objective_kpi_and_measure_cells_are_merged_over_their_rows(self, secretariat_plan):
        sheet = sheet_of(secretariat_plan)
        kpis = scorecard_of(secretariat_plan).kpis_by_code
        first, last = sheet.rows_of(kpis["BC1.1"])[0], sheet.rows_of(kpis["BC1.3"])[-1]
        merged = {str(area) for area in sheet.worksheet.merged_cells.ranges}
        assert last == first + 2
        assert f"A{first}:A{last}" in merged
        assert f"B{first}:B{last}" not in merged
        measures = sheet.rows_of(kpis["GF1.1"])
        assert len(measures) == 2
        assert f"B{measures[0]}:B{measures[1]}" in merged
        assert [sheet.value(row, "105年目標值") for row in measures] == [25, 6]
        assert [sheet.cell(row, "105年目標值").number_format for row in measures] == ['#,##0" 張"', '#,##0" 支"']
        plans = sheet.rows_of(kpis["FC1.1"])
        assert [sheet.value(row, "行動方案（")[:7] for row in plans] == ["FC1.1.1", "FC1.1.2"]
        assert sheet.cell(plans[0], "105年目標值").coordinate == sheet.cell(plans[1], "105年目標值").coordinate

    def test_bands_totals_and_instructions_stand_as_in_the_form(self, secretariat_plan):
        sheet = sheet_of(secretariat_plan)
        first_column = [cell.value for cell in sheet.worksheet["A"] if cell.value]
        assert [text for text in first_column if text.endswith("構面")] == [
            "顧客構面",
            "內部流程構面",
            "學習成長構面",
            "財務構面",
        ]
        total = [cell.row for cell in sheet.worksheet["A"] if cell.value == "行動方案預算合計"]
        amounts = [sheet.value(total[0], f"行動方案對應{year}年預算") for year in (105, 106, 107)]
        assert amounts == [100_017_217, 11_909_542, 11_740_000]
        form = openpyxl.load_workbook(secretariat_facts.WORKBOOK)["平衡計分卡"]
        assert first_column[-4:] == [form[f"A{row}"].value for row in (44, 45, 46, 47)]
        assert first_column[-5].startswith("燈號：● 達成")
        assert "▲ 接近（90% 以上" in first_column[-5]

    def test_what_stands_beside_a_number_is_a_remark(self, secretariat_plan):
        sheet = sheet_of(secretariat_plan)
        kpis = scorecard_of(secretariat_plan).kpis_by_code
        assert sheet.value(sheet.rows_of(kpis["CP1.1"])[0], "備註") == "105 年目標：已完成"
        assert sheet.value(sheet.rows_of(kpis["BL1.2"])[0], "備註") == "104 年實際：104.10.開始"
        assert sheet.value(sheet.rows_of(kpis["EC1.1"])[0], "104年實際值") == "275件\n(104/8/31起計算)"
        assert sheet.value(sheet.rows_of(kpis["GF1.1"])[1], "備註") == "年度製作市政建設視覺影片支數（支）"

    def test_it_is_set_up_to_print_on_a3_with_its_headings_on_every_page(self, secretariat_plan):
        worksheet = sheet_of(secretariat_plan).worksheet
        assert worksheet.title == "平衡計分卡"
        assert worksheet.print_title_rows == "$1:$3"
        assert worksheet.freeze_panes == "C4"
        assert (worksheet.page_setup.orientation, worksheet.page_setup.paperSize) == ("landscape", 8)
        assert worksheet.sheet_properties.pageSetUpPr.fitToPage
        assert (worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight) == (1, 0)
        heights = [worksheet.row_dimensions[row].height for row in range(1, worksheet.max_row + 1)]
        assert len([height for height in heights if height]) == worksheet.max_row - 1


class TestMarks:
    def test_title_and_state_head_the_sheet(self, secretariat_plan):
        worksheet = sheet_of(secretariat_plan).worksheet
        assert worksheet["A1"].value == "臺北市政府秘書處平衡計分卡"
        assert worksheet["A2"].value.startswith("105 年版（已核定）　目標訂至 107 年　得分 —")
        assert "草稿" in worksheet["A2"].value
        assert "示範資料" not in worksheet["A2"].value

    def test_a_file_made_of_a_closed_year_is_a_copy_and_the_frozen_one_bears_no_mark(self, secretariat_plan):
        admin = factories.make_member("admin", secretariat_plan.agency, Role.ADMIN)
        factories.open_year(admin, secretariat_plan)
        factories.close_year(admin, secretariat_plan, reason="期限已過")
        copied = sheet_of(secretariat_plan).worksheet["A2"].value
        assert "【非正式版本】" in copied and "草稿" not in copied
        official = Sheet(scorecard_workbook(as_official(scorecard_of(secretariat_plan))))
        assert official.worksheet["A2"].value == copied.replace("　【非正式版本】", "")

    def test_sample_data_is_named_as_such(self, secretariat_plan):
        approve_all(secretariat_plan, is_demo=True)
        assert "【示範資料】" in sheet_of(secretariat_plan).worksheet["A2"].value

    def test_figures_not_approved_are_left_out_or_marked(self):
        plan = factories.make_plan()
        cast = factories.make_cast(plan)
        factories.open_year(cast.admin, plan, due_date=date(2017, 1, 31))
        factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="100")
        kpi = scorecard_of(plan).kpis_by_code["AC1.1"]

        sheet = sheet_of(plan)
        row = sheet.rows_of(kpi)[0]
        assert (sheet.value(row, "105年實際值"), sheet.value(row, "105年燈號")) == ("—", "○ 待填報")
        assert sheet.value(row, "備註") == "105 年填報值尚未審核，未列入"
        assert "1 項 KPI 的數值尚未審核，未列入" in sheet.worksheet["A2"].value

        sheet = sheet_of(plan, include_provisional=True)
        assert (sheet.value(row, "105年實際值"), sheet.value(row, "105年燈號")) == (100, "● 達成\n尚未審核")
        assert "已列入並註明「尚未審核」" in sheet.worksheet["A2"].value

    def test_every_status_is_a_shape_a_word_and_a_colour(self, secretariat_plan):
        approve_all(secretariat_plan)
        YearlyReport.objects.filter(kpi__code__startswith="AF").update(state=ReportState.RETURNED)
        YearlyValue.objects.filter(measure__kpi__code="HF1.1", year=2016).update(target=None, target_note="—")
        sheet = sheet_of(secretariat_plan)
        column = sheet.columns["105年燈號"]
        cells = [sheet.worksheet.cell(row, column) for row in range(4, sheet.worksheet.max_row + 1)]
        shown = {cell.value: cell.font.color.rgb for cell in cells if cell.value}
        assert set(shown) == {"● 達成", "▲ 接近", "■ 未達", "◇ 無統計", "○ 待填報", "– 無目標"}
        assert len({shown["● 達成"], shown["▲ 接近"], shown["■ 未達"], shown["◇ 無統計"]}) == 4
        assert len(shown) == len(Status)

    def test_an_edition_has_results_of_its_own_year_and_actuals_of_those_before(self, secretariat_plan):
        approve_all(secretariat_plan)
        admin = factories.make_member("admin", secretariat_plan.agency, Role.ADMIN)
        headings = list(sheet_of(factories.next_edition(admin, secretariat_plan)).columns)
        actuals = [text for text in headings if text.endswith("實際值")]
        assert actuals == ["103年實際值", "104年實際值", "105年實際值", "106年實際值"]
        assert [text for text in headings if text.endswith(("達成率", "燈號"))] == ["106年達成率", "106年燈號"]
        assert [text for text in headings if text.endswith("目標值")] == ["106年目標值", "107年目標值", "108年目標值"]
        assert "106年實際值" not in sheet_of(secretariat_plan).columns

    def test_rates_are_capped_and_rounded_as_on_the_page(self):
        plan = factories.make_plan()
        approve_all(plan, shares=("0.99999", "1.5", "10.5"))
        Plan.objects.filter(pk=plan.pk).update(display_cap=120)
        capped = sheet_of(plan)
        kpis = scorecard_of(plan).kpis
        shown = [
            (sheet.value(row, "105年達成率"), sheet.cell(row, "105年達成率").number_format)
            for sheet in [capped]
            for row in (sheet.rows_of(kpi)[0] for kpi in kpis[:1] + kpis[4:5])
        ]
        assert shown == [(0.999, "0.0%"), (1.2, "0%")]
        Plan.objects.filter(pk=plan.pk).update(display_cap=0)
        report = YearlyReport.objects.filter(kpi=kpis[0].id)
        report.update(state=ReportState.RETURNED)
        YearlyValue.objects.filter(measure__kpi=kpis[0].id, year=2016).update(actual=1000)
        report.update(state=ReportState.APPROVED)
        sheet = sheet_of(plan)
        assert sheet.value(sheet.rows_of(kpis[0])[0], "105年達成率") == ">999%"


class TestHostileText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_becomes_a_formula_an_error_or_a_number(self, text):
        plan = factories.make_plan(kpis=5)
        agency = plan.agency
        Plan.objects.filter(pk=plan.pk).update(instructions=text, agency_name=text)
        plan.perspectives.update(name=text)
        plan.objectives.update(name=text)
        plan.kpis.update(name=text, formula=text)
        for number, row in enumerate(plan.kpis.all()):
            # No code may hold a slash: it stands in an address.
            plan.kpis.filter(pk=row.pk).update(code=f"{text.replace('/', '-')}{number}")
        ActionPlan.objects.filter(plan=plan).update(description=text, owner_division=None, owner_person=text)
        division = Division.objects.create(agency=agency, name=text)
        plan.kpis.update(division=division)
        Measure.objects.filter(kpi__plan=plan).update(label=text, unit=text)
        values = YearlyValue.objects.filter(measure__kpi__plan=plan)
        values.filter(year__gte=plan.year).update(target_note=text)
        values.filter(year__lte=plan.year).update(actual_note=text)
        values.filter(year=2013).update(actual=None, unmeasured=True)
        content = scorecard_workbook(scorecard_of(plan))
        sheet = Sheet(content)
        cells = [cell for row in sheet.worksheet for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert {type(cell.value) for cell in cells} <= {str, int, float}
        owners = [cell for cell in cells if cell.value == text]
        assert len(owners) > 5
        assert all(cell.data_type == "s" for cell in owners)
        assert all(cell.quotePrefix == (text[0] in "=+-@\t") for cell in owners)
        with ZipFile(BytesIO(content)) as archive:
            for name in ("sheet1", "sheet2"):
                assert b"<f>" not in archive.read(f"xl/worksheets/{name}.xml")
            assert not any("external" in name.lower() for name in archive.namelist())

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("鈴\x07聲\x00\x1f", "鈴_x0007_聲_x0000__x001F_"),
            ("\ufffe\uffff", "\ufffd\ufffd"),
            ("一\r\n二\r三", "一\n二\n三"),
            ("<b>&amp;</b>", "<b>&amp;</b>"),
            ("_x0041_", "_x005F_x0041_"),
            ("𠮷野家\u3000 末", "𠮷野家\u3000 末"),
            ("長" * 40_000, "長" * 16_000 + "…（以下從略）"),
        ],
    )
    def test_text_that_xml_or_excel_cannot_carry_does_not_break_the_file(self, typed, shown):
        plan = factories.make_plan(kpis=5)
        scorecard = scorecard_of(plan)
        line = scorecard.kpis[0].action_plans[0]
        # Some of these characters no database takes; text may come from elsewhere one day.
        object.__setattr__(line, "owner", typed)
        sheet = Sheet(scorecard_workbook(scorecard))
        assert sheet.value(sheet.rows_of(scorecard.kpis[0])[0], "行動方案主責科室") == shown

    def test_a_unit_with_quotes_stays_inside_its_number_format(self):
        plan = factories.make_plan(kpis=5)
        Measure.objects.filter(kpi__plan=plan).update(label="甲", unit='"];[Red]\x01"')
        sheet = sheet_of(plan)
        cell = sheet.cell(sheet.rows_of(scorecard_of(plan).kpis[0])[0], "105年目標值")
        assert cell.number_format == '#,##0" ″];[Red]″"'
        assert cell.value == 100


class TestTheFile:
    def test_the_same_scorecard_gives_the_same_bytes(self, secretariat_plan):
        first = scorecard_workbook(scorecard_of(secretariat_plan))
        assert first == scorecard_workbook(scorecard_of(secretariat_plan))
        with ZipFile(BytesIO(first)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = Sheet(first).book.properties
        assert properties.created == properties.modified == datetime(2000, 1, 1)

    @pytest.mark.parametrize("kpis", [5, 50])
    def test_drawing_it_costs_no_query_at_any_size(self, kpis, django_assert_num_queries):
        scorecard = scorecard_of(factories.make_plan(kpis=kpis))
        with django_assert_num_queries(0):
            content = scorecard_workbook(scorecard)
        assert sum("指標 " in text for text in Sheet(content).texts()) == kpis

    def test_a_plan_with_nothing_in_it_still_gives_a_sheet(self):
        plan = factories.make_plan(kpis=5)
        ActionBudget.objects.all().delete()
        ActionPlan.objects.all().delete()
        YearlyValue.objects.all().delete()
        Measure.objects.all().delete()
        plan.kpis.all().delete()
        sheet = sheet_of(plan)
        assert "AP2 目標 AP2" in sheet.texts()
        assert "行動方案預算合計" not in sheet.texts()
        plan.objectives.all().delete()
        plan.perspectives.all().delete()
        assert sheet_of(plan).worksheet["A1"].value == f"{plan.agency.name}平衡計分卡"

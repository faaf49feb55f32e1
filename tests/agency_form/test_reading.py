"""Reading the Secretariat's own form, and forms of other shapes."""

import io
import re

import openpyxl
import pytest

from scorecard.agency_form.reading.form_file import read_form, read_form_sheets
from scorecard.domain.choices import Direction
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.reader import read_sheets
from tests.agency_form.form_workbooks import (
    CARD,
    MAP,
    SHEET_XML,
    edited,
    ods_of,
    original,
    saved,
    with_cells,
    with_parts,
)


def read(content, **options):
    return read_form(io.BytesIO(content), **options)


def told(form, level=None):
    """(cell, text) of the messages."""
    return [(each.cell, each.text) for each in form.messages if level in (None, each.level)]


def kpi(form, code):
    return next(each for each in form.plan.kpis if each.code == code)


@pytest.fixture(scope="module")
def form():
    return read(original())


def test_the_secretariats_form_is_read_whole_and_without_errors(form):
    plan = form.plan
    assert not form.has_errors
    assert (plan.agency, plan.first_year, plan.last_year) == ("臺北市政府秘書處", 2016, 2018)
    assert plan.baseline_years == (2013, 2014, 2015)
    counts = len(plan.themes), len(plan.perspectives), len(plan.objectives), len(plan.kpis)
    assert counts == (8, 4, 34, 39)
    assert sum(len(each.measures) for each in plan.kpis) == 40
    assert sum(len(each.action_plans) for each in plan.kpis) == 40
    budgets = [b for each in plan.kpis for a in each.action_plans for b in a.budgets.items()]
    assert sum(b.amount for year, b in budgets if year == 2016) == 100_017_217


def test_the_letter_i_is_corrected_and_reported_in_the_objective_the_kpi_and_the_action_plan(form):
    found = [(m.level, m.cell, m.found, m.read) for m in form.messages if "字母 I" in m.text]
    assert found == [
        (Severity.CORRECTION, "A13", "API", "AP1"),
        (Severity.CORRECTION, "B13", "API.1", "AP1.1"),
        (Severity.CORRECTION, "K13", "API.1.1", "AP1.1.1"),
    ]


def test_every_message_of_the_secretariats_form_is_one_of_those_expected(form):
    by_level = {level: {m.cell for m in form.messages if m.level is level} for level in Severity}
    assert by_level[Severity.ERROR] == set()
    # The number of another unit; 「100」 over 「(已完成)」, as the form itself writes a number with a note.
    assert by_level[Severity.HINT] == {"F8", "G16", "G17"}
    # The letter I; numbers written as text; the numbers before the formulas of two rows of one KPI each.
    assert by_level[Severity.CORRECTION] == {
        "A13",
        "B13",
        "K13",
        "G8",
        "H8",
        "I8",
        "L22",
        "L36",
        "M36",
        "N36",
        "L37",
        "C14",
        "C15",
    }
    enumerated = {"F5", "G5", "H5", "I5", "D26", "E26", "F26", "G26", "H26", "I26", "F41", "G41", "H41", "I41"}
    shared_out = {"C5", "C26", "C41"}
    directions = {"C7", "C8", "C16", "C17", "C18", "C19", "C22", "C28", "C35", "C38"}
    assert by_level[Severity.ASSUMPTION] == enumerated | shared_out | directions | {"O15"}
    assert {m.sheet for m in form.messages} == {CARD}


def test_another_unit_than_the_measures_own_gives_no_value_and_keeps_the_words(form):
    (measure,) = kpi(form, "EC1.1").measures
    figure = measure.actuals[2015]
    assert (figure.value, figure.note) == (None, "275件\n(104/8/31起計算)")
    (text,) = [text for cell, text in told(form, Severity.HINT) if cell == "F8"]
    assert "單位是「件」，不是這一項的單位「%」" in text


def test_an_owner_under_a_merge_is_the_merged_cells(form):
    (plan,) = kpi(form, "BP1.2").action_plans
    assert plan.owner_division == "國際事務組"
    assert ("O15", "主責科室（或同仁）取自合併的儲存格：國際事務組。") in told(form, Severity.ASSUMPTION)


def test_lower_is_better_by_the_formula_or_by_falling_targets(form):
    lower = {each.code for each in form.plan.kpis for m in each.measures if m.direction is Direction.LOWER}
    assert lower == {"AC1.1", "DC1.1", "FC1.1", "FF1.1"}


def test_everything_read_names_the_cell_it_came_from(form):
    one = kpi(form, "GF1.1")
    assert (one.place.cell, one.formula_place.cell, one.division_place.cell) == ("B41", "C41", "J41")
    assert [m.targets[2016].place.cell for m in one.measures] == ["G41", "G41"]
    assert one.action_plans[0].budgets[2017].place.cell == "M41"
    assert form.plan.objectives[0].place.sheet == MAP


def test_the_same_form_as_an_ods_reads_the_same(form):
    again = read(ods_of(original()))
    assert again.plan == form.plan
    assert again.messages == form.messages


def test_corrections_are_read_as_if_they_stood_in_the_cells(form):
    corrections = {
        (CARD, "F8"): "97.5",
        (CARD, "B13"): "AP1.1 填報環境巡檢表次數",
        (CARD, "ZZZZ9"): "x",
        ("無", "A1"): "x",
    }
    again = read(original(), corrections=corrections)
    assert kpi(again, "EC1.1").measures[0].actuals[2015].value.as_tuple().digits == (9, 7, 5)
    assert not [m for m in again.messages if m.cell == "B13"]
    emptied = read(original(), corrections={(CARD, "J4"): " "})
    assert ("J4", "這一列的 KPI 沒有主責科室；請填科室名稱。") in told(emptied, Severity.ERROR)


def test_sheets_read_once_are_read_again_with_corrections_without_the_file(form):
    sheets = read_sheets(io.BytesIO(original()))
    assert read_form_sheets(sheets).plan == form.plan
    assert (
        kpi(read_form_sheets(sheets, corrections={(CARD, "G4"): "30"}), "AC1.1").measures[0].targets[2016].value == 30
    )
    assert read_form_sheets(sheets).plan == form.plan


def test_neither_the_order_nor_the_names_of_sheets_matter(form):
    book = openpyxl.load_workbook(io.BytesIO(original()))
    book.move_sheet(MAP, offset=1)
    book[MAP].title, book[CARD].title = "第一張", "第二張"
    again = read(saved(book))
    assert [each.name for each in again.plan.kpis] == [each.name for each in form.plan.kpis]
    assert not again.has_errors


def test_columns_are_found_by_their_headings(form):
    def swap(_map, card):
        for row in set(range(2, 43)) - {3, 12, 24, 34}:
            target, owner = card.cell(row, 7), card.cell(row, 9)
            target.value, owner.value = owner.value, target.value

    again = read(edited(swap))
    assert [m.targets[2016].value for m in kpi(again, "AC1.1").measures] == [28]
    assert [m.targets[2018].value for m in kpi(again, "AC1.1").measures] == [14]


def test_repeated_headings_and_blank_rows_are_structure(form):
    def add(_map, card):
        for column in range(1, 16):
            card.cell(43, column).value = card.cell(2, column).value

    again = read(edited(add))
    assert len(again.plan.kpis) == 39
    assert again.plan == form.plan


def test_a_row_of_totals_is_not_read():
    form = read(small_form(lambda m, c: c.append(["合計", None, None, None, None, None, None, 1000])))
    assert not form.has_errors
    assert ("A7", "合計列由系統自行計算，沒有讀入。") in told(form, Severity.HINT)


def test_the_agency_and_years_come_from_the_title_unless_given():
    content = edited(
        lambda m, c: (m.__setitem__("A1", "測試局 105-107 年度策略地圖"), c.__setitem__("A1", "測試局105年平衡計分卡"))
    )
    assert read(content).plan.agency == "測試局"
    assert read(content, agency="別局").plan.agency == "別局"
    wrong = edited(
        lambda m, c: (m.__setitem__("A1", "測試局110年策略地圖"), c.__setitem__("A1", "測試局110年平衡計分卡"))
    )
    assert any("標題的年度與目標值的年度" in text for _, text in told(read(wrong), Severity.HINT))


def small_form(edit=lambda m, c: None):
    """A form of one theme, two perspectives, one baseline year and one target year."""
    book = openpyxl.Workbook()
    m, c = book.active, book.create_sheet("b")
    for row in (
        ["小局策略地圖"],
        ["使命", "做好"],
        ["局級策略主題", None, "主題一 A"],
        ["策略目標", "顧客", "AC1 好"],
        [None, "財務 F", "AF1 省\nAF2 快"],
        ["主辦單位", None, "甲科"],
    ):
        m.append(row)
    c.append(["小局平衡計分卡"])
    c.append(
        [
            "策略目標",
            "關鍵績效指標",
            "計算公式",
            "110年度實際值",
            "民國111年目標值",
            "主責科室",
            "行動方案",
            "行動方案對應111年預算(元)",
            "行動方案主責科室",
        ]
    )
    c.append(["AC1 好", "AC1.1 件數", "辦理件數\n單位：件", 3, 4, "甲科", "AC1.1.1 辦理", 1000, "王小明"])
    c.append([None, None, None, None, None, None, "AC1.1.2 再辦", 0, "甲科"])
    c.append(["AF1 省", "AF1.1 率", "執行數/預算數*100%≥90%\n單位：%", 0.5, 0.95, "乙科", None, None, None])
    c["D5"].number_format = c["E5"].number_format = "0.0%"
    c.append(["AF2 快", "AF2.1 日", "平均日數≤5日\n單位：日", "無統計", "≤5日", "甲科", "AF2.1.1 簡化", None, None])
    edit(m, c)
    return saved(book)


def test_a_form_of_another_shape_is_read():
    form = read(small_form())
    assert not form.has_errors, told(form, Severity.ERROR)
    assert (form.plan.agency, form.plan.first_year, form.plan.baseline_years) == ("小局", 2022, (2021,))
    assert [(each.code, each.name) for each in form.plan.perspectives] == [("C", "顧客"), ("F", "財務")]
    assert form.plan.mission.text == "做好"
    assert form.plan.divisions == ("甲科", "乙科")
    assert [each.code for each in kpi(form, "AC1.1").action_plans] == ["AC1.1.1", "AC1.1.2"]
    assert kpi(form, "AC1.1").action_plans[0].owner_person == "王小明"
    (rate,) = kpi(form, "AF1.1").measures
    assert (rate.actuals[2021].value, rate.targets[2022].value) == (50, 95)
    assert (rate.numerator_label, rate.denominator_label, rate.factor) == ("執行數", "預算數", 100)
    (days,) = kpi(form, "AF2.1").measures
    assert (days.targets[2022].value, days.targets[2022].note, days.direction) == (5, "≤5日", Direction.LOWER)
    (last,) = kpi(form, "AF2.1").action_plans
    assert (last.owner_division, last.budgets[2022].amount) == ("甲科", None)


def test_an_actual_of_a_plan_year_is_read_with_its_place():
    form = read(small_form(lambda m, c: c.__setitem__("D2", "111年實際值")))
    assert form.plan.baseline_years == ()
    assert {year: place.cell for year, place in form.plan.actual_years.items()} == {2022: "D2"}


def test_a_hidden_copy_of_a_sheet_is_passed_over():
    book = openpyxl.load_workbook(io.BytesIO(original()))
    book.copy_worksheet(book[CARD]).sheet_state = "hidden"
    form = read(saved(book))
    assert not form.has_errors
    assert any("幾張工作表像「平衡計分卡」" in m.text for m in form.messages if m.level is Severity.ASSUMPTION)


def test_a_number_from_a_formula_is_rounded_as_a_correction():
    form = read(with_cells(CARD, G4=200 / 3))
    assert str(kpi(form, "AC1.1").measures[0].targets[2016].value) == "66.6667"
    assert any(cell == "G4" for cell, _ in told(form, Severity.CORRECTION))


def test_a_merged_area_as_large_as_the_sheet_costs_nothing():
    huge = b'<mergeCells><mergeCell ref="A50:XFD1048576"/>'
    content = with_parts({SHEET_XML: lambda xml: re.sub(b"<mergeCells[^>]*>", huge, xml)})
    assert len(read(content).plan.kpis) == 39

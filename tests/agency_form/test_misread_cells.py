"""Other notations in the cells of the forms in tests/data/cases/: styles, formats, codes, second rows, units."""

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.agency_form.misread import BASE, BUDGETS, changed, with_texts

STRUCK, RAISED = InlineFont(strike=True), InlineFont(vertAlign="superscript")


def _rich(*parts):
    return CellRichText(*parts)


@pytest.mark.parametrize(
    ("cell", "value", "row", "seen"),
    [
        ("G4", _rich(TextBlock(STRUCK, "81"), "85"), "AC1.1", ("78 79 80", "85 82 83")),
        ("D4", _rich("77", TextBlock(STRUCK, "78")), "AC1.1", ("77 79 80", "81 82 83")),
        (
            "I5",
            _rich(TextBlock(STRUCK, "4.5"), TextBlock(InlineFont(b=True), "4.2")),
            "BC1.1",
            ("6 5.5 5.2", "5 4.8 4.2"),
        ),
        ("G7", _rich("4", TextBlock(RAISED, "1")), "AP1.1", ("2 3 4", "4 5 6")),
        ("F9", _rich("20", TextBlock(RAISED, "註2")), "AL1.1", ("18 19 20", "20 21 22")),
        ("H11", _rich(TextBlock(STRUCK, "94")), "BF1.1", ("91 92 93", "93 — 95")),
    ],
)
def test_struck_out_and_raised_text_is_no_content_and_told(cell, value, row, seen):
    form = with_texts(**{cell: value})
    assert form.figures(row)[:2] == seen and ("刪除線" in form.loud[cell] or "上標" in form.loud[cell])


def test_a_struck_out_row_is_no_row_and_lowered_digits_are_no_digits():
    def edit(_map, card):
        for column in range(1, 16):
            card.cell(7, column).font = Font(strike=True)
        card["G4"].value = _rich("8", TextBlock(InlineFont(vertAlign="subscript"), "1"))

    form = changed(edit)
    assert {*form.all_figures()} == {*BASE} - {"AP1.1"} and "B7" in form.loud and "G4" in form.errors


@pytest.mark.parametrize(
    ("code", "stored", "seen"),
    [
        ("#,##0,", 312_450_000, "312450"),
        ("#,##0,,", 312_000_000, "312"),
        ("0.0,", 5_500, "5.5"),
        ("0!.0,", 55_000, "5.5"),
        ("0", 4.6, "5"),
        ("0.0_ ", 4.25, "4.3"),
        ('#,##0"件"', 4, "—"),
        ("[>=1000]#,##0,;0", 4_000, "4"),
        ("0;0", -4, "4"),
    ],
)
def test_a_format_that_shows_another_number_is_read_as_people_see_it_and_told(code, stored, seen):
    def edit(_map, card):
        card["G7"], card["C7"] = stored, "次數\n單位：千元"
        card["G7"].number_format = code

    form = changed(edit)
    assert form.figures("AP1.1")[1].split()[0] == seen and "顯示" in form.loud["G7"]


@pytest.mark.parametrize("code", ["General", "0", "#,##0", "0.00", '0"次"', "_-* #,##0_-", "#,##0_);[Red](#,##0)"])
def test_a_format_that_shows_the_number_is_no_matter(code):
    def edit(_map, card):
        card["G7"].number_format = code

    assert changed(edit).all_figures() == BASE


@pytest.mark.parametrize("code", ['[$-404]e"年"', "yyyy", "e/m/d", 'yyyy"年"m"月"', "[h]:mm", "[$-404]ggge", "d-mmm"])
def test_a_format_that_shows_a_date_makes_no_figure(code):
    def edit(_map, card):
        card["G7"] = 42370
        card["G7"].number_format = code

    assert "日期" in changed(edit).errors["G7"]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("AC1. 1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1 .1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC 1.1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1·1民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1。1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1，1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("ＡＣ１．　１　民眾滿意度", "AC1.1", "民眾滿意度"),
        ("【AC1.1】民眾滿意度", "AC1.1", "民眾滿意度"),
        ("(AC1.1) 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1. 1民眾滿意度", "AC1.1", "民眾滿意度"),
        ("1.AC1.1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("(一)AC1.1民眾滿意度", "AC1.1", "民眾滿意度"),
        ("KPI AC1.1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1.\n1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC\n1.1 民眾滿意度", "AC1.1", "民眾滿意度"),
        ("AC1\n.1 民眾滿意度", "AC1.1", "民眾滿意度"),
    ],
)
def test_a_code_with_spaces_and_other_marks_is_read_and_told(text, code, name):
    form = with_texts(B4=text)
    assert form.is_base() and form.kpi(code).name == name and code in form.loud["B4"]


@pytest.mark.parametrize(
    "values",
    [
        {"B4": "AC1.1 甲指標 AC1.2 乙指標"},
        {"B4": "AC1.1甲指標；AC1.2乙指標"},
        {"B4": "AC1.1 甲指標／BC1.3 乙指標"},
        {"K4": "AC1.1.1 滿意度調查；AC1.1.2 座談會"},
        {"K7": "AP1.1.1 稽核、AP1.1.2 複查"},
        {"地圖C4": "AC1 提升滿意度 AC2 擴大服務"},
        {"地圖C5": "AP1 精進作業；AP2 精簡流程"},
    ],
)
def test_two_codes_on_a_line_are_refused(values):
    (cell,) = values
    assert "兩個編號" in with_texts(**values).errors[cell]


@pytest.mark.parametrize(
    "name",
    ["與AC1.2相關之滿意度", "滿意度(AC1.2)", "較 AC1.2 高", "配合 BC1.1 之滿意度", "AC1.2及AC1.3之平均", "依AP1.1辦理"],
)
def test_a_code_that_a_name_refers_to_stays_in_the_name(name):
    form = with_texts(B4=f"AC1.1 {name}")
    assert form.is_base() and form.kpi("AC1.1").name == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("AC1 提升滿意度\nAQI改善", "提升滿意度AQI改善"),
        ("AC1 提升滿意度\nAPI 介接", "提升滿意度API 介接"),
        ("AC1 提升滿意度\nKPI管理", "提升滿意度KPI管理"),
        ("AC1 降低\nCO2排放", "降低CO2排放"),
        ("AC1 降低\nBMI≥24比率", "降低BMI≥24比率"),
        ("AC1 推動\n5G 應用", "推動5G 應用"),
    ],
)
def test_words_that_look_like_codes_are_words(value, name):
    form = with_texts(地圖C4=value)
    assert [(each.code, each.name) for each in form.plan.objectives if each.place.cell == "C4"] == [("AC1", name)]


def _second_row(card, **values):
    """A second row of AC1.1, whose KPI, formula and division are merged over both rows."""
    card.insert_rows(5)
    for column in "ABDEFGHI":
        card.merge_cells(f"{column}4:{column}5")
    for column, value in ({"K": "AC1.1.2 電話訪問", "L": 0, "M": 0, "N": 0, "O": "第一科"} | values).items():
        card[f"{column}5"] = value


@pytest.mark.parametrize(
    ("cell", "value"), [("C5", "(不含電話訪問)"), ("C5", "單位：分"), ("J5", "第二科"), ("J5", "第一科、第二科")]
)
def test_what_a_second_row_says_of_its_kpi_is_refused(cell, value):
    form = changed(lambda _map, card: _second_row(card, **{cell[0]: value}))
    assert "AC1.1" in form.errors[cell]


def test_a_second_row_may_repeat_its_division():
    form = changed(lambda _map, card: _second_row(card, J="第一科"))
    assert not form.errors and form.budgets() == BUDGETS | {"AC1.1.2": (0, 0, 0)}
    assert form.all_figures() == BASE


@pytest.mark.parametrize(
    ("formula", "unit", "remark"),
    [
        ("稽核次數≥4次\n單位：件(次)", "件(次)", ""),
        ("稽核次數≥4次(單位：件(次))", "件(次)", ""),
        ("稽核次數≥4次（單位：人（次））", "人（次）", ""),
        ("稽核次數≥4次\n單位：千元/人", "千元/人", ""),
        ("稽核次數≥4次\n計量單位:次。", "次", ""),
        ("稽核次數≥4次\n單位：次\n(資料來源：內控小組)", "次", "(資料來源：內控小組)"),
        ("稽核次數≥4次\n單位：次(資料來源：內控小組)", "次", "(資料來源：內控小組)"),
        ("稽核次數≥4次\n單位：次 資料來源：內控小組", "次", "資料來源：內控小組"),
        ("稽核次數≥4次\n單位：次，每季統計一次", "次", "每季統計一次"),
        ("稽核次數≥4次\n單位：次；資料來源：內控小組", "次", "資料來源：內控小組"),
        ("稽核次數≥4次\n單位：次\n※以年底為準", "次", "※以年底為準"),
        ("稽核次數≥4次（單位：次）\n備註：含複查", "次", "備註：含複查"),
        ("稽核次數≥4次\n單位：次（不含複查的次數）", "次", "（不含複查的次數）"),
    ],
)
def test_brackets_belong_to_a_unit_and_remarks_to_the_formula(formula, unit, remark):
    form = with_texts(C7=formula)
    assert not form.errors and form.all_figures() == BASE | {"AP1.1": ("2 3 4", "4 5 6", unit)}
    assert remark in form.kpi("AP1.1").formula and ("C7" in form.loud) == bool(remark)


@pytest.mark.parametrize("unit", ["百分比", "百分比(%)", "％", "%", "百分率", "%（百分比）", "percent"])
def test_a_percentage_may_be_written_in_words(unit):
    form = with_texts(C4=f"滿意度調查≥80%\n單位：{unit}", D4="78%", F4="80%", G4="81 %", I4="８３％")
    assert not form.errors and form.kpi("AC1.1").measures[0].unit in "%％"
    assert form.figures("AC1.1")[:2] == ("78 79 80", "81 82 83")


@pytest.mark.parametrize(
    "values",
    [
        {"C7": "實際場數/計畫場數*100%(單位：場數)"},
        {"C7": "實際場數÷計畫場數×100％\n單位：場"},
        {"C7": "次數\n單位：次", "G7": "100%", "H7": "100%", "I7": "100%"},
        {"C7": "次數\n單位：次", "G7": "90％"},
        {"C7": "100%×實際場數/計畫場數\n單位：場"},
        {"C7": "次數\n單位：次", "G7": "4件", "H7": "5件", "I7": "6件"},
    ],
)
def test_a_percentage_of_another_unit_is_refused(values):
    form = with_texts(**values)
    assert form.errors.keys() & {"C7", "G7"}, form.told


def test_a_blank_inside_a_name_is_no_end_of_the_code_and_a_code_between_blanks_is_told():
    form = with_texts(B4="AC1.1民眾 滿意度", B5="BC1.1 平均處理日數 CC1.1 甲")
    assert form.is_base() and form.kpi("AC1.1").name == "民眾 滿意度"
    assert "CC1.1" in form.told["B5"] and "B4" not in form.told

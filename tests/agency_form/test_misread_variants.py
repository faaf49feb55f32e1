"""Other wordings, places and notations of the forms in tests/data/cases/: read rightly, told, or refused."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.agency_form.misread import BASE, BUDGETS, changed, with_texts

WARNING = "填表說明：1.編號請自由編號。"


def _insert_page(card, row, note, column=1, headings=True):
    """Put notes and the headings again before a row, as a new printed page has them."""
    card.insert_rows(row, 2 if headings else 1)
    card.cell(row, column).value = note
    if headings:
        for number in range(1, 16):
            card.cell(row + 1, number).value = card.cell(2, number).value


@pytest.mark.parametrize("as_ods", [False, True])
@pytest.mark.parametrize(
    ("row", "note", "column", "headings"),
    [
        (6, WARNING, 1, True),
        (8, "填表說明：\n1. 甲\n2. 乙", 1, False),
        (10, "填 表 說 明", 2, True),
        (8, "填表須知：編號", 1, True),
        (5, "備註：同一目標", 1, True),
        (9, "說明：數值為全年", 1, False),
        (7, "註：以年底為準", 2, False),
        (8, "※填表說明", 1, True),
        (8, "【填表說明】", 1, True),
        (8, "備註", 1, False),
    ],
)
def test_notes_may_stand_on_every_page(row, note, column, headings, as_ods):
    form = changed(lambda _map, card: _insert_page(card, row, note, column, headings), as_ods=as_ods)
    assert form.is_base() and note.splitlines()[-1][-1:] in form.plan.instructions.text + "說明】備註"


@pytest.mark.parametrize("kpi", ["訓練時數", "AL1.1", None])
def test_a_row_of_figures_below_notes_is_no_note(kpi):
    def edit(_map, card):
        _insert_page(card, 8, WARNING, headings=False)
        card["B10"] = kpi

    assert changed(edit).errors.keys() & {"B10", "K10"}


@pytest.mark.parametrize(
    ("cell", "heading"),
    [
        ("L2", "行動方案對應105-107年預算\n(元)"),
        ("L2", "105至107年度預算"),
        ("L2", "105、106、107年預算"),
        ("L2", "三年預算合計"),
        ("L2", "行動方案總預算(元)"),
        ("L2", "105年~107年經費"),
        ("I2", "105～107年目標值"),
        ("I2", "累計目標值"),
        ("I2", "107年累計目標值"),
        ("F2", "102-104年平均實際值"),
        ("F2", "近三年實際值"),
        ("F2", "104年1-6月實際值"),
        ("F2", "104年上半年實際值"),
        ("L2", "105年預算執行數"),
        ("I2", "目標值(107年第1季)"),
        ("F2", "104年決算數"),
        ("H2", "106年預期值"),
        ("F2", "實際值"),
        ("L2", "行動方案對應預算"),
    ],
)
def test_a_heading_of_figures_names_one_year_and_one_kind_or_is_refused(cell, heading):
    form = with_texts(**{cell: heading})
    assert "請" in form.errors[cell], form.told


@pytest.mark.parametrize(
    "values",
    [
        {"O1": "單位：千元"},
        {"N1": "（單位：新臺幣仟元）"},
        {"P3": "單位:萬元"},
        {"A14": "預算金額以千元為單位"},
        {"A15": "單位：百萬元"},
        {"L2": "行動方案對應105年預算\n(仟元)"},
        {"L2": "行動方案對應105年預算(單位：萬元)"},
        {"M2": "106年預算(新臺幣千元)"},
        {"N2": "行動方案對應107年預算\n千元"},
        {"L2": "105年預算（阡元）"},
        {"B1": "(金額單位:億元)"},
        {"O1": "NT$1,000"},
        {"O1": "單位：仟"},
        {"K2": "行動方案(經費單位：千元)"},
        {"A3": "顧客構面(單位：千元)"},
    ],
)
def test_money_that_is_not_in_dollars_is_refused_wherever_it_says_so(values):
    form = with_texts(**values)
    assert any(cell in form.errors and "元" in form.errors[cell] for cell in values), form.told


def test_money_in_dollars_and_units_of_kpis_are_no_matter():
    form = with_texts(O1="單位：元", C7="節省金額≥4千元\n單位：千元", L2="行動方案對應105年預算(新臺幣元)")
    assert not form.errors and form.budgets() == BUDGETS and "O1" not in form.told


@pytest.mark.parametrize(
    "heading",
    [
        "104年目標達成率(%)",
        "104年達成度",
        "達成情形(104年)",
        "104年度達成率",
        "105年預算執行率",
        "104年燈號",
        "104年達成百分比",
    ],
)
def test_what_is_calculated_is_no_column_of_the_form(heading):
    def edit(_map, card):
        card["P2"] = heading
        for row in (4, 5, 7, 9, 11):
            card.cell(row, 16).value = 98

    form = changed(edit)
    assert form.is_base() and "沒有讀入" in form.told["P2"]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("104.12.31\n實際值", "12 月 31 日"),
        ("104/12/31實際值", "12 月 31 日"),
        ("104年12月31日止實際值", "12 月 31 日"),
        ("截至104/11實際值", "11 月"),
        ("實際值\n(截至104年11月)", "11 月"),
        ("至104年9月底實際值", "9 月"),
        ("104年底實際值", "年底"),
        ("2015/12實際值", "12 月"),
        ("民國104年10月實績值", "10 月"),
    ],
)
def test_an_actual_up_to_a_day_is_its_years_and_told(heading, said):
    form = with_texts(F2=heading)
    assert form.is_base() and "104 年" in form.told["F2"] and said in form.told["F2"]


@pytest.mark.parametrize(
    "heading",
    [
        "實際值\n(104年)",
        "實際值(104)",
        "104年度實績",
        "民國104年實際值",
        "實際數104年",
        "2015年實際值",
        "１０４年　實際值",
        "104年之實際值",
        "【104年】實際值",
    ],
)
def test_a_heading_may_be_turned_round_and_its_year_written_in_every_way(heading):
    form = with_texts(F2=heading)
    assert form.errors.keys() == {"F2"} or form.is_base() and "F2" not in form.loud


@pytest.mark.parametrize(
    "headings",
    [
        {
            "D2": "105年目標值",
            "E2": "105年實際值",
            "F2": "106年目標值",
            "G2": "106年實際值",
            "H2": "107年目標值",
            "I2": "108年目標值",
        },
        {
            "D2": "103年目標值",
            "E2": "103年實際值",
            "F2": "104年目標值",
            "G2": "104年實際值",
            "H2": "105年目標值",
            "I2": "106年目標值",
        },
        {"E2": "104年目標值"},
        {"F2": "103年目標值", "D2": "104年實際值"},
        {"D2": "104年目標值"},
    ],
)
def test_targets_of_past_years_beside_actuals_are_refused(headings):
    assert changed(lambda _map, card: [card.__setitem__(*pair) for pair in headings.items()]).errors


@pytest.mark.parametrize("heading", ["105年實際值", "實際值(105年)", "106年實績值", "105年12月實際值", "107年度實際值"])
def test_actuals_of_the_plans_own_years_are_not_taken_and_told(heading):
    form = with_texts(P2=heading, P4=77)
    assert form.is_base() and "沒有讀入" in form.told["P2"] and sorted(form.plan.baseline_years) == [2013, 2014, 2015]


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
    ("formula", "is_lower"),
    [
        *(
            (f"平均處理日數{sign}5日", True)
            for sign in ("＜＝", "≦", "<=", "＜", "⩽", "< =", "=<", "不超過", "至多", "不高於", "最多")
        ),
        *((f"平均處理日數5日{word}", True) for word in ("以下", "以內", "(含)以內")),
        *(
            (f"平均處理日數{sign}5日", False)
            for sign in ("＞＝", "≧", ">=", "＞", "⩾", "至少", "不低於", "不少於", "最少")
        ),
        ("平均處理日數達5日以上", False),
        ("3日以內(≤3日)辦結件數/總件數≥90", False),
    ],
)
def test_signs_of_all_widths_and_words_give_the_direction(formula, is_lower):
    form = with_texts(C5=f"{formula}\n單位：日", G5=5, H5=5, I5=5)
    assert form.is_lower("BC1.1") is is_lower and "C5" not in form.loud


@pytest.mark.parametrize(
    ("formula", "targets"),
    [
        ("(3日內(≤3日)辦結件數/總件數)*100%", (90, 92, 95)),
        ("3日以內辦結件數≤90", (90, 92, 95)),
        ("不超過5日之件數/總件數×100%", (90, 92, 95)),
        ("逾期率≥5%", (9, 8, 7)),
        ("至少5件", (9, 8, 7)),
    ],
)
def test_targets_against_the_sign_are_told(formula, targets):
    form = with_texts(C4=f"{formula}\n單位：%", G4=targets[0], H4=targets[1], I4=targets[2])
    assert "目標值" in form.loud["C4"]


@pytest.mark.parametrize(
    ("map_title", "card_title"),
    [
        ("示範市政府測試局策略地圖（105年修正）", "示範市政府測試局平衡計分卡(修正版)"),
        ("示範市政府測試局１０５－１０７年策略地圖", "示範市政府測試局１０５年度平衡計分卡"),
        ("附件1 示範市政府測試局策略地圖", "附件二：示範市政府測試局平衡計分卡表"),
        ("示範市政府測試局105至107年度策略地圖", "示範市政府測試局民國105年平衡計分卡"),
        ("105-107年示範市政府測試局策略地圖", "中華民國105年度示範市政府測試局平衡計分卡"),
        ("(草案)示範市政府測試局策略地圖", "【修正】示範市政府測試局平衡計分卡"),
        ("示範市政府測試局一〇五年度策略地圖", "示範市政府測試局一百零五年度平衡計分卡草案"),
        ("示範市政府測試局 2016-2018 策略地圖", "示範市政府測試局(105~107年)平衡計分卡－第2次修正"),
    ],
)
def test_titles_have_prefixes_suffixes_and_years_of_all_kinds(map_title, card_title):
    form = with_texts(地圖A1=map_title, A1=card_title)
    assert form.is_base() and not any("年度" in text for text in form.told.get("地圖A1", "").split("。"))


@pytest.mark.parametrize("values", [{"J4": "臺北科", "J5": "台北科"}, {"J4": "台 北科", "J5": "臺北\n科"}])
def test_two_spellings_are_one_division(values):
    form = with_texts(地圖C8="臺北科", **values)
    assert not form.errors and [name for name in form.plan.divisions if "北科" in name] == ["臺北科"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("NT$100,000", 100_000),
        ("$100,000", 100_000),
        ("新臺幣100,000元", 100_000),
        ("新台幣 100000 元整", 100_000),
        ("＄１００，０００", 100_000),
        ("100,000.00", 100_000),
        *((word, None) for word in ("免經費", "無經費", "無需經費", "不需預算", "免編預算", "由業務費支應", "無", "—")),
    ],
)
def test_currency_is_read_and_words_for_no_money_are_none(text, amount):
    form = with_texts(L4=text)
    assert not form.errors and form.budgets()["AC1.1.1"] == (amount, 110_000, 120_000) and "L4" in form.told


@pytest.mark.parametrize("text", ["約100,000", "US$100,000", "十萬", "10萬", "待核定", "另案辦理中"])
def test_what_is_no_amount_is_refused_in_words_of_a_budget(text):
    form = with_texts(L4=text)
    assert "請" in form.errors["L4"] and "備註" not in form.errors["L4"]


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("刪", "\u200e83\u200e"),
        ("入", "\u202d83\u202c"),
        ("軟", "8\u00ad3"),
        ("隔", "\u206683\u2069"),
        ("零", "8\u200d3"),
        ("空", "\u00a083\u3000"),
    ],
)
def test_what_is_invisible_counts_nowhere(mark, text):
    form = with_texts(I4=text, B5=f"BC1.1 平均{text[0]}處理{text[-1]}日數".replace("8", "").replace("3", ""))
    assert form.is_base(), mark


def _comments(strategy_map, card):
    for cell in ("B4", "L2", "A20", "G9"):
        card[cell].comment = Comment(f"在 {cell}", "某人")
    strategy_map["C4"].comment = Comment("在地圖", "某人")


def test_comments_are_told_at_their_cells():
    form = changed(_comments)
    assert form.is_base()
    assert all("註解" in form.told[cell] for cell in ("B4", "L2", "A20", "G9", "地圖C4"))


@pytest.mark.parametrize("as_ods", [False, True])
def test_hidden_rows_and_columns_of_both_sheets_are_told(as_ods):
    def edit(strategy_map, card):
        strategy_map.row_dimensions[5].hidden = card.row_dimensions[7].hidden = True
        if not as_ods:
            strategy_map.column_dimensions["D"].hidden = True
            card.column_dimensions["H"].hidden = True

    form = changed(edit, as_ods=as_ods)
    assert form.is_base() and "隱藏" in form.told["地圖A5"] and "隱藏" in form.told["A7"]
    assert as_ods or "隱藏" in form.told["地圖D1"] and "隱藏" in form.told["H1"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("P4", "臨時備註"), ("Q7", 5), ("C1", "表3"), ("P13", "第1頁"), ("P6", "草稿")],
)
def test_what_stands_outside_the_columns_is_told(cell, value):
    form = with_texts(**{cell: value})
    assert form.is_base() and (cell in form.told or value in form.plan.instructions.text)


@pytest.mark.parametrize("value", [date(2016, 1, 4), True, "#N/A"])
def test_what_is_no_figure_is_refused(value):
    assert "G7" in with_texts(G7=value).errors


def test_a_format_with_words_before_the_number_is_refused():
    def edit(_map, card):
        card["G7"].number_format = '"約"0'

    assert "約4" in changed(edit).errors["G7"]


ADDED = st.sampled_from(
    [
        "零壹貳",
        987654,
        "987,654",
        "AC9 零壹貳",
        "AC9.1 零壹貳",
        "零壹貳構面",
        "單位：零壹貳",
        "100% 零壹貳",
        "備註：零壹貳",
    ]
)
SPOTS = st.tuples(st.booleans(), st.integers(1, 18), st.integers(1, 18))


@settings(max_examples=max(30, settings().max_examples // 2), deadline=None)
@given(st.dictionaries(SPOTS, ADDED, min_size=1, max_size=3), st.booleans())
def test_every_cell_is_a_value_structure_or_told(added, as_ods):
    spots = {}

    def edit(strategy_map, card):
        for (is_map, row, column), text in added.items():
            cell = (strategy_map if is_map else card).cell(row, column)
            if cell.value is None:
                cell.value = text
                spots[f"地圖{cell.coordinate}" if is_map else cell.coordinate] = text

    form = changed(edit, as_ods=as_ods)
    whole = repr(form.plan)
    for spot, text in spots.items():
        is_value = any(each in whole for each in ("零壹貳", "987654", "987,654"))
        assert spot in form.told or is_value or form.errors, (spot, text, form.told)

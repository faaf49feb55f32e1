"""Other wordings of the forms in tests/data/cases/: notes, headings of figures, units of money."""

import pytest

from tests.agency_form.misread import BUDGETS, changed, with_texts

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
        ("F2", "14年實際值"),
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

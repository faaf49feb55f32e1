"""Forms that agencies write and that a reader takes wrongly without a word: each is read rightly, told, or refused."""

import pytest

from tests.agency_form.misread import BASE, BUDGETS, CASES, read_case

BUDGET_CELLS = {"L2", "M2", "N2"}


def but(**others):
    """The base with other figures of some KPIs, written AC1_1."""
    return BASE | {code.replace("_", "."): figures for code, figures in others.items()}


def _notes(form):
    assert form.is_base()


def _notes_then_more(form):
    assert not form.errors
    assert {*form.all_figures()} == {"AC1.1", "BC1.1", "AP1.1", "AC1.2"}
    assert form.figures("AC1.2") == ("12 11 10", "9 8 7", "件") and form.is_lower("AC1.2")
    assert "AC1.2.1" in form.budgets()


def _years_in_one_budget(form):
    assert "L2" in form.errors and "請" in form.errors["L2"]


def _thousands_above(form):
    assert form.errors.keys() & {"O1", *BUDGET_CELLS}


def _thousands_in_another_character(form):
    assert form.errors.keys() & BUDGET_CELLS


def _achievement(form):
    assert form.is_base() and "沒有讀入" in form.told["G2"]


def _until_a_date(form):
    assert form.is_base() and "104 年" in form.told["F2"]
    assert sorted(form.plan.actual_years) == [2013, 2014, 2015]


def _until_a_month(form):
    assert form.is_base() and "11 月" in form.told["F2"]


def _side_by_side(form):
    assert form.errors.keys() & {"D2", "E2", "F2", "G2"}


def _actual_of_a_plan_year(form):
    assert form.is_base() and "沒有讀入" in form.told["J2"]


def _brackets(form):
    assert not form.errors and form.all_figures() == but(AP1_1=("2 3 4", "4 5 6", "件(次)"))


def _percent_in_words(form):
    assert not form.errors and form.all_figures() == but(AC1_1=("78 79 0.8", "81 82 83", "%"))


def _struck(form):
    assert form.figures("AC1.1")[1] == "85 82 83" and "刪除線" in form.told["G4"]


def _superscript(form):
    assert form.all_figures() == BASE and "上標" in form.told["G7"]


def _thousands_by_format(form):
    assert form.figures("AP1.1")[1:] == ("312450 301200 288930", "千元")
    assert all("顯示" in form.told[cell] for cell in ("G7", "H7", "I7"))


def _year_by_format(form):
    assert "日期" in form.errors["G7"]


def _space_in_code(form):
    assert form.is_base() and form.kpi("AC1.1").name == "民眾滿意度" and "AC1.1" in form.told["B4"]


def _two_codes(form):
    assert "AC1.2" in form.errors["B4"] and "請" in form.errors["B4"]


def _second_row(form):
    assert form.errors.keys() & {"C5", "J5"}


def _sign_in_definition(form):
    assert "目標值" in form.told["C4"] and "≤" in form.told["C4"]


def _full_width_sign(form):
    assert form.is_lower("BC1.1")


def _sheets(form):
    assert all(name in form.errors[""] for name in ("內部流程", "學習成長", "財務")) and "請" in form.errors[""]


def _tai(form):
    assert not form.errors


def _base(form):
    assert form.is_base()


def _currency(form):
    assert not form.errors
    assert form.budgets() == BUDGETS | {"AC1.1.1": (100_000, 110_000, None)}
    assert form.told.keys() >= {"L4", "M4", "N4"}


def _comment(form):
    assert form.is_base() and "註解" in form.told["G5"]


def _hidden_column(form):
    assert form.is_base() and any("隱藏" in text for cell, text in form.told.items() if cell in ("", "G2", "G1"))


def _after_the_unit(form):
    assert form.is_base() and "資料來源：內控小組" in form.kpi("AP1.1").formula and "C7" in form.told


def _sum_of_years(form):
    assert "I2" in form.errors


def _acronym(form):
    assert not form.errors
    assert [(o.code, o.name) for o in form.plan.objectives if o.place.cell == "C4"] == [("AC1", "提升滿意度AQI改善")]


def _empty_formula(form):
    assert {*form.errors} == {"E4"} and form.figures("AC1.1")[0] == "— — 80"


def _count_unit(form):
    assert form.errors.keys() & {"C7", "D7", "G7"}


RIGHT = {
    "01": _notes,
    "02": _notes_then_more,
    "03": _years_in_one_budget,
    "04": _thousands_above,
    "05": _thousands_in_another_character,
    "06": _achievement,
    "07": _until_a_date,
    "08": _until_a_month,
    "09": _side_by_side,
    "10": _actual_of_a_plan_year,
    "11": _brackets,
    "12": _percent_in_words,
    "13": _struck,
    "14": _superscript,
    "15": _thousands_by_format,
    "16": _year_by_format,
    "17": _space_in_code,
    "18": _two_codes,
    "19": _second_row,
    "20": _sign_in_definition,
    "21": _full_width_sign,
    "22": _sheets,
    "23": _tai,
    "24": _base,
    "25": _base,
    "26": _currency,
    "27": _comment,
    "28": _hidden_column,
    "29": _after_the_unit,
    "30": _sum_of_years,
    "31": _acronym,
    "32": _base,
    "33": _base,
    "34": _empty_formula,
    "35": _base,
    "36": _count_unit,
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_form_that_was_misread_is_read_rightly_or_told(number):
    RIGHT[number](read_case(number))


def test_every_form_of_the_collection_has_its_test():
    assert {path.name[:2] for path in CASES.glob("[0-9]*")} == {*RIGHT}

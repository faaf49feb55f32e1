"""Other words of the forms in tests/data/cases/: directions, titles, money, and what stands anywhere beside."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from tests.agency_form.misread import changed, with_texts


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

"""Every notation of domain.md §3, cell by cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.agency_form.reading import codes, direction, formula_cell, notations, owners
from scorecard.domain.choices import Direction
from scorecard.domain.scoring import plain
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.cell_values import cleaned, number_text
from scorecard.spreadsheets.grid import Cell, CellKind

figures = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)
words = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
anything = st.text(max_size=60)
kinds = st.sampled_from(list(CellKind))


def read(text, unit="次數", kind=CellKind.TEXT):
    return notations.read_figure(Cell(text, kind), unit)


@pytest.mark.parametrize(
    ("text", "unit", "value", "note"),
    [
        ("28", "日數", "28", ""),
        ("93.48", "%", "93.48", ""),
        ("1,545,480", "元", "1545480", ""),
        ("100%", "%", "100", ""),
        ("１００％", "%", "100", ""),
        ("１２．５", "%", "12.5", ""),
        ("0", "%", "0", ""),
        ("-3", "次數", "-3", ""),
        ("5 次", "次數", "5", ""),
        ("100\n(已完成)", "%", "100", "已完成"),
        ("2(104.10.開始)", "次數", "2", "104.10.開始"),
        ("2（104.10.開始）", "次數", "2", "104.10.開始"),
        ("100%\n已完成", "%", "100", "已完成"),
        ("≥95", "%", "95", "≥95"),
        ("275件\n(104/8/31起計算)", "%", None, "275件\n(104/8/31起計算)"),
        ("未統計", "%", None, "未統計"),
        ("無統計", "%", None, "無統計"),
        ("無資料", "%", None, "無資料"),
        ("—", "%", None, "—"),
        ("--", "%", None, "--"),
        ("不適用", "%", None, "不適用"),
        ("無統計(系統建置中)", "%", None, "無統計(系統建置中)"),
    ],
)
def test_a_figure_and_its_note(text, unit, value, note):
    reading = read(text, unit)
    assert not reading.is_error, reading
    assert (reading.value, reading.note) == (None if value is None else Decimal(value), note)


@pytest.mark.parametrize(
    "text", ["約二十", "20 至 30", "1,23", "1.2.3", "10²", "28 左右，再看", "1.23456", "（無）", "28(未完"]
)
def test_what_is_not_certainly_a_figure_is_an_error(text):
    reading = read(text)
    assert reading.is_error
    assert reading.value is None


@given(figures)
def test_a_number_cell_is_its_number_without_a_word(figure):
    assert notations.read_figure(Cell(plain(figure), CellKind.NUMBER), "%") == notations.Reading(Decimal(plain(figure)))


@given(figures, st.sampled_from(["", "%", "次數", " %"]), words)
def test_a_number_as_text_is_the_same_number_told_as_a_correction_and_keeps_its_note(figure, unit, note):
    for text in (f"{figure:,}{unit}", f"{figure}{unit}({note})", f"{figure}{unit}\n（{note}）"):
        reading = read(text, unit.strip())
        assert reading.value == figure
        assert reading.note == (note if note in text else "")
        # A number over its note is how the form writes the two.
        level = Severity.HINT if "\n" in text and not unit else Severity.CORRECTION
        assert [notice.level for notice in reading.notices] == [level]


@given(st.lists(figures, min_size=2, max_size=9))
def test_an_enumeration_gives_each_measure_its_own(values):
    text = "\n".join(f"{k}.{plain(value)}" for k, value in enumerate(values, 1))
    readings, notices = notations.read_figures(Cell(text), ["次"] * len(values))
    assert [reading.value for reading in readings] == values
    assert [notice.level for notice in notices] == [Severity.ASSUMPTION]


@given(st.lists(figures, min_size=2, max_size=9), st.integers(1, 9))
def test_another_count_of_lines_than_measures_is_an_error_and_never_a_number(values, more):
    text = "\n".join(f"{k}.{plain(value)}" for k, value in enumerate(values, 1))
    readings, notices = notations.read_figures(Cell(text), ["次"] * (len(values) + more))
    assert {reading.value for reading in readings} == {None}
    assert [notice.level for notice in notices] == [Severity.ERROR]


def test_one_measure_reads_a_decimal_and_two_lines_one_each():
    assert read("1.5").value == Decimal("1.5")
    readings, _ = notations.read_figures(Cell("20\n5"), ["張", "支"])
    assert [reading.value for reading in readings] == [20, 5]
    readings, _ = notations.read_figures(Cell("1.2\n2.無統計"), ["次", "次"])
    assert [(reading.value, reading.note) for reading in readings] == [(2, ""), (None, "無統計")]
    readings, _ = notations.read_figures(Cell("1.3\n2.2(104.10.開始)"), ["次", "次"])
    assert [(reading.value, reading.note) for reading in readings] == [(3, ""), (2, "104.10.開始")]
    readings, notices = notations.read_figures(Cell("無統計"), ["次", "次"])
    assert [reading.note for reading in readings] == ["無統計", "無統計"] and notices == ()


@given(anything, st.sampled_from(["%", "次數", "", "千元/人"]), kinds)
def test_whatever_stands_in_a_cell_is_kept_or_told(text, unit, kind):
    text = cleaned(text)
    if not text or kind is CellKind.NUMBER:
        return
    reading = notations.read_figure(Cell(text, kind), unit)
    assert reading.is_error or reading.value is not None or reading.note == text
    several, notices = notations.read_figures(Cell(text, kind), [unit, unit])
    told = any(notice.level is Severity.ERROR for notice in notices)
    assert told or all(each.value is not None or each.note in text for each in several)


@given(st.integers(0, 10**15), st.integers(1, 3))
def test_zero_is_zero_for_each_action_plan_and_an_amount_cannot_be_shared(amount, count):
    read_amount, notices = notations.read_amounts(Cell(f"{amount:,}"), count)
    if count > 1 and amount:
        assert read_amount is None and [notice.level for notice in notices] == [Severity.ERROR]
    else:
        assert read_amount == amount


def test_a_budget_that_is_blank_or_a_dash_is_not_zero():
    assert notations.read_amounts(None, 1) == (None, ())
    amount, notices = notations.read_amounts(Cell("—"), 1)
    assert amount is None and notices[0].level is Severity.HINT


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("AC1 提高員工職舍配住率", "AC1", "提高員工職舍配住率"),
        ("AC1.1縮短職舍", "AC1.1", "縮短職舍"),
        ("ＡＣ１．１ 縮短", "AC1.1", "縮短"),
        ("API.1 填報", "API.1", "填報"),
        ("甲C1 府級目標", "甲C1", "府級目標"),
        ("1-2 提高效率", "1-2", "提高效率"),
        ("AC1 建構優質、\n便捷辦公場域", "AC1", "建構優質、便捷辦公場域"),
    ],
)
def test_a_code_stands_before_its_name(text, code, name):
    assert codes.code_and_name(text) == (code, name)


def test_a_text_without_code_has_none():
    for text in ("提高員工職舍", "SOP 作業", "a/1 斜線", ""):
        assert codes.code_and_name(text) is None


def test_lines_without_a_code_of_the_same_make_continue_the_one_before():
    text = "CP1.1.1 完成本府\n24 個局處\nCP1.1.2 其他"
    assert codes.split_coded(text) == [("CP1.1.1", "完成本府24 個局處"), ("CP1.1.2", "其他")]


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("API", "AP1"),
        ("API.1", "AP1.1"),
        ("API.I.l", "AP1.1.1"),
        ("AP1.1", "AP1.1"),
        ("IC1", "IC1"),
        ("ICI", "IC1"),
        ("ZZI", "ZZI"),
        ("K1", "K1"),
    ],
)
def test_the_letter_i_is_a_digit_only_where_that_gives_a_known_code(code, right):
    assert codes.corrected(code, {"AP1", "IC1", "BP1"}) == right


def test_names_and_codes_of_the_map():
    assert codes.name_and_code("優化職舍環境 A") == ("優化職舍環境", "A")
    assert codes.name_and_code("內部\n流程 P") == ("內部流程", "P")
    assert codes.name_and_code("C 顧客") == ("顧客", "C")
    assert codes.name_and_code("顧客") == ("顧客", "")


def test_formulas_and_units_are_split_by_their_numbers():
    read_cell = formula_cell.read_formula_cell
    cell = read_cell("1. 篇數/年≥4篇\n2. 則數/年≥6則\n單位：篇數\n則數", 2)
    assert (cell.formulas, cell.units, cell.is_split) == (("篇數/年≥4篇", "則數/年≥6則"), ("篇數", "則數"), True)
    assert read_cell("執行數/預算數*100%≥90%（單位：%）", 1).units == ("%",)
    assert read_cell("1.5 倍以上\n單位：倍", 1).formulas == ("1.5 倍以上",)
    assert read_cell("沒有單位", 1).units == ()


def test_the_direction_of_a_measure():
    of = direction.direction_of
    assert of("日數≤28日", [1, 2]) == (Direction.LOWER, "")
    assert of("至少290則", [3, 2, 1]) == (Direction.HIGHER, "")
    assert of("平均日數", [Decimal("1.5"), None, Decimal("1.4")])[0] is Direction.LOWER
    assert of("率", [100, 90, 95])[0] is Direction.HIGHER
    assert of("率", [])[1]


def test_divisions_and_persons():
    assert owners.division_names("視察及\n動員組", {}) == ["視察及動員組"]
    assert owners.division_names("總務組、文書組", {}) == ["總務組", "文書組"]
    assert owners.parse_owner("王小明", {}) == ("", "王小明")
    assert owners.parse_owner("總務組、文書組", {}) == ("", "總務組、文書組")
    assert owners.parse_owner("總務\n組", {}) == ("總務組", "")


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_numbers_of_files_lose_the_tail_of_floating_point_and_nothing_else(number):
    assert float(number_text(Decimal(repr(number)))) == pytest.approx(number, rel=1e-14, abs=1e-300)
    assert number_text(Decimal("93.480000000000004")) == "93.48"

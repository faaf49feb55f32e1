"""Ratios read out of formulas: every formula of the Secretariat's plan, what agencies write, and what must hold."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.formulas import MAX_LABEL_LENGTH, Ratio, read_ratio

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "taipei-secretariat-105.json"

EXPECTED = {
    "EC1.1": ("議員服務登錄案件數", "服務案件總件數"),
    "FC1.1": ("集體陳情數+個別陳情數", "綜合諮詢數"),
    "CP1.1": ("市政大樓各機關搬遷完成數", "市政大樓各機關數"),
    "DP1.1": ("實際完成文檔法規妥適性檢討數", "本府文檔法規總數"),
    "FP1.1": ("局處現場處理集體陳情件數", "集體陳情總件數"),
    "DL1.1": ("文檔職員接受4小時(含)以上文檔課程教育訓練人數", "文檔職員總數"),
    "FL1.1": ("實際出席人數", "應出席人數"),
    "GL1.1": ("新聞聯繫人座談會實際參加人數", "新聞聯繫人座談會預定參加人數"),
    "GL2.1": ("新聞聯繫人員實務專題訓練實際參加人數", "新聞聯繫人員實務專題訓練預定參加人數"),
    "CF1.1": ("工程資本支出執行數(實際執行數+節餘款)", "資本支出可支用(可用)預算數"),
    "DF1.1": ("公文線上簽核件數", "電子公文收文總數+紙本來文線上簽核數+自創簽稿數"),
    "HF1.1": ("電子期刊數", "發行期刊數"),
}


def kpis_of_the_fixture():
    rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    measures = {r["fields"]["kpi"]: r["fields"] for r in rows if r["model"] == "scorecard.measure"}
    return [(r["fields"], measures[r["pk"]]) for r in rows if r["model"] == "scorecard.kpi"]


@pytest.mark.parametrize(("kpi", "measure"), kpis_of_the_fixture(), ids=lambda row: row.get("code", ""))
def test_each_formula_of_the_secretariats_plan_reads_as_a_person_reads_it(kpi, measure):
    parts = EXPECTED.get(kpi["code"])
    expected = Ratio(*parts, 100) if parts else None
    assert read_ratio(kpi["formula"]) == read_ratio(kpi["formula"], unit=measure["unit"]) == expected


def test_the_plan_has_39_formulas_and_12_of_them_are_ratios():
    assert len(kpis_of_the_fixture()) == 39
    assert len(EXPECTED) == 12


@pytest.mark.parametrize(
    "formula",
    [
        "完成數/總數*100%",
        "完成數／總數＊１００％",
        "完成數 ÷ 總數 × 100 %",
        "完成率＝完成數/總數*100%",
        "完成率：完成數/總數*100%",
        "(完成數/總數)*100%",
        "[完成數/總數*100%]",
        "（完成數）／（總數）×100％≧92%",
        "完成數/總數*100%≤11.2%",
        "完成數/總數*100%至少92%",
        "完成數/總數*100%達92%以上",
        "完成數\n/總數\n*100%",
        "完成數/總數x100%>90%",
        "完成數/總數≥90%",
        "完成數/總數*100",
    ],
)
def test_the_same_ratio_is_read_however_it_is_written(formula):
    assert read_ratio(formula) == Ratio("完成數", "總數", 100)
    assert read_ratio(formula, unit="％") == Ratio("完成數", "總數", 100)


def test_another_factor_than_a_hundred_is_read_where_it_is_stated():
    assert read_ratio("事故件數/人口數*10000", unit="件") == Ratio("事故件數", "人口數", 10_000)
    assert read_ratio("事故件數/人口數*1,000‰") == Ratio("事故件數", "人口數", 1000)
    assert read_ratio("事故件數/人口數", unit="‰") == Ratio("事故件數", "人口數", 1000)


def test_a_percentage_by_its_unit_alone_is_one():
    assert read_ratio("預算執行數/預算數", unit="%") == Ratio("預算執行數", "預算數", 100)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "件數",
        "篇數/年≥4篇",
        "件數/月*100%",
        "件數/12個月*100%",
        "預算執行率/年",
        "執行率/件數*100%",
        "會議/活動次數",
        "總時數/總人數≥20小時",
        "甲/乙/丙*100%",
        "甲數+乙數/丙數*100%",
        "甲數-乙數/丙數*100%",
        "甲數/20*100%",
        "(總和)/20(4構面*5項)*100%",
        "甲數*20%+乙數*40%",
        "甲數/乙數*50%",
        "甲數/乙數*7",
        "(甲數/乙數*100%",
        "甲數)/(乙數*100%",
        "甲=乙數/丙數=丁數*100%",
        "甲數/乙數*100%*100%",
        "/總數*100%",
        "完成數/*100%",
        "甲數/乙數=丙數/丁數*100%",
        "1-甲數/乙數*100%",
        "甲數/乙數*100%，乙數/丙數*100%",
    ],
)
def test_what_is_no_plain_quotient_or_in_doubt_is_none(formula):
    assert read_ratio(formula) is None


@pytest.mark.parametrize(("formula", "unit"), [("完成數/總數*100%", "件"), ("完成數/總數*1000‰", "%")])
def test_a_factor_that_contradicts_the_unit_is_a_doubt(formula, unit):
    assert read_ratio(formula, unit=unit) is None


def test_a_name_too_long_for_its_column_is_not_taken():
    assert read_ratio("數" * MAX_LABEL_LENGTH + "/總數*100%") is not None
    assert read_ratio("數" * (MAX_LABEL_LENGTH + 1) + "/總數*100%") is None


NAMES = st.text("甲乙丙丁戊己庚辛參加完成核定應到實到人件", min_size=1, max_size=12).map(lambda text: text + "數")
TAILS = st.sampled_from(["", "≥92%", "≤11.2%", "≧９２％", "至少80%", "達90%以上"])
SLASHES = st.sampled_from(["/", "／", "÷", " / ", "\n/"])
TIMES = st.sampled_from(["*100%", "×100%", "＊１００％", " x 100 %"])
WRAPS = st.sampled_from(["{}", "({})", "（{}）", "[({})]", "【{}】"])


@given(NAMES, NAMES, SLASHES, TIMES, TAILS, WRAPS, WRAPS, WRAPS)
def test_a_quotient_of_two_names_is_read_back_from_every_way_to_write_it(
    numerator, denominator, slash, times, tail, around_first, around_second, around_both
):
    quotient = around_both.format(f"{around_first.format(numerator)}{slash}{around_second.format(denominator)}")
    assert read_ratio(f"{quotient}{times}{tail}") == Ratio(numerator, denominator, 100)


@given(
    st.text() | st.text("數量率年/／÷*×+-=≥100%()[]（）【】 \n.,:：", max_size=40),
    st.sampled_from(["", "%", "‰", "件", "次"]),
)
def test_any_text_is_answered_and_names_only_what_it_says(text, unit):
    ratio = read_ratio(text, unit=unit)
    if ratio is not None:
        folded = "".join(unicodedata.normalize("NFKC", text).split())
        assert ratio.numerator_label in folded and ratio.denominator_label in folded
        assert (
            0 < len(ratio.numerator_label) <= MAX_LABEL_LENGTH and 0 < len(ratio.denominator_label) <= MAX_LABEL_LENGTH
        )
        assert ratio.factor > 0

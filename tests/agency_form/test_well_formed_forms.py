"""Well-formed forms of other shapes are read without a message above hint."""

import pytest

from tests.agency_form.misread import with_texts

OTHER_SHAPES = {
    "plain": {},
    "points": {"C4": "滿意度調查平均分數≥80分\n單位：分"},
    "a ratio": {"C4": "滿意人數/受訪人數*100%≥80%\n單位：%"},
    "other signs of arithmetic": {"C11": "預算執行數÷預算數×100%≥90%\n單位：%"},
    "a sum": {"C5": "Σ處理日數/件數≤5日\n單位：日"},
    "a sum in brackets": {"C4": "(滿意+非常滿意)人數/總人數*100%≥80%\n單位：%"},
    "a bound on its own line": {"C7": "年度稽核次數\n≥4次\n單位：次數"},
    "an age in the definition": {"C9": "65歲以上長者訓練時數≥20小時\n單位：小時"},
    "a bound in words": {"C9": "訓練時數達20小時以上\n單位：小時"},
    "brackets in the definition": {"C11": "執行數/預算數*100%\n(執行數含保留數)\n≥90%\n單位：%"},
    "a unit in brackets": {"C4": "滿意度≥80%(單位：%)"},
    "a full-width unit": {"C4": "滿意度≥80%（單位：％）"},
    "a unit by the year": {"C7": "稽核次數(每年)≥4次\n單位：次/年"},
    "a unit of money": {"C7": "節省金額≥4千元\n單位：千元"},
    "numbered notes": {"A13": "填表說明:", "A14": "(1)編號請自由編號。"},
    "dollars above the table": {"O1": "單位：新臺幣元"},
    "numbers in names": {"B4": "AC1.1 推動 24 小時服務", "B7": "AP1.1 CO2 減量"},
    "brackets in names": {"B4": "AC1.1 民眾滿意度(含電話)"},
    "a list in a plan": {"K4": "AC1.1.1 滿意度調查、座談會；含電話訪問"},
    "headings in other words": {"D2": "102年度實績值", "G2": "105年度目標", "L2": "105年度預算(元)"},
    "two objectives in a cell": {"地圖C4": "AC1 提升滿意度\nAC2 擴大服務"},
    "no figures": {"D7": "—", "E7": "無統計"},
    "no budgets": {"L5": None, "M5": None, "N5": None},
    "a column of remarks": {"P2": "備註", "P4": "每季檢討"},
    "rising costs": {"C5": "逾期件數/總件數*100%≤5%\n單位：%"},
}


@pytest.mark.parametrize("shape", OTHER_SHAPES)
def test_a_well_formed_form_gives_no_message_above_hint(shape):
    form = with_texts(**OTHER_SHAPES[shape])
    assert form.loud == {}
    assert len(form.plan.kpis) == 5 and all(len(kpi.measures) == 1 for kpi in form.plan.kpis)

"""示範資料 of the draft after the open year: invented changes of the Secretariat's strategy, of every kind there is.

Nothing here comes from the agency. Every reason begins with （示範）, and the draft's instructions say what it is.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scorecard.domain.choices import Direction
from scorecard.services.demo_data import MARK

DRAFT_YEAR, DRAFT_LAST_YEAR = 2018, 2020
INSTRUCTION = f"{MARK}本年版草案為系統示範，內容並非機關之計畫。"


@dataclass(frozen=True)
class NewObjective:
    theme: str
    perspective: str
    code: str
    name: str


@dataclass(frozen=True)
class NewKPI:
    """targets: of the draft's year and those after it. plan: its action plan's description and the year's budget."""

    objective: str
    code: str
    name: str
    division: str
    unit: str
    direction: Direction
    formula: str
    targets: tuple[str, ...]
    plan: tuple[str, int]


@dataclass(frozen=True)
class Target:
    """A new target of the draft's year. figure: "" for none, with a note. reason: "" where nobody wrote it yet."""

    kpi: str
    figure: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What the division of a KPI says when it is asked. figure: the target that it proposes; "" for a remark alone."""

    kpi: str
    text: str
    figure: str = ""


NEW_OBJECTIVE = NewObjective("F", "P", "FP2", "推動陳情案件全程管考")
NEW_KPIS = (
    NewKPI(
        "FP2",
        "FP2.1",
        "人民陳情案件逾期結案比率",
        "市民服務組",
        "%",
        Direction.LOWER,
        "逾期結案件數/結案總件數*100%",
        ("5", "4", "3"),
        ("陳情案件管考提醒作業", 350_000),
    ),
    NewKPI(
        "GP1",
        "GP1.2",
        "輿情預警通報平均時數",
        "媒體事務組",
        "時",
        Direction.LOWER,
        "自輿情出現至通報之平均時數",
        ("4", "3", "3"),
        ("輿情平台通報功能擴充", 420_000),
    ),
)
# Done, and no longer measured; their objectives go with their last KPI. GL2.1 goes on under GL1.
RETIRED_KPIS = ("CP1.1", "CP1.2", "CF1.1", "GP1.1")
RETIRED_OBJECTIVES = ("CP1", "CF1", "GL2")
# (KPI, its objective from now on, its code from now on).
MOVED_KPIS = (("GL2.1", "GL1", "GL1.2"), ("EF1.1", "EF1", "EP2.1"))
# (objective, its perspective from now on, its code from now on).
MOVED_OBJECTIVE = ("EF1", "P", "EP2")
MOVED_ACTION_PLANS = (("EF1.1.1", "EP2.1.1"), ("GL2.1.1", "GL1.2.1"))
RENAMED_OBJECTIVES = (("DP2", "推動整合式文檔系統上線"),)
RENAMED_KPIS = (("FC1.1", "民眾陳情件數占綜合諮詢總件數比率"), ("FP1.1", "局處現場處理民眾到府集體陳情件數比率"))

TARGETS = (
    Target("AC1.1", "18", "公文往返約需 15 日，14 日與現行流程不符。"),
    Target("DF1.1", "72", "106 年起分母納入自創簽稿，統計範圍擴大。"),
    Target("AF1.1", "100", "執行率以落在合理範圍為宜，不以超過 100% 為目標。"),
    Target("GL1.1", "75", "首年改採線上與實體併行，先求穩定。"),
    Target("BL1.2", "", "讀書會併入國際事務培訓課程辦理。", note="—"),
    # Waits for its reason, so that the comparison shows what an adoption waits for.
    Target("FF1.1", "80"),
    Target("BC1.1", "7"),
    Target("GC1.1", "310"),
)
# Targets of the years after the draft's own, for KPIs that keep the target of its year; others wait for theirs.
OUTLOOK = ("AP1.1", "BC1.2", "CC1.1", "DP1.1", "EP1.1", "FL1.1", "HC1.1")

WEIGHTS = (("DC1.1", 2), ("FC1.1", 2))
OBJECTIVE_WEIGHTS = (("FC1", 2),)
# (KPI, division from now on); the KPI's action plans follow.
OWNERS = (("HL1.1", "文書組"),)
LEAD_DIVISIONS = (("H", "文書組"),)
SUPPORTING = (("DF1.1", "視察及動員組"), ("AL1.1", "公管中心"))
FORMULAS = (("EP2.1", "通訊群組傳遞則數/府會聯繫訊息總則數*100%"),)
# (KPI, unit, target of the draft's year): another unit begins another series.
UNITS = (("BL1.1", "人次", "120"),)
# (KPI, tolerance): on target from now on, neither below nor above it.
BANDS = (("AF1.1", Decimal("2")),)
BUDGETS = (("GF1.1.1", 1_200_000), ("AF1.1.1", 420_000))
SETTINGS: dict[str, Any] = {"warning_threshold": Decimal("0.85")}

# (cause, effect, why).
NEW_LINKS = (("FP2", "FC1", "逾期案件減少，民眾不需重複陳情。"), ("EP2", "EC1", "訊息即時傳遞，服務案件登錄更完整。"))
REMOVED_LINKS = (("GP1", "FP1"),)
CHANGED_LINKS = (("BP1", "BC1", "實質交流與國際活動的成果，經本市媒體報導後提高能見度。"),)

CARRIED = f"{MARK}沿用前一年版，經各科室檢討後修正"

ANSWERS = (
    Answer("AC1.1", "通知書改為電子交換後，16 日可以達成。", "16"),
    Answer("FP2.1", "請確認逾期是否自收文日起算。"),
)

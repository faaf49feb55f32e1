"""示範資料 for the Secretariat's plan: invented figures, links and amounts, by the plan's own codes.

Nothing here comes from the agency. Every text of a figure begins with （示範） and every link's reason with 示範：, so
that nobody takes it for real even in a copy outside the product.
"""

from dataclasses import dataclass
from typing import Any

from scorecard.domain.choices import ReportState

CLOSED_YEAR, OPEN_YEAR = 2016, 2017
CONTACT = "示範承辦人 分機 6000"
MARK = "（示範）"


@dataclass(frozen=True)
class Sample:
    """One KPI's report.

    figures: one for each measure as typed, None for a blank, 「28/30」 for the parts of a ratio. no_figure: why there
    are none. state: the last one it reaches. comment: the reviewer's when returning it; reply: the staff's answer.
    """

    figures: tuple[str | None, ...] = ()
    no_figure: str = ""
    note: str = ""
    explanation: str = ""
    improvement: str = ""
    state: ReportState = ReportState.APPROVED
    comment: str = ""
    reply: str = ""


def figure(*figures: str | None, **words: Any) -> Sample:
    return Sample(figures, **words)


def no_figure(reason: str, **words: Any) -> Sample:
    return Sample(no_figure=reason, **words)


IN_PROGRESS, SUBMITTED, RETURNED = ReportState.IN_PROGRESS, ReportState.SUBMITTED, ReportState.RETURNED

# 105 年, all approved: met, near (AF1.1 BP1.1 BF1.1 DL1.1 FC1.1 FL1.1), missed (BC1.3 DP2.1 FF1.1 GL1.1), no number
# (EF1.1 FP1.1).
REPORTS_OF_CLOSED_YEAR = {
    "AC1.1": figure("26"),
    "BC1.1": figure("5"),
    "BC1.2": figure("7"),
    "BC1.3": figure(
        "4",
        explanation="外文刊物第四期配合改版延後付印，全年寄送 4 次，較目標少 1 次。",
        improvement="自 106 年起將編印時程提前一個月，並於每期付印後兩週內完成寄送。",
    ),
    "CC1.1": figure("73.5"),
    "DC1.1": figure("1.47"),
    "EC1.1": figure("100"),
    "FC1.1": figure("10.9"),
    "GC1.1": figure("312"),
    "HC1.1": figure("3"),
    "AP1.1": figure("126"),
    "BP1.1": figure("22"),
    "BP1.2": figure("13"),
    "CP1.1": figure("100"),
    "CP1.2": figure("100"),
    "DP1.1": figure("14/14"),
    "DP2.1": figure(
        "8",
        explanation="同仁研提 13 件，經公文專案小組審查後採行 8 件，其餘因與現行系統架構不符未獲採行。",
        improvement="研提前先請系統廠商評估可行性，並按季辦理使用單位需求訪談。",
    ),
    "EP1.1": figure("51"),
    "FP1.1": no_figure("現場處理件數自 7 月起才由系統登錄，全年數無法比對"),
    "GP1.1": figure("100"),
    "HP1.1": figure("6"),
    "AL1.1": figure("12"),
    "BL1.1": figure("3"),
    "BL1.2": figure("4"),
    "CL1.1": figure("6"),
    "DL1.1": figure("96.4", explanation="3 名新進同仁於年底到職，尚未完成課程。"),
    "EL1.1": figure("3"),
    "FL1.1": figure("182/250"),
    "GL1.1": figure(
        "66",
        explanation="兩場座談會與議會質詢期間重疊，部分機關新聞聯繫人無法出席。",
        improvement="106 年起避開議會會期排定場次，並開放以視訊參加。",
    ),
    "GL2.1": figure("53/65"),
    "HL1.1": figure("4"),
    "AF1.1": figure("98.6"),
    "BF1.1": figure("91.2"),
    "CF1.1": figure("93.8"),
    "DF1.1": figure("69.25"),
    "EF1.1": no_figure("通訊軟體未保留傳遞紀錄，年度中改用新群組後才開始統計"),
    "FF1.1": figure(
        "92",
        explanation="下半年重大政策說明資料增加，臨櫃民眾索取紙本的張數上升。",
        improvement="於服務臺設置行動條碼供民眾下載，並主動引導以電子郵件收取資料。",
    ),
    "GF1.1": figure("27", "6"),
    "HF1.1": figure("9/12"),
}

# 106 年, still open, in every state. DC1.1, DF1.1, BF1.1, FL1.1 and HL1.1 stay 待填報; CP1.1, CP1.2, GP1.1 and CF1.1
# have no target.
REPORTS_OF_OPEN_YEAR = {
    "AC1.1": figure("20"),
    "AP1.1": figure("131", explanation="颱風季有 9 次巡檢併入災後勘查，未另填巡檢表。"),
    "AL1.1": figure("15", state=SUBMITTED),
    "AF1.1": figure("97.2", note="截至 11 月底", state=IN_PROGRESS),
    "BC1.1": figure("6"),
    "BC1.2": figure("8"),
    "BC1.3": figure("6"),
    "BP1.1": figure(
        "19",
        explanation="原訂第四季的 4 個出訪行程，因對方城市改選延至次年辦理，另 1 次併入國際會議。",
        improvement="已與各城市重新確認檔期，107 年上半年先行辦理 3 次。",
        state=SUBMITTED,
    ),
    "BP1.2": figure("12", state=SUBMITTED),
    "BL1.1": figure("4", state=RETURNED, comment="請補充四場課程的辦理日期與參加人數。"),
    "BL1.2": figure("3", note="截至 11 月底", state=IN_PROGRESS),
    "CC1.1": figure("76.4"),
    "CL1.1": figure("6", state=SUBMITTED),
    "DP1.1": figure("100", state=SUBMITTED),
    "DP2.1": figure(
        "9",
        state=RETURNED,
        comment="請說明獲採行件數的認定基準，並附專案小組會議紀錄。",
        reply="會議紀錄整理中，本週五前補上。",
    ),
    "DL1.1": figure("60/65", note="第四季課程尚未結束", state=IN_PROGRESS),
    "EC1.1": figure("100"),
    "EP1.1": figure("46"),
    "EL1.1": figure(
        "3",
        explanation="第四季座談會併入府會聯繫會議辦理，未單獨召開。",
        improvement="107 年於年初排定 4 場時程，不再併案辦理。",
    ),
    "EF1.1": figure("83.5", state=SUBMITTED),
    "FC1.1": figure("9.5", state=SUBMITTED),
    "FP1.1": no_figure("登錄系統於年中移轉，兩套系統的件數尚在核對"),
    "FF1.1": figure(
        "84",
        explanation="臨櫃服務件數增加，紙本需求隨之上升。",
        improvement="增設自助查詢平板，並減少單張文宣印製。",
        state=RETURNED,
        comment="請補充各月影印張數，並說明改善措施預計完成的時間。",
    ),
    "GC1.1": figure("301"),
    "GL1.1": figure("41/50"),
    "GL2.1": figure("79"),
    "GF1.1": figure("27", None, state=IN_PROGRESS),
    "HC1.1": figure("4"),
    "HP1.1": figure("6"),
    "HF1.1": figure(
        "60",
        explanation="電子期刊平臺於年中移轉，兩期期刊暫以紙本發行。",
        improvement="平臺已於 10 月恢復，後續各期均以電子方式發行。",
    ),
}

# 105 年執行數, NT$ whole dollars, by action plan; a budget of zero was executed with zero.
EXECUTED = {
    "BP1.1.1": (2_067_300, "全年 22 次出訪均已核銷。"),
    "BP1.2.1": (4_812_450, "三個組織的年度會議均已派員參加。"),
    "CP1.2.1": (41_296_350, "工程如期竣工，節餘款已繳庫。"),
    "GP1.1.1": (1_520_000, "平台於 10 月驗收。"),
    "EL1.1.1": (43_680, ""),
    "FL1.1.1": (121_500, ""),
    "HL1.1.1": (18_900, ""),
    "AF1.1.1": (566_770, "兩件修繕於 12 月完工，餘款不再支用。"),
    "BF1.1.1": (2_188_800, "補助 18 案。"),
    "CF1.1.1": (41_296_350, "工程如期竣工，節餘款已繳庫。"),
}

# Cause, effect, why.
LINKS = (
    ("AL1", "AP1", "各職舍管理機關互通資訊，環境巡檢才能落實。"),
    ("AF1", "AP1", "修繕預算如期執行，巡檢發現的缺失才能改善。"),
    ("AP1", "AC1", "巡檢使可用房間的資訊即時更新，配住得以加快。"),
    ("BL1", "BP1", "具備國際事務能力的同仁是深化交流的基礎。"),
    ("BF1", "BP1", "民間參與擴大城市交流的量能。"),
    ("BP1", "BC1", "實質交流與國際活動提高本市的能見度。"),
    ("CF1", "CP1", "資本支出如期執行，空間調整才能完工。"),
    ("CP1", "CC1", "空間重新配置帶來便捷的辦公場域。"),
    ("CL1", "CC1", "種子人員熟悉會議室設施，使用滿意度隨之提升。"),
    ("DL1", "DP1", "文檔人員受訓後能依規範檢討作業。"),
    ("DL1", "DP2", "熟悉文檔作業的同仁能提出可行的系統新功能。"),
    ("DP1", "DC1", "規範明確可減少補正，縮短處理日數。"),
    ("DP2", "DC1", "系統整合後公文流轉更快。"),
    ("DP2", "DF1", "新功能使線上簽核更方便，紙本隨之減少。"),
    ("DF1", "DC1", "線上簽核省去紙本遞送的時間。"),
    ("EL1", "EP1", "聯絡員橫向聯繫順暢，府會狀況得以及時掌握。"),
    ("EF1", "EP1", "通訊群組即時傳遞資訊，會議能針對最新狀況討論。"),
    ("EP1", "EC1", "即時掌握府會狀況，議員服務案件登錄更完整。"),
    ("FL1", "FP1", "受過便民服務研習的同仁能在現場處理陳情。"),
    ("FP1", "FC1", "現場即時回應，可減少重複陳情。"),
    ("FF1", "FC1", "市政訊息上網公開，民眾不需為查詢而陳情。"),
    ("GL1", "GP1", "新聞聯繫人及時回報，輿情資訊才能整合。"),
    ("GL2", "GP1", "會用資訊軟體的聯絡人才能操作輿情平台。"),
    ("GP1", "GC1", "掌握輿情有助於選擇市民關心的政策加強行銷。"),
    ("GF1", "GC1", "圖片與影片使政策說明更容易理解與轉傳。"),
    ("GP1", "FP1", "輿情預警讓陳情事件提早準備回應。"),
    ("HF1", "HL1", "電子刊物讓同仁隨時學習文書規範。"),
    ("HL1", "HP1", "文書講習提升同仁的文書品質。"),
    ("HP1", "HC1", "時效檢核促使各單位縮短公文處理天數。"),
    ("HP1", "DC1", "文書檢核的結果回饋文檔業務，減少退文。"),
)

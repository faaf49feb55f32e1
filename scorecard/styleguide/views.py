"""/style/: every component in every state."""

from pathlib import PurePath

from django.shortcuts import render
from django.views.decorators.http import require_safe

from scorecard.styleguide import draft_samples, import_samples, reporting_samples, result_samples
from scorecard.styleguide.sample_plan import sample_scorecard

# (template, heading, use) of the page's parts in order. The anchor of each is its template's name.
PARTS = (
    ("styleguide/basics.html", "顏色、燈號與文字", "每一頁都用到；顏色、字級與間距都取自 tokens.css。"),
    ("styleguide/forms.html", "訊息、按鈕與表單", "告訴使用者結果、請使用者輸入；錯誤說明在哪裡、要怎麼改。"),
    ("styleguide/navigation.html", "導覽", "頁首：使用者在哪裡、可以到哪裡；年度切換與下載選單。"),
    ("styleguide/map.html", "策略地圖", "網頁、檔案與報告都畫同一張圖；游標停在卡片上亮出因果。手機改看表格。"),
    ("styleguide/comparison.html", "兩年比較", "地圖頁並列另一年度時，取代燈號統計與目標一覽。"),
    ("styleguide/charts.html", "圖表", "儀表板與 KPI 頁；報告的 PDF 也用同一張圖。"),
    ("styleguide/scores.html", "得分與計算過程", "儀表板、計分卡、目標與 KPI 頁：得分從哪裡來、比前一年如何。"),
    ("styleguide/tables.html", "表格", "KPI 一覽、行動方案、預算與平衡計分卡。"),
    ("styleguide/entry.html", "年度填報", "科室的填報表、草稿、貼上與送出前的檢查。"),
    ("styleguide/review.html", "審核", "審核人員的進度表、資料檢查與逐項審核。"),
    ("styleguide/papers.html", "報告、收執與紀錄", "產生 PDF 的進度、填報收執、關閉年度後的檔案、變更紀錄。"),
    ("styleguide/drafts.html", "草案與徵詢", "草案各頁的標示、送科室徵詢、建議目標值與意見。"),
    ("styleguide/importing.html", "匯入表單", "上傳表單後的預覽：訊息、差異與讀到的內容。"),
    ("styleguide/search.html", "搜尋與空白狀態", "搜尋結果，以及還沒有內容時的說明。"),
)

# The style sheets of the pages that the samples are from, and of this page.
SHEETS = (
    "map",
    "map-controls",
    "charts",
    "downloads",
    "scorecard-filters",
    "scorecard",
    "reporting",
    "reporting-fields",
    "unsaved-entries",
    "review",
    "review-case",
    "consultation",
    "form-import",
    "styleguide",
)


@require_safe
def style(request):
    """The sample plan is made in memory: no query."""
    scorecard = sample_scorecard()
    context = {
        "parts": [(PurePath(template).stem, heading, note, template) for template, heading, note in PARTS],
        "sheets": [f"css/pages/{name}.css" for name in SHEETS],
        "scorecard": scorecard,
        "basics": result_samples.basics(),
        "filters": result_samples.filters(scorecard),
        "navigation": result_samples.navigation(scorecard),
        "maps": result_samples.maps(scorecard),
        "charts": result_samples.charts(scorecard),
        "scores": result_samples.scores(scorecard),
        "entry": reporting_samples.entry(scorecard),
        "review": reporting_samples.review(scorecard),
        "papers": reporting_samples.papers(),
        "drafts": draft_samples.drafts(),
        "importing": import_samples.importing(),
    }
    return render(request, "styleguide/page.html", context)

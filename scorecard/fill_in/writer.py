"""Writes a division's fill-in workbook; scorecard/fill_in/layout.py describes the layout.

All cells but those to fill in are locked. There is no password: the lock prevents mistakes only.
"""

from dataclasses import replace

from scorecard.domain.scoring import plain
from scorecard.fill_in import layout as rows
from scorecard.fill_in.layout import BudgetColumn, MeasureColumn
from scorecard.spreadsheets.figure import whole_figure
from scorecard.spreadsheets.sheet import INK, CellStyle, InputRule, OutputSheet, RowHeights, needed_height
from scorecard.spreadsheets.xlsx_writer import sheets_workbook

HEADING_FILL, OPEN_FILL, CLOSED_FILL, BRAND = "E3EFF1", "FFFBE0", "F1F3F4", "0B5563"
TITLE = CellStyle("left", "center", bold=True, size=16, ink=BRAND, is_boxed=False)
TEXT = CellStyle("left", "center", is_boxed=False)
HEADING = CellStyle("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
LOCKED = CellStyle("left", "top", ink=INK, fill=CLOSED_FILL)
LOCKED_FIGURE = replace(LOCKED, horizontal="right")
OPEN_FIGURE = CellStyle("right", "top", fill=OPEN_FILL, is_open=True)
OPEN_WORD = CellStyle("center", "top", fill=OPEN_FILL, is_open=True)
OPEN_TEXT = CellStyle("left", "top", fill=OPEN_FILL, is_open=True, is_text=True)

HOW_TO_FILL = (
    "請只填淺黃色的格子；其他格子已鎖定，灰色的列是已送出或審核通過的 KPI。\n"
    "實際值請只填數字，單位不必寫；沒有統計時請在「無統計」欄選「無統計」，並在備註寫原因。空白表示尚未填報，不是 0。\n"
    "有分子、分母的衡量項，填分子與分母即可，實際值由系統計算。未達成的 KPI 請填差異說明。\n"
    "請勿新增、刪除或移動列。填好後存檔，回系統的年度填報上傳；上傳後仍可檢查與修改，再行送出。"
)
HOW_TO_FILL_BUDGETS = (
    "請只填淺黃色的格子。執行數以元為單位，請填整數；空白表示尚未填報，不是 0。\n請勿新增、刪除或移動列。"
)
MEASURE_WIDTHS = (4, 26, 34, 16, 8, 12, 12, 26, 12, 12, 13, 10, 26, 30, 30, 10)
BUDGET_WIDTHS = (4, 26, 46, 16, 16, 16, 46)
_NUMBER = "請填數字，不寫單位；沒有數值時留白。"


def fill_in_workbook(fill_in):
    """Bytes of an XLSX file. fill_in: a FillIn (fill_in/division_year.py). No query."""
    scorecard = fill_in.scorecard
    can_fill = scorecard.year.is_open
    title = f"{scorecard.agency} {fill_in.division} {scorecard.year.text}填報表"
    measures, budgets = _measures_sheet(fill_in, title, can_fill), _budgets_sheet(fill_in, title, can_fill)
    identities = [cell.value for sheet in (measures, budgets) for cell in sheet.cells if _is_identity(cell)]
    sheets = [measures, budgets, _identity_sheet(fill_in, identities)]
    return sheets_workbook(sheets, title=title, creator=scorecard.agency)


def _is_identity(cell):
    return cell.column == MeasureColumn.IDENTITY and cell.row >= rows.FIRST_ROW


def _sheet(fill_in, name, widths, frozen):
    scorecard = fill_in.scorecard
    return OutputSheet(
        name,
        widths,
        title_rows=(3, 3),
        frozen=(frozen, rows.FIRST_ROW - 1),
        is_protected=True,
        hidden_columns=frozenset({1}),
        footer=f"資料版本 {scorecard.data_version}{'　草案' if scorecard.year.is_draft else ''}",
        last_row=rows.FIRST_ROW - 1,
    )


def _head(sheet, title, words, headings):
    across = {"columns": len(sheet.widths) - 1}
    sheet.place(1, 2, title, TITLE, **across)
    sheet.place(2, 2, words, TEXT, **across)
    for column, heading in headings.items():
        sheet.place(3, column, heading, HEADING)


def _measures_sheet(fill_in, title, can_fill):
    sheet = _sheet(fill_in, rows.MEASURES_SHEET, MEASURE_WIDTHS, MeasureColumn.KPI)
    _head(sheet, title, _words(HOW_TO_FILL, fill_in), _measure_headings(fill_in))
    for kpi in fill_in.kpis:
        first, is_open = sheet.last_row + 1, can_fill and kpi.is_editable
        digest = rows.digest_of(text for measure in kpi.measures for text in _texts_of(measure))
        digest = rows.digest_of((digest, kpi.explanation, kpi.improvement))
        for measure in kpi.measures:
            sheet.last_row += 1
            identity = rows.measure_identity(measure.line.id, kpi.line.id, kpi.version, digest)
            sheet.place(sheet.last_row, MeasureColumn.IDENTITY, identity, LOCKED)
            _place_measure(sheet, measure, is_open)
        for column, value, look in (
            (MeasureColumn.KPI, f"{kpi.line.code} {kpi.line.name}", LOCKED),
            (MeasureColumn.FORMULA, kpi.line.formula, LOCKED),
            (MeasureColumn.EXPLANATION, kpi.explanation, _open(OPEN_TEXT, is_open)),
            (MeasureColumn.IMPROVEMENT, kpi.improvement, _open(OPEN_TEXT, is_open)),
            (MeasureColumn.STATE, kpi.state_text, LOCKED),
        ):
            sheet.place(first, column, value or None, look, rows=len(kpi.measures))
    sheet.checks = _measure_checks(sheet.last_row) if fill_in.kpis else ()
    _fit(sheet)
    return sheet


def _measure_headings(fill_in):
    year, before = fill_in.scorecard.year, fill_in.scorecard.baseline_years
    return {
        MeasureColumn.IDENTITY: "識別",
        MeasureColumn.KPI: "KPI",
        MeasureColumn.FORMULA: "計算公式",
        MeasureColumn.MEASURE: "衡量項",
        MeasureColumn.UNIT: "單位",
        MeasureColumn.BEFORE: f"{before[-1].roc}年\n實際值" if before else "前一年\n實際值",
        MeasureColumn.TARGET: f"{year.roc}年\n目標值",
        MeasureColumn.PARTS: "分子與分母",
        MeasureColumn.NUMERATOR: f"{year.roc}年\n分子",
        MeasureColumn.DENOMINATOR: f"{year.roc}年\n分母",
        MeasureColumn.ACTUAL: f"{year.roc}年\n實際值",
        MeasureColumn.UNMEASURED: "無統計",
        MeasureColumn.NOTE: "備註",
        MeasureColumn.EXPLANATION: "差異說明",
        MeasureColumn.IMPROVEMENT: "改善措施",
        MeasureColumn.STATE: "填報狀態",
    }


def _place_measure(sheet, measure, is_open):
    line, ratio = measure.line, measure.ratio
    parts = f"{ratio.numerator_label} ÷ {ratio.denominator_label}" if ratio else ""
    parts += f" × {ratio.factor}" if ratio and ratio.factor != 1 else ""
    is_ratio = is_open and ratio is not None
    before = measure.before.actual_text if measure.before else ""
    values = (
        (MeasureColumn.MEASURE, line.label, LOCKED),
        (MeasureColumn.UNIT, line.unit, LOCKED),
        (MeasureColumn.BEFORE, before, LOCKED_FIGURE),
        (MeasureColumn.TARGET, _beside(line.cell.target_text, line.cell.target_remark), LOCKED_FIGURE),
        (MeasureColumn.PARTS, parts, LOCKED),
        (MeasureColumn.NUMERATOR, _figure(measure.numerator), _open(OPEN_FIGURE, is_ratio)),
        (MeasureColumn.DENOMINATOR, _figure(measure.denominator), _open(OPEN_FIGURE, is_ratio)),
        (MeasureColumn.ACTUAL, _figure(line.cell.actual), _open(OPEN_FIGURE, is_open)),
        (MeasureColumn.UNMEASURED, rows.UNMEASURED if line.cell.unmeasured else "", _open(OPEN_WORD, is_open)),
        (MeasureColumn.NOTE, line.cell.actual_note, _open(OPEN_TEXT, is_open)),
    )
    for column, value, look in values:
        sheet.place(sheet.last_row, column, value or None, look)


def _texts_of(measure):
    """Texts of the open cells of a measure's row, as the reader reads them."""
    cell = measure.line.cell
    numbers = (measure.numerator, measure.denominator, cell.actual)
    yield from ("" if number is None else plain(number) for number in numbers)
    yield rows.UNMEASURED if cell.unmeasured else ""
    yield cell.actual_note


def _budgets_sheet(fill_in, title, can_fill):
    sheet = _sheet(fill_in, rows.BUDGETS_SHEET, BUDGET_WIDTHS, BudgetColumn.ACTION_PLAN)
    year = fill_in.scorecard.year
    headings = {
        BudgetColumn.IDENTITY: "識別",
        BudgetColumn.KPI: "KPI",
        BudgetColumn.ACTION_PLAN: "行動方案",
        BudgetColumn.OWNER: "主責科室\n（或同仁）",
        BudgetColumn.AMOUNT: f"{year.roc}年預算\n（元）",
        BudgetColumn.EXECUTED: f"{year.roc}年執行數\n（元）",
        BudgetColumn.PROGRESS: "執行情形",
    }
    _head(sheet, title, _words(HOW_TO_FILL_BUDGETS, fill_in), headings)
    for budget in fill_in.budgets:
        sheet.last_row += 1
        executed = "" if budget.executed is None else str(budget.executed)
        digest = rows.digest_of((executed, budget.progress))
        for column, value, look in (
            (BudgetColumn.IDENTITY, rows.budget_identity(budget.id, budget.kpi.id, digest), LOCKED),
            (BudgetColumn.KPI, f"{budget.kpi.code} {budget.kpi.name}", LOCKED),
            (BudgetColumn.ACTION_PLAN, f"{budget.line.code} {budget.line.description}", LOCKED),
            (BudgetColumn.OWNER, budget.line.owner, LOCKED),
            (BudgetColumn.AMOUNT, _figure(budget.amount), LOCKED_FIGURE),
            (BudgetColumn.EXECUTED, _figure(budget.executed), _open(OPEN_FIGURE, can_fill)),
            (BudgetColumn.PROGRESS, budget.progress, _open(OPEN_TEXT, can_fill)),
        ):
            sheet.place(sheet.last_row, column, value or None, look)
    if fill_in.budgets:
        span = (rows.FIRST_ROW, sheet.last_row)
        whole = "請填整數，以元為單位，不可小於 0；空白表示尚未填報。"
        longest = rows.MAX_TEXT_LENGTH
        sheet.checks = (
            InputRule(BudgetColumn.EXECUTED, span, "執行數", whole, least=0, is_whole=True),
            InputRule(BudgetColumn.PROGRESS, span, "執行情形", f"最多 {longest} 個字。", longest=longest),
        )
    _fit(sheet)
    return sheet


def _measure_checks(last):
    span = (rows.FIRST_ROW, last)
    texts = (
        (MeasureColumn.NOTE, "備註", rows.MAX_NOTE_LENGTH),
        (MeasureColumn.EXPLANATION, "差異說明", rows.MAX_TEXT_LENGTH),
        (MeasureColumn.IMPROVEMENT, "改善措施", rows.MAX_TEXT_LENGTH),
    )
    return (
        InputRule(MeasureColumn.NUMERATOR, span, "分子", _NUMBER),
        InputRule(MeasureColumn.DENOMINATOR, span, "分母", f"{_NUMBER}分母不可為 0。"),
        InputRule(MeasureColumn.ACTUAL, span, "實際值", f"{_NUMBER}沒有統計時請在「無統計」欄選取。"),
        InputRule(
            MeasureColumn.UNMEASURED,
            span,
            "無統計",
            "沒有統計時請選「無統計」，並在備註寫原因；否則留白。",
            choices=(rows.UNMEASURED,),
        ),
        *(InputRule(column, span, title, f"最多 {most} 個字。", longest=most) for column, title, most in texts),
    )


def _identity_sheet(fill_in, identities):
    scorecard = fill_in.scorecard
    slug, year = scorecard.plan_slug, scorecard.year.year
    values = (
        f"{rows.MARK} {rows.LAYOUT_VERSION}",
        slug,
        str(year),
        str(fill_in.division_id),
        str(scorecard.data_version),
        rows.seal_of(slug, year, fill_in.division_id, identities),
    )
    sheet = OutputSheet(rows.IDENTITY_SHEET, (12, 70), is_protected=True, is_hidden=True, last_row=len(values))
    for row, pair in enumerate(zip(rows.KEYS, values, strict=True), start=1):
        for column, text in enumerate(pair, start=1):
            sheet.place(row, column, text, LOCKED)
    return sheet


def _words(how_to, fill_in):
    year = fill_in.scorecard.year
    words = how_to if year.is_open else f"{year.text}目前不開放填報，這份檔案只供檢視。"
    return f"{words}\n※ 含示範資料。" if fill_in.scorecard.has_sample_data else words


def _open(look, is_open):
    """The style if the cell may be filled in, else its locked variant."""
    return look if is_open else replace(look, fill=CLOSED_FILL, is_open=False)


def _beside(text, remark):
    return f"{text}（{remark}）" if remark else text


def _figure(number):
    """None for an empty cell. Zero is a number."""
    return None if number is None else whole_figure(number)


def _fit(sheet):
    heights = RowHeights()
    for placed in sheet.cells:
        width = sum(sheet.widths[placed.column - 1 : placed.column - 1 + placed.columns])
        if placed.column > 1:
            heights.need(placed.row, placed.rows, needed_height(placed.value, width, placed.look.size))
    sheet.set_heights(heights.points())

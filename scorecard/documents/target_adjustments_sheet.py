"""歷年目標值調整一覽 as a worksheet, ready to print: a row for each adjusted target, the latest year first."""

from scorecard.documents.scorecard_sheet import BRAND, HEADING_FILL
from scorecard.domain.choices import Direction
from scorecard.spreadsheets.figure import whole_figure
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, PrintedPage, RowHeights, needed_height
from scorecard.spreadsheets.xlsx_writer import sheets_workbook

TITLE = "歷年目標值調整一覽"
NONE = "沒有調整過的目標值。"

HEADING = CellStyle("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
TEXT = CellStyle()
NUMBER = CellStyle("right")
CENTRED = CellStyle("center")

# (heading, width in half-width characters, the cell's value of a TargetAdjustment, its look).
COLUMNS = (
    ("年度", 9, lambda row: row.year_text, CENTRED),
    ("KPI", 10, lambda row: row.row.kpi_code, TEXT),
    ("KPI 名稱", 26, lambda row: row.row.kpi_name, TEXT),
    ("衡量項", 12, lambda row: row.row.label, TEXT),
    ("單位", 8, lambda row: row.row.unit, TEXT),
    ("方向", 10, lambda row: row.direction_text, TEXT),
    ("主責科室", 14, lambda row: row.row.division, TEXT),
    ("類別", 8, lambda row: row.kind, CENTRED),
    ("前一年版原訂", 13, lambda row: _planned(row), NUMBER),
    ("核定目標", 13, lambda row: _target(row.row, row.adopted, row.adopted_text), NUMBER),
    ("調整後", 13, lambda row: row.is_changed and _target(row.row, row.row.target, row.adjusted_text), NUMBER),
    ("實際", 13, lambda row: _actual(row), NUMBER),
    ("何人", 18, lambda row: "\n".join(who for who, _, _ in row.papers), TEXT),
    ("何時", 18, lambda row: "\n".join(when for _, when, _ in row.papers), TEXT),
    ("文號", 26, lambda row: "\n".join(number or "尚未編入修正" for _, _, number in row.papers), TEXT),
    ("理由", 30, lambda row: "\n".join(row.reasons), TEXT),
)


def adjustments_xlsx(agency, rows, *, title):
    """XLSX. agency: its name, the file's author; title: of the file and above the table."""
    return sheets_workbook([adjustments_sheet(agency, rows, title=title)], title=title, creator=agency)


def adjustments_ods(agency, rows, *, title):
    """ODS with the same sheet."""
    return sheets_ods([adjustments_sheet(agency, rows, title=title)], title=title, creator=agency)


def adjustments_sheet(agency, rows, *, title):
    """No query. The same rows always give the same sheet."""
    sheet = OutputSheet(
        TITLE,
        tuple(width for _, width, _, _ in COLUMNS),
        title_rows=(2, 2),
        frozen=(3, 2),
        page=PrintedPage.A3_LANDSCAPE,
        footer=title,
        zoom=100,
    )
    heights = RowHeights()
    look = CellStyle("center", "center", bold=True, size=16, is_boxed=False)
    sheet.place(1, 1, f"{agency}　{title}", look, columns=len(COLUMNS))
    heights.need(1, 1, needed_height(title, sum(sheet.widths), look.size))
    for column, (heading, width, _, _) in enumerate(COLUMNS, start=1):
        sheet.place(2, column, heading, HEADING)
        heights.need(2, 1, needed_height(heading, width))
    sheet.last_row = 2
    for row in rows:
        sheet.last_row += 1
        for column, (_, width, value, style) in enumerate(COLUMNS, start=1):
            made = value(row) or None
            sheet.place(sheet.last_row, column, made, style)
            heights.need(sheet.last_row, 1, needed_height(made, width))
    if not rows:
        sheet.last_row += 1
        sheet.place(sheet.last_row, 1, NONE, TEXT, columns=len(COLUMNS))
        heights.need(sheet.last_row, 1, needed_height(NONE, sum(sheet.widths)))
    sheet.set_heights(heights.points())
    return sheet


def _planned(row):
    return row.planned_text if row.planned is None else _target(row.planned, row.planned.target, row.planned_text)


def _target(row, target, text):
    """A number where there is one alone, its text where a tolerance or a note stands with it."""
    if target is None or row.direction == Direction.BAND:
        return text
    return whole_figure(target)


def _actual(row):
    if row.has_actual:
        return whole_figure(row.row.actual)
    return row.actual_text

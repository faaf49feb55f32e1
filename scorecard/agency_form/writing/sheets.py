"""The two sheets of the agency's form with its columns, bands, widths, fonts and words."""

from collections.abc import Callable
from dataclasses import dataclass

from scorecard.agency_form.writing import cells
from scorecard.agency_form.writing.rows import form_lines
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, RowHeights, needed_height

MAP_NAME, SCORECARD_NAME = "策略地圖", "平衡計分卡"
FONT, SIZE, TITLE_SIZE, BLACK = "Calibri", 11, 16, "000000"
HEADING_FILL, BAND_FILL, RULE = "DDE8F0", "F4EAD5", "999999"
MAP_WIDTHS, THEME_WIDTH, TEXTS_HEIGHT = (8, 12), 20, 90
# Objective and KPI stay visible when scrolling, and so do title and headings.
FROZEN = (2, 2)
HEADINGS_ROW = 2
SAMPLE_DATA = "※ 實際值含示範資料。"

_PLAIN = {"horizontal": None, "vertical": "center", "size": SIZE, "ink": BLACK, "font": FONT, "rule": RULE}
BODY = CellStyle(**_PLAIN)
HEADING = CellStyle(**_PLAIN, bold=True, fill=HEADING_FILL)
BAND = CellStyle(**_PLAIN, bold=True, fill=BAND_FILL)
LOOSE = CellStyle(**_PLAIN, is_boxed=False)
TITLE = CellStyle(**(_PLAIN | {"size": TITLE_SIZE}), bold=True, is_boxed=False)


def map_sheet(scorecard):
    themes, perspectives = scorecard.themes, scorecard.perspectives
    # At least three columns: mission, vision and core values are side by side.
    widths = (*MAP_WIDTHS, *(THEME_WIDTH for _ in range(max(len(themes), 1))))
    sheet = OutputSheet(MAP_NAME, widths, footer=_footer(scorecard))
    sheet.place(1, 1, f"{scorecard.agency}策略地圖", TITLE, columns=len(widths))
    _place_texts(sheet, scorecard)
    sheet.place(3, 1, "處級策略主題", HEADING, columns=2)
    last = 4 + len(perspectives)
    if perspectives:
        sheet.place(4, 1, "策略目標", HEADING, rows=len(perspectives))
    sheet.place(last, 1, "主辦單位", HEADING, columns=2)
    for column, theme in enumerate(themes, start=3):
        sheet.place(3, column, f"{theme.name} {theme.code}", HEADING)
        sheet.place(last, column, theme.lead_division or None, BODY)
    for row, perspective in enumerate(perspectives, start=4):
        sheet.place(row, 2, f"{perspective.name} {perspective.code}", BAND)
        by_theme = {}
        for line in perspective.objectives:
            by_theme.setdefault(line.theme_code, []).append(line)
        for column, theme in enumerate(themes, start=3):
            sheet.place(row, column, cells.named(*by_theme.get(theme.code, ())) or None, BODY)
    sheet.last_row = last
    _fit(sheet)
    sheet.set_heights({2: max(TEXTS_HEIGHT, sheet.heights.get(2, 0))})
    return sheet


def _place_texts(sheet, scorecard):
    texts = (
        ("使命", scorecard.mission),
        ("願景", scorecard.vision.split("\n") if scorecard.vision else ()),
        ("核心價值", scorecard.core_values),
    )
    width, extra = divmod(len(sheet.widths), len(texts))
    column = 1
    for number, (heading, lines) in enumerate(texts):
        columns = width + (number < extra)
        sheet.place(2, column, "\n".join((heading, *lines)), BODY, columns=columns)
        column += columns


@dataclass(frozen=True)
class _Column:
    """level: attribute of FormLine that content() takes. actuals_of: the year of a column of actuals."""

    heading: str
    width: float
    level: str
    content: Callable
    actuals_of: int | None = None


def scorecard_sheet(scorecard, years, *, with_actuals=False):
    """years: YearLines. with_actuals: the edition's own year has a column of actuals beside the targets."""
    columns = _columns(years, with_actuals)
    sheet = OutputSheet(
        SCORECARD_NAME,
        tuple(column.width for column in columns),
        title_rows=(1, HEADINGS_ROW),
        frozen=FROZEN,
        footer=_footer(scorecard),
        last_row=HEADINGS_ROW,
    )
    sheet.place(1, 1, f"{scorecard.agency}平衡計分卡", TITLE, columns=len(columns))
    for number, column in enumerate(columns, start=1):
        sheet.place(HEADINGS_ROW, number, column.heading, HEADING)
    budget_years = [year.year for year in years if not year.is_baseline]
    for perspective in scorecard.perspectives:
        sheet.last_row += 1
        sheet.place(sheet.last_row, 1, perspective.full_name, BAND, columns=len(columns))
        for objective in perspective.objectives:
            for line in form_lines(objective, budget_years):
                sheet.last_row += 1
                _place_line(sheet, columns, line)
    has_sample_data = any(column.actuals_of in scorecard.sample_years for column in columns)
    _place_words(sheet, scorecard.instructions, SAMPLE_DATA if has_sample_data else "")
    _fit(sheet)
    return sheet


def _columns(years, with_actuals):
    baseline = [year for year in years if year.is_baseline]
    planned = [year for year in years if not year.is_baseline]
    columns = [
        _Column("策略目標", 18, "objective", cells.named),
        _Column("KPI\n(關鍵績效指標)", 24, "kpis", lambda kpis: cells.named(*kpis)),
        _Column(
            "KPI計算公式及計量單位\n(公式例：分子/分母、數值、≥)(單位例：%、人次、家數、千元/人、公斤/萬人)",
            34,
            "kpis",
            cells.formula_cell,
        ),
    ]
    for year in baseline:
        columns.append(_actuals_column(year, 12 if year is baseline[-1] else 10))
    for year in planned:
        columns.append(_Column(f"{year.roc}年\n目標值", 10, "kpis", _targets(year)))
        if with_actuals and not year.is_outlook:
            columns.append(_actuals_column(year, 10))
    columns += [
        _Column("KPI\n主責\n科室", 12, "kpis", lambda kpis: kpis[0].division),
        _Column(
            "行動方案\n(達成策略目標之重要工作項目、計畫)\n若有多個行動方案，請自行增加一列",
            36,
            "action_plans",
            lambda plans: cells.described(*plans),
        ),
    ]
    for year in planned:
        columns.append(_Column(f"行動方案對應{year.roc}年預算\n(元)", 14, "action_plans", _budgets(year)))
    columns.append(_Column("行動方案主責科室\n(或同仁)", 12, "action_plans", lambda plans: plans[0].owner))
    return columns


def _actuals_column(year, width):
    return _Column(f"{year.roc}年\n實際值", width, "kpis", _actuals(year), actuals_of=year.year)


def _actuals(year):
    return _figures(year, lambda cell: (cell.actual, cell.actual_note))


def _targets(year):
    return _figures(year, lambda cell: (cell.target, cell.target_note))


def _figures(year, pair_of):
    def content(kpis):
        pairs = [pair_of(measure.cells[year.year]) for kpi in kpis for measure in kpi.measures]
        return cells.figure_cell(pairs, is_enumerated=len(kpis) > 1) if pairs else None

    return content


def _budgets(year):
    def content(plans):
        budgets = (plan.budgets.get(year.year) for plan in plans)
        return cells.money_cell(None if budget is None else budget.amount for budget in budgets)

    return content


def _place_line(sheet, columns, line):
    rows = {"objective": line.objective_rows, "kpis": line.kpi_rows, "action_plans": 1}
    for number, column in enumerate(columns, start=1):
        item = getattr(line, column.level)
        if item is not None:
            content = column.content(item) if item else None
            sheet.place(sheet.last_row, number, content or None, BODY, rows=rows[column.level])


def _place_words(sheet, instructions, remark):
    """remark: directly below the table. instructions: after an empty row."""
    if remark:
        sheet.last_row += 1
        sheet.place(sheet.last_row, 1, remark, LOOSE, columns=len(sheet.widths))
    if not instructions:
        return
    sheet.last_row += 1
    for line in ("填表說明：", *(f"{number}. {line}" for number, line in enumerate(instructions, start=1))):
        sheet.last_row += 1
        sheet.place(sheet.last_row, 1, line, LOOSE, columns=len(sheet.widths))


def _footer(scorecard):
    mark = f"　{scorecard.outside_mark}" if scorecard.outside_mark else ""
    return f"資料版本 {scorecard.data_version}{mark}"


def _fit(sheet):
    """Make every row tall enough for its texts."""
    heights = RowHeights()
    for placed in sheet.cells:
        first = placed.column - 1
        width = sheet.widths[first] if placed.columns == 1 else sum(sheet.widths[first : first + placed.columns])
        heights.need(placed.row, placed.rows, needed_height(placed.value, width, placed.look.size))
    sheet.set_heights(heights.points())

"""Finds the columns of the sheet 平衡計分卡 by the words of their headings, whatever their order."""

import re
from dataclasses import dataclass, field

from scorecard.agency_form.reading.figure_headings import (
    HALF,
    NoFigureHeading,
    figure_heading,
    folded,
)
from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.roc_years import YearError, parse_year, year_text
from scorecard.spreadsheets.grid import UNREADABLE, Place

NAMES = {
    "objective": "策略目標",
    "kpi": "KPI",
    "formula": "KPI 計算公式及計量單位",
    "division": "KPI 主責科室",
    "plans": "行動方案",
    "owner": "行動方案主責科室（或同仁）",
    "supporting": "協辦科室",
}
MAX_HEADING_LENGTH, MAX_YEARS_BEFORE = 150, 20
# What the column of action plans asks for names figures without being one: 「(達成策略目標之重要工作項目、計畫)」.
_PLANS = re.compile(r"行動方案(?!.{0,6}(?:[0-9]{2,4}年|預算|經費))")
REQUIRED = ("objective", "kpi", "formula", "division")


@dataclass
class Columns:
    """one: {name of NAMES: column}. actuals, targets, budgets: {Gregorian year: column}."""

    row: int
    one: dict = field(default_factory=dict)
    actuals: dict = field(default_factory=dict)
    targets: dict = field(default_factory=dict)
    budgets: dict = field(default_factory=dict)

    def all(self):
        """{name or (kind, year): column}."""
        years = {"actual": self.actuals, "target": self.targets, "budget": self.budgets}
        return self.one | {(kind, year): column for kind, found in years.items() for year, column in found.items()}

    def last(self):
        """0 without columns."""
        return max(self.all().values(), default=0)


def heading_of(text):
    """A name of NAMES, a FigureHeading, a NoFigureHeading; None for any other text."""
    if len(text) > MAX_HEADING_LENGTH:
        return None
    flat = folded(text)
    if "計算公式" in flat:
        return "formula"
    if not _PLANS.match(flat):
        figures = figure_heading(text)
        if figures is not None:
            return figures
    if flat in ("策略目標", "策略目標(編號)", "策略目標名稱"):
        return "objective"
    if flat.startswith("協辦"):
        return "supporting"
    if flat.startswith("行動方案"):
        return "owner" if "主責" in flat or "主辦" in flat else "plans"
    if ("主責" in flat or "主辦" in flat) and len(flat) <= 20:
        return "division"
    if flat.startswith(("KPI", "關鍵績效指標")) and len(flat) <= 30:
        return "kpi"
    return None


def find_heading_row(sheet):
    """The first heading row; None if the sheet is no scorecard."""
    return next((row for row in sheet.rows if is_heading_row(sheet, row)), None)


def is_heading_row(sheet, row):
    """A heading row has KPI and at least two other headings."""
    found = {heading_of(sheet.text(row, column)) for column in sheet.rows.get(row, ())} - {None}
    return "kpi" in found and len(found) >= 3


def read_columns(sheet, row, messages):
    """Adds messages about unknown and repeated headings."""
    columns = Columns(row)
    for column in sheet.rows[row]:
        text, place = sheet.text(row, column), sheet.place(row, column)
        heading = heading_of(text)
        if heading is None and sheet.cell(row, column).kind in UNREADABLE:
            messages.error(place, f"標題「{text}」不是文字，{HALF}", found=text)
        elif isinstance(heading, NoFigureHeading):
            tell = messages.error if heading.is_error else messages.hint
            tell(place, f"標題「{without_spaces(text)[:30]}」{heading.text}", found=text)
        elif heading is None:
            messages.hint(place, f"「{without_spaces(text)[:30]}」不是表單的欄，這一欄的內容沒有讀入。", found=text)
        elif isinstance(heading, str):
            _take(columns.one, heading, column, place, text, messages)
        else:
            _take_year(columns, heading, column, place, text, messages)
    return columns


def check_columns(sheet, columns, messages):
    """Adds messages about missing columns, missing years and wrong units."""
    place = sheet.place(columns.row, sheet.rows[columns.row][0])
    for name in REQUIRED:
        if name not in columns.one:
            messages.error(place, f"標題列沒有「{NAMES[name]}」欄；請依表單的標題補上。")
    if not columns.targets:
        messages.error(place, "標題列沒有「○○年目標值」欄；請依表單的標題補上，例如「105年目標值」。")
    if columns.budgets and "plans" not in columns.one:
        messages.error(place, "標題列有預算，卻沒有「行動方案」欄；請依表單的標題補上。")
    if "plans" in columns.one and not columns.budgets:
        messages.hint(place, "標題列沒有「行動方案對應○○年預算」欄，行動方案沒有預算。")
    years = sorted(columns.targets)
    missing = [year for year in range(years[0], years[-1] + 1) if year not in columns.targets] if years else []
    if missing:
        messages.hint(place, f"目標值的年度不連續，缺 {'、'.join(map(year_text, missing))}；這些年度沒有目標值。")
    for year, column in columns.budgets.items():
        if years and not years[0] <= year <= years[-1]:
            messages.error(
                sheet.place(columns.row, column), f"{year_text(year)}不在目標值的年度之內，不能有預算；請確認年度。"
            )
    _check_actuals(sheet, columns, messages)


def _check_actuals(sheet, columns, messages):
    """Actuals belong to the years before the edition, but for its own year, whose actuals are told and not taken in.

    Where more years have a target and an actual, or one that has no budget while later years do, the form shows past
    years' targets, and nobody can tell where the plan begins.
    """
    both = sorted(columns.targets.keys() & columns.actuals.keys())
    first = min(columns.targets, default=0)
    past = len(both) > 1 or both and columns.budgets and min(columns.budgets) > both[0]
    for year in both:
        place = sheet.place(columns.row, columns.targets[year])
        if past and year < max(both[-1], min(columns.budgets, default=0)) or past and not columns.budgets:
            messages.error(
                place,
                f"{year_text(year)}同時有目標值與實際值，看不出計畫從哪一年開始；過去的年度請只留實際值，刪除目標值欄。",
                found=sheet.text(columns.row, columns.targets[year]),
            )
    for year, column in columns.actuals.items():
        if first and year < first - MAX_YEARS_BEFORE:
            text = f"{year_text(year)}離計畫的第一年（{year_text(first)}）太遠；請確認年度沒有打錯。"
            messages.error(sheet.place(columns.row, column), text, found=sheet.text(columns.row, column))
        if first and year >= first:
            place = sheet.place(columns.row, column)
            text = f"計畫從 {year_text(first)}開始；{year_text(year)}的實際值由填報人員填報與送審，這一欄沒有讀入。"
            messages.notation(place, text, found=sheet.text(columns.row, column))


def told_columns(sheet, columns):
    """Columns whose headings are told as not read, with what stands below them."""
    return {column for column in sheet.rows[columns.row] if column not in columns.all().values()}


def check_repeated(sheet, row, columns, messages):
    """Adds an error if a repeated heading row has other columns than the first."""
    again = _Silent()
    repeated = read_columns(sheet, row, again)
    if repeated.all() != columns.all():
        place = sheet.place(row, sheet.rows[row][0])
        messages.error(place, f"這個標題列與第 {columns.row} 列的標題不同；請讓同一張表的欄位一致。")


class _Silent:
    """Drops messages: the first heading row caused them already."""

    def error(self, place: Place, text, *, found="", read=""):
        pass

    hint = notation = error


def _take(found, what, column, place, text, messages):
    if what in found:
        name = NAMES.get(what) or text
        messages.error(place, f"「{without_spaces(name)}」欄出現兩次；請保留一欄。", found=text)
    else:
        found[what] = column


def _take_year(columns, heading, column, place, text, messages):
    try:
        year = parse_year(heading.year)
    except YearError as error:
        messages.error(place, str(error), found=text)
        return
    if heading.until:
        what = "實際值" if heading.kind == "actual" else "目標值"
        messages.notation(
            place,
            f"「{without_spaces(text)}」讀為 {year_text(year)}{what}（{heading.until}）。",
            found=text,
            read=str(year),
        )
    found = {"actual": columns.actuals, "target": columns.targets, "budget": columns.budgets}[heading.kind]
    _take(found, year, column, place, text, messages)

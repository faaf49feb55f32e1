"""The columns of the scorecard: the content of each cell, defined once for the page and every file.

Columns are in the order of the agency's form. Between targets and 主責科室 there are three columns of results of the
edition's own year; the form does not have them. A file has every column by itself; the page and the PDF draw the
columns of one Stack below each other, as readers know them from the form. A note beside a number is below it on the
page, and in 備註 at the end of the row in a file: the cell then has the number alone and can be calculated with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.db.models import TextChoices

from scorecard.documents.table_cells import WITHHELD, Light, TableFigure, Words
from scorecard.domain.scoring import BLANK, grouped
from scorecard.domain.written_words import gives_reason
from scorecard.read_models.budgets import add_up
from scorecard.spreadsheets.figure import decimals_of


class ColumnGroup(TextChoices):
    """Columns shown or hidden together. 策略目標, KPI and 備註 are in no group."""

    FORMULA = "formula", "公式及單位"
    BASELINE = "baseline", "基準年度實際值"
    TARGETS = "targets", "目標值"
    RESULTS = "results", "實際值、達成率、燈號"
    STATE = "state", "填報狀態"
    DIVISION = "division", "主責科室"
    ACTIONS = "actions", "行動方案"
    BUDGETS = "budgets", "預算"
    EXECUTED = "executed", "執行數"
    OWNER = "owner", "行動方案主責"


# Columns that the agency's own form does not have are shown on request.
EXTRA_GROUPS = frozenset({ColumnGroup.STATE, ColumnGroup.EXECUTED})
DEFAULT_GROUPS = frozenset(ColumnGroup) - EXTRA_GROUPS
_FIGURES = frozenset({ColumnGroup.BASELINE, ColumnGroup.TARGETS, ColumnGroup.RESULTS})


class MergeLevel(Enum):
    """The line of a TableRow that a column is about; its cells are merged over the line's rows."""

    OBJECTIVE = "objective"
    KPI = "kpi"
    MEASURE = "measure"
    ACTION_PLAN = "action_plan"


class ColumnKind(Enum):
    """What a column is about; it decides the width on the page and the link."""

    OBJECTIVE = "objective"
    KPI = "kpi"
    FORMULA = "formula"
    FIGURE = "figure"
    STATE = "state"
    DIVISION = "division"
    ACTION = "action"
    MONEY = "money"
    OWNER = "owner"
    REMARKS = "remarks"


@dataclass(frozen=True)
class Column:
    """content takes a line of the level and returns Words, TableFigure, Light or None.

    group None: always shown. width is in half-width characters. is_centred: text is centred, as words between figures
    are; figures are always to the right. total is the column's sum, None where it has none. stack: columns with the
    same Gregorian year share a cell on the page; None: a cell of its own.
    """

    heading: str
    content: Callable
    level: MergeLevel
    kind: ColumnKind
    width: float
    group: ColumnGroup | None = None
    is_centred: bool = False
    total: TableFigure | None = None
    stack: int | None = None

    @property
    def is_result(self):
        """Whether it shows what was reported."""
        return self.group == ColumnGroup.RESULTS


def read_groups(values):
    """(groups, notices) of a URL's columns= values, single or with commas; no value at all: the form's own columns.

    An unknown name is left out, with a notice. An empty value alone leaves only the columns that are always shown.
    """
    if not values:
        return DEFAULT_GROUPS, ()
    asked = [name for value in values for name in value.split(",") if name]
    unknown = [name for name in asked if name not in ColumnGroup.values]
    notices = (f"沒有這個欄位：「{unknown[0][:20]}」，已略過。",) if unknown else ()
    return frozenset(map(ColumnGroup, set(asked) - set(unknown))), notices


def columns(scorecard, kpis, groups=DEFAULT_GROUPS):
    """In the form's order. Totals are over the given KPIs, those that are shown."""
    made = [*_leading(), *_figure_columns(scorecard), *_kpi_columns(scorecard), *_plan_columns(scorecard, kpis)]
    if groups & _FIGURES:
        made.append(Column("備註", _remarks(scorecard, groups), MergeLevel.MEASURE, ColumnKind.REMARKS, 18))
    return tuple(column for column in made if column.group is None or column.group in groups)


def _leading():
    yield Column("策略目標", _named, MergeLevel.OBJECTIVE, ColumnKind.OBJECTIVE, 15)
    yield Column("KPI\n（關鍵績效指標）", _named, MergeLevel.KPI, ColumnKind.KPI, 21)
    yield Column("KPI 計算公式及計量單位", _formula, MergeLevel.KPI, ColumnKind.FORMULA, 28, ColumnGroup.FORMULA)


def _figure_columns(scorecard):
    for year in scorecard.baseline_years:
        yield _figures(f"{year.roc}年\n實際值", _actual(year), 9.5, ColumnGroup.BASELINE)
    for year in scorecard.target_years:
        yield _figures(f"{year.roc}年\n目標值", _target(year), 8.5, ColumnGroup.TARGETS, stack=year.year)
    own = scorecard.year
    awaited = {measure.id for kpi in scorecard.kpis if kpi.awaits_review for measure in kpi.measures}
    yield _result(f"{own.roc}年\n實際值", _actual(own), 9.5, own)
    yield _result(f"{own.roc}年\n達成率", _rate(own), 8, own)
    yield _result(f"{own.roc}年\n燈號", _light(own, awaited), 9.5, own)


def _kpi_columns(scorecard):
    heading = f"{scorecard.year.roc}年\n填報狀態"
    yield Column(heading, _state, MergeLevel.KPI, ColumnKind.STATE, 9.5, ColumnGroup.STATE, is_centred=True)
    yield Column(
        "KPI\n主責\n科室", _division, MergeLevel.KPI, ColumnKind.DIVISION, 12, ColumnGroup.DIVISION, is_centred=True
    )


def _plan_columns(scorecard, kpis):
    heading = "行動方案\n（達成策略目標之重要工作項目、計畫）"
    yield Column(heading, _action_plan, MergeLevel.ACTION_PLAN, ColumnKind.ACTION, 32, ColumnGroup.ACTIONS)
    for year in scorecard.target_years:
        heading = f"行動方案對應\n{year.roc}年預算\n（元）"
        total = _money(add_up(_budgets_of(kpis, year)).amount)
        yield _amounts(heading, _budget(year), ColumnGroup.BUDGETS, total)
    own = scorecard.year
    money = add_up(_budgets_of(kpis, own))
    total = _money(money.executed, money.mark)
    yield _amounts(f"{own.roc}年\n執行數\n（元）", _executed(own), ColumnGroup.EXECUTED, total)
    if _has_unapproved(scorecard, own):
        heading = f"{own.roc}年\n執行數\n備註"
        group = ColumnGroup.EXECUTED
        yield Column(heading, _executed_remark(own), MergeLevel.ACTION_PLAN, ColumnKind.REMARKS, 10, group)
    heading = "行動方案\n主責科室\n（或同仁）"
    yield Column(heading, _owner, MergeLevel.ACTION_PLAN, ColumnKind.OWNER, 12, ColumnGroup.OWNER, is_centred=True)


def _figures(heading, content, width, group, **options):
    return Column(heading, content, MergeLevel.MEASURE, ColumnKind.FIGURE, width, group, is_centred=True, **options)


def _result(heading, content, width, year):
    return _figures(heading, content, width, ColumnGroup.RESULTS, stack=year.year)


def _amounts(heading, content, group, total):
    return Column(heading, content, MergeLevel.ACTION_PLAN, ColumnKind.MONEY, 12.5, group, total=total)


def _budgets_of(kpis, year):
    return [plan.budgets.get(year.year) for kpi in kpis for plan in kpi.action_plans]


def _has_unapproved(scorecard, year):
    """Of the whole scorecard: a filter hides rows and never a column."""
    return bool(add_up(_budgets_of(scorecard.kpis, year)).mark)


def _named(line):
    return Words(line.name, code=line.code)


def _action_plan(plan):
    return Words(plan.description, code=plan.code)


def _owner(plan):
    return Words(plan.owner)


def _division(kpi):
    return Words(kpi.division)


def _state(kpi):
    return Words(kpi.report_state.label if kpi.report_state else BLANK)


def _formula(kpi):
    return Words(kpi.formula, below=f"單位：{kpi.unit_text}")


def _actual(year):
    def content(measure):
        cell = measure.cells[year.year]
        if cell.is_withheld:
            return Words(BLANK, note=WITHHELD, is_blank=True)
        if cell.actual is None:
            return Words(cell.actual_text, is_blank=not gives_reason(cell.actual_note))
        return _figure(cell.actual, measure, cell.actual_remark)

    return content


def _target(year):
    def content(measure):
        cell = measure.cells[year.year]
        if cell.target is None:
            return Words(cell.target_text, is_blank=not gives_reason(cell.target_note))
        return _figure(cell.target, measure, cell.target_remark)

    return content


def _figure(number, measure, note):
    """With its unit where the KPI has several measures: 公式及單位 then names several units."""
    unit = measure.unit if measure.label else ""
    return TableFigure(number, f"{grouped(number)} {unit}".rstrip(), decimals_of(number), unit=unit, note=note)


def _rate(year):
    """Rounded and capped as on every page; Words where the text is no number (「—」, 「>999%」)."""

    def content(measure):
        cell = measure.cells[year.year]
        text = cell.rate_text
        digits = text.removesuffix("%")
        if digits == text or digits.startswith(">"):
            return Words(text, is_blank=cell.outcome.rate is None)
        return TableFigure(Decimal(digits) / 100, text, len(digits.partition(".")[2]), is_percentage=True)

    return content


def _light(year, waiting):
    """waiting: ids of measures whose submitted figure is not shown yet; their light says so."""

    def content(measure):
        cell = measure.cells[year.year]
        word = "待審核" if cell.is_withheld and measure.id in waiting else ""
        return Light(cell.status, "尚未審核" if cell.is_provisional else "", word)

    return content


def _budget(year):
    def content(plan):
        budget = plan.budgets.get(year.year)
        return None if budget is None else _money(budget.amount)

    return content


def _executed(year):
    def content(plan):
        budget = plan.budgets.get(year.year)
        if budget is None:
            return None
        if budget.is_withheld:
            return Words(BLANK, note=WITHHELD, is_blank=True)
        return _money(budget.executed, "尚未審核" if budget.is_provisional else "")

    return content


def _executed_remark(year):
    """The note of the amount executed: a file has it in a column of its own."""
    executed = _executed(year)

    def content(plan):
        shown = executed(plan)
        return Words(shown.note) if shown and shown.note else None

    return content


def _money(amount, note=""):
    return None if amount is None else TableFigure(amount, grouped(amount), note=note)


def _remarks(scorecard, groups):
    """Which of several measures a row is, and the notes of the figures shown."""
    own = scorecard.year.year
    shown = []
    for year in scorecard.years:
        if not year.is_baseline and ColumnGroup.TARGETS in groups:
            shown.append(_target_remark(year))
        has_actuals = year.is_baseline and ColumnGroup.BASELINE in groups
        has_results = year.year == own and ColumnGroup.RESULTS in groups
        if has_actuals or has_results:
            shown.append(_actual_remark(year))

    def content(measure):
        remarks = [f"{measure.label}（{measure.unit}）"] if measure.label else []
        remarks += filter(None, (remark(measure) for remark in shown))
        return Words("\n".join(remarks)) if remarks else None

    return content


def _target_remark(year):
    def remark(measure):
        note = measure.cells[year.year].target_remark
        return f"{year.text}目標：{note}" if note else ""

    return remark


def _actual_remark(year):
    def remark(measure):
        cell = measure.cells[year.year]
        if cell.is_withheld:
            return f"{year.text}{WITHHELD}"
        return f"{year.text}實際：{cell.actual_remark}" if cell.actual_remark else ""

    return remark

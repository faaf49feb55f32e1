"""What the scorecard's workbook says, cell by cell, without a word of openpyxl: exports/workbook.py draws it.

Columns stand in the order of the agency's form. Between its targets and its 主責科室 come, for the scorecard's year and
every other plan year with results, three columns the form has no place for; 備註 at the end takes what would stand
beside a number, so that every number has a cell of its own and can be calculated with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from scorecard.choices import Status
from scorecard.reports.budgets import add_up
from scorecard.roc import year_text
from scorecard.scoring import plain

SHAPES = {
    Status.MET: "●",
    Status.NEAR: "▲",
    Status.MISSED: "■",
    Status.UNMEASURED: "◇",
    Status.PENDING: "○",
    Status.NO_TARGET: "–",
}


class Level(Enum):
    """Which line of a FormRow a column tells of; its cells are merged over the rows that the line reaches over."""

    OBJECTIVE = "objective"
    KPI = "kpi"
    MEASURE = "measure"
    ACTION_PLAN = "action_plan"


@dataclass(frozen=True)
class Figure:
    """A number in its own cell. unit is printed after it, "" for none; a percentage is a share, 0.95 for 95 %.

    decimals is how many are shown: those that the number has.
    """

    value: Decimal | int
    decimals: int = 0
    unit: str = ""
    is_percentage: bool = False


@dataclass(frozen=True)
class Light:
    """A status as shape and word; the writer adds the colour. remark is a second line, "" for none."""

    status: Status
    remark: str = ""

    @property
    def text(self):
        """「● 達成」."""
        mark = f"{SHAPES[self.status]} {self.status.label}"
        return f"{mark}\n{self.remark}" if self.remark else mark


@dataclass(frozen=True)
class Column:
    """heading and what stands below it: content takes a line of the level and returns str, Figure, Light or None.

    width is in half-width characters. is_centred: text stands in the middle, as words between figures do; figures are
    always to the right. total is the column's sum beneath the table, None where it has none.
    """

    heading: str
    content: Callable
    level: Level
    width: float
    is_centred: bool = False
    total: Figure | None = None


def title(scorecard):
    """「臺北市政府秘書處平衡計分卡」, as the form has it."""
    return f"{scorecard.agency}平衡計分卡"


def subtitle(scorecard):
    """Plan, year and its state, score, and every mark that a reader must see before the figures."""
    year = scorecard.year
    parts = [scorecard.plan_title, f"{year.text}（{'基準年度' if year.is_baseline else year.state.label}）"]
    if not year.is_baseline:
        parts.append(f"得分 {scorecard.score_text}（{scorecard.tally_text}）")
    if scorecard.is_draft:
        parts.append("【草稿】")
    if scorecard.has_sample_data:
        parts.append("【示範資料】")
    if unapproved := scorecard.unapproved_figures_count:
        shown = "已列入並註明「未核定」" if scorecard.include_provisional else "未列入"
        parts.append(f"【{unapproved} 項 KPI 的數值未核定，{shown}】")
    return "　".join(parts)


def legend(scorecard):
    """What the lights mean."""
    met, near, missed, unmeasured, pending, no_target = (Light(status).text for status in Status)
    threshold = scorecard.threshold_text
    return (
        f"燈號：{met}（達成率 100% 以上）　{near}（{threshold} 以上，未達 100%）　{missed}（未達 {threshold}）　"
        f"{unmeasured}（已填報，無統計數值）　{pending}　{no_target}"
    )


def columns(scorecard):
    """The columns of the form, with the results of the plan years that have any."""
    return (
        Column("策略目標", _named, Level.OBJECTIVE, 15),
        Column("KPI\n（關鍵績效指標）", _named, Level.KPI, 21),
        Column("KPI 計算公式及計量單位", _formula, Level.KPI, 28),
        *(_figures(f"{year.roc}年\n實際值", _actual(year), 9.5) for year in scorecard.baseline_years),
        *(_figures(f"{year.roc}年\n目標值", _target(year), 8.5) for year in scorecard.plan_years),
        *(column for year in _years_with_results(scorecard) for column in _results(year)),
        Column("KPI\n主責\n科室", lambda kpi: kpi.division, Level.KPI, 12, is_centred=True),
        Column("行動方案\n（達成策略目標之重要工作項目、計畫）", _action_plan, Level.ACTION_PLAN, 32),
        *(_budgets(scorecard, year) for year in scorecard.plan_years),
        Column("行動方案\n主責科室\n（或同仁）", lambda plan: plan.owner, Level.ACTION_PLAN, 12, is_centred=True),
        Column("備註", _remarks, Level.MEASURE, 18),
    )


def band(perspective):
    """The row that names a perspective, as the form has it: 「顧客構面」."""
    return f"{perspective.name.removesuffix('構面')}構面"


def _years_with_results(scorecard):
    reported = {
        cell.year
        for kpi in scorecard.kpis
        for measure in kpi.measures
        for cell in measure.cells.values()
        if cell.actual is not None or cell.unmeasured
    }
    return [year for year in scorecard.plan_years if year.year in reported or year.year == scorecard.year.year]


def _figures(heading, content, width):
    return Column(heading, content, Level.MEASURE, width, is_centred=True)


def _results(year):
    yield _figures(f"{year.roc}年\n實際值", _actual(year), 9.5)
    yield _figures(f"{year.roc}年\n達成率", lambda measure: _rate(measure.cells[year.year]), 8)
    yield _figures(f"{year.roc}年\n燈號", lambda measure: _light(measure.cells[year.year]), 9.5)


def _budgets(scorecard, year):
    """With its sum; none where nothing is budgeted in the year."""
    money = add_up(plan.budgets.get(year.year) for kpi in scorecard.kpis for plan in kpi.action_plans)
    total = None if money.amount is None else Figure(money.amount)
    heading = f"行動方案對應\n{year.roc}年預算\n（元）"
    return Column(heading, _budget(year), Level.ACTION_PLAN, 12.5, total=total)


def _named(line):
    return f"{line.code} {line.name}"


def _action_plan(plan):
    return f"{plan.code} {plan.description}"


def _formula(kpi):
    return "\n".join(part for part in (kpi.formula, f"單位：{kpi.unit_text}") if part)


def _actual(year):
    def content(measure):
        cell = measure.cells[year.year]
        return cell.actual_text if cell.actual is None else _figure(cell.actual, measure)

    return content


def _target(year):
    def content(measure):
        cell = measure.cells[year.year]
        return cell.target_text if cell.target is None else _figure(cell.target, measure)

    return content


def _figure(number, measure):
    """With its unit where the KPI has several measures: 公式及單位 then names several."""
    decimals = len(plain(number).partition(".")[2])
    return Figure(number, decimals, unit=measure.unit if measure.label else "")


def _rate(cell):
    """As every page rounds and caps it; text where it is no number (「—」, 「>999%」)."""
    shown = cell.rate_text.removesuffix("%")
    if shown == cell.rate_text or shown.startswith(">"):
        return cell.rate_text
    return Figure(Decimal(shown) / 100, len(shown.partition(".")[2]), is_percentage=True)


def _light(cell):
    return Light(cell.status, "未核定" if cell.is_provisional else "")


def _budget(year):
    def content(plan):
        budget = plan.budgets.get(year.year)
        return None if budget is None else Figure(budget.amount)

    return content


def _remarks(measure):
    """Which measure of several this row is, and what stands beside its numbers."""
    remarks = [f"{measure.label}（{measure.unit}）"] if measure.label else []
    for cell in measure.cells.values():
        year = year_text(cell.year)
        if cell.target_remark:
            remarks.append(f"{year}目標：{cell.target_remark}")
        if cell.actual_remark:
            remarks.append(f"{year}實際：{cell.actual_remark}")
        if cell.is_withheld:
            remarks.append(f"{year}填報值未核定，未列入")
    return "\n".join(remarks) or None

"""The small form that tests/data/cases/ and its variants change, and what is read of one."""

import io
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl

from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.domain.choices import Direction
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.reader import read_sheets
from tests.agency_form.form_workbooks import CARD, MAP, ods_of, saved

CASES = Path(__file__).parents[1] / "data" / "cases"
PLAIN = "27_comment_in_a_cell.xlsx"
ACTUALS, TARGETS = (2013, 2014, 2015), (2016, 2017, 2018)
# Actuals of 102–104, targets of 105–107, unit.
BASE = {
    "AC1.1": ("78 79 80", "81 82 83", "%"),
    "BC1.1": ("6 5.5 5.2", "5 4.8 4.5", "日"),
    "AP1.1": ("2 3 4", "4 5 6", "次"),
    "AL1.1": ("18 19 20", "20 21 22", "小時"),
    "BF1.1": ("91 92 93", "93 94 95", "%"),
}
BUDGETS = {
    "AC1.1.1": (100_000, 110_000, 120_000),
    "BC1.1.1": (0, 0, 0),
    "AP1.1.1": (50_000, 50_000, 50_000),
    "AL1.1.1": (20_000, 20_000, 20_000),
    "BF1.1.1": (0, 0, 0),
}


class Read:
    """A form that was read, in short words."""

    def __init__(self, content):
        self.form = read_form_sheets(read_sheets(io.BytesIO(content)))
        self.plan = self.form.plan
        self.errors = self._by_cell(lambda level: level is Severity.ERROR)
        self.told = self._by_cell(lambda level: True)
        self.loud = self._by_cell(lambda level: level is not Severity.HINT)

    def _by_cell(self, wanted):
        """{cell of 平衡計分卡, or 「地圖C4」, or 「」 for the whole file: sentences}."""
        found = {}
        for each in self.form.messages:
            if wanted(each.level):
                cell = f"地圖{each.cell}" if each.sheet == MAP else each.cell
                found[cell] = found.get(cell, "") + each.text
        return found

    def kpi(self, code):
        return next(each for each in self.plan.kpis if each.code == code)

    def figures(self, code):
        """(「78 79 80」, 「81 82 83」, unit); — for no value."""
        (measure,) = self.kpi(code).measures
        return (
            _words(measure.actuals[year].value for year in ACTUALS if year in measure.actuals),
            _words(measure.targets[year].value for year in TARGETS if year in measure.targets),
            measure.unit,
        )

    def all_figures(self):
        return {kpi.code: self.figures(kpi.code) for kpi in self.plan.kpis}

    def budgets(self):
        plans = [plan for kpi in self.plan.kpis for plan in kpi.action_plans]
        return {plan.code: tuple(plan.budgets[year].amount for year in sorted(plan.budgets)) for plan in plans}

    def is_lower(self, code):
        return self.kpi(code).measures[0].direction is Direction.LOWER

    def is_base(self):
        assert not self.errors, self.errors
        assert (self.all_figures(), self.budgets()) == (BASE, BUDGETS)
        assert (self.plan.first_year, self.plan.last_year) == (2016, 2018)
        assert self.plan.agency == "示範市政府測試局"
        return True


def _words(values):
    return " ".join("—" if value is None else f"{Decimal(value).normalize():f}" for value in values)


def read_case(name):
    """The form of tests/data/cases/ that begins with the number."""
    (path,) = CASES.glob(f"{name}_*")
    return Read(path.read_bytes())


@cache
def _plain():
    return (CASES / PLAIN).read_bytes()


def changed(edit, *, as_ods=False):
    """The small form after edit(map's sheet, scorecard's sheet)."""
    book = openpyxl.load_workbook(io.BytesIO(_plain()), rich_text=True)
    book[CARD]["G5"].comment = None
    edit(book[MAP], book[CARD])
    content = saved(book)
    return Read(ods_of(content) if as_ods else content)


def with_texts(**values):
    """The small form with other contents in some cells; 「地圖C4」 is a cell of 策略地圖."""

    def edit(strategy_map, card):
        for cell, value in values.items():
            sheet = strategy_map if cell.startswith("地圖") else card
            sheet[cell.removeprefix("地圖")].value = value

    return changed(edit)

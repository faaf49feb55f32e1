"""The sample plan of /style/: a Scorecard of figures in this file, without the database.

It has three themes, two perspectives and seven objectives. Each light, each report state and each change from 105 to
106 年 occurs at least once. scoring.py assesses the figures, as everywhere.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import NAMESPACE_OID, uuid5

from django.utils import timezone

from scorecard.domain.choices import Direction, PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.assemble_scorecard import assemble_scorecard, kpi_line
from scorecard.read_models.cell_assessor import CellAssessor
from scorecard.read_models.earlier_budgets import EarlierBudgets, EndedActionPlan
from scorecard.read_models.measure_lines import MeasureLine, OwnYear, YearLine
from scorecard.read_models.scorecard import KPIFacts, LinkLine, ObjectiveFacts, PerspectiveFacts, PlanFacts, ThemeFacts

SLUG, YEAR, YEAR_BEFORE = "sample", 2017, 2016
THRESHOLD, DISPLAY_CAP, WEIGHT = Decimal("0.9"), 0, Decimal(1)
YEARS = (2015, 2016, 2017, 2018)
DIVISIONS = {1: "行政園區科", 2: "文書組", 3: "總務組"}
DAYS_LEFT = 12

THEMES = (("A", "市政大樓", "行政園區科"), ("B", "公文與檔案", "文書組"), ("C", "會議服務", ""))
PERSPECTIVES = (("C", "顧客"), ("P", "內部流程"))
LINKS = (
    ("BP1", "BC1", "線上簽核縮短公文流程"),
    ("AP1", "AC1", "巡檢完成後設施少故障"),
    ("BP2", "AC2", "檔案數位化騰出空間"),
)


@dataclass(frozen=True)
class _Figures:
    """A measure's year as entered. Figures are texts, None for no figure."""

    target: str | None = None
    actual: str | None = None
    note: str = ""
    unmeasured: bool = False
    parts: tuple[str, str] | None = None
    target_note: str = ""


@dataclass(frozen=True)
class _Measure:
    unit: str
    direction: Direction
    years: dict[int, _Figures]
    label: str = ""
    tolerance: str | None = None
    labels: tuple[str, str] = ("", "")
    factor: int = 1


@dataclass(frozen=True)
class SampleKPI:
    """A KPI without results. budgets: (code, description, {year: (amount, executed, progress)}) of action plans."""

    code: str
    name: str
    formula: str
    division: int
    state: ReportState
    measures: tuple[_Measure, ...]
    budgets: tuple = ()
    weight: str = "1"

    @property
    def objective(self):
        """Code of the KPI's objective."""
        return self.code.split(".")[0]


def _f(target=None, actual=None, **more):
    return _Figures(target, actual, **more)


HOUSES = _Measure(
    "%",
    Direction.HIGHER,
    labels=("已配住戶數", "職舍總戶數"),
    factor=100,
    years={2015: _f(None, "88"), 2016: _f("90", "85"), 2017: _f("92", "92", parts=("46", "50")), 2018: _f("93")},
)
REPAIRS = _Measure(
    "日", Direction.LOWER, years={2015: _f(None, "9"), 2016: _f("8", "9"), 2017: _f("8", "6.5"), 2018: _f("7.5")}
)
WARMTH = _Measure(
    "°C",
    Direction.BAND,
    tolerance="1",
    years={2015: _f(None, "26.5"), 2016: _f("26", "26"), 2017: _f("26", "27.8", note="空調更新期間"), 2018: _f("26")},
)
BORROWERS = _Measure(
    "分",
    Direction.HIGHER,
    label="借用單位",
    years={2015: _f(None, "84"), 2016: _f("85", "88"), 2017: _f("85", "87.5"), 2018: _f("86")},
)
PUBLIC = _Measure(
    "分",
    Direction.HIGHER,
    label="一般民眾",
    years={2015: _f(), 2016: _f("80", unmeasured=True, note="未辦理調查"), 2017: _f("80", "81"), 2018: _f("80")},
)
OVERDUE = _Measure(
    "%",
    Direction.LOWER,
    years={
        2015: _f(None, "1.8"),
        2016: _f("1.6", unmeasured=True, note="系統改版，無法統計"),
        2017: _f("1.5", "2.4"),
        2018: _f("1.4"),
    },
)
ROUNDS = _Measure(
    "%",
    Direction.HIGHER,
    years={
        2015: _f(None, "95"),
        2016: _f("100", "98"),
        2018: _f("100"),
        2017: _f("100", unmeasured=True, note="巡檢系統更新中，無法統計"),
    },
)
SIGNED = _Measure(
    "%",
    Direction.HIGHER,
    labels=("線上簽核件數", "公文總件數"),
    factor=100,
    years={2015: _f(), 2016: _f("70", unmeasured=True, note="尚未啟用"), 2017: _f("75"), 2018: _f("80")},
)
PAGES = _Measure(
    "頁",
    Direction.HIGHER,
    years={2015: _f(None, "90000"), 2016: _f("100000", "125000"), 2017: _f("120000", "125000"), 2018: _f("130000")},
)
ROOMS = _Measure(
    "%",
    Direction.HIGHER,
    years={2015: _f(None, "52"), 2016: _f("60", "48"), 2017: _f(target_note="會議室整修，不訂目標"), 2018: _f("65")},
)

OBJECTIVES = (
    ("AC1", "提供安心的市政大樓與職務宿舍"),
    ("AC2", "提升洽公環境品質"),
    ("BC1", "公文如期辦結"),
    ("AP1", "落實設備巡檢"),
    ("BP1", "推動線上簽核"),
    ("BP2", "加速檔案數位化"),
    ("CP1", "活化會議空間"),
)
KPIS = (
    SampleKPI(
        "AC1.1",
        "職務宿舍配住率",
        "（已配住戶數／職舍總戶數）× 100%",
        1,
        ReportState.APPROVED,
        (HOUSES,),
        budgets=(("AC1.1.1", "職務宿舍修繕工程", {2016: (1_545_480, 1_500_000, ""), 2017: (1_600_000, None, "")}),),
    ),
    SampleKPI("AC1.2", "設施修繕完成天數", "各案完成天數之平均", 1, ReportState.APPROVED, (REPAIRS,), weight="2"),
    SampleKPI("AC2.1", "夏季室內溫度", "六至九月量測之平均", 1, ReportState.SUBMITTED, (WARMTH,)),
    SampleKPI("AC2.2", "場地服務滿意度", "問卷得分之平均", 3, ReportState.APPROVED, (BORROWERS, PUBLIC)),
    SampleKPI(
        "BC1.1",
        "公文逾期比率",
        "（逾期件數／總件數）× 100%",
        2,
        ReportState.RETURNED,
        (OVERDUE,),
        budgets=(
            (
                "BC1.1.1",
                "公文時效稽催",
                {2016: (500_000, 480_000, ""), 2017: (520_000, 260_000, "已辦理講習 2 場"), 2018: (520_000, None, "")},
            ),
        ),
    ),
    SampleKPI("AP1.1", "設備巡檢完成率", "（完成次數／應巡檢次數）× 100%", 1, ReportState.IN_PROGRESS, (ROUNDS,)),
    SampleKPI("BP1.1", "線上簽核比率", "（線上簽核件數／公文總件數）× 100%", 2, ReportState.PENDING, (SIGNED,)),
    SampleKPI("BP2.1", "檔案數位化頁數", "年度掃描完成頁數", 2, ReportState.SUBMITTED, (PAGES,)),
    SampleKPI("CP1.1", "會議室使用率", "（使用時數／開放時數）× 100%", 3, ReportState.APPROVED, (ROOMS,)),
)

# Ten times the year before: this raises a plausibility question.
DOUBTFUL = SampleKPI(
    "BP2.1",
    "檔案數位化頁數",
    "年度掃描完成頁數",
    2,
    ReportState.IN_PROGRESS,
    (replace(PAGES, years=PAGES.years | {YEAR: _f("120000", "1250000")}),),
)


def sample_scorecard(year=YEAR, *, include_provisional=True):
    """The edition of a year: YEAR_BEFORE or YEAR. The Scorecard has links and action plans. No query."""
    return _Builder(year, include_provisional).build()


def sample_kpi(kpi):
    """The KPI line of a SampleKPI in YEAR, with provisional figures."""
    builder = _Builder(YEAR, True)
    return kpi_line(builder.kpi(kpi), THRESHOLD)


def with_due_date(scorecard, days):
    """The scorecard with another due date. days: from today."""
    return replace(scorecard, year=replace(scorecard.year, due_date=timezone.localdate() + timedelta(days)))


def numbered(line, code, number):
    """The KPI line with another code and other ids, to show variants of one KPI on a page."""
    measures = tuple(replace(each, id=number * 10 + place) for place, each in enumerate(line.measures))
    plans = tuple(_numbered_plan(each, code, number, place) for place, each in enumerate(line.action_plans, start=1))
    return replace(line, id=number, code=code, measures=measures, action_plans=plans)


def _numbered_plan(plan, code, number, place):
    budgets = {year: replace(each, id=number * 100 + year) for year, each in plan.budgets.items()}
    return replace(plan, id=number * 10 + place, code=f"{code}.{place}", budgets=budgets)


class _Builder:
    def __init__(self, year, include_provisional):
        self.ids, self.include_provisional = count(1), include_provisional
        self.assessor = CellAssessor(THRESHOLD, DISPLAY_CAP, include_provisional)
        state = PlanState.OPEN if year == YEAR else PlanState.CLOSED
        due_date = timezone.localdate() + timedelta(DAYS_LEFT) if year == YEAR else None
        self.year = OwnYear(year, state=state, due_date=due_date, contact="管考窗口 分機 1234")
        self.years = tuple(
            self.year if each == year else YearLine(each, is_baseline=each < year, is_outlook=each > year)
            for each in YEARS
        )

    def build(self):
        kpis = [self.kpi(each) for each in KPIS]
        objectives = [
            ObjectiveFacts(next(self.ids), code, name, code[0], code[1], WEIGHT, _lineage(code))
            for code, name in OBJECTIVES
        ]
        perspectives = [
            PerspectiveFacts(next(self.ids), code, name, WEIGHT, _lineage(code)) for code, name in PERSPECTIVES
        ]
        themes = [ThemeFacts(next(self.ids), *each, _lineage(each[0])) for each in THEMES]
        return assemble_scorecard(
            self._facts(),
            perspectives=perspectives,
            themes=themes,
            objectives=objectives,
            kpis=kpis,
            divisions=DIVISIONS.items(),
        )

    def _facts(self):
        return PlanFacts(
            agency="示範機關",
            agency_slug=SLUG,
            plan_slug=SLUG,
            plan_title=f"{year_text(self.year.year)}版",
            plan_subtitle=f"目標訂至 {year_text(YEARS[-1])}",
            last_year=YEARS[-1],
            mission=("提供市民便捷的市政服務",),
            vision="友善、效率的市政中心",
            core_values=("專業", "便民"),
            instructions=(),
            warning_threshold=THRESHOLD,
            display_cap=DISPLAY_CAP,
            data_version=1,
            year=self.year,
            years=self.years,
            include_provisional=self.include_provisional,
            sample_years=frozenset(),
            links=tuple(LinkLine(*each) for each in LINKS),
            earlier_budgets=self._earlier_budgets(),
        )

    def _earlier_budgets(self):
        """Of the year before: one action plan that goes on, and one that ended."""
        year = self.year.year - 1
        before = {year: BudgetLine(year, 1_400_000, 1_380_000)}
        ended = ActionPlanLine(1, "AC1.1.2", "職務宿舍清查", DIVISIONS[1], before, _lineage("AC1.1.2"))
        return EarlierBudgets((year,), {_lineage("AC1.1.1"): before}, (EndedActionPlan(_lineage("AC1.1"), ended),))

    def kpi(self, sample):
        measures = tuple(self._measure(each, sample) for each in sample.measures)
        return KPIFacts(
            next(self.ids),
            sample.code,
            sample.name,
            sample.formula,
            sample.objective,
            sample.division,
            DIVISIONS[sample.division],
            Decimal(sample.weight),
            measures,
            self._state_of_year(sample, self.year.year),
            _lineage(sample.code),
            tuple(self._plan(sample, *each) for each in sample.budgets),
        )

    @staticmethod
    def _state_of_year(sample, year):
        return sample.state if year == YEAR else ReportState.APPROVED if year < YEAR else ReportState.PENDING

    def _plan(self, sample, code, description, budgets):
        made = {}
        for year, amounts in budgets.items():
            row = (year, *amounts, next(self.ids))
            counts = self._state_of_year(sample, year) == ReportState.APPROVED
            if year >= self.year.year:
                made[year] = self.assessor.budget(row, counts=counts)
        return ActionPlanLine(next(self.ids), code, description, DIVISIONS[sample.division], made, _lineage(code))

    def _measure(self, sample, kpi):
        cells = {line.year: self._cell(sample, kpi, line) for line in self.years}
        return MeasureLine(
            lineage=_lineage(f"{kpi.code} {sample.label}"),
            label=sample.label,
            unit=sample.unit,
            direction=sample.direction,
            tolerance=None if sample.tolerance is None else Decimal(sample.tolerance),
            cells=cells,
            id=next(self.ids),
            weight=WEIGHT,
            cell=cells[self.year.year],
            numerator_label=sample.labels[0],
            denominator_label=sample.labels[1],
            factor=sample.factor,
        )

    def _cell(self, sample, kpi, line):
        year = line.year
        figures = _Figures(sample.years[year].target, None) if line.is_outlook else sample.years[year]
        row = (
            _number(figures.target),
            figures.target_note,
            _number(figures.actual),
            figures.note,
            figures.unmeasured,
            *map(_number, figures.parts or (None, None)),
        )
        return self.assessor.cell(
            year,
            row,
            counts=self._state_of_year(kpi, year) == ReportState.APPROVED,
            direction=sample.direction,
            tolerance=_number(sample.tolerance),
            factor=sample.factor,
        )


def _lineage(name):
    """The same in both editions."""
    return uuid5(NAMESPACE_OID, name)


def _number(text):
    return None if text is None else Decimal(text)

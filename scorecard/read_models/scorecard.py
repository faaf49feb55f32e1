"""The scorecard of a plan in a year: one frozen object that page, map, workbook, PDF and JSON only draw.

Built by read_models/build_scorecard.py with a fixed number of queries. Every figure is judged here once, by scoring.py.
Years are Gregorian; *_text properties are ready to print.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from scorecard.domain.choices import Direction, ReportState, Status, YearState
from scorecard.domain.explanation import calculation
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import BLANK, Outcome, Score, grouped, percent_text, score_text
from scorecard.read_models.action_plan_lines import ActionPlanLine


@dataclass(frozen=True)
class YearLine:
    """A plan year as it stands. due_date None: never opened."""

    year: int
    state: YearState
    is_baseline: bool
    due_date: date | None = None
    contact: str = ""

    @property
    def text(self):
        """「105 年」."""
        return year_text(self.year)

    @property
    def roc(self):
        """The ROC year as it stands in URLs: 105."""
        return to_roc(self.year)

    @property
    def is_open(self):
        """Whether staff may report."""
        return self.state == YearState.OPEN

    @property
    def is_closed(self):
        """Whether the year's figures are final."""
        return self.state == YearState.CLOSED


@dataclass(frozen=True)
class Cell:
    """One measure in one year: figures in the measure's unit, None where there is none.

    is_provisional: an actual is shown that is not approved yet. is_withheld: there is one, and it is not shown.
    """

    year: int
    target_note: str
    actual_note: str
    unmeasured: bool
    is_provisional: bool
    is_withheld: bool
    outcome: Outcome
    display_cap: int

    @property
    def target(self):
        """Target value, None where there is none."""
        return self.outcome.target

    @property
    def actual(self):
        """Actual value, None where there is none or it is withheld."""
        return self.outcome.actual

    @property
    def parts(self):
        """The numerator and denominator of an actual that is a ratio, None where it was reported alone."""
        return self.outcome.parts

    @property
    def status(self):
        """The light of this measure in this year."""
        return self.outcome.status

    @property
    def target_text(self):
        """The target alone, or its note where there is no number, or a dash."""
        return grouped(self.target) if self.target is not None else self.target_note or BLANK

    @property
    def actual_text(self):
        """The actual alone, or its note where there is no number, or a dash."""
        return grouped(self.actual) if self.actual is not None else self.actual_note or BLANK

    @property
    def target_remark(self):
        """The target's note where it stands beside a number, else empty."""
        return self.target_note if self.target is not None else ""

    @property
    def actual_remark(self):
        """The actual's note where it stands beside a number, else empty."""
        return self.actual_note if self.actual is not None else ""

    @property
    def rate_text(self):
        """Achievement rate with the plan's display cap, a dash where there is none."""
        return percent_text(self.outcome.rate, cap=self.display_cap)


@dataclass(frozen=True)
class MeasureLine:
    """A measure with its cell of every year of the plan; cell is the one of the scorecard's year."""

    id: int
    label: str
    unit: str
    direction: Direction
    tolerance: Decimal | None
    weight: Decimal
    cells: dict[int, Cell]
    cell: Cell
    numerator_label: str = ""
    denominator_label: str = ""
    factor: int = 1

    @property
    def is_ratio(self):
        """Whether the actual is a quotient of two counts."""
        return bool(self.numerator_label)

    @property
    def calculation(self):
        """The rate of the scorecard's year with the numbers put into the formula, those of a ratio itself first."""
        return calculation(self.cell.outcome, self.unit, (self.numerator_label, self.denominator_label))

    @property
    def direction_text(self):
        """「越高越好」, 「越低越好」 or 「目標 ± 2」."""
        if self.direction == Direction.BAND:
            return f"目標 ± {grouped(self.tolerance)}"
        return self.direction.label


@dataclass(frozen=True)
class Scored:
    """What every line with a score shows."""

    score: Score

    @property
    def status(self):
        """The light."""
        return self.score.status

    @property
    def score_text(self):
        """The score on 0–100, a dash where nothing below has a rate."""
        return score_text(self.score.value)

    @property
    def is_missed(self):
        """Whether the light is red, so that an explanation is due."""
        return self.score.status == Status.MISSED

    @property
    def tally_text(self):
        """What the score stands on: 「達成 5 / 已評 6 / 應評 8」."""
        tally = self.score.tally
        return f"達成 {tally.met} / 已評 {tally.assessed} / 應評 {tally.due}"

    @property
    def met_text(self):
        """達成／已評 alone, as a card has room for: 「5／6」."""
        return f"{self.score.tally.met}／{self.score.tally.assessed}"


@dataclass(frozen=True)
class KPILine(Scored):
    """A KPI in the scorecard's year. report_state is None where no report is due (baseline or no target)."""

    id: int
    code: str
    name: str
    formula: str
    objective_code: str
    division_id: int
    division: str
    weight: Decimal
    measures: tuple[MeasureLine, ...]
    report_state: ReportState | None
    action_plans: tuple[ActionPlanLine, ...] = ()

    @property
    def awaits_review(self):
        """Whether a submitted figure waits for approval and is not shown."""
        return self.report_state == ReportState.SUBMITTED and any(m.cell.is_withheld for m in self.measures)

    @property
    def is_provisional(self):
        """Whether a figure shown is not approved yet."""
        return any(measure.cell.is_provisional for measure in self.measures)

    @property
    def rate_text(self):
        """The single measure's rate (capped for display only), or the score of several as a percentage."""
        if len(self.measures) == 1:
            return self.measures[0].cell.rate_text
        return percent_text(self.score.value)

    @property
    def unit_text(self):
        """The units as the form writes them: 「張、支」."""
        return "、".join(dict.fromkeys(measure.unit for measure in self.measures))


@dataclass(frozen=True)
class ObjectiveLine(Scored):
    """A 策略目標 with its KPIs."""

    id: int
    code: str
    name: str
    theme_code: str
    perspective_code: str
    weight: Decimal
    kpis: tuple[KPILine, ...]


@dataclass(frozen=True)
class ThemeLine(Scored):
    """A 策略主題 with its lead division ("" where none is named)."""

    id: int
    code: str
    name: str
    lead_division: str
    objectives: tuple[ObjectiveLine, ...]

    @property
    def full_name(self):
        """Letter and name: 「A 市政大樓」."""
        return f"{self.code} {self.name}"

    @property
    def kpis(self):
        """All KPIs of the theme by objective."""
        return tuple(kpi for objective in self.objectives for kpi in objective.kpis)


@dataclass(frozen=True)
class PerspectiveLine(Scored):
    """A 構面 with its objectives."""

    id: int
    code: str
    name: str
    weight: Decimal
    objectives: tuple[ObjectiveLine, ...]

    @property
    def full_name(self):
        """「顧客構面」, whether or not the agency wrote the word itself."""
        return f"{self.name.removesuffix('構面')}構面"

    @property
    def kpis(self):
        """All KPIs of the perspective in the scorecard's order."""
        return tuple(kpi for objective in self.objectives for kpi in objective.kpis)


@dataclass(frozen=True)
class DivisionLine(Scored):
    """A division with the KPIs it owns."""

    id: int
    name: str
    kpis: tuple[KPILine, ...]


@dataclass(frozen=True)
class LinkLine:
    """A cause–effect link by objective codes."""

    cause: str
    effect: str
    reason: str


@dataclass(frozen=True)
class Scorecard(Scored):
    """A plan in a year. include_provisional: figures not approved yet are shown and counted, and marked so.

    has_sample_data: a demo account entered figures in some year, since the cells of every year are shown.
    """

    agency: str
    plan_slug: str
    plan_title: str
    first_year: int
    last_year: int
    mission: tuple[str, ...]
    vision: str
    core_values: tuple[str, ...]
    instructions: tuple[str, ...]
    warning_threshold: Decimal
    display_cap: int
    data_version: int
    year: YearLine
    years: tuple[YearLine, ...]
    include_provisional: bool
    has_sample_data: bool
    perspectives: tuple[PerspectiveLine, ...]
    themes: tuple[ThemeLine, ...]
    objectives: tuple[ObjectiveLine, ...]
    divisions: tuple[DivisionLine, ...]
    links: tuple[LinkLine, ...] = field(default=())

    @cached_property
    def kpis(self):
        """All KPIs by perspective, theme and position."""
        return tuple(kpi for perspective in self.perspectives for kpi in perspective.kpis)

    @cached_property
    def kpis_by_code(self):
        """KPI lines by code."""
        return {kpi.code: kpi for kpi in self.kpis}

    @cached_property
    def objectives_by_code(self):
        """Objective lines by code."""
        return {objective.code: objective for objective in self.objectives}

    @property
    def baseline_years(self):
        """The years before the plan, with actuals only."""
        return tuple(year for year in self.years if year.is_baseline)

    @property
    def plan_years(self):
        """The years of the plan, with targets."""
        return tuple(year for year in self.years if not year.is_baseline)

    @cached_property
    def due_kpis(self):
        """The KPIs for which a report is due in the year."""
        return tuple(kpi for kpi in self.kpis if kpi.report_state is not None)

    @property
    def approved_count(self):
        """How many of the due reports are approved."""
        return sum(kpi.report_state == ReportState.APPROVED for kpi in self.due_kpis)

    @property
    def unapproved_figures_count(self):
        """How many KPIs have a figure of the year that is not approved, shown or withheld."""
        return sum(any(m.cell.is_withheld or m.cell.is_provisional for m in kpi.measures) for kpi in self.kpis)

    def count_lights(self, lines):
        """How many of the lines have each light, as ((Status, count), …) in the order of the statuses."""
        found = [line.status for line in lines]
        return tuple((status, found.count(status)) for status in Status)

    @cached_property
    def objective_lights(self):
        """Lights of all objectives."""
        return self.count_lights(self.objectives)

    @cached_property
    def kpi_lights(self):
        """Lights of all KPIs."""
        return self.count_lights(self.kpis)

    @property
    def threshold_text(self):
        """The warning threshold as a percentage: 「90%」."""
        return percent_text(Fraction(self.warning_threshold))

    @property
    def is_draft(self):
        """Whether a printed report bears 草稿: until the year is closed (domain.md §5)."""
        return not self.year.is_closed

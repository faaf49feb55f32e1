"""The scorecard of a plan in a year: one frozen object that page, map, workbook, PDF and JSON only draw.

A line is facts, a score and the lines below it. Whoever knows the facts of a plan gives them to assemble_scorecard.py,
which alone makes lines. Years are Gregorian; *_text properties are ready to print.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from scorecard.domain.choices import ReportState, Status
from scorecard.domain.scoring import Score, percent_text, score_text
from scorecard.read_models.action_plan_lines import ActionPlanLine
from scorecard.read_models.measure_lines import MeasureLine, YearLine


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
    def result_text(self):
        """Score and tally as a heading has them beside the light: 「得分 95.2　達成 5 / 已評 6 / 應評 8」."""
        return f"得分 {self.score_text}　{self.tally_text}"

    @property
    def met_text(self):
        """達成／已評 alone, as a card has room for: 「5／6」."""
        return f"{self.score.tally.met}／{self.score.tally.assessed}"


@dataclass(frozen=True)
class KPIFacts:
    """A KPI in the scorecard's year. report_state is that of the year's report where one is due."""

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


@dataclass(frozen=True)
class KPILine(KPIFacts, Scored):
    """A KPI with its score. report_state is None where no report is due (baseline or no target)."""

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
class ObjectiveFacts:
    """A 策略目標."""

    id: int
    code: str
    name: str
    theme_code: str
    perspective_code: str
    weight: Decimal


@dataclass(frozen=True)
class ObjectiveLine(ObjectiveFacts, Scored):
    """A 策略目標 with its KPIs."""

    kpis: tuple[KPILine, ...]


@dataclass(frozen=True)
class ThemeFacts:
    """A 策略主題 with its lead division ("" where none is named)."""

    id: int
    code: str
    name: str
    lead_division: str


@dataclass(frozen=True)
class ThemeLine(ThemeFacts, Scored):
    """A 策略主題 with its objectives."""

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
class PerspectiveFacts:
    """A 構面."""

    id: int
    code: str
    name: str
    weight: Decimal


@dataclass(frozen=True)
class PerspectiveLine(PerspectiveFacts, Scored):
    """A 構面 with its objectives."""

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
class PlanFacts:
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
    links: tuple[LinkLine, ...]


@dataclass(frozen=True)
class Scorecard(PlanFacts, Scored):
    """A plan in a year with all that it consists of; made by assemble_scorecard()."""

    perspectives: tuple[PerspectiveLine, ...]
    themes: tuple[ThemeLine, ...]
    objectives: tuple[ObjectiveLine, ...]
    divisions: tuple[DivisionLine, ...]

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

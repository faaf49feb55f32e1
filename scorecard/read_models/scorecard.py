"""The scorecard of an edition: one frozen object that page, map, workbook, PDF and JSON only draw.

A line has facts, a score and the lines below it. assemble_scorecard.py alone makes lines; callers give it the facts
of an edition. lineage is the same for what is the same in every edition of the agency. Years are Gregorian; *_text
properties are ready to print.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from uuid import UUID

from scorecard.domain.choices import ReportState, Status
from scorecard.domain.scoring import Score, percent_text, score_text
from scorecard.read_models.action_plan_lines import ActionPlanLine
from scorecard.read_models.earlier_budgets import NO_EARLIER_BUDGETS, EarlierBudgets
from scorecard.read_models.measure_lines import FormerMeasure, MeasureLine, OwnYear, YearLine


@dataclass(frozen=True)
class Scored:
    """What every line with a score shows."""

    score: Score

    @property
    def status(self) -> Status:
        return self.score.status

    @property
    def score_text(self) -> str:
        """0 to 100; a dash where nothing below has a rate."""
        return score_text(self.score.value)

    @property
    def is_missed(self) -> bool:
        """Whether the light is red: an explanation is due."""
        return self.score.status == Status.MISSED

    @property
    def tally_text(self) -> str:
        """「達成 5 / 已評 6 / 應評 8」."""
        tally = self.score.tally
        return f"達成 {tally.met} / 已評 {tally.assessed} / 應評 {tally.due}"

    @property
    def result_text(self) -> str:
        """「得分 95.2　達成 5 / 已評 6 / 應評 8」."""
        return f"得分 {self.score_text}　{self.tally_text}"

    @property
    def met_text(self) -> str:
        """達成／已評, short enough for a card: 「5／6」."""
        return f"{self.score.tally.met}／{self.score.tally.assessed}"


@dataclass(frozen=True)
class KPIFacts:
    """A KPI in the scorecard's year. report_state: of its report where one is due.

    former_measures: what it measured before in another unit, as far as the scorecard's years show it.
    """

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
    lineage: UUID
    action_plans: tuple[ActionPlanLine, ...] = ()
    former_measures: tuple[FormerMeasure, ...] = ()


@dataclass(frozen=True)
class KPILine(KPIFacts, Scored):
    """report_state is None where no report is due: no target."""

    @property
    def awaits_review(self) -> bool:
        """Whether a submitted figure waits for approval and is not shown."""
        return self.report_state == ReportState.SUBMITTED and any(m.cell.is_withheld for m in self.measures)

    @property
    def is_provisional(self) -> bool:
        """Whether a figure shown is not approved yet."""
        return any(measure.cell.is_provisional for measure in self.measures)

    @property
    def rate_text(self) -> str:
        """Of a single measure its rate, capped for display only; of several the score as a percentage."""
        if len(self.measures) == 1:
            return self.measures[0].cell.rate_text
        return percent_text(self.score.value)

    @property
    def unit_text(self) -> str:
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
    lineage: UUID


@dataclass(frozen=True)
class ObjectiveLine(ObjectiveFacts, Scored):
    """A 策略目標 with its KPIs."""

    kpis: tuple[KPILine, ...]


@dataclass(frozen=True)
class ThemeFacts:
    """A 策略主題. lead_division "": none."""

    id: int
    code: str
    name: str
    lead_division: str
    lineage: UUID


@dataclass(frozen=True)
class ThemeLine(ThemeFacts, Scored):
    """A 策略主題 with its objectives."""

    objectives: tuple[ObjectiveLine, ...]

    @property
    def full_name(self) -> str:
        """「A 市政大樓」."""
        return f"{self.code} {self.name}"

    @property
    def kpis(self) -> tuple[KPILine, ...]:
        """By objective."""
        return tuple(kpi for objective in self.objectives for kpi in objective.kpis)


@dataclass(frozen=True)
class PerspectiveFacts:
    """A 構面."""

    id: int
    code: str
    name: str
    weight: Decimal
    lineage: UUID


@dataclass(frozen=True)
class PerspectiveLine(PerspectiveFacts, Scored):
    """A 構面 with its objectives."""

    objectives: tuple[ObjectiveLine, ...]

    @property
    def full_name(self) -> str:
        """「顧客構面」, whether or not the agency wrote 構面 itself."""
        return f"{self.name.removesuffix('構面')}構面"

    @property
    def kpis(self) -> tuple[KPILine, ...]:
        """In the scorecard's order."""
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
    """An edition. include_provisional: figures that are not approved yet are shown, counted and marked.

    agency: its name as the edition keeps it. last_year: of its targets. sample_years: those of which a demo
    account entered figures. is_official: the scorecard is for a file that is frozen with the year, and no copy of it.
    earlier_budgets: money of the years before its own, where it was asked for.
    """

    agency: str
    agency_slug: str
    plan_slug: str
    plan_title: str
    plan_subtitle: str
    last_year: int
    mission: tuple[str, ...]
    vision: str
    core_values: tuple[str, ...]
    instructions: tuple[str, ...]
    warning_threshold: Decimal
    display_cap: int
    data_version: int
    year: OwnYear
    years: tuple[YearLine, ...]
    include_provisional: bool
    sample_years: frozenset[int]
    links: tuple[LinkLine, ...]
    is_official: bool = field(default=False, kw_only=True)
    earlier_budgets: EarlierBudgets = field(default=NO_EARLIER_BUDGETS, kw_only=True)


@dataclass(frozen=True)
class Scorecard(PlanFacts, Scored):
    """An edition with all that it consists of; made by assemble_scorecard()."""

    perspectives: tuple[PerspectiveLine, ...]
    themes: tuple[ThemeLine, ...]
    objectives: tuple[ObjectiveLine, ...]
    divisions: tuple[DivisionLine, ...]

    @cached_property
    def kpis(self) -> tuple[KPILine, ...]:
        """By perspective, theme and position."""
        return tuple(kpi for perspective in self.perspectives for kpi in perspective.kpis)

    @cached_property
    def kpis_by_code(self) -> dict[str, KPILine]:
        return {kpi.code: kpi for kpi in self.kpis}

    @cached_property
    def objectives_by_code(self) -> dict[str, ObjectiveLine]:
        return {objective.code: objective for objective in self.objectives}

    @property
    def baseline_years(self) -> tuple[YearLine, ...]:
        """The years before its own, as far as its cells show them; they have actuals."""
        return tuple(year for year in self.years if year.is_baseline)

    @property
    def target_years(self) -> tuple[YearLine, ...]:
        """Its own year and those after it: they have targets."""
        return tuple(year for year in self.years if not year.is_baseline)

    @cached_property
    def due_kpis(self) -> tuple[KPILine, ...]:
        """The KPIs for which a report is due in the year."""
        return tuple(kpi for kpi in self.kpis if kpi.report_state is not None)

    @property
    def approved_count(self) -> int:
        """Of the due reports."""
        return sum(kpi.report_state == ReportState.APPROVED for kpi in self.due_kpis)

    @property
    def unapproved_figures_count(self) -> int:
        """How many KPIs have a figure of the year that is not approved, shown or withheld."""
        return sum(any(m.cell.is_withheld or m.cell.is_provisional for m in kpi.measures) for kpi in self.kpis)

    def count_lights(self, lines: Iterable[Scored]) -> tuple[tuple[Status, int], ...]:
        """((Status, count), …) in the order of the statuses, those without a line too."""
        found = [line.status for line in lines]
        return tuple((status, found.count(status)) for status in Status)

    @cached_property
    def objective_lights(self) -> tuple[tuple[Status, int], ...]:
        return self.count_lights(self.objectives)

    @cached_property
    def kpi_lights(self) -> tuple[tuple[Status, int], ...]:
        return self.count_lights(self.kpis)

    @property
    def has_sample_data(self) -> bool:
        """Of any year: the cells of every year are shown."""
        return bool(self.sample_years)

    @property
    def threshold_text(self) -> str:
        """「90%」."""
        return percent_text(Fraction(self.warning_threshold))

    @property
    def is_preliminary(self) -> bool:
        """Whether 草稿 is printed on a report: until the year is closed (domain.md §5)."""
        return not self.year.is_closed

    @property
    def is_copy(self) -> bool:
        """Whether files made of it are copies: the official ones were frozen when the year was closed."""
        return self.year.is_closed and not self.is_official

    @property
    def outside_mark(self) -> str:
        """The mark of files that say nothing of reports: not 草稿."""
        return self.mark if self.year.is_draft or self.is_copy else ""

    @property
    def mark(self) -> str:
        """What every page of a file says: 「草案」, 「草稿」, 「非正式版本」; "" in the files of a closing."""
        if self.year.is_draft:
            return "草案"
        if self.is_preliminary:
            return "草稿"
        return "非正式版本" if self.is_copy else ""


def as_official(scorecard: Scorecard) -> Scorecard:
    """The scorecard for the files that are frozen with its year."""
    return replace(scorecard, is_official=True)

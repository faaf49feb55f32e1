"""年度績效報告: the read model of the annual report. The PDF only draws it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scorecard.domain.choices import NOT_RATED, DisplayCap, ReportState, Status
from scorecard.domain.scoring import plain
from scorecard.domain.written_words import gives_reason
from scorecard.drawing.trend_chart import Trend, trend
from scorecard.models import AuditEvent, Plan, YearlyReport
from scorecard.read_models.annual_report_part import Choices, NoSuchPart, Part, cut_down, find_part
from scorecard.read_models.annual_report_summary import summarise
from scorecard.read_models.budgets import BudgetSummary, PlanMoney, summarise_budgets
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.hands import hands_on
from scorecard.read_models.head_approvals import NONE_RECORDED, HeadApprovals, head_approvals
from scorecard.read_models.kpi_series import unit_breaks
from scorecard.read_models.measure_lines import Cell, MeasureLine
from scorecard.read_models.movement import SHORT_OF_TARGET, Movement, ScoreChange, movement
from scorecard.read_models.report_people import ReportPeople, report_people
from scorecard.read_models.score_lines import ScoreLine, groups_of, is_cut
from scorecard.read_models.scorecard import KPILine, ObjectiveLine, PerspectiveLine, Scorecard, as_official
from scorecard.read_models.softened_targets import SoftenedTarget, softened_targets
from scorecard.read_models.strategy_map import MapCard, StrategyMap, build_strategy_map
from scorecard.read_models.table_rows import ObjectiveRows, table_rows
from scorecard.read_models.target_adjustments import TargetAdjustment, adjustments_of

# Width of a bar of lights, in units of its drawing: on the whole width of the page or half of it, without and with a
# column for the change beside it.
WIDE_BAR, NARROW_BAR = 400, 130
WIDE_BAR_BY_CHANGE, NARROW_BAR_BY_CHANGE = 350, 110
WHOLE = Choices()
# (explanation, improvement) by KPI id.
Texts = Mapping[int, Sequence[str]]
# Rows of themes or divisions, with the KPIs below them, that fit in a summary of one page.
MAX_ROWS = 14


@dataclass(frozen=True)
class Review:
    """A KPI with its figures of all years and what its division says about it; a trend per measure."""

    kpi: KPILine
    objective: ObjectiveLine
    theme: str
    perspective: str
    explanation: str
    improvement: str
    plans: tuple[PlanMoney, ...]
    trends: tuple["MeasureTrend", ...]

    @property
    def has_provisional_words(self) -> bool:
        """Whether explanation or improvement is shown that is not approved yet."""
        return bool(self.explanation or self.improvement) and self.kpi.report_state != ReportState.APPROVED

    @property
    def places(self) -> tuple[str, str]:
        """The division that owns the KPI, and the place of the KPI in the plan."""
        objective = self.objective
        return self.kpi.division, f"{self.perspective}・{self.theme}・{objective.code} {objective.name}"


@dataclass(frozen=True)
class MeasureTrend:
    """A measure's figures of all years as a chart. text names the chart for readers who cannot see it."""

    measure: MeasureLine
    chart: Trend
    text: str


@dataclass(frozen=True)
class Unassessed:
    """A measure without a rate in the year, and the reason in words."""

    kpi: KPILine
    measure: MeasureLine
    reason: str


@dataclass(frozen=True)
class PerspectiveTable:
    """A perspective's part of the scorecard, in the rows of the form. is_cut: see ScoreLine."""

    perspective: PerspectiveLine
    groups: tuple[ObjectiveRows, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Weight:
    """A weight other than the usual 1."""

    kind: str
    code: str
    name: str
    weight: Decimal

    @property
    def text(self) -> str:
        return plain(self.weight)


@dataclass(frozen=True)
class AnnualReport:
    """An edition as handed up at the end of its year. unassessed: (Status, measures) for each status without a rate
    that occurs. softened: targets softened, or changed since their adoption, in any of the edition's years.

    part: the part of the plan that the report is about, None for the whole. With a part, the scorecard has only its
    KPIs; the map shows the whole plan with the rest faded.

    score_change: of the plan or the part since last year, over what has a rate in both years; None: not comparable.

    audit_event: the last of the edition or of its agency. Its digest in print proves the audit chain up to there. None:
    no change yet. people: who entered, submitted and approved each report that is due. approvals: by the head.
    """

    scorecard: Scorecard
    map: StrategyMap
    summary: tuple[str, ...]
    by_perspective: tuple[ScoreLine, ...]
    by_theme: tuple[ScoreLine, ...]
    by_division: tuple[ScoreLine, ...]
    tables: tuple[PerspectiveTable, ...]
    missed: tuple[Review, ...]
    near: tuple[Review, ...]
    unassessed: tuple[tuple[Status, tuple[Unassessed, ...]], ...]
    budgets: BudgetSummary
    softened: tuple[SoftenedTarget, ...]
    movement: Movement | None
    score_change: ScoreChange | None
    weights: tuple[Weight, ...] = field(default=())
    audit_event: AuditEvent | None = None
    people: tuple[ReportPeople, ...] = ()
    approvals: HeadApprovals = NONE_RECORDED
    part: Part | None = None
    with_appendix: bool = True

    @property
    def reviews(self) -> tuple[Review, ...]:
        """Missed KPIs first, then those that nearly met their target."""
        return self.missed + self.near

    @property
    def most_highlights(self) -> int:
        """How many missed and how many near KPIs the summary names, to stay on one page."""
        return max(4, MAX_ROWS - max(len(self.by_theme), len(self.by_division)))

    @property
    def reviewed_ids(self) -> frozenset[int]:
        """The ids of the KPIs that have a section of their own."""
        return frozenset(review.kpi.id for review in self.reviews)

    @property
    def card_links(self) -> tuple[tuple[MapCard, int | None], ...]:
        """(MapCard, KPI id or None): where each card of the map leads in the report.

        To the section of the objective's first KPI that has one; None: to the objective in the scorecard.
        """
        first: dict[str, int] = {}
        for review in self.reviews:
            first.setdefault(review.objective.code, review.kpi.id)
        shown = self.scorecard.objectives_by_code
        return tuple((card, first.get(card.objective.code)) for card in self.map.cards if card.objective.code in shown)

    @property
    def title(self) -> str:
        """「105 年度績效報告」, followed by the part of the plan, if any."""
        title = f"{self.scorecard.year.roc} 年度績效報告"
        return f"{title}：{self.part.text}" if self.part else title

    @property
    def head_text(self) -> str:
        """The title, short enough for the head of every page."""
        return f"{self.scorecard.year.roc} 年度　{self.part.text}" if self.part else self.title

    @property
    def cover_marks(self) -> tuple[str, ...]:
        """Warnings on the cover; none on the frozen report of a closed year with an agency's own figures."""
        marks = []
        if self.scorecard.year.is_draft:
            marks.append("草案，尚未核定")
        elif self.scorecard.is_preliminary:
            marks.append("草稿：本年度尚未關閉")
        if self.scorecard.is_copy:
            marks.append("非正式版本")
        if self.scorecard.has_sample_data:
            marks.append("示範資料")
        return tuple(marks)

    @property
    def data_state(self) -> str:
        """The year with its state, and a note where figures are shown that are not approved."""
        year = self.scorecard.year
        state = f"{year.text}{year.state.label}"
        return f"{state}　含尚未審核數值" if self.scorecard.include_provisional else state

    @property
    def weights_text(self) -> str:
        """The weights other than 1 in one sentence, or a sentence that there are none."""
        if not self.weights:
            return "各構面、策略目標、KPI 與衡量項的權重均相等。"
        listed = "；".join(f"{weight.kind} {weight.code} {weight.name} {weight.text}" for weight in self.weights)
        return f"除下列項目外，權重均為 1：{listed}。"

    @property
    def display_cap_text(self) -> str:
        """Of displayed rates: 「120%」, 「不設上限」."""
        return DisplayCap(self.scorecard.display_cap).label


def build_annual_report(plan: Plan, choices: Choices = WHOLE) -> AnnualReport:
    """plan as build_scorecard() requires it. 19 queries. Raises NoSuchPart."""
    event = AuditEvent.objects.last_of(plan)
    return annual_report(plan, choices, audit_event=event, approvals=head_approvals(plan))


def build_official_report(plan: Plan, *, audit_event: AuditEvent | None, approvals: HeadApprovals) -> AnnualReport:
    """The report that is frozen with the year: no copy. plan: closed, if only in memory. 16 queries."""
    return annual_report(plan, WHOLE, audit_event=audit_event, approvals=approvals, is_official=True)


def annual_report(
    plan: Plan,
    choices: Choices,
    *,
    audit_event: AuditEvent | None,
    approvals: HeadApprovals,
    is_official: bool = False,
) -> AnnualReport:
    """As build_annual_report(), with what the caller knows of the chain and of the head's approvals."""
    scorecard = build_scorecard(
        plan,
        include_provisional=choices.include_provisional,
        with_action_plans=True,
        with_links=True,
        with_earlier_budgets=True,
    )
    if is_official:
        scorecard = as_official(scorecard)
    reports = {report.kpi_id: report for report in YearlyReport.objects.of_plan(plan)}
    counting = [report for report in reports.values() if choices.include_provisional or report.is_approved]
    texts = {report.kpi_id: (report.explanation, report.improvement) for report in counting}
    people = report_people(scorecard, reports, hands_on(plan, [kpi.id for kpi in scorecard.due_kpis]))
    return assemble(
        scorecard,
        texts,
        people,
        adjustments=adjustments_of(plan, plan.predecessor),
        choices=choices,
        audit_event=audit_event,
        approvals=approvals,
    )


def assemble(
    scorecard: Scorecard,
    texts: Texts,
    people: Sequence[ReportPeople] = (),
    *,
    adjustments: Iterable[TargetAdjustment] = (),
    choices: Choices = WHOLE,
    audit_event: AuditEvent | None = None,
    approvals: HeadApprovals = NONE_RECORDED,
) -> AnnualReport:
    """The scorecard has action plans and links; texts: (explanation, improvement) by KPI id. No query.

    Raises NoSuchPart.
    """
    whole = scorecard
    part = find_part(whole, choices.part) if choices.part else None
    if part:
        scorecard = cut_down(whole, part)
    budgets = summarise_budgets(scorecard)
    moved = movement(scorecard)
    score_change = _score_change(moved, part)
    reviews = _reviews(scorecard, texts, budgets)
    wide = WIDE_BAR_BY_CHANGE if score_change else WIDE_BAR
    narrow = NARROW_BAR_BY_CHANGE if score_change else NARROW_BAR
    return AnnualReport(
        scorecard=scorecard,
        map=build_strategy_map(whole, objectives={line.code for line in scorecard.objectives} if part else None),
        summary=summarise(scorecard, budgets, moved, score_change, is_part=part is not None),
        by_perspective=groups_of(scorecard, "perspective", wide, moved=moved, whole=whole),
        by_theme=groups_of(scorecard, "theme", narrow, moved=moved, whole=whole),
        by_division=groups_of(scorecard, "division", narrow, moved=moved, whole=whole),
        tables=tuple(
            PerspectiveTable(line, table_rows(line.objectives), is_cut(line, "perspective", whole))
            for line in scorecard.perspectives
        ),
        missed=tuple(review for review in reviews if review.kpi.status == Status.MISSED),
        near=tuple(review for review in reviews if review.kpi.status == Status.NEAR),
        unassessed=_unassessed(scorecard),
        budgets=budgets,
        softened=softened_targets(scorecard, adjustments),
        movement=moved,
        score_change=score_change,
        weights=_weights(scorecard),
        audit_event=audit_event,
        people=tuple(each for each in people if each.kpi.code in scorecard.kpis_by_code),
        approvals=approvals,
        part=part,
        with_appendix=choices.with_appendix,
    )


def _score_change(moved: Movement | None, part: Part | None) -> ScoreChange | None:
    if moved is None:
        return None
    return moved.score_of(part.kind, part.line) if part else moved.score


def _reviews(scorecard: Scorecard, texts: Texts, budgets: BudgetSummary) -> list[Review]:
    short = [kpi for kpi in scorecard.kpis if kpi.status in SHORT_OF_TARGET]
    return [review_of(scorecard, kpi, texts.get(kpi.id, ("", "")), budgets.plans) for kpi in short]


def review_of(scorecard: Scorecard, kpi: KPILine, texts: Sequence[str], plans: Iterable[PlanMoney]) -> Review:
    """The Review of any KPI. texts: (explanation, improvement); plans may include those of other KPIs. No query."""
    objective = scorecard.objectives_by_code[kpi.objective_code]
    return Review(
        kpi=kpi,
        objective=objective,
        theme=next(line.name for line in scorecard.themes if line.code == objective.theme_code),
        perspective=next(line.name for line in scorecard.perspectives if line.code == objective.perspective_code),
        explanation=texts[0],
        improvement=texts[1],
        plans=tuple(plan for plan in plans if plan.kpi.id == kpi.id),
        trends=tuple(_trend(scorecard, kpi, measure) for measure in kpi.measures),
    )


def _trend(scorecard: Scorecard, kpi: KPILine, measure: MeasureLine) -> MeasureTrend:
    chart = trend(
        measure.trend_figures(scorecard.years),
        current=scorecard.year.year,
        tolerance=measure.tolerance,
        breaks=unit_breaks(measure, kpi.former_measures),
    )
    text = f"{kpi.code} {measure.label or kpi.name}各年度實際與目標（{measure.unit}），數值同上表"
    return MeasureTrend(measure, chart, text)


def _unassessed(scorecard: Scorecard) -> tuple[tuple[Status, tuple[Unassessed, ...]], ...]:
    found: dict[Status, list[Unassessed]] = {status: [] for status in NOT_RATED}
    for kpi in scorecard.kpis:
        for measure in kpi.measures:
            if measure.cell.status in found:
                found[measure.cell.status].append(Unassessed(kpi, measure, _why(measure.cell)))
    return tuple((status, tuple(lines)) for status, lines in found.items() if lines)


def _why(cell: Cell) -> str:
    if cell.status == Status.UNMEASURED:
        return cell.actual_note
    if cell.status == Status.NO_TARGET:
        return cell.target_note if gives_reason(cell.target_note) else "年版未訂本年度目標值"
    return "已填報，尚未審核通過" if cell.is_withheld else "尚未填報"


def _weights(scorecard: Scorecard) -> tuple[Weight, ...]:
    weights = [Weight("構面", line.code, line.name, line.weight) for line in scorecard.perspectives]
    weights += [Weight("策略目標", line.code, line.name, line.weight) for line in scorecard.objectives]
    weights += [Weight("KPI", line.code, line.name, line.weight) for line in scorecard.kpis]
    for kpi in scorecard.kpis:
        for measure in kpi.measures:
            weights.append(Weight("衡量項", kpi.code, measure.label or measure.unit, measure.weight))
    return tuple(weight for weight in weights if weight.weight != 1)


__all__ = [
    "AnnualReport",
    "Choices",
    "NoSuchPart",
    "Review",
    "assemble",
    "annual_report",
    "build_annual_report",
    "build_official_report",
    "review_of",
]

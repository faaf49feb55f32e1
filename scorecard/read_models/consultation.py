"""徵詢科室: KPIs of an edition with what was reached, what the edition before had planned, and what divisions said."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef

from scorecard import permissions
from scorecard.domain.choices import Direction, Role
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped
from scorecard.models import KPI, EarlierValue, EditionComment, Measure, Plan, User, YearlyValue, earlier_values
from scorecard.read_models.target_proposals import ProposalLine, target_proposals

YEARS_OF_ACTUALS = 3
NONE = "—"
# (target, note) of a measure, by lineage or key, and year.
Targets = Mapping[tuple[object, int], tuple[Decimal | None, str]]


@dataclass(frozen=True)
class RecentActual:
    """is_provisional: of a report that is not approved yet."""

    year: int
    text: str
    is_provisional: bool

    @property
    def year_text(self) -> str:
        return year_text(self.year)


@dataclass(frozen=True)
class ConsultedYear:
    """A year of a measure. planned: what the edition before had (原訂); target: what this one has.

    proposal: the open one, or None. decided: those taken over or declined, the latest first.
    """

    year: int
    planned: str
    target: str
    proposal: ProposalLine | None
    decided: tuple[ProposalLine, ...]

    @property
    def year_text(self) -> str:
        return year_text(self.year)


@dataclass(frozen=True)
class ConsultedMeasure:
    id: int
    label: str
    unit: str
    direction: Direction
    tolerance: Decimal | None
    recent: tuple[RecentActual, ...]
    years: tuple[ConsultedYear, ...]

    @property
    def direction_text(self) -> str:
        """「越高越好」, 「容許差 ±2」."""
        if self.direction == Direction.BAND and self.tolerance is not None:
            return f"容許差 ±{grouped(self.tolerance)}"
        return str(self.direction.label)

    @property
    def proposals(self) -> tuple[ProposalLine, ...]:
        """The open ones."""
        return tuple(year.proposal for year in self.years if year.proposal is not None)


@dataclass(frozen=True)
class ConsultedKPI:
    id: int
    code: str
    name: str
    formula: str
    division_id: int
    division: str
    measures: tuple[ConsultedMeasure, ...]
    comments: tuple[EditionComment, ...]

    @property
    def lines(self) -> tuple[ProposalLine, ...]:
        """Every proposal: the open one of each year before those that were decided."""
        years = [year for measure in self.measures for year in measure.years]
        return tuple(line for year in years for line in ((year.proposal,) if year.proposal else ()) + year.decided)


@dataclass(frozen=True)
class DivisionAnswer:
    """Whether a division that has KPIs in the edition said anything about them."""

    name: str
    kpis: int
    proposals: int
    comments: int

    @property
    def has_answered(self) -> bool:
        return bool(self.proposals or self.comments)


@dataclass(frozen=True)
class Consultation:
    """before: title of the edition before, "" for none. divisions: in the agency's order."""

    before: str
    kpis: tuple[ConsultedKPI, ...]
    divisions: tuple[DivisionAnswer, ...]

    @property
    def spoken_of(self) -> tuple[ConsultedKPI, ...]:
        """The KPIs for which something was proposed, or of which something was said."""
        return tuple(kpi for kpi in self.kpis if kpi.lines or kpi.comments)

    @property
    def answered(self) -> int:
        return sum(division.has_answered for division in self.divisions)


def build_consultation(plan: Plan, *, division_ids: Collection[int] | None = None) -> Consultation:
    """The KPIs of these divisions, of all where there are none given; a fixed number of queries."""
    rows = KPI.objects.filter(plan=plan).select_related("division")
    if division_ids is not None:
        rows = rows.filter(division__in=division_ids)
    kpis = list(rows.order_by("division__position", "division", "code"))
    before = plan.predecessor
    collected = _Collected(plan, before, kpis)
    return Consultation(before.title if before else "", collected.kpis(), collected.divisions())


class _Collected:
    """What the database holds about the KPIs. Eight queries with those for the KPIs and the edition before."""

    def __init__(self, plan: Plan, before: Plan | None, kpis: list[KPI]) -> None:
        self.plan, self.rows = plan, kpis
        self.measures: dict[int, list[Measure]] = defaultdict(list)
        for measure in Measure.objects.filter(kpi__in=kpis).order_by("position", "id"):
            self.measures[measure.kpi_id].append(measure)
        own = YearlyValue.objects.filter(measure__kpi__in=kpis, year__gte=plan.year)
        self.targets: Targets = {
            (row[0], row[1]): row[2:] for row in own.values_list("measure", "year", "target", "target_note")
        }
        planned = YearlyValue.objects.filter(measure__kpi__plan=before, year__gte=plan.year)
        self.planned: Targets = {
            (row[0], row[1]): row[2:]
            for row in planned.values_list("measure__lineage", "year", "target", "target_note")
        }
        self.recent: dict[UUID, dict[int, EarlierValue]] = defaultdict(dict)
        for value in earlier_values(plan, since=plan.year - YEARS_OF_ACTUALS, kpis=KPI.objects.filter(plan=plan)):
            self.recent[value.measure_lineage][value.year] = value
        proposals = target_proposals(plan)
        self.open = {(line.measure_id, line.year): line for line in proposals.open}
        self.decided: dict[tuple[int, int], list[ProposalLine]] = defaultdict(list)
        for line in proposals.decided:
            self.decided[line.measure_id, line.year].append(line)
        self.comments: dict[int, list[EditionComment]] = defaultdict(list)
        for comment in EditionComment.objects.filter(plan=plan, kpi__in=kpis):
            if comment.kpi_id is not None:
                self.comments[comment.kpi_id].append(comment)

    def kpis(self) -> tuple[ConsultedKPI, ...]:
        return tuple(
            ConsultedKPI(
                kpi.pk,
                kpi.code,
                kpi.name,
                kpi.formula,
                kpi.division_id,
                str(kpi.division),
                tuple(self._measure(measure) for measure in self.measures[kpi.pk]),
                tuple(self.comments[kpi.pk]),
            )
            for kpi in self.rows
        )

    def _measure(self, measure: Measure) -> ConsultedMeasure:
        years = range(self.plan.year, self.plan.last_year + 1)
        return ConsultedMeasure(
            measure.pk,
            measure.label,
            measure.unit,
            Direction(measure.direction),
            measure.tolerance,
            tuple(_recent(year, self.recent[measure.lineage].get(year)) for year in self._past_years()),
            tuple(
                ConsultedYear(
                    year,
                    _target_text(self.planned.get((measure.lineage, year))),
                    _target_text(self.targets.get((measure.pk, year))),
                    self.open.get((measure.pk, year)),
                    tuple(self.decided[measure.pk, year]),
                )
                for year in years
            ),
        )

    def _past_years(self) -> range:
        return range(max(self.plan.year - YEARS_OF_ACTUALS, self.plan.baseline_from), self.plan.year)

    def divisions(self) -> tuple[DivisionAnswer, ...]:
        of_division: dict[int, list[KPI]] = {}
        for kpi in self.rows:
            of_division.setdefault(kpi.division_id, []).append(kpi)
        return tuple(self._answer(kpis) for kpis in of_division.values())

    def _answer(self, kpis: list[KPI]) -> DivisionAnswer:
        own = {kpi.pk for kpi in kpis}
        decided = [line for lines in self.decided.values() for line in lines]
        return DivisionAnswer(
            name=str(kpis[0].division),
            kpis=len(kpis),
            proposals=sum(line.kpi_id in own for line in (*self.open.values(), *decided)),
            comments=sum(comment.is_of_a_division for pk in own for comment in self.comments[pk]),
        )


def _recent(year: int, value: EarlierValue | None) -> RecentActual:
    if value is None or (value.actual is None and not value.unmeasured):
        return RecentActual(year, NONE, is_provisional=False)
    figure = "無統計" if value.actual is None else grouped(value.actual)
    return RecentActual(year, figure, is_provisional=not value.counts)


def _target_text(planned: tuple[Decimal | None, str] | None) -> str:
    """「1.46」, a note where there is no number, 「—」 for neither."""
    target, note = planned or (None, "")
    return (note or NONE) if target is None else grouped(target)


@dataclass(frozen=True)
class SharedDraft:
    """A draft about which a person's divisions have their say. agency: the slug."""

    agency: str
    agency_name: str
    title: str
    year: int
    until: date


def drafts_shared_with(user: User, day: date) -> tuple[SharedDraft, ...]:
    """Of all the person's agencies, the first to end first. One query for staff, none for others."""
    roles = permissions.roles_by_agency(user)
    divisions = {pk for role in roles.values() if role.role == Role.STAFF for pk in role.division_ids}
    if not divisions:
        return ()
    own = KPI.objects.filter(plan=OuterRef("pk"), division__in=divisions)
    rows = Plan.objects.shared_on(day).filter(Exists(own)).select_related("agency")
    return tuple(
        SharedDraft(plan.agency.slug, plan.agency.name, plan.title, plan.year, plan.consultation_until)
        for plan in rows.order_by("consultation_until", "agency", "year")
        if plan.consultation_until is not None
    )

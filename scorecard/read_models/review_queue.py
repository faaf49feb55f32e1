"""審核: the reports of an edition that a reviewer's filter leaves, each with what is needed to judge it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from scorecard.domain import roc_years
from scorecard.domain.choices import AuditAction, ReportState, Status
from scorecard.domain.scoring import grouped
from scorecard.models import AuditEvent, Evidence, Plan, YearlyReport, YearlyValue
from scorecard.models.audit import is_about_evidence
from scorecard.read_models.budgets import PlanBudgets, budgets_of
from scorecard.read_models.hands import NO_HANDS, Hands, KPIEvent, events_of, hands_of
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard
from scorecard.read_models.scorecard_filter import ScorecardFilter, read_filter, select

# Named as in read_models/scorecard_filter.py.
FILTERS = ("division", "state", "light")
EARLIER_YEARS = 3


@dataclass(frozen=True)
class NetChange:
    """One value when the report was returned and now; None: no value."""

    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Correction:
    """The latest return of a report, and what was changed since. by: the name, 「系統」 for a command on the server."""

    by: str
    at: datetime
    reason: str
    changes: tuple[NetChange, ...]


@dataclass(frozen=True)
class Case:
    """A KPI whose report is due. report None: not begun. correction None: never returned.

    parts: 「執行數 90 ÷ 預算數 100」 by measure id, where numerator and denominator are given.
    """

    line: KPILine
    report: YearlyReport | None
    parts: dict[int, str]
    correction: Correction | None
    money: PlanBudgets
    due_date: date | None
    hands: Hands = NO_HANDS

    @property
    def is_submitted(self) -> bool:
        """Whether it waits for review."""
        return self.report is not None and self.report.is_submitted

    @property
    def is_approved(self) -> bool:
        """Whether its figures are final."""
        return self.report is not None and self.report.is_approved

    @property
    def days_late(self) -> int:
        """Days from the due date to the submission; 0 where it was in time or is not submitted."""
        submitted_at = self.report.submitted_at if self.report is not None else None
        if submitted_at is None or self.due_date is None:
            return 0
        return max(0, (timezone.localdate(submitted_at) - self.due_date).days)

    @property
    def sent_text(self) -> str:
        """「企劃科　王小明 106 年 1 月 5 日 09:30 送出」; the division alone before the submission."""
        if self.report is None or self.report.submitted_at is None:
            return str(self.line.division)
        at = roc_years.datetime_text(timezone.localtime(self.report.submitted_at))
        return f"{self.line.division}　{self.report.submitter} {at} 送出"

    @property
    def approved_text(self) -> str:
        """「王小明 106 年 1 月 5 日 09:30 審核通過」; "" where it is not approved."""
        if self.report is None or not self.report.is_approved:
            return ""
        at = roc_years.datetime_text(timezone.localtime(self.report.reviewed_at))
        return f"{self.report.reviewer} {at} 審核通過"


@dataclass(frozen=True)
class Queue:
    """The cases that a filter leaves, the longest waiting first. earlier: the years before the scorecard's own."""

    scorecard: Scorecard
    filter: ScorecardFilter
    cases: tuple[Case, ...]
    earlier: tuple[YearLine, ...]

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of its URL; read_queue_filter() is the inverse."""
        pairs = dict(self.filter.query)
        if self.filter.state is None:
            return tuple((pairs | {"state": ""}).items())
        return tuple((name, value) for name, value in pairs.items() if value != ReportState.SUBMITTED)

    @property
    def is_filtered(self) -> bool:
        """Whether it is another selection than all submitted reports."""
        return self.filter != ScorecardFilter(state=ReportState.SUBMITTED)

    @cached_property
    def lights(self) -> tuple[tuple[Status, int], ...]:
        """((Status, count), …) over all submitted reports of the year, whatever the filter."""
        waiting = [line for line in self.scorecard.due_kpis if line.report_state == ReportState.SUBMITTED]
        return self.scorecard.count_lights(waiting)


def read_queue_filter(query: Mapping[str, str], scorecard: Scorecard) -> tuple[ScorecardFilter, tuple[str, ...]]:
    """(ScorecardFilter, notices) of a URL's query. No state: submitted reports; state "": all."""
    asked = {name: query.get(name, "") for name in FILTERS}
    if "state" not in query:
        asked["state"] = ReportState.SUBMITTED.value
    return read_filter(asked, scorecard)


def build_queue(scorecard: Scorecard, plan: Plan, asked: ScorecardFilter) -> Queue:
    """The scorecard is provisional and has its action plans. Six queries, fewer where nothing is shown."""
    lines = [line for line in select(scorecard, asked).kpis if line.report_state is not None]
    reports = {report.kpi_id: report for report in _reports(plan, lines)}
    prefetch_related_objects(
        list(reports.values()),
        "comments",
        Prefetch("evidence", Evidence.objects.present()),
    )
    parts = _parts(lines, scorecard.year.year)
    events = events_of(plan, [line.id for line in lines])
    corrections = _corrections(events, lines)
    hands = hands_of(events, plan)
    cases = [
        Case(
            line=line,
            report=reports.get(line.id),
            parts=parts,
            correction=corrections.get(line.id),
            money=budgets_of(scorecard, [line]),
            due_date=scorecard.year.due_date,
            hands=hands.get(line.id, NO_HANDS),
        )
        for line in lines
    ]
    waiting = [(case.report.submitted_at, case.report.pk, case) for case in cases if case.report and case.is_submitted]
    waiting.sort(key=lambda entry: entry[:2])
    others = [case for case in cases if not case.is_submitted]
    earlier = scorecard.baseline_years[-EARLIER_YEARS:]
    return Queue(scorecard, asked, (*(case for _, _, case in waiting), *others), earlier)


def _reports(plan: Plan, lines: Iterable[KPILine]) -> list[YearlyReport]:
    reports = YearlyReport.objects.of_plan(plan).filter(kpi__in=[line.id for line in lines])
    return list(reports.select_related("kpi__plan", "kpi__division"))


def _parts(lines: Iterable[KPILine], year: int) -> dict[int, str]:
    """Numerators and denominators in words, by measure id."""
    values = YearlyValue.objects.filter(measure__kpi__in=[line.id for line in lines], year=year)
    fields = ("measure__numerator_label", "numerator", "measure__denominator_label", "denominator")
    rows = values.filter(numerator__isnull=False, denominator__isnull=False).values_list("measure_id", *fields)
    return {
        id_: f"{above} {grouped(numerator)} ÷ {below} {grouped(denominator)}"
        for id_, above, numerator, below, denominator in rows
    }


# Steps of the workflow and comments: they change no reported figure.
SAYS_NOTHING_NEW = frozenset({AuditAction.SUBMITTED, AuditAction.APPROVED, AuditAction.COMMENTED})


def _corrections(events: Iterable[KPIEvent], lines: Sequence[KPILine]) -> dict[int, Correction]:
    """By KPI id, for every KPI whose report was ever returned."""
    by_kpi: dict[int, tuple[AuditEvent, list[AuditEvent]]] = {}
    for kpi_id, event in events:
        if event.action == AuditAction.RETURNED:
            by_kpi[kpi_id] = (event, [])
        elif kpi_id in by_kpi and event.action not in SAYS_NOTHING_NEW:
            by_kpi[kpi_id][1].append(event)
    corrections = {}
    for line in lines:
        if line.id in by_kpi:
            returned, since = by_kpi[line.id]
            changes = _net_changes(line.code, since)
            corrections[line.id] = Correction(returned.actor_text, returned.at, returned.reason, changes)
    return corrections


def _net_changes(code: str, events: Iterable[AuditEvent]) -> tuple[NetChange, ...]:
    """From the first old value to the last new one; a value that is back where it was is no change."""
    net: dict[tuple[str, str, str | None], NetChange] = {}
    for event in events:
        # Events of a KPI's action plans have the action plan's code.
        own = event.target.split(" ")[0]
        for change in event.changes:
            what, old, new = change["what"], change["old"], change["new"]
            # A file never replaces another: each is a change of its own.
            key = (own, what, (old or new) if is_about_evidence(change) else None)
            first_old = net[key].old if key in net else old
            net[key] = NetChange(what if own == code else f"{own} {what}", first_old, new)
    return tuple(change for change in net.values() if change.old != change.new)

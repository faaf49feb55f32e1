"""審核: each report of a year with what is needed to judge it, as far as a reviewer's filter leaves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from scorecard.domain import roc_years
from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.scoring import grouped
from scorecard.models import AuditEvent, Comment, Evidence, User, YearlyReport, YearlyValue
from scorecard.models.audit import is_about_evidence
from scorecard.read_models.budgets import PlanBudgets, budgets_of
from scorecard.read_models.measure_lines import YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard
from scorecard.read_models.scorecard_filter import ScorecardFilter, read_filter, select

# What the queue can be filtered by, named as in read_models/scorecard_filter.py.
FILTERS = ("division", "state", "light")
EARLIER_YEARS = 3


@dataclass(frozen=True)
class NetChange:
    """One thing as it was when the report was returned and as it is now; None stands for no value."""

    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Correction:
    """The latest return of a report, and what was changed since; by is None for a command run on the server."""

    by: User | None
    at: datetime
    reason: str
    changes: tuple[NetChange, ...]


@dataclass(frozen=True)
class Case:
    """A KPI whose report is due in the year. report is None where nobody began one.

    parts: 「執行數 90 ÷ 預算數 100」 by measure id, where numerator and denominator are given. correction is None where
    the report was never returned.
    """

    line: KPILine
    report: YearlyReport | None
    parts: dict[int, str]
    correction: Correction | None
    money: PlanBudgets
    due_date: date | None

    @property
    def is_submitted(self):
        """Whether it waits for review."""
        return self.report is not None and self.report.is_submitted

    @property
    def is_approved(self):
        """Whether its figures are final."""
        return self.report is not None and self.report.is_approved

    @property
    def days_late(self):
        """Days from the due date to its submission; 0 where it was in time, or was not submitted."""
        submitted_at = self.report.submitted_at if self.report is not None else None
        if submitted_at is None or self.due_date is None:
            return 0
        return max(0, (timezone.localdate(submitted_at) - self.due_date).days)

    @property
    def sent_text(self):
        """Its division, and by whom and when it was submitted: 「企劃科　王小明 106 年 1 月 5 日 09:30 送出」."""
        if self.report is None or self.report.submitted_at is None:
            return str(self.line.division)
        at = roc_years.datetime_text(timezone.localtime(self.report.submitted_at))
        return f"{self.line.division}　{self.report.submitted_by} {at} 送出"

    @property
    def approved_text(self):
        """By whom and when it was approved, "" where it is not."""
        if not self.is_approved:
            return ""
        at = roc_years.datetime_text(timezone.localtime(self.report.reviewed_at))
        return f"{self.report.reviewed_by} {at} 核定"


@dataclass(frozen=True)
class Queue:
    """The cases that a filter leaves, the longest waiting first; earlier: the years beside the scorecard's own."""

    scorecard: Scorecard
    filter: ScorecardFilter
    cases: tuple[Case, ...]
    earlier: tuple[YearLine, ...]

    @property
    def query(self):
        """(name, value) pairs of its URL; read_queue_filter() makes the same filter of them."""
        pairs = dict(self.filter.query)
        if self.filter.state is None:
            return tuple((pairs | {"state": ""}).items())
        return tuple((name, value) for name, value in pairs.items() if value != ReportState.SUBMITTED)

    @property
    def is_filtered(self):
        """Whether it is another selection than that of all submitted reports."""
        return self.filter != ScorecardFilter(state=ReportState.SUBMITTED)

    @cached_property
    def lights(self):
        """How many submitted reports of the whole year have each light, as ((Status, count), …)."""
        waiting = [line for line in self.scorecard.due_kpis if line.report_state == ReportState.SUBMITTED]
        return self.scorecard.count_lights(waiting)


def read_queue_filter(query: Mapping[str, str], scorecard):
    """(ScorecardFilter, notices) of a URL's query; without a state it asks for submitted reports, with "" for all."""
    asked = {name: query.get(name, "") for name in FILTERS}
    if "state" not in query:
        asked["state"] = ReportState.SUBMITTED.value
    return read_filter(asked, scorecard)


def build_queue(scorecard, plan, asked):
    """The Queue of a provisional scorecard built with its action plans; five queries, fewer where nothing is shown."""
    lines = [line for line in select(scorecard, asked).kpis if line.report_state is not None]
    reports = {report.kpi_id: report for report in _reports(plan, scorecard.year.year, lines)}
    prefetch_related_objects(
        list(reports.values()),
        Prefetch("comments", Comment.objects.select_related("author")),
        Prefetch("evidence", Evidence.objects.present()),
    )
    parts = _parts(lines, scorecard.year.year)
    corrections = _corrections(plan, scorecard.year.year, lines)
    cases = [
        Case(
            line=line,
            report=reports.get(line.id),
            parts=parts,
            correction=corrections.get(line.id),
            money=budgets_of(scorecard, [line]),
            due_date=scorecard.year.due_date,
        )
        for line in lines
    ]
    waiting = sorted((c for c in cases if c.is_submitted), key=lambda c: (c.report.submitted_at, c.report.pk))
    earlier = tuple(line for line in scorecard.years if line.year < scorecard.year.year)[-EARLIER_YEARS:]
    return Queue(scorecard, asked, (*waiting, *(case for case in cases if not case.is_submitted)), earlier)


def _reports(plan, year, lines):
    reports = YearlyReport.objects.for_year(plan, year).filter(kpi__in=[line.id for line in lines])
    return list(reports.select_related("kpi__plan", "kpi__division", "submitted_by", "reviewed_by"))


def _parts(lines, year):
    """Numerators and denominators in words, by measure id."""
    values = YearlyValue.objects.filter(measure__kpi__in=[line.id for line in lines], year=year)
    fields = ("measure__numerator_label", "numerator", "measure__denominator_label", "denominator")
    rows = values.filter(numerator__isnull=False, denominator__isnull=False).values_list("measure_id", *fields)
    return {
        id_: f"{above} {grouped(numerator)} ÷ {below} {grouped(denominator)}"
        for id_, above, numerator, below, denominator in rows
    }


# Steps on the way and words about it, not what was reported.
SAYS_NOTHING_NEW = frozenset({AuditAction.SUBMITTED, AuditAction.APPROVED, AuditAction.COMMENTED})


def _corrections(plan, year, lines):
    """The Correction of every KPI whose report was returned once, by KPI id."""
    events = AuditEvent.objects.filter(plan=plan, year=year, kpi__in=[line.id for line in lines])
    by_kpi = {}
    for event in events.select_related("actor").order_by("id"):
        if event.action == AuditAction.RETURNED:
            by_kpi[event.kpi_id] = (event, [])
        elif event.kpi_id in by_kpi and event.action not in SAYS_NOTHING_NEW:
            by_kpi[event.kpi_id][1].append(event)
    codes = {line.id: line.code for line in lines}
    return {
        kpi_id: Correction(returned.actor, returned.at, returned.reason, _net_changes(codes[kpi_id], since))
        for kpi_id, (returned, since) in by_kpi.items()
    }


def _net_changes(code, events):
    """From the first old value to the last new one; what came back to where it was is no change."""
    net = {}
    for event in events:
        # Events of a KPI's action plans bear the action plan's code.
        own = event.target.split(" ")[0]
        for change in event.changes:
            what, old, new = change["what"], change["old"], change["new"]
            # Each file is a thing of its own: one that was taken away replaces no other.
            key = (own, what, (old or new) if is_about_evidence(change) else None)
            net[key] = (what if own == code else f"{own} {what}", net[key][1] if key in net else old, new)
    return tuple(NetChange(*change) for change in net.values() if change[1] != change[2])

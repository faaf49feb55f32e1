"""A KPI's history: every event with its changes, and which of them can be reverted.

What was entered for a report that is not approved is not shown by itself (decision 0003), except to those who enter or
review it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scorecard import permissions
from scorecard.domain.choices import Question
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, AuditEvent, PlanYear, User, YearlyReport, YearlyValue
from scorecard.read_models.hands import is_entry


@dataclass(frozen=True)
class HistoryChange:
    """One change in words; None: no value. index: its place in the event."""

    index: int
    what: str
    old: str | None
    new: str | None
    is_restorable: bool


@dataclass(frozen=True)
class HistoryLine:
    """An audit event and its changes.

    is_provisional: the changes shown are of a report not approved yet. is_withheld: they are left out because of that.
    """

    event: AuditEvent
    changes: tuple[HistoryChange, ...]
    is_provisional: bool = False
    is_withheld: bool = False

    @property
    def year_text(self) -> str:
        """「105 年度」; "" where the event is about no year."""
        return f"{year_text(self.event.year)}度" if self.event.year else ""


def build_history(kpi: KPI, user: User, *, most: int, include_provisional: bool = False) -> list[HistoryLine]:
    """The KPI's latest events, newest first. Two queries, and two more for staff of its division.

    Staff of the division can revert a change while its year is open and its report editable, if the value has changed.
    """
    events = list(AuditEvent.objects.of_kpi(kpi)[:most])
    reports = {report.year: report for report in YearlyReport.objects.filter(kpi=kpi)}
    is_reporter = permissions.can_report_for(user, kpi.division)
    current_values = _current_values(kpi, reports) if is_reporter else {}
    shows_all = include_provisional or is_reporter or permissions.can_review(user, kpi.plan.agency_id)
    lines = []
    for event in events:
        report = reports.get(event.year) if event.year else None
        is_unapproved = is_entry(event) and not (report and report.is_approved)
        if is_unapproved and not shows_all:
            lines.append(HistoryLine(event, (), is_withheld=True))
        else:
            changes = tuple(_changes(event, current_values, shows_all=shows_all))
            lines.append(HistoryLine(event, changes, is_unapproved))
    return lines


def _changes(
    event: AuditEvent, current_values: Mapping[tuple[int | None, int], YearlyValue], *, shows_all: bool
) -> Iterator[HistoryChange]:
    """shows_all False: an answered question by its kind alone, since its sentence may quote another year's figure."""
    for index, change in enumerate(event.changes):
        before = event.before(index)
        is_restorable = False
        if before is not None:
            value = current_values.get((event.year, before.measure_id))
            is_restorable = value is not None and getattr(value, before.field) != before.value
        new = change["new"]
        if "question" in change and not shows_all:
            new = Question(change["question"]).label
        yield HistoryChange(index, change["what"], change["old"], new, is_restorable)


def _current_values(kpi: KPI, reports: Mapping[int, YearlyReport]) -> dict[tuple[int | None, int], YearlyValue]:
    """The values that may still be changed, by year and measure id. reports: the KPI's, by year."""
    open_years = {row.year for row in PlanYear.objects.filter(plan=kpi.plan) if row.is_open}
    editable = {year for year, report in reports.items() if year in open_years and report.is_editable}
    values = YearlyValue.objects.filter(measure__kpi=kpi, year__in=editable)
    return {(value.year, value.measure_id): value for value in values}

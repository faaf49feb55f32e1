"""A KPI's history: every event with its changes, and which of them can be reverted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scorecard import permissions
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, AuditEvent, PlanYear, User, YearlyReport, YearlyValue


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
    """An audit event and its changes."""

    event: AuditEvent
    changes: tuple[HistoryChange, ...]

    @property
    def year_text(self) -> str:
        """「105 年度」; "" where the event is about no year."""
        return f"{year_text(self.event.year)}度" if self.event.year else ""


def build_history(kpi: KPI, user: User, *, most: int) -> list[HistoryLine]:
    """The KPI's latest events, newest first. One query, and three more for staff of its division.

    Staff of the division can revert a change while its year is open and its report editable, if the value has changed.
    """
    events = list(AuditEvent.objects.of_kpi(kpi)[:most])
    current_values = _current_values(kpi) if permissions.can_report_for(user, kpi.division) else {}
    return [HistoryLine(event, tuple(_changes(event, current_values))) for event in events]


def _changes(
    event: AuditEvent, current_values: Mapping[tuple[int | None, int], YearlyValue]
) -> Iterator[HistoryChange]:
    for index, change in enumerate(event.changes):
        before = event.before(index)
        is_restorable = False
        if before is not None:
            value = current_values.get((event.year, before.measure_id))
            is_restorable = value is not None and getattr(value, before.field) != before.value
        yield HistoryChange(index, change["what"], change["old"], change["new"], is_restorable)


def _current_values(kpi: KPI) -> dict[tuple[int | None, int], YearlyValue]:
    """The values that may still be changed, by year and measure id."""
    open_years = {row.year for row in PlanYear.objects.filter(plan=kpi.plan) if row.is_open}
    reports = YearlyReport.objects.filter(kpi=kpi, year__in=open_years)
    editable = {report.year for report in reports if report.is_editable}
    values = YearlyValue.objects.filter(measure__kpi=kpi, year__in=editable)
    return {(value.year, value.measure_id): value for value in values}

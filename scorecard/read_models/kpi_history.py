"""A KPI's history as its page shows it: every event with its changes, and which of them can be taken back."""

from dataclasses import dataclass

from scorecard import permissions
from scorecard.domain.roc_years import year_text
from scorecard.models import AuditEvent, PlanYear, YearlyReport, YearlyValue


@dataclass(frozen=True)
class HistoryChange:
    """One change in words; None stands for no value. index: its place in the event."""

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
    def year_text(self):
        """The plan year it is about, 「105 年度」; "" where it is about none."""
        return f"{year_text(self.event.year)}度" if self.event.year else ""


def build_history(kpi, user, *, most):
    """The KPI's latest events, newest first; one query, and three more for staff of its division.

    A change can be taken back by staff of the division while its year is open and its report editable, and where
    another value stands now.
    """
    events = list(AuditEvent.objects.of_kpi(kpi)[:most])
    standing = _standing(kpi) if permissions.can_report_for(user, kpi.division) else {}
    return [HistoryLine(event, tuple(_changes(event, standing))) for event in events]


def _changes(event, standing):
    for index, change in enumerate(event.changes):
        before = event.before(index)
        values = standing.get((event.year, before.measure_id)) if before else None
        is_restorable = values is not None and getattr(values, before.field) != before.value
        yield HistoryChange(index, change["what"], change["old"], change["new"], is_restorable)


def _standing(kpi):
    """The values that may still be changed, by year and measure number."""
    opened = {row.year for row in PlanYear.objects.filter(plan=kpi.plan) if row.is_open}
    reports = YearlyReport.objects.filter(kpi=kpi, year__in=opened)
    editable = {report.year for report in reports if report.is_editable}
    values = YearlyValue.objects.filter(measure__kpi=kpi, year__in=editable)
    return {(value.year, value.measure_id): value for value in values}

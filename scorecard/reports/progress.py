"""How far the year's reporting has come."""

from dataclasses import dataclass

from django.utils import timezone

from scorecard.choices import ReportState


@dataclass(frozen=True)
class DivisionProgress:
    """A division's due reports by state: ((ReportState, count), …) in the order of the workflow.

    days_overdue: days from the year's due date to today, 0 before it and where the year is not open.
    """

    id: int | None
    name: str
    states: tuple
    due: int
    approved: int
    days_overdue: int = 0

    @property
    def is_done(self):
        """Whether every due report is approved."""
        return self.approved == self.due

    @property
    def unsubmitted(self):
        """How many of the due reports are still with the division."""
        counts = dict(self.states)
        return self.due - counts[ReportState.SUBMITTED] - self.approved

    @property
    def days_late(self):
        """Days that reports which are still with the division are overdue; 0 where none is."""
        return self.days_overdue if self.unsubmitted else 0


def count_states(kpis):
    """How many of the KPI lines with a due report are in each state, as ((ReportState, count), …)."""
    states = [kpi.report_state for kpi in kpis if kpi.report_state is not None]
    return tuple((state, states.count(state)) for state in ReportState)


def build_progress(scorecard):
    """Every division's progress in the scorecard's year; no query."""
    overdue = _days_overdue(scorecard.year)
    return tuple(_progress(division.id, division.name, division.kpis, overdue) for division in scorecard.divisions)


def total_progress(scorecard):
    """The progress of all divisions together; its id is None."""
    return _progress(None, "合計", scorecard.kpis, _days_overdue(scorecard.year))


def _days_overdue(year):
    if not year.is_open or year.due_date is None:
        return 0
    return max(0, (timezone.localdate() - year.due_date).days)


def _progress(id_, name, kpis, days_overdue):
    states = count_states(kpis)
    due = sum(count for _, count in states)
    return DivisionProgress(id_, name, states, due, dict(states)[ReportState.APPROVED], days_overdue)

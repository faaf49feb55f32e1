"""How far the year's reporting has come."""

from dataclasses import dataclass

from scorecard.choices import ReportState


@dataclass(frozen=True)
class DivisionProgress:
    """A division's due reports by state: ((ReportState, count), …) in the order of the workflow."""

    id: int
    name: str
    states: tuple
    due: int
    approved: int

    @property
    def is_done(self):
        """Whether every due report is approved."""
        return self.approved == self.due


def count_states(kpis):
    """How many of the KPI lines with a due report are in each state, as ((ReportState, count), …)."""
    states = [kpi.report_state for kpi in kpis if kpi.report_state is not None]
    return tuple((state, states.count(state)) for state in ReportState)


def build_progress(scorecard):
    """Every division's progress in the scorecard's year; no query."""
    made = []
    for division in scorecard.divisions:
        states = count_states(division.kpis)
        due = sum(count for _, count in states)
        made.append(DivisionProgress(division.id, division.name, states, due, dict(states)[ReportState.APPROVED]))
    return tuple(made)

"""How far the year's reporting has come, and what is left for one person to do."""

from dataclasses import dataclass

from django.utils import timezone

from scorecard.domain.choices import EDITABLE_STATES, ReportState, Status
from scorecard.read_models.scorecard import KPILine

# What has to be done first stands first.
TASK_ORDER = (
    ReportState.RETURNED,
    ReportState.PENDING,
    ReportState.IN_PROGRESS,
    ReportState.SUBMITTED,
    ReportState.APPROVED,
)


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


@dataclass(frozen=True)
class TaskGroup:
    """The KPIs whose report is in one state, in the scorecard's order."""

    state: ReportState
    kpis: tuple[KPILine, ...]

    @property
    def is_editable(self):
        """Whether they wait for their staff."""
        return self.state in EDITABLE_STATES


@dataclass(frozen=True)
class Tasks:
    """What a person's divisions have to report in the scorecard's year. groups: those with a KPI, by TASK_ORDER."""

    groups: tuple[TaskGroup, ...]

    @property
    def kpis(self):
        """Every KPI with a report due."""
        return tuple(kpi for group in self.groups for kpi in group.kpis)

    @property
    def unfilled(self):
        """Those that staff may edit and in which a figure is missing, in the scorecard's order within each state."""
        return tuple(
            kpi for group in self.groups if group.is_editable for kpi in group.kpis if kpi.status == Status.PENDING
        )

    @property
    def returned(self):
        """Those that were returned for correction."""
        return self._in(ReportState.RETURNED)

    @property
    def drafts(self):
        """Those that are begun and not submitted."""
        return self._in(ReportState.IN_PROGRESS)

    @property
    def is_sent(self):
        """Whether nothing is left for staff to do: everything is submitted or approved."""
        return not any(group.is_editable for group in self.groups)

    @property
    def is_approved(self):
        """Whether everything is approved."""
        return all(group.state == ReportState.APPROVED for group in self.groups)

    @property
    def stage_text(self):
        """How far it has come, in words: 「尚有 3 項未填」."""
        if self.unfilled:
            return f"尚有 {len(self.unfilled)} 項未填"
        if self.is_approved:
            return "全部核定"
        return "全部送出" if self.is_sent else "都已填寫"

    def _in(self, state):
        return tuple(kpi for group in self.groups if group.state == state for kpi in group.kpis)


def build_tasks(scorecard, division_ids):
    """The Tasks of these divisions, of a scorecard that includes provisional figures; no query."""
    due = [kpi for kpi in scorecard.due_kpis if kpi.division_id in division_ids]
    groups = [TaskGroup(state, tuple(kpi for kpi in due if kpi.report_state == state)) for state in TASK_ORDER]
    return Tasks(tuple(group for group in groups if group.kpis))

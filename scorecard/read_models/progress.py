"""How far reporting has come in the year, and what is left for one person to do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils import timezone

from scorecard.domain.choices import EDITABLE_STATES, ReportState, Status
from scorecard.read_models.measure_lines import OwnYear
from scorecard.read_models.scorecard import KPILine, Scorecard

# The most urgent first.
TASK_ORDER = (
    ReportState.RETURNED,
    ReportState.PENDING,
    ReportState.IN_PROGRESS,
    ReportState.SUBMITTED,
    ReportState.APPROVED,
)


StateCounts = tuple[tuple[ReportState, int], ...]


@dataclass(frozen=True)
class DivisionProgress:
    """A division's due reports: states is (state, count) in the order of the workflow.

    days_overdue: days from the year's due date to today; 0 before it and where the year is not open.
    """

    id: int | None
    name: str
    states: StateCounts
    due: int
    approved: int
    days_overdue: int = 0

    @property
    def is_done(self) -> bool:
        return self.approved == self.due

    @property
    def unsubmitted(self) -> int:
        """The number of due reports that are still with the division."""
        counts = dict(self.states)
        return self.due - counts[ReportState.SUBMITTED] - self.approved

    @property
    def days_late(self) -> int:
        """Days overdue of the reports still with the division; 0 where there is none."""
        return self.days_overdue if self.unsubmitted else 0


def count_states(kpis: Iterable[KPILine]) -> StateCounts:
    """Of the KPIs with a due report; every state has its count."""
    states = [kpi.report_state for kpi in kpis if kpi.report_state is not None]
    return tuple((state, states.count(state)) for state in ReportState)


def build_progress(scorecard: Scorecard) -> tuple[DivisionProgress, ...]:
    """Of every division in the scorecard's year. No query."""
    overdue = _days_overdue(scorecard.year)
    return tuple(_progress(division.id, division.name, division.kpis, overdue) for division in scorecard.divisions)


def total_progress(scorecard: Scorecard) -> DivisionProgress:
    """Of all divisions together; id is None."""
    return _progress(None, "合計", scorecard.kpis, _days_overdue(scorecard.year))


def _days_overdue(year: OwnYear) -> int:
    if not year.is_open or year.due_date is None:
        return 0
    return max(0, (timezone.localdate() - year.due_date).days)


def _progress(id_: int | None, name: str, kpis: Iterable[KPILine], days_overdue: int) -> DivisionProgress:
    states = count_states(kpis)
    due = sum(count for _, count in states)
    return DivisionProgress(id_, name, states, due, dict(states)[ReportState.APPROVED], days_overdue)


@dataclass(frozen=True)
class TaskGroup:
    """The KPIs whose report is in one state, in the scorecard's order."""

    state: ReportState
    kpis: tuple[KPILine, ...]

    @property
    def is_editable(self) -> bool:
        """Whether they wait for their staff."""
        return self.state in EDITABLE_STATES


@dataclass(frozen=True)
class Tasks:
    """The reports that a person's divisions owe in the scorecard's year. groups: those with a KPI, by TASK_ORDER."""

    groups: tuple[TaskGroup, ...]

    @property
    def kpis(self) -> tuple[KPILine, ...]:
        return tuple(kpi for group in self.groups for kpi in group.kpis)

    @property
    def unfilled(self) -> tuple[KPILine, ...]:
        """KPIs that staff may edit and that lack a figure, by state and then in the scorecard's order."""
        return tuple(
            kpi for group in self.groups if group.is_editable for kpi in group.kpis if kpi.status == Status.PENDING
        )

    @property
    def returned(self) -> tuple[KPILine, ...]:
        return self._in(ReportState.RETURNED)

    @property
    def in_progress(self) -> tuple[KPILine, ...]:
        """Begun and not submitted."""
        return self._in(ReportState.IN_PROGRESS)

    @property
    def is_sent(self) -> bool:
        """Whether everything is submitted or approved: nothing is left for staff to do."""
        return not any(group.is_editable for group in self.groups)

    @property
    def is_approved(self) -> bool:
        return all(group.state == ReportState.APPROVED for group in self.groups)

    @property
    def stage_text(self) -> str:
        """「尚有 3 項未填」, 「都已填寫」, 「全部送出」 or 「全部審核通過」."""
        if self.unfilled:
            return f"尚有 {len(self.unfilled)} 項未填"
        if self.is_approved:
            return "全部審核通過"
        return "全部送出" if self.is_sent else "都已填寫"

    def _in(self, state: ReportState) -> tuple[KPILine, ...]:
        return tuple(kpi for group in self.groups if group.state == state for kpi in group.kpis)


def build_tasks(scorecard: Scorecard, division_ids: Collection[int]) -> Tasks:
    """The scorecard includes provisional figures. No query."""
    due = [kpi for kpi in scorecard.due_kpis if kpi.division_id in division_ids]
    groups = [TaskGroup(state, tuple(kpi for kpi in due if kpi.report_state == state)) for state in TASK_ORDER]
    return Tasks(tuple(group for group in groups if group.kpis))

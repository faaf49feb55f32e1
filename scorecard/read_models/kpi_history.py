"""A KPI's history: every event with its changes, and which of them can be reverted.

What was entered for a report that is not approved is not shown by itself (decision 0003), except to those who enter or
review it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scorecard import permissions
from scorecard.domain.choices import EDITABLE_STATES, Question, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, AuditEvent, Measure, User, YearlyReport, YearlyValue
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
    """The latest events of the KPI in its edition, newest first. Two queries, and two more for staff of its division.

    kpi has its plan selected. Staff of the division can revert a change while the year is open and the report editable,
    if the value has changed.
    """
    events = list(AuditEvent.objects.of_kpi(kpi)[:most])
    approved = _approved_years(kpi)
    is_reporter = permissions.can_report_for(user, kpi.division)
    current_values = _current_values(kpi, events) if is_reporter else {}
    shows_all = include_provisional or is_reporter or permissions.can_review(user, kpi.plan.agency_id)
    lines = []
    for event in events:
        is_unapproved = is_entry(event) and event.year not in approved
        if is_unapproved and not shows_all:
            lines.append(HistoryLine(event, (), is_withheld=True))
        else:
            values = current_values if event.year == kpi.plan.year else {}
            changes = tuple(_changes(event, values, shows_all=shows_all))
            lines.append(HistoryLine(event, changes, is_unapproved))
    return lines


def _approved_years(kpi: KPI) -> set[int]:
    """The years up to the edition's whose report of the KPI is approved.

    Events from before there were editions may be of a later year, whose report would change a closed page.
    """
    reports = YearlyReport.objects.filter(
        kpi__lineage=kpi.lineage,
        kpi__plan__agency=kpi.plan.agency_id,
        kpi__plan__year__lte=kpi.plan.year,
        state=ReportState.APPROVED,
    )
    return set(reports.values_list("kpi__plan__year", flat=True))


def _changes(
    event: AuditEvent, current_values: Mapping[int, YearlyValue], *, shows_all: bool
) -> Iterator[HistoryChange]:
    """shows_all False: an answered question by its kind alone, since its sentence may quote another year's figure."""
    for index, change in enumerate(event.changes):
        before = event.before(index)
        is_restorable = False
        if before is not None:
            value = current_values.get(before.measure_id)
            is_restorable = value is not None and getattr(value, before.field) != before.value
        new = change["new"]
        if "question" in change and not shows_all:
            new = Question(change["question"]).label
        yield HistoryChange(index, change["what"], change["old"], new, is_restorable)


def _current_values(kpi: KPI, events: Iterable[AuditEvent]) -> dict[int, YearlyValue]:
    """The values that may still be changed, by the measure ids that the events of the edition's year name.

    An event may name the measure's row in another edition: the row of the same lineage is meant.
    """
    if not kpi.plan.is_open:
        return {}
    own = YearlyValue.objects.filter(measure__kpi=kpi, year=kpi.plan.year)
    editable = own.filter(measure__kpi__reports__state__in=EDITABLE_STATES).select_related("measure")
    by_lineage = {value.measure.lineage: value for value in editable}
    if not by_lineage:
        return {}
    named = {
        change["measure"]
        for event in events
        if event.year == kpi.plan.year
        for change in event.changes
        if "measure" in change
    }
    rows = Measure.objects.filter(pk__in=named, lineage__in=by_lineage).values_list("pk", "lineage")
    return {pk: by_lineage[lineage] for pk, lineage in rows}

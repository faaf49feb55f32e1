"""A KPI's history over editions: every event with its changes, and which of them can be reverted, and where.

An edition shows its own events and those of the editions before it; a closed one gains none, since editions are closed
in the order of years.

What was entered for a report that is not approved is not shown by itself (decision 0003), except to those who enter or
review it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from scorecard import permissions
from scorecard.domain.choices import EDITABLE_STATES, Question, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, AuditEvent, Measure, Plan, User, YearlyValue
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
    code: the KPI's in the edition of the event's year, where it is reverted. is_earlier: whether that is another
    edition than the page's.
    """

    event: AuditEvent
    changes: tuple[HistoryChange, ...]
    is_provisional: bool = False
    is_withheld: bool = False
    code: str = ""
    is_earlier: bool = False

    @property
    def year_text(self) -> str:
        """「105 年度」; "" where the event is about no year."""
        return f"{year_text(self.event.year)}度" if self.event.year else ""


def rows_up_to(plan: Plan, rows: Iterable[KPI]) -> list[KPI]:
    """Of rows of a KPI those that the edition's pages know: its own, and those of earlier editions that are no drafts.

    rows: as KPIQuerySet.of_lineage() gives them.
    """
    return [row for row in rows if row.plan_id == plan.pk or (row.plan.year < plan.year and not row.plan.is_draft)]


def build_history(
    rows: Sequence[KPI], events: Sequence[AuditEvent], user: User, *, include_provisional: bool = False
) -> list[HistoryLine]:
    """A line for each event. No query, but two for staff of its division.

    rows: as rows_up_to() gives them; the last is the page's own. events: of over_editions(). Staff of a row's division
    can revert a change while its year is open and its report editable, if the value has changed.
    """
    own = rows[-1]
    by_year = {row.plan.year: row for row in rows}
    years = {row.pk: row.plan.year for row in rows}
    # Events from before there were editions may be of a later year, whose report would change a closed page.
    approved = {year for year, row in by_year.items() if _state_of(row) == ReportState.APPROVED}
    current_values = _current_values([row for row in rows if permissions.can_report_for(user, row.division)], events)
    is_reporter = permissions.can_report_for(user, own.division)
    shows_all = include_provisional or is_reporter or permissions.can_review(user, own.plan.agency_id)
    lines = []
    for event in events:
        year = years[event.kpi_id or 0] if event.year is None else event.year
        code = by_year[year].code if year in by_year else ""
        is_earlier = year < own.plan.year
        is_unapproved = is_entry(event) and event.year not in approved
        if is_unapproved and not shows_all:
            lines.append(HistoryLine(event, (), is_withheld=True, code=code, is_earlier=is_earlier))
        else:
            values = current_values.get(year, {})
            changes = tuple(_changes(event, values, shows_all=shows_all))
            lines.append(HistoryLine(event, changes, is_unapproved, code=code, is_earlier=is_earlier))
    return lines


def _state_of(row: Any) -> str | None:
    """row: a KPI of KPIQuerySet.of_lineage()."""
    state: str | None = row.report_state
    return state


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


def _current_values(rows: Iterable[KPI], events: Iterable[AuditEvent]) -> dict[int, dict[int, YearlyValue]]:
    """{year: {measure id: value}}: what may still be changed, by the measures that events of the year name.

    An event may name the measure's row in another edition: the row of the same lineage is meant.
    """
    open_rows = [row for row in rows if row.plan.is_open and _state_of(row) in EDITABLE_STATES]
    if not open_rows:
        return {}
    years = {row.plan.year for row in open_rows}
    named = {
        change["measure"] for event in events if event.year in years for change in event.changes if "measure" in change
    }
    own = YearlyValue.objects.filter(measure__kpi__in=open_rows, year=F("measure__kpi__plan__year"))
    by_lineage = {(value.year, value.measure.lineage): value for value in own.select_related("measure")}
    lineages = {lineage for _, lineage in by_lineage}
    named_rows = list(Measure.objects.filter(pk__in=named, lineage__in=lineages).values_list("pk", "lineage"))
    return {
        year: {pk: by_lineage[year, lineage] for pk, lineage in named_rows if (year, lineage) in by_lineage}
        for year in years
    }

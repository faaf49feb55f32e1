"""Restores one value as it was before an audit event, by reporting's own rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from scorecard.domain import policies
from scorecard.domain.choices import AuditAction
from scorecard.domain.roc_years import datetime_text
from scorecard.domain.value_text import as_read
from scorecard.models import KPI, AuditEvent, Measure, Plan, User, YearlyReport, YearlyValue
from scorecard.models.audit import FIGURES, RESTORABLE, Before
from scorecard.services import audit
from scorecard.services.reporting import Entry, ReportEntry, save_reports


@dataclass(frozen=True)
class Restoration:
    """What restoring a value would do at present.

    draft: the whole report with the value restored. differences: (what, present value, restored value) in words; empty
    where nothing would change.
    """

    event: AuditEvent
    report: YearlyReport
    report_entry: ReportEntry
    differences: tuple[tuple[str, str | None, str | None], ...]


def plan_restoration(kpi: KPI, event: AuditEvent, index: int) -> Restoration | None:
    """index: of the change in the event. None: the change replaced no value of the KPI's measures in its own year.

    The event is of this KPI, or of its row in an earlier edition, as events from before there were editions are.
    Values that belong together are restored together: a ratio with both its parts, 無統計 with its reason. A restored
    figure ends 無統計, and restoring 無統計 removes the figure.
    """
    before = event.before(index)
    if before is None or event.year != kpi.plan.year:
        return None
    of_agency = Measure.objects.filter(kpi__plan__agency=kpi.plan.agency_id)
    measure = kpi.measures.filter(lineage__in=of_agency.filter(pk=before.measure_id).values("lineage")).first()
    if measure is None:
        return None
    report = YearlyReport.objects.filter(kpi=kpi).first() or YearlyReport(kpi=kpi)
    value = YearlyValue.objects.filter(measure=measure, year=kpi.plan.year).first() or YearlyValue(measure=measure)
    now = {name: getattr(value, name) for name in RESTORABLE}
    rows = set(of_agency.filter(lineage=measure.lineage).values_list("pk", flat=True))
    then = _restored(before, now, _values_before(kpi, event, rows, now))
    label = f"{measure.label} " if measure.label else ""
    differences = tuple(
        (f"{label}{audit.field_label(value, name)}", as_read(now[name]), as_read(then[name]))
        for name in RESTORABLE
        if now[name] != then[name]
    )
    entry = Entry(
        measure.pk, then["actual"], then["actual_note"], then["unmeasured"], then["numerator"], then["denominator"]
    )
    report_entry = ReportEntry(kpi, report.version, (entry,), report.explanation, report.improvement)
    return Restoration(event, report, report_entry, differences)


def restore(*, by: User, restoration: Restoration, version: int) -> list[YearlyReport]:
    """Save the restoration. Returns and raises what save_reports() does.

    version: the report's as the person saw it. The audit event's reason names the event that it reverses.
    """
    report_entry, event = restoration.report_entry, restoration.event
    kpi = report_entry.kpi
    entry = ReportEntry(kpi, version, report_entry.entries, report_entry.explanation, report_entry.improvement)
    reason = f"還原為第 {event.pk} 號紀錄（{datetime_text(timezone.localtime(event.at))}）之前的值"
    return save_reports(
        by=by,
        plan=kpi.plan,
        report_entries=[entry],
        action=AuditAction.RESTORED,
        reason=reason,
    )


def why_not(plan: Plan, restoration: Restoration) -> str:
    """The sentence that says why nobody can restore the value now; "" where somebody can."""
    try:
        policies.check_year_is_open(plan)
        policies.check_report_is_editable(restoration.report)
    except policies.RuleBroken as error:
        return " ".join(error.messages)
    return "" if restoration.differences else "目前已經是這個值，不需要還原。"


def _values_before(kpi: KPI, event: AuditEvent, rows: Collection[int], now: dict[str, Any]) -> dict[str, Any]:
    """{field: its value before the event}, from the first event since then that changed it, or else the present one.

    rows: ids of the measure in every edition.
    """
    later = AuditEvent.objects.of_kpi(kpi).filter(year=event.year, pk__gt=event.pk).order_by("pk")
    values: dict[str, Any] = {}
    for each in (event, *later):
        for index in range(len(each.changes)):
            change = each.before(index)
            if change and change.measure_id in rows:
                values.setdefault(change.field, change.value)
    return now | values


def _restored(before: Before, now: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values after the restoration: figures with their parts, and no figure with 無統計."""
    if before.field == "actual_note":
        return now | {"actual_note": before.value}
    if before.field == "unmeasured" and before.value:
        return now | dict.fromkeys(FIGURES) | {"unmeasured": True, "actual_note": values["actual_note"]}
    then = now | {name: values[name] for name in FIGURES}
    if before.field == "unmeasured" or (now["unmeasured"] and then["actual"] is not None):
        then |= {"unmeasured": False, "actual_note": values["actual_note"]}
    return then

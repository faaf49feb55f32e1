"""Taking back one value: what stood before an audit event stands again, through reporting's own rules."""

from dataclasses import dataclass

from django.utils import timezone

from scorecard.domain import policies
from scorecard.domain.choices import AuditAction
from scorecard.domain.roc_years import datetime_text
from scorecard.domain.value_text import as_read
from scorecard.models import AuditEvent, YearlyReport, YearlyValue
from scorecard.models.audit import FIGURES, RESTORABLE
from scorecard.services.reporting import Entry, ReportEntry, save_reports


@dataclass(frozen=True)
class Restoration:
    """What taking back a value would do, as things stand now.

    draft holds the whole report with the value restored; differences are (what, now, then) in words, empty where
    nothing would change.
    """

    event: AuditEvent
    report: YearlyReport
    draft: ReportEntry
    differences: tuple[tuple[str, str | None, str | None], ...]


def plan_restoration(kpi, event, index):
    """The Restoration of what one change of an event of this KPI replaced; None where there is nothing to restore.

    Values that belong together or exclude each other go together: a ratio comes back with both its parts, a figure
    ends 無統計, and 無統計 takes the figure away and brings back its reason.
    """
    before = event.before(index)
    measure = kpi.measures.filter(pk=before.measure_id).first() if before else None
    if measure is None:
        return None
    report = YearlyReport.objects.filter(kpi=kpi, year=event.year).first() or YearlyReport(kpi=kpi, year=event.year)
    value = YearlyValue.objects.filter(measure=measure, year=event.year).first() or YearlyValue(measure=measure)
    now = {name: getattr(value, name) for name in RESTORABLE}
    then = _with(before, now, _stood_before(event, before, now))
    label = f"{measure.label} " if measure.label else ""
    differences = tuple(
        (f"{label}{value._meta.get_field(name).verbose_name}", as_read(now[name]), as_read(then[name]))
        for name in RESTORABLE
        if now[name] != then[name]
    )
    entry = Entry(
        measure.pk, then["actual"], then["actual_note"], then["unmeasured"], then["numerator"], then["denominator"]
    )
    draft = ReportEntry(kpi, report.version, (entry,), report.explanation, report.improvement)
    return Restoration(event, report, draft, differences)


def restore(*, by, restoration, version):
    """Save what was planned and return the report's changes as save_reports() does; it raises the same.

    version: the report's as the person saw it. The audit event names the one whose change it takes back.
    """
    draft, event = restoration.draft, restoration.event
    kpi = draft.kpi
    seen = ReportEntry(kpi, version, draft.entries, draft.explanation, draft.improvement)
    reason = f"還原為第 {event.pk} 號紀錄（{datetime_text(timezone.localtime(event.at))}）之前的值"
    return save_reports(
        by=by, plan=kpi.plan, year=event.year, drafts=[seen], action=AuditAction.RESTORED, reason=reason
    )


def why_not(plan_year, restoration):
    """The sentence that keeps the value from being restored, whoever asks; empty where nothing does."""
    try:
        policies.check_year_is_open(plan_year)
        policies.check_report_is_editable(restoration.report)
    except policies.RuleBroken as error:
        return " ".join(error.messages)
    return "" if restoration.differences else "目前已經是這個值，不需要還原。"


def _stood_before(event, before, now):
    """What each field of the measure was before the event: told by it, or by the first later one that changed it."""
    later = AuditEvent.objects.filter(kpi=event.kpi_id, year=event.year, pk__gt=event.pk).order_by("pk")
    stood = {}
    for each in (event, *later):
        told = (each.before(index) for index in range(len(each.changes)))
        for change in told:
            if change and change.measure_id == before.measure_id:
                stood.setdefault(change.field, change.value)
    return now | stood


def _with(before, now, stood):
    """What stands after the restoration: figures go with their parts, and none of them beside 無統計."""
    if before.field == "actual_note":
        return now | {"actual_note": before.value}
    if before.field == "unmeasured" and before.value:
        return now | dict.fromkeys(FIGURES) | {"unmeasured": True, "actual_note": stood["actual_note"]}
    then = now | {name: stood[name] for name in FIGURES}
    if before.field == "unmeasured" or now["unmeasured"] and then["actual"] is not None:
        then |= {"unmeasured": False, "actual_note": stood["actual_note"]}
    return then

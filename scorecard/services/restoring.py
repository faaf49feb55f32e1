"""Taking back one value: what stood before an audit event stands again, through reporting's own rules."""

from dataclasses import dataclass

from django.utils import timezone

from scorecard import policies
from scorecard.choices import AuditAction
from scorecard.models import AuditEvent, YearlyReport, YearlyValue
from scorecard.models.audit import RESTORABLE
from scorecard.roc import datetime_text
from scorecard.services.audit import as_read
from scorecard.services.reporting import Draft, Entry, save_reports


@dataclass(frozen=True)
class Restoration:
    """What taking back a value would do, as things stand now.

    draft holds the whole report with the value restored; differences are (what, now, then) in words, empty where
    nothing would change.
    """

    event: AuditEvent
    report: YearlyReport
    draft: Draft
    differences: tuple[tuple[str, str | None, str | None], ...]


def plan_restoration(kpi, event, index):
    """The Restoration of what one change of an event of this KPI replaced; None where there is nothing to restore.

    Values that exclude each other go together: a figure ends 無統計, and 無統計 takes the figure away and brings back
    the reason that the event replaced.
    """
    before = event.before(index)
    measure = kpi.measures.filter(pk=before.measure_id).first() if before else None
    if measure is None:
        return None
    report = YearlyReport.objects.filter(kpi=kpi, year=event.year).first() or YearlyReport(kpi=kpi, year=event.year)
    value = YearlyValue.objects.filter(measure=measure, year=event.year).first() or YearlyValue(measure=measure)
    now = {name: getattr(value, name) for name in RESTORABLE}
    then = _with(before, now, _told_with(event, before))
    label = f"{measure.label} " if measure.label else ""
    differences = tuple(
        (f"{label}{value._meta.get_field(name).verbose_name}", as_read(now[name]), as_read(then[name]))
        for name in RESTORABLE
        if now[name] != then[name]
    )
    entry = Entry(measure.pk, then["actual"], then["actual_note"], then["unmeasured"])
    draft = Draft(kpi, report.version, (entry,), report.explanation, report.improvement)
    return Restoration(event, report, draft, differences)


def restore(*, by, restoration, version):
    """Save what was planned and return the report's changes as save_reports() does; it raises the same.

    version: the report's as the person saw it. The audit event names the one whose change it takes back.
    """
    draft, event = restoration.draft, restoration.event
    kpi = draft.kpi
    seen = Draft(kpi, version, draft.entries, draft.explanation, draft.improvement)
    reason = f"還原為第 {event.pk} 號紀錄（{datetime_text(timezone.localtime(event.at))}）之前的值"
    return save_reports(
        by=by, plan=kpi.plan, year=event.year, drafts=[seen], action=AuditAction.RESTORED, reason=reason
    )  # fmt: skip


def why_not(plan_year, restoration):
    """The sentence that keeps the value from being restored, whoever asks; empty where nothing does."""
    try:
        policies.check_year_is_open(plan_year)
        policies.check_report_is_editable(restoration.report)
    except policies.RuleBroken as error:
        return " ".join(error.messages)
    return "" if restoration.differences else "目前已經是這個值，不需要還原。"


def _told_with(event, before):
    """What the same event replaced in the same measure, by field."""
    told = (event.before(index) for index in range(len(event.changes)))
    return {each.field: each.value for each in told if each and each.measure_id == before.measure_id}


def _with(before, now, told):
    then = now | {before.field: before.value}
    if before.field == "unmeasured" and before.value:
        then |= {"actual": None, "actual_note": told.get("actual_note") or now["actual_note"]}
    elif before.field == "unmeasured":
        then |= {"actual": told.get("actual"), "actual_note": told.get("actual_note", now["actual_note"])}
    elif before.field == "actual" and before.value is not None and now["unmeasured"]:
        then |= {"unmeasured": False, "actual_note": told.get("actual_note", now["actual_note"])}
    return then

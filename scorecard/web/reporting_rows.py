"""The forms of a division's reporting table."""

from django.db.models import Prefetch

from scorecard.forms.reporting import KPIEntryForm
from scorecard.models import KPI, Evidence, FigureConfirmation, YearlyReport


def entry_forms(scorecard, edition, division, data=None):
    """A form for each KPI of the division that is due in the year."""
    kpis = {
        kpi.id: kpi
        for kpi in KPI.objects.filter(plan=edition.plan, division=division)
        .select_related("plan", "division")
        .prefetch_related("measures")
    }
    reports = {
        report.kpi_id: report
        for report in YearlyReport.objects.of_plan(edition.plan)
        .filter(kpi__in=kpis)
        .select_related("changed_by")
        .prefetch_related("comments", Prefetch("evidence", Evidence.objects.present()))
    }
    answered = FigureConfirmation.objects.answers_of(kpis, edition.year)
    return [
        KPIEntryForm(data, line=line, report=reports.get(line.id), kpi=kpis[line.id], answered=answered)
        for line in scorecard.due_kpis
        if line.division_id == division.id
    ]


def sent_forms(scorecard, edition, division, data):
    """Only forms whose fields are in data."""
    return [form for form in entry_forms(scorecard, edition, division, data) if form.add_prefix("version") in form.data]

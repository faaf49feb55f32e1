"""填報與審核: who entered, who submitted and who approved the report of each KPI."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.domain.scoring import BLANK
from scorecard.models import YearlyReport
from scorecard.read_models.hands import NO_HANDS, Hands
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class ReportPeople:
    """A KPI whose report is due, with names and days; a dash where nobody did it yet."""

    kpi: KPILine
    entered: str
    submitted: str
    approved: str


def report_people(
    scorecard: Scorecard, reports: Mapping[int, YearlyReport], hands: Mapping[int, Hands]
) -> tuple[ReportPeople, ...]:
    """Of each due KPI, in the scorecard's order. reports, hands: by KPI id; the reports with their people. No query."""
    return tuple(_people(kpi, reports.get(kpi.id), hands.get(kpi.id, NO_HANDS)) for kpi in scorecard.due_kpis)


def _people(kpi: KPILine, report: YearlyReport | None, hands: Hands) -> ReportPeople:
    submitted = approved = BLANK
    if report is not None and report.submitted_at is not None:
        submitted = _on(report.submitter, report.submitted_at)
    if report is not None and report.is_approved and report.reviewed_at is not None:
        approved = _on(report.reviewer, report.reviewed_at)
    return ReportPeople(kpi, hands.entered_text or BLANK, submitted, approved)


def _on(name: str, at: datetime) -> str:
    return f"{name}　{date_text(timezone.localdate(at))}"

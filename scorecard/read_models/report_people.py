"""填報與審核: who entered, who submitted and who approved the report of each KPI."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.domain.scoring import BLANK
from scorecard.models import YearlyReport
from scorecard.read_models.hands import NO_HANDS, Hands
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class ReportPeople:
    """A KPI whose report is due, with names and days; a dash and no day where nobody did it yet."""

    kpi: KPILine
    entered: str
    submitted: str = BLANK
    submitted_on: str = ""
    approved: str = BLANK
    approved_on: str = ""


def report_people(
    scorecard: Scorecard, reports: Mapping[int, YearlyReport], hands: Mapping[int, Hands]
) -> tuple[ReportPeople, ...]:
    """Of each due KPI, in the scorecard's order. reports, hands: by KPI id; the reports with their people. No query."""
    return tuple(_people(kpi, reports.get(kpi.id), hands.get(kpi.id, NO_HANDS)) for kpi in scorecard.due_kpis)


def _people(kpi: KPILine, report: YearlyReport | None, hands: Hands) -> ReportPeople:
    people = ReportPeople(kpi, hands.entered_text or BLANK)
    if report is not None and report.submitted_at is not None:
        people = replace(people, submitted=report.submitter, submitted_on=_day(report.submitted_at))
    if report is not None and report.is_approved and report.reviewed_at is not None:
        people = replace(people, approved=report.reviewer, approved_on=_day(report.reviewed_at))
    return people


def _day(at: datetime) -> str:
    return date_text(timezone.localdate(at))

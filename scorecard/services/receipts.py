"""填報收執: a numbered copy of what a division submits, made in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max

from scorecard.domain.choices import Direction
from scorecard.domain.ratios import parts_of
from scorecard.domain.scoring import Outcome, Score, assess, kpi_score, percent_text, plain
from scorecard.models import (
    ActionBudget,
    Division,
    Evidence,
    Measure,
    Plan,
    Submission,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.models.receipts import digest_of
from scorecard.read_models.hands import NO_HANDS, hands_on

# The version of the content's format. A new format gets a new number; old receipts stay readable for ever.
FORM = 2


@dataclass(frozen=True)
class JudgedValue:
    """value: of the edition's year. outcome: by scoring.py."""

    measure: Measure
    value: YearlyValue
    outcome: Outcome


@dataclass(frozen=True)
class JudgedReport:
    """lines: a report's values in the database. score: the KPI's."""

    lines: tuple[JudgedValue, ...]
    score: Score


def judge_report(report: YearlyReport) -> JudgedReport:
    """Two queries, if the report has its KPI and plan selected."""
    kpi, plan = report.kpi, report.kpi.plan
    values = {value.measure_id: value for value in YearlyValue.objects.filter(measure__kpi=kpi, year=plan.year)}
    lines = []
    for measure in kpi.measures.all():
        value = values.get(measure.pk) or YearlyValue(measure=measure, year=plan.year)
        outcome = assess(
            actual=value.actual,
            target=value.target,
            direction=Direction(measure.direction),
            tolerance=measure.tolerance,
            unmeasured=value.unmeasured,
            threshold=plan.warning_threshold,
            parts=parts_of(value.actual, value.numerator, value.denominator, measure.factor),
        )
        lines.append(JudgedValue(measure, value, outcome))
    parts = [(line.measure.weight, line.outcome) for line in lines]
    return JudgedReport(tuple(lines), kpi_score(parts, plan.warning_threshold))


def issue_receipts(
    *, by: User, plan: Plan, reports: Sequence[YearlyReport], judged: Mapping[int, JudgedReport]
) -> list[tuple[Submission, list[YearlyReport]]]:
    """Make one Submission for each division of the reports just submitted, and return it with its reports.

    judged: by primary key of the report. The caller holds the edition's lock, so numbers rise by one; the database
    refuses a number used twice and a gap.
    """
    by_division: dict[Division, list[YearlyReport]] = {}
    for report in sorted(reports, key=lambda report: (report.kpi.position, report.kpi.pk)):
        by_division.setdefault(report.kpi.division, []).append(report)
    evidence = _evidence(reports)
    budgets = _budgets(reports, plan.year)
    hands = hands_on(plan, [report.kpi_id for report in reports])
    serial = Submission.objects.filter(plan=plan).aggregate(last=Max("serial"))["last"] or 0
    issued = []
    for division, own in sorted(by_division.items(), key=lambda pair: pair[0].pk):
        serial += 1
        receipt = Submission(plan=plan, serial=serial, division=division, submitted_by=by)
        if own[0].submitted_at is None:
            raise ValueError("A receipt is for submitted reports.")
        receipt.submitted_at = own[0].submitted_at
        receipt.content = {
            "form": FORM,
            "number": receipt.number,
            "agency": plan.agency_name,
            "plan": plan.title,
            "year": plan.year,
            "division": division.name,
            "submitted_by": _submitter(by),
            "submitted_at": receipt.submitted_at.isoformat(timespec="seconds"),
            "kpis": [
                _kpi(report, judged[report.pk], evidence.get(report.pk, ()), budgets.get(report.kpi_id, ()))
                | {"entered_by": list(hands.get(report.kpi_id, NO_HANDS).entered)}
                for report in own
            ],
        }
        receipt.digest = digest_of(receipt.content)
        receipt.save(force_insert=True)
        issued.append((receipt, own))
    return issued


def _submitter(by: User) -> dict[str, Any]:
    person = by.acting_for
    acting_for = {"name": str(person), "username": person.username} if person else None
    return {"name": str(by), "username": by.username, "is_sample": by.is_demo, "acting_for": acting_for}


def _kpi(
    report: YearlyReport, judged: JudgedReport, evidence: Iterable[dict[str, Any]], budgets: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    kpi = report.kpi
    return {
        "code": kpi.code,
        "name": kpi.name,
        "formula": kpi.formula,
        "version": report.version,
        "light": str(judged.score.status),
        "rate": _rate(kpi.plan, judged),
        "measures": [_measure(kpi.plan, line) for line in judged.lines],
        "explanation": report.explanation,
        "improvement": report.improvement,
        "evidence": list(evidence),
        "action_plans": list(budgets),
    }


def _rate(plan: Plan, judged: JudgedReport) -> str:
    if len(judged.lines) == 1:
        return percent_text(judged.lines[0].outcome.rate, cap=plan.display_cap)
    return percent_text(judged.score.value)


def _measure(plan: Plan, line: JudgedValue) -> dict[str, Any]:
    measure, value = line.measure, line.value
    return {
        "label": measure.label,
        "unit": measure.unit,
        "direction": str(Direction(measure.direction)),
        "tolerance": _figure(measure.tolerance),
        "target": _figure(value.target),
        "target_note": value.target_note,
        "actual": _figure(value.actual),
        "numerator": _figure(value.numerator),
        "denominator": _figure(value.denominator),
        "unmeasured": value.unmeasured,
        "note": value.actual_note,
        "light": str(line.outcome.status),
        "rate": percent_text(line.outcome.rate, cap=plan.display_cap),
    }


def _figure(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _evidence(reports: Sequence[YearlyReport]) -> dict[int, list[dict[str, Any]]]:
    """By report id; one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in Evidence.objects.present().filter(report__in=reports):
        content = {"name": row.name, "size": row.size, "sha256": row.digest}
        found.setdefault(row.report_id, []).append(content)
    return found


def _budgets(reports: Sequence[YearlyReport], year: int) -> dict[int, list[dict[str, Any]]]:
    """Action plans with the year's budget and executed amount, by KPI id; one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = ActionBudget.objects.filter(year=year, action_plan__kpi__in=[report.kpi_id for report in reports])
    for row in rows.select_related("action_plan__owner_division").order_by("action_plan__position"):
        plan = row.action_plan
        content = {
            "code": plan.code,
            "description": plan.description,
            "owner": plan.owner_division.name if plan.owner_division else plan.owner_person,
            "amount": row.amount,
            "executed": row.executed,
            "progress": row.progress,
        }
        found.setdefault(plan.kpi_id, []).append(content)
    return found

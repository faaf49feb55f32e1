"""填報收執: what a division sends to review, frozen and numbered in the transaction that sends it."""

from dataclasses import dataclass

from django.db.models import Max

from scorecard.domain.choices import Direction
from scorecard.domain.ratios import parts_of
from scorecard.domain.scoring import Outcome, Score, assess, kpi_score, percent_text, plain
from scorecard.models import ActionBudget, Evidence, Measure, Submission, YearlyValue
from scorecard.models.receipts import digest_of

# The form of the content; a later form gets a number of its own, and receipts of this one are read for ever.
FORM = 1


@dataclass(frozen=True)
class JudgedValue:
    """A measure, its value of the report's year and how scoring.py judges it."""

    measure: Measure
    value: YearlyValue
    outcome: Outcome


@dataclass(frozen=True)
class JudgedReport:
    """A report's values as they stand in the database, judged, and the KPI's score."""

    lines: tuple[JudgedValue, ...]
    score: Score


def judge_report(report):
    """The JudgedReport of a report with its KPI and plan selected; two queries."""
    kpi, plan = report.kpi, report.kpi.plan
    values = {value.measure_id: value for value in YearlyValue.objects.filter(measure__kpi=kpi, year=report.year)}
    lines = []
    for measure in kpi.measures.all():
        value = values.get(measure.pk) or YearlyValue(measure=measure, year=report.year)
        outcome = assess(
            actual=value.actual,
            target=value.target,
            direction=measure.direction,
            tolerance=measure.tolerance,
            unmeasured=value.unmeasured,
            threshold=plan.warning_threshold,
            parts=parts_of(value.actual, value.numerator, value.denominator, measure.factor),
        )
        lines.append(JudgedValue(measure, value, outcome))
    parts = [(line.measure.weight, line.outcome) for line in lines]
    return JudgedReport(tuple(lines), kpi_score(parts, plan.warning_threshold))


def issue_receipts(*, by, plan, year, reports, judged):
    """One Submission for each division of the reports just submitted; returns (Submission, its reports) pairs.

    judged: the JudgedReport of each by primary key. The caller holds the plan year's lock, so that numbers rise by
    one; the database refuses a number given twice and a gap.
    """
    by_division = {}
    for report in sorted(reports, key=lambda report: (report.kpi.position, report.kpi.pk)):
        by_division.setdefault(report.kpi.division, []).append(report)
    evidence, budgets = _evidence(reports), _budgets(reports, year)
    serial = Submission.objects.filter(plan=plan, year=year).aggregate(last=Max("serial"))["last"] or 0
    issued = []
    for division, own in sorted(by_division.items(), key=lambda pair: pair[0].pk):
        serial += 1
        receipt = Submission(plan=plan, year=year, serial=serial, division=division, submitted_by=by)
        receipt.submitted_at = own[0].submitted_at
        receipt.content = {
            "form": FORM,
            "number": receipt.number,
            "agency": plan.agency.name,
            "plan": plan.title,
            "year": year,
            "division": division.name,
            "submitted_by": {"name": str(by), "username": by.username, "is_sample": by.is_demo},
            "submitted_at": receipt.submitted_at.isoformat(timespec="seconds"),
            "kpis": [
                _kpi(report, judged[report.pk], evidence.get(report.pk, ()), budgets.get(report.kpi_id, ()))
                for report in own
            ],
        }
        receipt.digest = digest_of(receipt.content)
        receipt.save(force_insert=True)
        issued.append((receipt, own))
    return issued


def _kpi(report, judged, evidence, budgets):
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


def _rate(plan, judged):
    if len(judged.lines) == 1:
        return percent_text(judged.lines[0].outcome.rate, cap=plan.display_cap)
    return percent_text(judged.score.value)


def _measure(plan, line):
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


def _figure(number):
    return None if number is None else plain(number)


def _evidence(reports):
    """Name, size and SHA-256 of what is attached, by report; one query."""
    found = {}
    for row in Evidence.objects.present().filter(report__in=reports):
        told = {"name": row.name, "size": row.size, "sha256": row.digest}
        found.setdefault(row.report_id, []).append(told)
    return found


def _budgets(reports, year):
    """Action plans with the year's budget and what was executed, by KPI; one query."""
    found = {}
    rows = ActionBudget.objects.filter(year=year, action_plan__kpi__in=[report.kpi_id for report in reports])
    for row in rows.select_related("action_plan__owner_division").order_by("action_plan__position"):
        plan = row.action_plan
        told = {"code": plan.code, "description": plan.description}
        told |= {"owner": plan.owner_division.name if plan.owner_division else plan.owner_person}
        told |= {"amount": row.amount, "executed": row.executed, "progress": row.progress}
        found.setdefault(plan.kpi_id, []).append(told)
    return found

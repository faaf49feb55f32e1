"""A closed year as data: the edition and its figures of that year, the scores, and the reports.

The JSON file of a year's snapshot. services/year_closing.py makes it; documents/year_snapshot_check.py compares it.
"""

import json
from collections import defaultdict

from scorecard.documents.plan_json import plan_document
from scorecard.documents.scorecard_json import scorecard_document
from scorecard.domain.choices import PlanState
from scorecard.models import Evidence, Plan, YearlyReport

# The first form held also what reports that were not approved had brought: words, files and amounts executed. The first
# two name the plan of several years of which the year was a part then.
FIRST_FORMAT, FORMAT_OF_PLANS, FORMAT = 1, 2, 3


def year_document(scorecard, *, reports, audit_number, audit_digest, approvals):
    """A dict of JSON types. reports: from report_rows(); audit_number and audit_digest: the end of the audit chain.

    approvals: the HeadApprovals.
    """
    return {
        "format": FORMAT,
        "data_version": scorecard.data_version,
        "audit_number": audit_number,
        "audit_digest": audit_digest,
        "plan": _of_year(plan_document(scorecard), scorecard.year.year),
        "scores": scorecard_document(scorecard, approvals),
        "reports": reports,
    }


def as_bytes(document):
    """UTF-8; the same document always gives the same bytes."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def report_rows(plan, *, with_unapproved=False):
    """The edition's reports as JSON types, with the names of people as they were then. Two queries.

    with_unapproved: words and evidence of all, as in the first form; else of those approved.
    """
    attached = defaultdict(list)
    counting = YearlyReport.objects.of_plan(plan).counting(include_provisional=with_unapproved)
    present = Evidence.objects.present().filter(report__in=counting).order_by("uploaded_at", "id")
    for report_id, name, size in present.values_list("report_id", "name", "size"):
        attached[report_id].append({"name": name, "size": size})

    def is_shown(report):
        return with_unapproved or report.is_approved

    rows = YearlyReport.objects.of_plan(plan).select_related("kpi")
    return [
        {
            "kpi": report.kpi.code,
            "state": report.state,
            "version": report.version,
            "explanation": report.explanation or None if is_shown(report) else None,
            "improvement": report.improvement or None if is_shown(report) else None,
            "submitted_by": report.submitted_by_id and report.submitter,
            "submitted_at": report.submitted_at and report.submitted_at.isoformat(),
            "reviewed_by": report.reviewed_by_id and report.reviewer,
            "reviewed_at": report.reviewed_at and report.reviewed_at.isoformat(),
            "evidence": attached.get(report.pk, []),
        }
        for report in rows.order_by("kpi__code")
    ]


def executed_of_all(document, provisional):
    """Give the document the amounts executed of all reports, as in the first form; changes the dict itself.

    provisional: the plan_document() of the scorecard with figures that are not approved.
    """
    found = {
        (action_plan["code"], budget["year"]): budget["executed"]
        for kpi in provisional["kpis"]
        for action_plan in kpi["action_plans"]
        for budget in action_plan["budgets"]
    }
    for kpi in document["plan"]["kpis"]:
        for action_plan in kpi["action_plans"]:
            for budget in action_plan["budgets"]:
                budget["executed"] = found[action_plan["code"], budget["year"]]


def _of_year(plan, year):
    """The edition without the figures of other years; changes the dict itself."""
    for kpi in plan["kpis"]:
        for measure in kpi["measures"]:
            measure["values"] = [value for value in measure["values"] if value["year"] == year]
        for action_plan in kpi["action_plans"]:
            action_plan["budgets"] = [budget for budget in action_plan["budgets"] if budget["year"] == year]
    return plan


def plan_as_closed(plan):
    """The edition of the database, closed in memory only. An open one gets the number of its next closing."""
    found = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    if not found.is_closed:
        found.state = PlanState.CLOSED
        found.closings += 1
    return found

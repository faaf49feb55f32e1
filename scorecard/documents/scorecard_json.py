"""The scores of a year as data, as every page shows them, for other systems. The edition itself is in plan_json.py.

Figures are text exactly as pages print them ("95%", "93.6", "—" for none), because a rounded figure has one right form.
A status is a value of choices.Status. The Scorecard decides which figures are left out because they are not approved.
The head's approvals of the edition ("adopted") and of its closing ("closed") are there as far as they are recorded, and
so is why a target was softened or changed ("target_reason").
"""

import json

from scorecard.documents.plan_json import target_reason
from scorecard.domain.scoring import grouped
from scorecard.read_models.head_approvals import NONE_RECORDED


def scorecard_json(scorecard, approvals=NONE_RECORDED):
    """The same Scorecard and HeadApprovals always give the same text. No query."""
    return json.dumps(scorecard_document(scorecard, approvals), ensure_ascii=False, indent=2) + "\n"


def scorecard_document(scorecard, approvals=NONE_RECORDED):
    """A dict of JSON types, in the scorecard's order."""
    return {
        "agency": scorecard.agency,
        "plan": scorecard.plan_slug,
        "year": scorecard.year.year,
        "year_state": scorecard.year.state.value,
        **_approvals(approvals),
        "includes_provisional": scorecard.include_provisional,
        "has_sample_data": scorecard.has_sample_data,
        "data_version": scorecard.data_version,
        "warning_threshold": scorecard.threshold_text,
        **_scored(scorecard),
        "perspectives": [_named(line) for line in scorecard.perspectives],
        "themes": [_named(line) for line in scorecard.themes],
        "divisions": [{"name": line.name, **_scored(line)} for line in scorecard.divisions],
        "objectives": [
            {**_named(line), "theme": line.theme_code, "perspective": line.perspective_code}
            for line in scorecard.objectives
        ],
        "kpis": [_kpi(kpi) for kpi in scorecard.kpis],
    }


def _approvals(approvals):
    pairs = (("adopted", approvals.adopted), ("closed", approvals.closed))
    return {name: _approval(line) for name, line in pairs if line is not None}


def _approval(line):
    number = {"document_number": line.document_number}
    if not line.document_number:
        number = {"no_number_reason": line.no_number_reason}
    return {"approved_on": line.approved_on.isoformat(), "title": line.title, **number}


def _scored(line):
    tally = line.score.tally
    return {
        "score": line.score_text,
        "status": line.status.value,
        "met": tally.met,
        "assessed": tally.assessed,
        "due": tally.due,
    }


def _named(line):
    return {"code": line.code, "name": line.name, **_scored(line)}


def _kpi(kpi):
    return {
        **_named(kpi),
        "objective": kpi.objective_code,
        "division": kpi.division,
        "rate": kpi.rate_text,
        "report_state": kpi.report_state and kpi.report_state.value,
        "measures": [
            {
                "label": measure.label or None,
                "unit": measure.unit,
                "target": measure.cell.target_text,
                **target_reason(measure.cell),
                "actual": measure.cell.actual_text,
                "numerator": measure.cell.parts and grouped(measure.cell.parts.numerator),
                "denominator": measure.cell.parts and grouped(measure.cell.parts.denominator),
                "rate": measure.cell.rate_text,
                "status": measure.cell.status.value,
                "provisional": measure.cell.is_provisional,
            }
            for measure in kpi.measures
        ],
    }

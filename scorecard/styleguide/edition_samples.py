"""Samples of editions for /style/: their list, the head's approvals, a closed year's files. No query."""

from django.utils import timezone

from scorecard.documents.frozen_files import KINDS
from scorecard.domain.choices import PlanState
from scorecard.models import Agency, Plan, YearSnapshot
from scorecard.read_models.edition_overview import EditionOverview, NextStep, Reported
from scorecard.read_models.head_approvals import ApprovalLine, HeadApprovals
from scorecard.styleguide.sample_plan import SLUG, YEAR, YEAR_BEFORE, sample_scorecard


def editions():
    """All editions of an agency, the head's approvals, and the frozen files of a closing."""
    agency = Agency(slug=SLUG, name="示範機關")
    states = {
        2018: (PlanState.DRAFT, NextStep.COMPARE, None),
        YEAR: (PlanState.OPEN, NextStep.REVIEW, Reported(due=39, submitted=5, approved=20)),
        YEAR_BEFORE: (PlanState.CLOSED, NextStep.NONE, None),
    }
    plans = {
        year: Plan(
            agency=agency,
            year=year,
            last_year=2018,
            state=state,
            due_date=timezone.localdate() if year == YEAR else None,
        )
        for year, (state, _, _) in states.items()
    }
    approved = ApprovalLine(timezone.localdate(), "處長", "示秘文字第 1050000001 號", "")
    without_number = ApprovalLine(timezone.localdate(), "處長", "", "以電子表單核定")
    row = YearSnapshot(number=1, data_version=812, audit_number=640, audit_digest="4f" * 32)
    files = [
        {"kind": kind, "size": 48_128 * place, "sha256": "9a" * 32, "beginning": f"{('9a' * 4 + ' ') * 4}…"}
        for place, kind in enumerate(KINDS.values(), start=1)
    ]
    return {
        "closed": sample_scorecard(YEAR_BEFORE),
        "editions": [
            {
                "row": EditionOverview(plans[year], 34, 39, 40, reported, step),
                "state": state.label,
                "last_year": "107 年",
                "url": "#papers" if step is NextStep.COMPARE else "",
            }
            for year, (state, step, reported) in states.items()
        ],
        "current_plan": plans[YEAR],
        "approvals": HeadApprovals(approved, without_number),
        "frozen": {"row": row, "files": files},
        "agency": SLUG,
        "year": YEAR_BEFORE,
    }

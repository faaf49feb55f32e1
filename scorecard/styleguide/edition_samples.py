"""Samples of editions for /style/: their list, the head's approvals, a closed year's files. No query."""

from django.utils import timezone

from scorecard.documents.frozen_files import KINDS
from scorecard.domain.choices import PlanState
from scorecard.models import Agency, Plan, YearSnapshot
from scorecard.read_models.head_approvals import ApprovalLine, HeadApprovals
from scorecard.styleguide.sample_plan import SLUG, YEAR, YEAR_BEFORE, sample_scorecard


def editions():
    """All editions of an agency, the head's approvals, and the frozen files of a closing."""
    agency = Agency(slug=SLUG, name="示範機關")
    states = {
        2018: (PlanState.ADOPTED, "開放填報"),
        YEAR: (PlanState.OPEN, "關閉"),
        YEAR_BEFORE: (PlanState.CLOSED, ""),
    }
    plans = {
        year: Plan(agency=agency, year=year, last_year=2018, due_date=timezone.localdate() if year == YEAR else None)
        for year in states
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
            {"plan": plans[year], "state": state.label, "last_year": "107 年", "next_step": step}
            for year, (state, step) in states.items()
        ],
        "current_plan": plans[YEAR],
        "approvals": HeadApprovals(approved, without_number),
        "frozen": {"row": row, "files": files},
        "agency": SLUG,
        "year": YEAR_BEFORE,
    }

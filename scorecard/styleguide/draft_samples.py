"""Samples of a draft for /style/: its band, the consultation of divisions, their proposals and comments. No query."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from scorecard.domain.choices import Direction, EditionCommentKind, PlanState, ProposalDecision
from scorecard.forms.consultation import ShareForm
from scorecard.models import Agency, EditionComment, Plan
from scorecard.read_models.consultation import SharedDraft
from scorecard.read_models.draft_origin import DraftOrigin
from scorecard.read_models.target_proposals import ProposalLine, TargetProposals
from scorecard.styleguide.sample_plan import SLUG
from scorecard.web.edition_talk import EditionTalk

DRAFT_YEAR = 2018


def drafts():
    """A draft that is shared, and what is said of it."""
    now = timezone.now()
    until = timezone.localdate() + timedelta(days=14)
    agency = Agency(slug=SLUG, name="示範機關")
    plan = Plan(agency=agency, year=DRAFT_YEAR, last_year=2020, state=PlanState.DRAFT, consultation_until=until)
    proposals = TargetProposals(
        open=(_proposal(1, "16", now), _proposal(2, "20", now)),
        decided=(
            _proposal(3, "15", now, decision=ProposalDecision.TAKEN),
            _proposal(4, "30", now, decision=ProposalDecision.DECLINED, decision_reason="與中程計畫不符"),
        ),
    )
    comments = (
        EditionComment(text="請各科室再確認分母。", by_name="王小明", at=now, kind=EditionCommentKind.COMMENT),
        EditionComment(text="", by_name="王小明", at=now, kind=EditionCommentKind.SENT_FOR_ADOPTION),
        EditionComment(
            about="AC1.1 縮短處理日數",
            text="目標再提高。",
            by_name="李大華",
            at=now,
            kind=EditionCommentKind.SENT_BACK,
        ),
    )
    return {
        "plan": plan,
        "origin": DraftOrigin("106 年版", now, "王小明", now, "李大華"),
        "shared": (SharedDraft(SLUG, "示範機關", "107 年版", DRAFT_YEAR, until),),
        "share_form": ShareForm(prefix="share", initial={"until": until}),
        "talk": EditionTalk(
            plan=plan,
            proposals=proposals,
            comments=comments,
            kpis=(("AC1.1", "縮短處理日數"),),
            may_comment=True,
            may_decide=True,
            may_send=True,
            may_send_back=True,
            hints=(),
        ),
    }


def _proposal(number, value, at, *, decision=None, decision_reason=""):
    """Beside a target of 18 days."""
    return ProposalLine(
        id=number,
        kpi_id=number,
        kpi_code="AC1.1",
        kpi_name="縮短處理日數",
        division="文書組",
        measure_id=number,
        measure_lineage=UUID(int=number),
        label="",
        unit="日",
        direction=Direction.LOWER,
        tolerance=None,
        year=DRAFT_YEAR,
        value=Decimal(value),
        now=Decimal(18),
        reason="改以電子交換",
        by_name="陳同仁",
        at=at,
        decision=decision,
        decision_reason=decision_reason,
        decided_by_name="王小明" if decision else "",
        decided_at=at if decision else None,
    )

"""What stands beside a comparison for those who edit strategy: divisions' proposals, comments, and what may be sent."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from scorecard import permissions
from scorecard.models import KPI, EditionComment, Plan
from scorecard.read_models.adoption_hints import consultation_hints
from scorecard.read_models.target_proposals import ProposalLine, TargetProposals, target_proposals


@dataclass(frozen=True)
class EditionTalk:
    """kpis: (code, name) of those that a comment may be about. hints: what is open before the adoption; never block."""

    plan: Plan
    proposals: TargetProposals
    comments: tuple[EditionComment, ...]
    kpis: tuple[tuple[str, str], ...]
    may_comment: bool
    may_decide: bool
    may_send: bool
    may_send_back: bool
    hints: tuple[str, ...]

    @property
    def has_something(self):
        """Whether there is anything to show of an edition that takes no more of it."""
        return bool(self.comments or self.proposals.open or self.proposals.decided)

    @cached_property
    def by_row(self):
        """{id of a row of the comparison: the open proposals for its target}."""
        found: dict[str, list[ProposalLine]] = {}
        for line in self.proposals.open:
            found.setdefault(f"target-{line.measure_lineage}-{line.year}", []).append(line)
        return found


def edition_talk(user, plan):
    """None for those who do not see drafts, and where nothing was said and nothing more may be. Four queries.

    A closed edition's is as it was when it was closed.
    """
    agency_id = plan.agency_id
    if not permissions.can_see_drafts(user, agency_id):
        return None
    may_comment = permissions.can_comment_on_edition(user, agency_id) and not plan.is_closed
    proposals = target_proposals(plan)
    kpis = KPI.objects.filter(plan=plan).order_by("code") if may_comment else KPI.objects.none()
    talk = EditionTalk(
        plan=plan,
        proposals=proposals,
        comments=tuple(EditionComment.objects.filter(plan=plan)),
        kpis=tuple(kpis.values_list("code", "name")),
        may_comment=may_comment,
        may_decide=may_comment and plan.is_draft,
        may_send=plan.is_draft and permissions.can_send_for_adoption(user, agency_id),
        may_send_back=plan.is_draft and permissions.can_manage(user, agency_id),
        hints=consultation_hints(plan, proposals.open, timezone.localdate()),
    )
    return talk if may_comment or talk.has_something else None

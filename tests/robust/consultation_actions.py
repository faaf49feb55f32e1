"""Acts about a draft that is shared with divisions, which tests/robust/write_actions.py lists with the others.

The draft is the other agency's.
"""

from scorecard.domain.choices import Role
from scorecard.models import Plan
from tests import factories
from tests.consulting import YEAR, measure, propose, share
from tests.page_reading import address, client_of, form_to
from tests.robust.agency_actions import next_month

STAFF = "their_staff"


def consult(draft, by):
    """Share the draft for a week, as the other agency's admin; the session of its staff, who propose for AC1.2."""
    share(by, draft)
    staff = factories.make_member(
        "their-staff", draft.agency, Role.STAFF, draft.agency.divisions.first(), email="their-staff@example.gov.tw"
    )
    propose(staff, draft, 5, code="AC1.2")
    return {STAFF: client_of(staff).cookies.output(header="")}


def draft_of(scene):
    return Plan.objects.select_related("agency").get(agency=scene.cast.other_agency, year=YEAR)


def share_draft(scene):
    """Until another day."""
    url = address(draft_of(scene), "plan_year_consultation")
    return scene.send("outsider", url, {"share-until": next_month()})


def answer_consultation(scene):
    """A target and a comment, as staff."""
    url = address(draft_of(scene), "consultation")
    of = measure(draft_of(scene))
    fields = form_to(scene.client(STAFF).get(url), url)
    said = {
        f"target_{of.pk}_{YEAR}": "95",
        f"reason_{of.pk}": "現行流程無法達成",
        f"comment_{of.kpi_id}": "公式請再確認",
    }
    return scene.send(STAFF, url, fields.filled(**said))


def decide_proposal(scene):
    """The open one becomes the draft's target."""
    proposal = draft_of(scene).target_proposals.get()
    url = address(draft_of(scene), "compare_proposal", proposal_id=proposal.pk)
    return scene.send("outsider", url, {"decision": "taken"})


def comment_on_draft(scene):
    """On a KPI whose division is told."""
    url = address(draft_of(scene), "compare_comment")
    return scene.send("outsider", url, {"text": "維持原訂", "kpi": "AC1.1"})


CONSULTATION_ACTS = (share_draft, answer_consultation, decide_proposal, comment_on_draft)

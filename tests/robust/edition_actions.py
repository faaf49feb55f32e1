"""Acts about whole editions, which tests/robust/write_actions.py lists with the others."""

from scorecard.domain.policies import RuleBroken
from scorecard.domain.revision import RevisionFacts
from scorecard.models import Plan, User
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.revisions import load_revisions
from scorecard.services import editions, revisions
from tests import factories
from tests.factories import MIDDLE_YEAR
from tests.page_reading import address

DONE, REFUSED = 302, 409


def withdraw_adoption(scene):
    """Of 2017, which was never open."""
    return scene.send("admin", scene.url("plan_year_withdraw", year=MIDDLE_YEAR), {"reason": "重訂目標"})


def discard_draft(scene):
    """The other agency's."""
    url = address(scene.cast.other_plan, "plan_year_discard", year=MIDDLE_YEAR)
    return scene.send("outsider", url, {"typed_year": "106"})


def adopt_draft(scene):
    """The other agency's, with files that cost nothing to make."""
    draft = Plan.objects.get(agency=scene.cast.other_agency, year=MIDDLE_YEAR)
    shown = editions.ShownComparison(compare_editions(draft.predecessor, draft).digest, {"pdf": b"%PDF-"})
    given = {"approval": factories.approval(), "reason": "會議決議", "shown": shown}
    return _run(lambda: editions.record_adoption(by=_again(scene.cast.outsider), plan=draft, **given))


def gather_revision(scene):
    """Of 2016, with files that cost nothing to make."""
    seen = load_revisions(scene.plan).pending.digest
    said = RevisionFacts("文字修正", factories.DUE, "更正錯字", document_number="北市秘文字第 4 號")
    given = {"plan": scene.plan, "said": said, "seen": seen, "files": {"pdf": b"%PDF-"}}
    return _run(lambda: revisions.record_revision(by=_again(scene.cast.admin), **given))


def _again(user):
    """The person without what was remembered of them."""
    return User.objects.get(pk=user.pk)


def _run(act):
    """An act that no page sends, since it makes files first; refused where somebody was faster."""

    def run():
        try:
            act()
        except (RuleBroken, revisions.ComparisonChanged):
            return REFUSED
        return DONE

    return run


EDITION_ACTS = (withdraw_adoption, discard_draft, adopt_draft, gather_revision)

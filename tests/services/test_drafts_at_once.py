"""Drafts in the hands of several people at the same moment: one act is done, and the others are told."""

import pytest

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.domain.revision import RevisionFacts
from scorecard.models import KPI, AuditEvent, Plan, Revision
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.revisions import load_revisions
from scorecard.services import editions, revisions
from scorecard.services.editions import ComparisonChanged, ShownComparison
from tests import factories
from tests.services.test_concurrency import at_once, person

pytestmark = pytest.mark.django_db(transaction=True)

SAID = RevisionFacts("文字修正", factories.DUE, "更正錯字", document_number="北市秘文字第 2 號")


def draft_of(cast, plan, year=2017):
    return editions.carry_forward(by=cast.admin, agency=plan.agency, year=year)


def adopt(cast, draft):
    """As somebody who has just seen the comparison; files that cost nothing."""
    shown = ShownComparison(compare_editions(draft.predecessor, draft).digest, {"pdf": b"%PDF-"})
    given = {"approval": factories.approval(), "reason": "決議", "shown": shown}
    return lambda: editions.record_adoption(by=person(cast.admin), plan=draft, **given)


def test_of_an_adoption_and_a_discard_at_once_one_does(cast, plan):
    draft = draft_of(cast, plan)
    results = at_once(adopt(cast, draft), lambda: editions.discard(by=person(cast.reviewer), plan=draft))
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(result) for result in refused] == [RuleBroken], results
    left = Plan.objects.filter(pk=draft.pk).first()
    if left is None:
        assert not Revision.objects.filter(plan=draft.pk).exists()
    else:
        assert (left.state, Revision.objects.filter(plan=left).count()) == (PlanState.ADOPTED, 1)


def test_of_two_adoptions_at_once_one_is_recorded(cast, plan):
    draft = draft_of(cast, plan)
    results = at_once(adopt(cast, draft), adopt(cast, draft))
    assert sorted(type(result).__name__ for result in results) == ["Plan", "RuleBroken"], results
    assert AuditEvent.objects.filter(action=AuditAction.ADOPTED, plan=draft).count() == 1
    assert Revision.objects.filter(plan=draft).count() == 1


def test_of_two_who_record_the_same_revision_at_once_one_does(cast, plan):
    adopted = adopt(cast, draft_of(cast, plan))()
    KPI.objects.filter(plan=adopted, code="AC1.1").update(name="改名")
    seen = compare_with_last(adopted)
    given = {"plan": adopted, "said": SAID, "seen": seen, "files": {"pdf": b"%PDF-"}}
    results = at_once(*[lambda: revisions.record_revision(by=person(cast.admin), **given) for _ in range(2)])
    told = [result for result in results if not isinstance(result, Revision)]
    assert [type(result) for result in told] in ([RuleBroken], [ComparisonChanged]), results
    assert list(Revision.objects.filter(plan=adopted).values_list("number", flat=True)) == [0, 1]
    assert load_revisions(adopted).pending is None


def compare_with_last(plan):
    """The digest of what is not recorded yet."""
    last = Revision.objects.filter(plan=plan).last()
    return revisions.compare_with_revision(plan, last).digest

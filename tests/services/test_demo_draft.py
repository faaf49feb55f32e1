"""The demo's draft shows every kind of difference, and goes with the sample data."""

import pytest
from django.utils import timezone

from scorecard.domain.choices import PlanState
from scorecard.models import AuditEvent, EditionComment, Plan, TargetProposal
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.edition_difference import DifferenceKind, Group
from scorecard.services import demo, demo_removal, editions
from tests import factories, secretariat_facts
from tests.shared_rows import layer


def leave_open(**given):
    """Instead of the closing, which makes files: the draft asks nothing of it."""


@layer
def drafted():
    """The demo with its draft, whose earlier years are both open."""
    plan = secretariat_facts.load_plan()
    demo.load(plan=plan, today=timezone.localdate(), close_year=leave_open)
    return Plan.objects.get(state=PlanState.DRAFT)


def test_the_draft_differs_from_the_edition_before_in_every_way_there_is(drafted):
    comparison = compare_editions(drafted.predecessor, drafted)
    found = {difference.kind for difference in comparison.differences}
    assert set(DifferenceKind) - found == {DifferenceKind.TARGET}, "a note alone, which is no change of a target"
    assert all(group.count for group in comparison.groups) and len(comparison.groups) == len(Group)


def test_one_reason_is_missing_and_stands_in_the_way_of_its_adoption(drafted):
    comparison = compare_editions(drafted.predecessor, drafted)
    assert [row.item.code for row in comparison.lacking_reason] == ["FF1.1"]
    assert [sentence for sentence in editions.adoption_problems(drafted) if "FF1.1" not in sentence] == []


def test_divisions_answer_while_it_is_shared(drafted):
    assert drafted.is_shared_on(timezone.localdate())
    assert TargetProposal.objects.get(plan=drafted).measure.kpi.code == "AC1.1"
    assert EditionComment.objects.get(plan=drafted).kpi.code == "FP2.1"


def test_a_draft_that_was_discarded_is_not_made_again(drafted):
    editions.discard(by=factories.make_member("keeper", drafted.agency, "admin"), plan=drafted)
    demo.load(plan=Plan.objects.get(year=2016), today=timezone.localdate(), close_year=leave_open)
    assert not Plan.objects.filter(year=drafted.year).exists()


@pytest.mark.parametrize("is_changed", [False, True], ids=["by demo accounts alone", "by a real person, too"])
def test_it_goes_with_the_sample_data_unless_a_real_person_had_a_hand_in_it(drafted, is_changed):
    if is_changed:
        keeper = factories.make_member("keeper", drafted.agency, "admin")
        link = drafted.links.first()
        editions.audit.record(by=keeper, action="changed", target=link, plan=drafted, changes=[("理由", "甲", "乙")])
    events = AuditEvent.objects.filter(year=drafted.year).count()
    demo_removal.remove()
    assert Plan.objects.filter(pk=drafted.pk).exists() == is_changed
    assert AuditEvent.objects.filter(year=drafted.year).count() >= events

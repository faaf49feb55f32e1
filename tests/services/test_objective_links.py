"""Cause–effect links: added, reworded and removed with an audit event; no cycle, however many write at once.

The factories' plan has AF1 → AL1 → AP1 → AC1 in theme A, and nothing in theme B.
"""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Objective, ObjectiveLink, Plan
from scorecard.services import editions
from scorecard.services.objective_links import add_link, change_reason, remove_link
from tests import factories
from tests.services.conftest import ROLES, in_another_role
from tests.services.rows import nothing_written
from tests.services.test_concurrency import at_once, person
from tests.shared_rows import layer

MAY = {"reviewer", "admin"}


def objective(plan, code):
    return Objective.objects.get(plan=plan, code=code)


def add(by, plan, cause, effect, reason="訓練後處理更快"):
    return add_link(by=by, plan=plan, cause=objective(plan, cause), effect=objective(plan, effect), reason=reason)


@layer
def link(plan):
    """AF1 → AL1."""
    return ObjectiveLink.objects.get(plan=plan, cause__code="AF1")


def event_of(action):
    return AuditEvent.objects.get(action=action)


def test_a_link_is_added_with_its_reason_and_an_audit_event(plan, cast):
    before = Plan.objects.get(pk=plan.pk).data_version
    link = add(cast.reviewer, plan, "BL1", "BP1")
    assert (link.cause.code, link.effect.code, link.reason, link.created_by) == (
        "BL1",
        "BP1",
        "訓練後處理更快",
        cast.reviewer,
    )
    event = event_of(AuditAction.CREATED)
    assert (event.actor, event.plan, event.target) == (cast.reviewer, plan, "BL1 → BP1")
    assert event.changes == [
        {"what": "因", "old": None, "new": "BL1 目標 BL1"},
        {"what": "果", "old": None, "new": "BP1 目標 BP1"},
        {"what": "理由", "old": None, "new": "訓練後處理更快"},
    ]
    assert Plan.objects.get(pk=plan.pk).data_version == before + 1


@pytest.mark.parametrize("role", ROLES)
def test_only_reviewers_and_admins_of_the_agency_edit_links(plan, cast, link, role):
    by = getattr(cast, role)
    acts = [
        lambda: change_reason(by=by, link=link, reason="另一個理由", seen=link.reason),
        lambda: add(by, plan, "BL1", "BP1"),
        lambda: remove_link(by=by, link=link, reason="兩者無關"),
    ]
    for act in acts:
        if role in MAY:
            act()
        else:
            with nothing_written(), pytest.raises(PermissionDenied):
                act()


def test_a_reviewer_who_became_a_viewer_no_longer_edits_links(plan, cast):
    viewer = in_another_role(cast.reviewer, "viewer")
    with nothing_written(), pytest.raises(PermissionDenied):
        add(viewer, plan, "BL1", "BP1")


@pytest.mark.parametrize(
    ("cause", "effect", "reason", "sentence"),
    [
        ("AC1", "AF1", "理由", "會形成循環：AC1 → AF1 → AL1 → AP1 → AC1。"),
        ("AL1", "AF1", "理由", "會形成循環：AL1 → AF1 → AL1。"),
        ("AC1", "AC1", "理由", "策略目標不能是自己的因或果。"),
        ("AF1", "AL1", "理由", "這兩個目標已有因果關係。"),
        ("BL1", "BP1", "", "這個欄位不能為空。"),
        ("BL1", "BP1", "長" * 301, "301"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(plan, cast, cause, effect, reason, sentence):
    with nothing_written(), pytest.raises(ValidationError) as refused:
        add(cast.reviewer, plan, cause, effect, reason)
    assert sentence in " ".join(refused.value.messages)


def test_objectives_of_another_plan_are_refused(plan, cast):
    theirs = objective(cast.other_plan, "AC1")
    with nothing_written(), pytest.raises(ValidationError, match="屬於另一份年版"):
        add_link(by=cast.reviewer, plan=plan, cause=theirs, effect=objective(plan, "BC1"), reason="理由")


def test_two_ways_to_one_effect_are_no_cycle(plan, cast):
    add(cast.reviewer, plan, "AF1", "AC1")
    assert ObjectiveLink.objects.filter(plan=plan).count() == 4


def test_a_link_taken_away_makes_room_for_the_opposite_one(plan, cast, link):
    remove_link(by=cast.reviewer, link=link, reason="方向相反")
    assert str(add(cast.reviewer, plan, "AL1", "AF1")) == "AL1 → AF1"


def test_a_reason_is_reworded_with_old_and_new_in_the_audit_trail(cast, link):
    changed = change_reason(by=cast.admin, link=link, reason="經費到位才能訓練", seen="測試關係")
    assert ObjectiveLink.objects.get(pk=link.pk).reason == changed.reason == "經費到位才能訓練"
    event = event_of(AuditAction.CHANGED)
    assert event.target == "AF1 → AL1"
    assert event.changes == [{"what": "理由", "old": "測試關係", "new": "經費到位才能訓練"}]


def test_the_same_reason_leaves_no_trace(cast, link):
    with nothing_written():
        change_reason(by=cast.reviewer, link=link, reason="測試關係", seen="測試關係")


def test_a_reason_that_somebody_else_reworded_is_not_overwritten_unseen(cast, link):
    change_reason(by=cast.admin, link=link, reason="管理者的理由", seen="測試關係")
    with nothing_written(), pytest.raises(RuleBroken, match="其他人已把理由改為「管理者的理由」"):
        change_reason(by=cast.reviewer, link=link, reason="審核人員的理由", seen="測試關係")


def test_a_reason_cannot_become_empty(cast, link):
    with nothing_written(), pytest.raises(ValidationError):
        change_reason(by=cast.reviewer, link=link, reason="", seen="測試關係")


def test_a_link_is_removed_and_the_audit_trail_keeps_what_it_said(cast, link):
    remove_link(by=cast.reviewer, link=link, reason="兩者無關")
    assert not ObjectiveLink.objects.filter(pk=link.pk).exists()
    event = event_of(AuditAction.DELETED)
    assert (event.target, event.reason) == ("AF1 → AL1", "兩者無關")
    assert event.changes[2] == {"what": "理由", "old": "測試關係", "new": None}


def test_once_the_edition_is_adopted_a_removal_has_a_reason_and_once_it_is_closed_nothing_changes(cast, plan, link):
    with nothing_written(), pytest.raises(RuleBroken, match="105 年版已核定，變更內容請說明理由"):
        remove_link(by=cast.reviewer, link=link)
    draft = editions.carry_forward(by=cast.reviewer, agency=plan.agency, year=2017)
    remove_link(by=cast.reviewer, link=ObjectiveLink.objects.get(plan=draft, cause__code="AF1"))
    factories.close_year(cast.admin, factories.open_year(cast.admin, plan), reason="提前關閉")
    for act in (
        lambda: change_reason(by=cast.reviewer, link=link, reason="另一個理由", seen=link.reason),
        lambda: add(cast.reviewer, plan, "BL1", "BP1"),
        lambda: remove_link(by=cast.reviewer, link=link, reason="兩者無關"),
    ):
        with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
            act()


def test_a_link_removed_meanwhile_is_told_and_not_removed_twice(cast, link):
    remove_link(by=cast.admin, link=link, reason="兩者無關")
    with nothing_written():
        for act in (
            lambda: remove_link(by=cast.reviewer, link=link, reason="兩者無關"),
            lambda: change_reason(by=cast.reviewer, link=link, reason="新理由", seen="測試關係"),
        ):
            with pytest.raises(RuleBroken, match="已被其他人移除"):
                act()


@pytest.mark.django_db(transaction=True)
def test_of_two_links_that_close_a_cycle_together_one_is_refused(plan, cast):
    results = at_once(
        lambda: add(person(cast.reviewer), plan, "BC1", "BP1"),
        lambda: add(person(cast.admin), plan, "BP1", "BC1"),
    )
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert len(refused) == 1 and "會形成循環" in refused[0].messages[0], results
    assert ObjectiveLink.objects.filter(plan=plan, cause__code__startswith="B").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_added_twice_at_the_same_moment_is_added_once(plan, cast):
    results = at_once(*(lambda by=by: add(person(by), plan, "BL1", "BP1") for by in (cast.reviewer, cast.admin)))
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert [error.messages for error in refused] == [["這兩個目標已有因果關係。"]], results

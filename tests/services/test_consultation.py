"""Divisions have their say on a draft: shared, answered, taken over or declined; and comments on editions."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from scorecard.domain.choices import AuditAction, EditionCommentKind, PlanState, ProposalDecision, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    AuditEvent,
    Division,
    EditionComment,
    Measure,
    Plan,
    TargetProposal,
    User,
    YearlyValue,
)
from scorecard.read_models.consultation import build_consultation, drafts_shared_with
from scorecard.read_models.target_proposals import open_proposals, target_proposals
from scorecard.services import consultation, edition_comments, editions
from scorecard.services.consultation import ChangedMeanwhile, Opinion, ProposedTarget
from tests import factories
from tests.consulting import YEAR, anew, decide, expire, make_draft, measure, propose, say, share, target
from tests.deputyships import acting, stand_in
from tests.services.rows import nothing_written
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
SECOND_AGENCY = "outsider"


@layer
def draft(cast, open_plan):
    """106, carried forward from the open 105 and not shared."""
    return make_draft(cast.reviewer, open_plan)


@layer
def shared(cast, draft):
    """The same, shared for a week."""
    return share(cast.admin, draft)


def planned(draft, code="AC1.1", year=YEAR):
    """The draft's value of that year."""
    return YearlyValue.objects.get(measure=measure(draft, code), year=year)


# Sharing


def test_an_admin_alone_shares_a_draft_until_a_day_changes_it_and_ends_it(cast, draft):
    for role in ("viewer", "staff", "other_staff", "reviewer", "outsider", "superuser"):
        with nothing_written(), pytest.raises(PermissionDenied):
            share(getattr(cast, role), draft)
    with nothing_written(), pytest.raises(RuleBroken, match="不能早於今天"):
        share(cast.admin, draft, days=-1)
    assert share(cast.admin, draft, days=0).is_shared_on(TODAY())
    until = share(cast.admin, draft, days=3).consultation_until
    assert until == TODAY() + timedelta(days=3)
    with nothing_written():
        share(cast.admin, draft, days=3)
    assert not consultation.share(by=cast.admin, plan=draft, until=None).is_shared_on(TODAY())
    changes = AuditEvent.objects.filter(plan=draft, action=AuditAction.CHANGED).values_list("changes", flat=True)
    assert [change["what"] for (change,) in changes] == ["徵詢科室至"] * 3
    assert changes[0][0]["new"] is None


def test_only_a_draft_is_shared_and_its_adoption_ends_the_consultation(cast, open_plan, shared):
    with nothing_written(), pytest.raises(RuleBroken, match="只有草案可以徵詢"):
        share(cast.admin, open_plan)
    with nothing_written(), pytest.raises(PermissionDenied):
        share(cast.outsider, shared)
    given = {"approval": factories.approval(), "reason": "決議"}
    adopted = editions.record_adoption(by=cast.admin, plan=shared, **given)
    assert Plan.objects.get(pk=adopted.pk).consultation_until is None
    assert editions.withdraw(by=cast.admin, plan=adopted, reason="重訂").consultation_until is None


# Answering


def test_staff_propose_targets_for_their_own_kpis_and_say_why(cast, shared):
    say_both = {
        "targets": [target(shared, "95.5"), target(shared, 96, year=2018)],
        "opinions": [Opinion(shared.kpis.get(code="AC1.2").pk, "公式請再確認")],
    }
    assert consultation.save_answers(by=cast.staff, plan=shared, **say_both) == 3
    first, second = open_proposals(shared)
    assert (first.kpi_code, first.year, first.value, first.unit, first.now) == ("AC1.1", YEAR, 95.5, "次", 100)
    assert (second.year, second.by_name, second.division) == (2018, "staff 君", "甲組")
    assert first.chip == "放寬"
    comment = EditionComment.objects.get()
    assert (comment.about, comment.speaker) == ("AC1.2 指標 AC1.2", "staff 君（甲組）")
    # Nothing of it is in a KPI's history, which everybody reads once the edition is adopted.
    events = AuditEvent.objects.filter(plan=shared, kpi=None).order_by("-id")[:2]
    assert [event.action for event in events] == [AuditAction.CHANGED, AuditAction.COMMENTED]
    assert {"what": "AC1.1 106 年建議目標值", "old": None, "new": "95.5"} in events[0].changes
    assert not AuditEvent.objects.filter(plan=shared, kpi__isnull=False).exists()
    # The same sent twice is one.
    with nothing_written():
        assert consultation.save_answers(by=anew(cast.staff), plan=shared, **say_both) == 0
    assert planned(shared).target == 100, "the draft itself stays"


def test_a_second_proposal_replaces_the_open_one_and_the_trail_keeps_both(cast, shared):
    first = propose(cast.staff, shared, 95)
    with nothing_written(), pytest.raises(ChangedMeanwhile, match="剛剛有人變更"):
        propose(cast.staff, shared, 96)
    second = propose(cast.staff, shared, 96, seen=first.pk)
    assert (TargetProposal.objects.get(), second.value) == (second, 96)
    assert {"what": "AC1.1 106 年建議目標值", "old": "95", "new": "96"} in AuditEvent.objects.first().changes
    with nothing_written(), pytest.raises(ChangedMeanwhile):
        propose(cast.staff, shared, None, seen=first.pk)
    assert propose(cast.staff, shared, None, seen=second.pk) is None
    assert {"what": "AC1.1 106 年建議目標值", "old": "96", "new": None} in AuditEvent.objects.first().changes
    # Who has not seen the decision does not propose anew by mistake.
    third = propose(cast.staff, shared, 97)
    decide(cast.reviewer, third, ProposalDecision.DECLINED, "維持原訂")
    with nothing_written(), pytest.raises(ChangedMeanwhile):
        propose(cast.staff, shared, 98, seen=third.pk)
    assert propose(cast.staff, shared, 98).value == 98


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"value": 100}, "與草案的目標值相同"),
        ({"value": 95, "reason": ""}, "請說明AC1.1 106 年建議目標值的理由"),
        ({"value": 95, "year": 2016}, "剛剛有人變更"),
        ({"value": 95, "year": 2020}, "剛剛有人變更"),
        ({"value": "1234567890123"}, "位"),
    ],
)
def test_a_proposal_that_says_nothing_is_refused_in_words(cast, shared, given, sentence):
    wanted = target(shared, given.pop("value"), **given)
    with nothing_written(), pytest.raises(ValidationError, match=sentence):
        consultation.save_answers(by=cast.staff, plan=shared, targets=[wanted])


def test_everybody_else_proposes_nothing_and_rows_of_another_edition_are_refused(cast, open_plan, shared):
    for role in ("viewer", "other_staff", "reviewer", "admin", "outsider", "superuser"):
        for act in (propose, say):
            with nothing_written(), pytest.raises(PermissionDenied):
                act(getattr(cast, role), shared)
    other = factories.make_plan(kpis=5, agency=cast.other_agency, year=YEAR)
    for plan in (open_plan, other):
        wanted = ProposedTarget(measure(plan).pk, YEAR, Decimal(95), "因此")
        with nothing_written(), pytest.raises(ChangedMeanwhile):
            consultation.save_answers(by=anew(cast.staff), plan=shared, targets=[wanted])
        with nothing_written(), pytest.raises(ChangedMeanwhile):
            consultation.save_answers(by=anew(cast.staff), plan=shared, opinions=[Opinion(measure(plan).kpi_id, "好")])


def test_nobody_proposes_before_the_draft_is_shared_after_its_day_once_adopted_or_once_it_is_gone(cast, draft):
    def refused(sentence):
        for act in (propose, say):
            with nothing_written(), pytest.raises(RuleBroken, match=sentence):
                act(cast.staff, draft)

    refused("徵詢已經結束")
    share(cast.admin, draft)
    expire(draft)
    refused("徵詢已經結束")
    adopted = editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="決議")
    refused("徵詢已經結束")
    editions.withdraw(by=cast.admin, plan=adopted, reason="重訂")
    wanted = target(draft, 95)
    share(cast.admin, draft)
    editions.discard(by=cast.admin, plan=draft)
    with nothing_written(), pytest.raises(RuleBroken, match="已經捨棄"):
        consultation.save_answers(by=cast.staff, plan=draft, targets=[wanted])
    with nothing_written(), pytest.raises(RuleBroken, match="已經捨棄"):
        edition_comments.comment(by=cast.admin, plan=draft, text="好")


def test_a_deputy_and_the_successor_of_a_division_answer_for_it(cast, shared):
    deputy = acting(stand_in(cast.other_staff, cast.staff, shared.agency))
    assert propose(deputy, shared, 95).by == cast.other_staff
    assert AuditEvent.objects.first().acting_for == cast.staff
    with nothing_written(), pytest.raises(PermissionDenied):
        propose(deputy, shared, 95, code="BC1.1")
    new = Division.objects.create(agency=shared.agency, name="新乙組")
    Division.objects.filter(name="乙組", agency=shared.agency).update(successor=new)
    heir = factories.make_member("heir", shared.agency, Role.STAFF, new)
    assert propose(heir, shared, 95, code="BC1.1").by == heir
    assert [draft.title for draft in drafts_shared_with(heir, TODAY())] == ["106 年版"]


# Deciding


def test_a_reviewer_takes_a_softer_target_over_with_the_divisions_reason(cast, shared):
    proposal = propose(cast.staff, shared, 95)
    for role in ("viewer", "staff", "other_staff", "outsider", "superuser"):
        with nothing_written(), pytest.raises(PermissionDenied):
            decide(getattr(cast, role), proposal)
    taken = decide(cast.reviewer, proposal)
    assert (taken.decision, taken.decided_by, taken.decided_by_name) == ("taken", cast.reviewer, "reviewer 君")
    value = planned(shared)
    assert (value.target, value.target_reason) == (95, "現行流程無法達成")
    event = AuditEvent.objects.get(plan=shared, kpi__isnull=False)
    assert (event.kpi.code, event.reason) == ("AC1.1", "現行流程無法達成")
    assert {"what": "AC1.1 106 年目標值", "old": "100", "new": "95"} in event.changes
    with nothing_written(), pytest.raises(RuleBroken, match=r"已由 reviewer 君 處理（採納）"):
        decide(cast.admin, proposal, ProposalDecision.DECLINED, "改變主意")
    # A raised one needs no reason, and a word in place of a number goes.
    decide(cast.admin, propose(cast.staff, shared, 120))
    assert (planned(shared).target, planned(shared).target_reason) == (120, "")
    YearlyValue.objects.filter(measure=measure(shared), year=2018).update(target=None, target_note="—")
    decide(cast.admin, propose(cast.staff, shared, 120, year=2018))
    assert (planned(shared, year=2018).target, planned(shared, year=2018).target_note) == (120, "")


def test_lower_is_better_and_bands_are_judged_by_their_own_direction(cast, shared):
    for code, value, is_softer in (("AC1.2", 1000, True), ("AC1.2", 1, False), ("AL1.1", 1, True)):
        decide(cast.reviewer, propose(cast.staff, shared, value, code=code))
        assert bool(planned(shared, code).target_reason) is is_softer, (code, value)
    # A year of which the edition before planned nothing has nothing to be softer than.
    YearlyValue.objects.filter(measure=measure(shared), year=2019).delete()
    decide(cast.reviewer, propose(cast.staff, shared, 1, year=2019))
    assert planned(shared, year=2019).target_reason == ""


def test_a_proposal_is_declined_with_a_reason_and_the_draft_stays(cast, shared):
    proposal = propose(cast.staff, shared, 95)
    with nothing_written(), pytest.raises(RuleBroken, match="請說明理由"):
        decide(cast.reviewer, proposal, ProposalDecision.DECLINED)
    decide(cast.reviewer, proposal, ProposalDecision.DECLINED, "維持原訂")
    assert planned(shared).target == 100
    (line,) = target_proposals(shared).decided
    assert (line.state_text, line.decision_reason) == ("不採納", "維持原訂")


def test_what_was_replaced_withdrawn_or_measured_otherwise_is_not_taken_over(cast, shared):
    old = propose(cast.staff, shared, 95)
    propose(cast.staff, shared, 96, seen=old.pk)
    with nothing_written(), pytest.raises(RuleBroken, match="撤回或改提"):
        decide(cast.reviewer, old)
    proposal = TargetProposal.objects.get()
    Measure.objects.filter(pk=proposal.measure_id).update(unit="%")
    with nothing_written(), pytest.raises(RuleBroken, match="單位已由「次」改為「%」"):
        decide(cast.reviewer, proposal)
    Measure.objects.filter(pk=proposal.measure_id).update(unit="次")
    far = propose(cast.staff, shared, 96, year=2019)
    Plan.objects.filter(pk=shared.pk).update(last_year=2018)
    with nothing_written(), pytest.raises(RuleBroken, match="改訂至 107 年"):
        decide(cast.reviewer, far)
    # After the day it is decided as before; once adopted it comes too late, and blocks nothing.
    expire(shared)
    decide(cast.reviewer, far, ProposalDecision.DECLINED, "年度已縮短")
    editions.record_adoption(by=cast.admin, plan=shared, approval=factories.approval(), reason="決議")
    with nothing_written(), pytest.raises(RuleBroken, match="已核定，建議目標值不再處理"):
        decide(cast.reviewer, proposal)


# Comments, and asking for the adoption


def test_reviewers_and_admins_comment_on_an_edition_until_it_is_closed(cast, open_plan, draft):
    for role in ("viewer", "staff", "other_staff", "outsider", "superuser"):
        for plan in (draft, open_plan):
            with nothing_written(), pytest.raises(PermissionDenied):
                edition_comments.comment(by=getattr(cast, role), plan=plan, text="好")
    with nothing_written(), pytest.raises(RuleBroken, match="請輸入意見內容"):
        edition_comments.comment(by=cast.admin, plan=draft, text="")
    kpi = draft.kpis.get(code="BC1.1")
    edition_comments.comment(by=cast.reviewer, plan=draft, text="權重加倍", kpi=kpi)
    with nothing_written():
        assert edition_comments.comment(by=cast.reviewer, plan=draft, text="權重加倍", kpi=kpi) is None
    edition_comments.comment(by=cast.admin, plan=draft, text="維持", kpi=kpi)
    assert edition_comments.comment(by=cast.reviewer, plan=draft, text="權重加倍", kpi=kpi)
    assert edition_comments.comment(by=cast.admin, plan=open_plan, text="第 1 次修正前先確認")
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    with nothing_written(), pytest.raises(RuleBroken, match="更正說明"):
        edition_comments.comment(by=cast.admin, plan=open_plan, text="太遲了")
    # What was said of a KPI stays when it is retired.
    kpi.delete()
    said = EditionComment.objects.filter(plan=draft).select_related("kpi").first()
    assert (said.kpi, said.about, said.text) == (None, "BC1.1 指標 BC1.1", "權重加倍")


def test_a_reviewer_sends_a_draft_to_be_adopted_and_an_admin_sends_it_back(cast, draft):
    send = {"plan": draft, "kind": EditionCommentKind.SENT_FOR_ADOPTION, "text": ""}
    back = {"plan": draft, "kind": EditionCommentKind.SENT_BACK}
    for by, given in ((cast.admin, send), (cast.staff, send), (cast.reviewer, back | {"text": "請補理由"})):
        with nothing_written(), pytest.raises(PermissionDenied):
            edition_comments.comment(by=by, **given)
    with nothing_written(), pytest.raises(RuleBroken, match="請輸入意見內容"):
        edition_comments.comment(by=cast.admin, text="", **back)
    assert edition_comments.comment(by=cast.reviewer, **send).text == "送請核定。"
    assert edition_comments.comment(by=cast.admin, text="AC1.1 還沒寫理由", **back).kind == "sent_back"
    assert Plan.objects.get(pk=draft.pk).state == PlanState.DRAFT
    editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="決議")
    for by, given in ((cast.reviewer, send), (cast.admin, back | {"text": "請補"})):
        with nothing_written(), pytest.raises(RuleBroken, match="已經核定"):
            edition_comments.comment(by=by, **given)


def test_a_discarded_draft_takes_what_was_said_with_it_and_the_trail_stays_whole(cast, shared):
    decide(cast.reviewer, propose(cast.staff, shared, 95), ProposalDecision.DECLINED, "維持原訂")
    propose(cast.staff, shared, 96)
    say(cast.staff, shared)
    edition_comments.comment(by=cast.reviewer, plan=shared, text="好")
    before = AuditEvent.objects.filter(year=YEAR).count()
    editions.discard(by=cast.admin, plan=shared)
    assert not TargetProposal.objects.exists() and not EditionComment.objects.exists()
    assert AuditEvent.objects.filter(year=YEAR).count() == before + 1
    call_command("verify_audit", stdout=StringIO())


# What read models say of it


def test_who_has_answered_and_what_each_kpi_had_is_read_in_a_fixed_number_of_queries(
    cast, shared, django_assert_num_queries
):
    factories.approved(cast, factories.kpi(Plan.objects.get(year=2016, agency=shared.agency), "AC1.1"), actuals=93)
    YearlyValue.objects.filter(measure=measure(shared), year=2018).update(target=90)
    propose(cast.staff, shared, 95)
    edition_comments.comment(by=cast.reviewer, plan=shared, text="權重加倍", kpi=shared.kpis.get(code="BC1.1"))
    with django_assert_num_queries(9):
        whole = build_consultation(shared)
    first, second = whole.divisions
    assert (first.name, first.kpis, first.proposals, first.has_answered) == ("甲組", 5, 1, True)
    # What a reviewer says is no answer of the division.
    assert (second.name, second.has_answered, whole.answered) == ("乙組", False, 1)
    assert [kpi.code for kpi in whole.spoken_of] == ["AC1.1", "BC1.1"]
    own = build_consultation(shared, division_ids={shared.kpis.get(code="AC1.1").division_id})
    assert {kpi.division for kpi in own.kpis} == {"甲組"} and own.before == "105 年版"
    (of,) = own.kpis[0].measures
    assert [(row.year_text, row.text, row.is_provisional) for row in of.recent] == [
        ("103 年", "80", False),
        ("104 年", "80", False),
        ("105 年", "93", False),
    ]
    assert [(year.planned, year.target) for year in of.years] == [("100", "100"), ("100", "90"), ("—", "—")]
    assert of.years[0].proposal.value == 95


def test_drafts_are_told_of_to_staff_whose_divisions_have_kpis_in_them_and_to_nobody_else(
    cast, shared, django_assert_num_queries
):
    def told_to(user, day=None):
        return [each.title for each in drafts_shared_with(User.objects.get(pk=user.pk), day or TODAY())]

    bystander = factories.make_member("bystander", shared.agency, Role.STAFF, shared.agency.divisions.last())
    for user, titles in ((cast.staff, ["106 年版"]), (cast.other_staff, ["106 年版"]), (bystander, [])):
        assert told_to(user) == titles
    for role in ("viewer", "reviewer", "admin", SECOND_AGENCY, "superuser"):
        assert told_to(getattr(cast, role)) == []
    assert told_to(cast.staff, shared.consultation_until) == ["106 年版"]
    assert told_to(cast.staff, shared.consultation_until + timedelta(days=1)) == []
    Plan.objects.filter(pk=shared.pk).update(state=PlanState.ADOPTED, consultation_until=None)
    assert told_to(cast.staff) == []

"""Handing over KPIs and action plans: all in one step, exactly what was shown, told in the history of each."""

import pytest
from django.core.exceptions import PermissionDenied

from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionPlan, AuditEvent
from scorecard.services.reporting import save_reports
from scorecard.services.transfers import Owner, find_moves, people_of, transfer
from tests import factories
from tests.factories import report_entry
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(plan):
    """甲組, which owns theme A."""
    return Owner(plan.agency.divisions.get(name="甲組"))


@pytest.fixture
def second(plan):
    """乙組, which owns theme B."""
    return Owner(plan.agency.divisions.get(name="乙組"))


def move(cast, plan, source, target, **changed):
    """Move everything as an admin who saw it."""
    given = {"by": cast.admin, "seen": find_moves(agency=plan.agency, source=source).seen, "reason": "組織調整"}
    return transfer(agency=plan.agency, source=source, target=target, **(given | changed))


def test_everything_of_a_division_goes_to_another_in_every_edition_that_is_not_closed(cast, open_plan, first, second):
    factories.close_year(cast.admin, open_plan, reason="測試")
    with nothing_written(), pytest.raises(RuleBroken, match="沒有可以移交"):
        move(cast, open_plan, first, second)
    editions = [factories.next_edition(cast.admin, open_plan)]
    editions.append(factories.next_edition(cast.admin, editions[0]))
    owned = ActionPlan.objects.filter(plan__in=editions, owner_division=first.division).count()
    moves = move(cast, open_plan, first, second)
    assert [kpi.plan.year for kpi in moves.kpis] == [2017] * 5 + [2018] * 5
    assert len(moves.action_plans) == owned
    assert {row.plan.year for row in KPI.objects.filter(division=first.division)} == {2016}
    assert {row.plan.year for row in ActionPlan.objects.filter(owner_division=first.division)} == {2016}
    assert KPI.objects.filter(plan__in=editions, division=second.division).count() == 20
    events = AuditEvent.objects.filter(reason="移交：組織調整")
    assert events.count() == moves.count
    assert events.filter(kpi=factories.kpi(editions[0], "AC1.1"), year=2017).exists()
    seen = {"seen": moves.seen, "plan": open_plan, "reason": "組織調整"}
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        transfer(by=cast.admin, agency=open_plan.agency, source=first, target=second, **seen)
    assert {(event.changes[0]["old"], event.changes[0]["new"]) for event in events} == {("甲組", "乙組")}


def test_the_new_divisions_staff_report_and_the_old_ones_no_longer(cast, open_plan, first, second):
    move(cast, open_plan, first, second)
    moved = factories.kpi(open_plan, "AC1.1")
    given = {"plan": open_plan, "report_entries": [report_entry(moved)]}
    with pytest.raises(PermissionDenied):
        save_reports(by=cast.staff, **given)
    assert save_reports(by=cast.other_staff, **given)


def test_action_plans_of_a_person_go_to_another_person_or_to_a_division(cast, plan, second):
    ActionPlan.objects.filter(code="AC1.1.1", plan=plan).update(owner_division=None, owner_person="魏國平")
    assert "魏國平" in people_of(plan.agency)
    count = find_moves(agency=plan.agency, source=Owner(person="魏國平")).count
    move(cast, plan, Owner(person="魏國平"), Owner(person="王小明"))
    assert ActionPlan.objects.filter(owner_person="王小明").count() == count >= 1
    move(cast, plan, Owner(person="王小明"), second)
    assert not ActionPlan.objects.filter(plan=plan, owner_person="王小明").exists()


def test_an_adopted_editions_owners_change_with_a_reason_alone(cast, plan, first, second):
    with nothing_written(), pytest.raises(RuleBroken, match="已核定，變更內容請說明理由"):
        move(cast, plan, first, second, reason="")


def test_what_changed_since_it_was_shown_is_not_moved(cast, plan, first, second):
    seen = find_moves(agency=plan.agency, source=first).seen
    KPI.objects.filter(pk=factories.kpi(plan, "BC1.1").pk).update(division=first.division)
    with nothing_written(), pytest.raises(RuleBroken, match="已經變更"):
        move(cast, plan, first, second, seen=seen)


def test_nothing_to_move_is_told_and_one_edition_can_be_chosen(cast, plan, first, second):
    other = factories.next_edition(cast.admin, plan)
    chosen = find_moves(agency=plan.agency, source=first, plan=other)
    given = {"seen": chosen.seen, "plan": other, "reason": "組織調整"}
    transfer(by=cast.admin, agency=plan.agency, source=first, target=second, **given)
    assert {row.plan for row in KPI.objects.filter(division=first.division)} == {plan}
    with pytest.raises(RuleBroken, match="沒有可以移交"):
        transfer(by=cast.admin, agency=plan.agency, source=first, target=second, seen="", plan=other, reason="組織調整")


@pytest.mark.parametrize("role", ["viewer", "staff", "reviewer", "outsider"])
def test_only_admins_hand_over(cast, plan, first, second, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        move(cast, plan, first, second, by=getattr(cast, role))

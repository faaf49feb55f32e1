"""Executed amounts: what is written, who may, and when."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.choices import AuditAction
from scorecard.models import ActionBudget, AuditEvent
from scorecard.policies import RuleBroken
from scorecard.services import audit
from scorecard.services.budgets import record_execution
from tests import factories
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written


@pytest.fixture
def budget(kpi):
    """AC1.1.1's budget of the open year: 1,000 dollars."""
    return ActionBudget.objects.get(action_plan__kpi=kpi, action_plan__position=1, year=factories.FIRST_YEAR)


def test_staff_record_what_was_spent_with_an_audit_event(cast, kpi, budget):
    kpi.plan.refresh_from_db()
    before = kpi.plan.data_version
    record_execution(by=cast.staff, budget=budget, executed=950, progress="已結案")
    budget.refresh_from_db()
    assert (budget.amount, budget.executed, budget.progress) == (1000, 950, "已結案")
    event = AuditEvent.objects.get(action=AuditAction.CHANGED)
    assert (event.actor, event.plan, event.kpi, event.year) == (cast.staff, kpi.plan, kpi, factories.FIRST_YEAR)
    assert event.target == "AC1.1.1 辦理 AC1.1.1"
    assert event.changes == [
        {"what": "執行數（元）", "old": None, "new": "950"},
        {"what": "執行情形", "old": None, "new": "已結案"},
    ]
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 1


def test_zero_is_an_amount_and_none_takes_it_back(cast, budget):
    assert record_execution(by=cast.staff, budget=budget, executed=0).executed == 0
    assert record_execution(by=cast.staff, budget=budget, executed=None).executed is None


def test_the_same_again_leaves_no_trace(cast, budget):
    record_execution(by=cast.staff, budget=budget, executed=950)
    with nothing_written():
        record_execution(by=cast.staff, budget=budget, executed=950)


def test_more_than_the_budget_may_be_spent(cast, budget):
    assert record_execution(by=cast.staff, budget=budget, executed=1001).executed == 1001


def test_a_negative_amount_is_refused(cast, budget):
    with nothing_written(), pytest.raises(ValidationError):
        record_execution(by=cast.staff, budget=budget, executed=-1)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_only_staff_of_the_division_record_it(cast, budget, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        record_execution(by=getattr(cast, role), budget=budget, executed=1)


def test_a_year_that_is_not_open_takes_no_amount(cast, kpi, budget):
    later = ActionBudget.objects.get(action_plan=budget.action_plan, year=factories.LAST_YEAR)
    with nothing_written(), pytest.raises(RuleBroken, match="尚未開放"):
        record_execution(by=cast.staff, budget=later, executed=1)
    factories.close_year(cast.admin, kpi.plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        record_execution(by=cast.staff, budget=budget, executed=1)


def test_without_its_audit_event_no_amount_is_written(cast, budget, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with nothing_written(), pytest.raises(RuntimeError):
        record_execution(by=cast.staff, budget=budget, executed=1)

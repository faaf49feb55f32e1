"""Executed amounts, saved with the report: what is written, who may, and when."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import ActionBudget, AuditEvent, YearlyReport
from scorecard.services import audit
from scorecard.services.reporting import Conflict, Execution, save_reports
from tests import factories
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written


@pytest.fixture
def budget(kpi):
    """AC1.1.1's budget of the open year: 1,000 dollars."""
    return ActionBudget.objects.get(action_plan__kpi=kpi, action_plan__position=1, year=factories.FIRST_YEAR)


def record(by, kpi, budget, executed, progress="", **entered):
    """Save what was spent, the rest of the report as it stands; the budget as it is then."""
    report = YearlyReport.objects.filter(kpi=kpi).first()
    words = {"explanation": report.explanation, "improvement": report.improvement} if report else {}
    seen = replace(factories.report_entry(kpi, **words | entered), entries=())
    spent = replace(seen, executions=(Execution(budget.pk, executed, progress),))
    save_reports(by=by, plan=kpi.plan, report_entries=[spent])
    budget.refresh_from_db()
    return budget


def test_staff_record_what_was_spent_with_an_audit_event(cast, kpi, budget):
    kpi.plan.refresh_from_db()
    before = kpi.plan.data_version
    record(cast.staff, kpi, budget, 950, "已結案")
    assert (budget.amount, budget.executed, budget.progress) == (1000, 950, "已結案")
    report = YearlyReport.objects.get()
    assert (report.state, report.version, report.changed_by) == (ReportState.IN_PROGRESS, 1, cast.staff)
    event = AuditEvent.objects.get(action=AuditAction.SAVED)
    assert (event.actor, event.plan, event.kpi, event.year) == (cast.staff, kpi.plan, kpi, factories.FIRST_YEAR)
    where = {"budget": budget.pk}
    assert event.changes == [
        {"what": "AC1.1.1 執行數（元）", "old": None, "new": "950", "field": "executed", **where},
        {"what": "AC1.1.1 執行情形", "old": None, "new": "已結案", "field": "progress", **where},
    ]
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 1


def test_figures_and_amounts_of_one_report_are_saved_together_in_one_event(cast, kpi, budget):
    both = replace(factories.report_entry(kpi, actuals=95), executions=(Execution(budget.pk, 0),))
    save_reports(by=cast.staff, plan=kpi.plan, report_entries=[both])
    event = AuditEvent.objects.get(action=AuditAction.SAVED)
    assert [change["what"] for change in event.changes] == ["實際值", "AC1.1.1 執行數（元）"]


def test_zero_is_an_amount_and_none_takes_it_back(cast, kpi, budget):
    assert record(cast.staff, kpi, budget, 0).executed == 0
    assert record(cast.staff, kpi, budget, None).executed is None


def test_the_same_again_leaves_no_trace(cast, kpi, budget):
    record(cast.staff, kpi, budget, 950)
    with nothing_written():
        record(cast.staff, kpi, budget, 950)


def test_more_than_the_budget_may_be_spent(cast, kpi, budget):
    assert record(cast.staff, kpi, budget, 1001).executed == 1001


def test_a_negative_amount_is_refused_with_everything_that_came_with_it(cast, kpi, budget):
    both = replace(factories.report_entry(kpi, actuals=95), executions=(Execution(budget.pk, -1),))
    with nothing_written(), pytest.raises(ValidationError):
        save_reports(by=cast.staff, plan=kpi.plan, report_entries=[both])


def test_the_budget_of_another_kpi_or_year_is_refused(cast, kpi, budget):
    others = ActionBudget.objects.exclude(action_plan__kpi=kpi, year=factories.FIRST_YEAR)
    for other in (others.filter(action_plan__kpi=kpi).first(), others.exclude(action_plan__kpi=kpi).first()):
        with nothing_written(), pytest.raises(ActionBudget.DoesNotExist):
            record(cast.staff, kpi, other, 1)


def test_the_second_of_two_editors_sees_what_stands(cast, kpi, budget):
    record(cast.staff, kpi, budget, 900)
    with nothing_written(), pytest.raises(Conflict):
        record(cast.staff, kpi, budget, 950, version=0)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_only_staff_of_the_division_record_it(cast, kpi, budget, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        record(getattr(cast, role), kpi, budget, 1)


def test_an_amount_is_recorded_while_the_year_is_open_and_the_report_editable(cast, kpi, budget):
    own = factories.kpi(factories.next_edition(cast.admin, kpi.plan), kpi.code)
    later = ActionBudget.objects.filter(action_plan__kpi=own, year=factories.MIDDLE_YEAR).first()
    with nothing_written(), pytest.raises(RuleBroken, match="尚未開放"):
        record(cast.staff, own, later, 1)
    factories.fill(cast.staff, kpi)
    factories.submit(cast.staff, kpi)
    with nothing_written(), pytest.raises(RuleBroken, match="已送出"):
        record(cast.staff, kpi, budget, 1)
    factories.close_year(cast.admin, kpi.plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        record(cast.staff, kpi, budget, 1)


def test_without_its_audit_event_no_amount_is_written(cast, kpi, budget, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with nothing_written(), pytest.raises(RuntimeError):
        record(cast.staff, kpi, budget, 1)

"""Opening, closing and reopening a plan year."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.choices import AuditAction, YearState
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent
from scorecard.services import audit, years
from tests import factories
from tests.factories import CONTACT, DUE, FIRST_YEAR, LAST_YEAR, close_year, fill, open_year, submit
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written
from tests.shared_rows import layer

LATER = date(2017, 3, 31)


def reopen(by, plan, year=FIRST_YEAR, *, reason="更正數據"):
    """Reopen a year until LATER."""
    return years.reopen_year(by=by, plan_year=plan.years.get(year=year), due_date=LATER, reason=reason)


@layer
def small_plan():
    """A plan of five KPIs, all of one division, so that few approvals complete its year."""
    return factories.make_plan(kpis=5, slug="small-plan")


@layer
def small_cast(small_plan):
    """The cast of the small plan."""
    small_plan.agency.divisions.create(name="乙組", position=1)
    return factories.make_cast(small_plan)


def approve_all(plan, cast, year=FIRST_YEAR):
    """Bring every KPI of the plan to approval."""
    for kpi in plan.kpis.select_related("plan", "division"):
        factories.approved(cast, kpi, year)


# Opening


def test_an_admin_opens_a_year_with_due_date_and_contact(plan, cast):
    before = plan.data_version
    opened = open_year(cast.admin, plan)
    opened.refresh_from_db()
    assert (opened.state, opened.due_date, opened.contact) == (YearState.OPEN, DUE, CONTACT)
    assert opened.changed_by == cast.admin
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.plan, event.year) == (AuditAction.OPENED, cast.admin, plan, FIRST_YEAR)
    assert event.target == "105 年度"
    assert event.changes == [
        {"what": "填報截止日", "old": None, "new": "106 年 1 月 31 日"},
        {"what": "聯絡窗口", "old": None, "new": CONTACT},
    ]
    plan.refresh_from_db()
    assert plan.data_version == before + 1


def test_opening_needs_a_due_date(plan, cast):
    with nothing_written(), pytest.raises(ValidationError, match="截止日"):
        open_year(cast.admin, plan, due_date=None)


@pytest.mark.parametrize("year", [2015, FIRST_YEAR])
def test_a_year_that_is_closed_or_open_is_not_opened(open_plan, cast, year):
    with nothing_written(), pytest.raises(RuleBroken):
        open_year(cast.admin, open_plan, year)


def test_two_years_may_be_open_at_once(open_plan, cast):
    assert open_year(cast.admin, open_plan, LAST_YEAR).is_open


# Closing


def test_a_year_whose_reports_are_all_approved_closes_without_a_reason(small_plan, small_cast):
    open_year(small_cast.admin, small_plan)
    approve_all(small_plan, small_cast)
    closed = close_year(small_cast.admin, small_plan)
    closed.refresh_from_db()
    assert (closed.state, closed.changed_by, closed.due_date) == (YearState.CLOSED, small_cast.admin, DUE)
    event = AuditEvent.objects.get(action=AuditAction.CLOSED)
    assert (event.actor, event.year, event.reason) == (small_cast.admin, FIRST_YEAR, "")


def test_a_kpi_without_a_target_needs_no_report(small_plan, small_cast):
    open_year(small_cast.admin, small_plan, LAST_YEAR)
    for code in ("AC1.1", "AC1.2", "AP1.1", "AL1.1"):
        factories.approved(small_cast, factories.kpi(small_plan, code), LAST_YEAR)
    assert years.unapproved_count(small_plan, LAST_YEAR) == 0
    assert close_year(small_cast.admin, small_plan, LAST_YEAR).is_closed


def test_a_year_with_unapproved_reports_closes_only_with_a_reason(open_plan, cast):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"))
    waiting = factories.kpi(open_plan, "AC1.2")
    fill(cast.staff, waiting)
    submit(cast.staff, waiting)
    assert years.unapproved_count(open_plan, FIRST_YEAR) == 9
    with nothing_written(), pytest.raises(RuleBroken, match="還有 9 項"):
        close_year(cast.admin, open_plan)
    close_year(cast.admin, open_plan, reason="機關整併")
    assert AuditEvent.objects.get(action=AuditAction.CLOSED).reason == "機關整併"


@pytest.mark.parametrize("year", [2015, FIRST_YEAR])
def test_a_year_that_is_not_open_does_not_close(plan, cast, year):
    with nothing_written(), pytest.raises(RuleBroken, match="開放中"):
        close_year(cast.admin, plan, year, reason="機關整併")


# Reopening


@layer
def closed_plan(open_plan, cast):
    """The plan with 2016 closed."""
    close_year(cast.admin, open_plan, reason="提前關閉")
    return open_plan


def test_an_admin_reopens_a_closed_year_with_a_reason_and_a_new_due_date(closed_plan, cast):
    reopened = reopen(cast.admin, closed_plan)
    reopened.refresh_from_db()
    assert (reopened.state, reopened.due_date, reopened.contact) == (YearState.OPEN, LATER, CONTACT)
    event = AuditEvent.objects.get(action=AuditAction.REOPENED)
    assert (event.actor, event.reason) == (cast.admin, "更正數據")
    assert event.changes == [{"what": "填報截止日", "old": "106 年 1 月 31 日", "new": "106 年 3 月 31 日"}]


def test_staff_report_again_in_a_reopened_year(closed_plan, cast):
    reopen(cast.admin, closed_plan)
    assert fill(cast.staff, factories.kpi(closed_plan, "AC1.1")).version == 1


def test_reopening_needs_a_reason(closed_plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="理由"):
        reopen(cast.admin, closed_plan, reason="")


def test_a_baseline_year_stays_closed(plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="基準"):
        reopen(cast.admin, plan, 2015)


@pytest.mark.parametrize("year", [FIRST_YEAR, LAST_YEAR])
def test_a_year_that_is_not_closed_does_not_reopen(open_plan, cast, year):
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        reopen(cast.admin, open_plan, year)


# Who may, and all or nothing


ACTS = {
    "open": lambda by, plan: open_year(by, plan, LAST_YEAR),
    "close": lambda by, plan: close_year(by, plan, reason="提前關閉"),
    "reopen": lambda by, plan: reopen(by, plan, 2017),
}


@layer
def mixed_plan(open_plan, cast):
    """2016 open, 2017 closed, 2018 not open."""
    open_year(cast.admin, open_plan, 2017)
    close_year(cast.admin, open_plan, 2017, reason="提前關閉")
    return open_plan


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
@pytest.mark.parametrize("act", list(ACTS))
def test_only_admins_open_close_and_reopen(mixed_plan, cast, act, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        ACTS[act](getattr(cast, role), mixed_plan)


@pytest.mark.parametrize("act", list(ACTS))
def test_without_its_audit_event_no_year_changes(mixed_plan, cast, act, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with nothing_written(), pytest.raises(RuntimeError):
        ACTS[act](cast.admin, mixed_plan)

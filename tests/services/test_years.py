"""Opening, closing and reopening an edition's year, in the order of years."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, HeadApproval, Plan, YearlyValue, YearSnapshot, earlier_values, triggers
from scorecard.services import audit, years
from tests import factories
from tests.factories import CONTACT, DUE, FIRST_YEAR, approval, close_year, fill, next_edition, open_year, submit
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written
from tests.shared_rows import layer

LATER = date(2017, 3, 31)


def reopen(by, plan, *, reason="更正數據"):
    """Reopen the edition's year until LATER."""
    return years.reopen_year(by=by, plan=plan, due_date=LATER, reason=reason)


@layer
def small_plan():
    """A plan of five KPIs, all of one division, so that few approvals complete its year."""
    return factories.make_plan(kpis=5, slug="small-plan")


@layer
def small_cast(small_plan):
    """The cast of the small plan."""
    small_plan.agency.divisions.create(name="乙組", position=1)
    return factories.make_cast(small_plan)


def approve_all(plan, cast):
    """Bring every KPI of the plan to approval."""
    for kpi in plan.kpis.select_related("plan", "division"):
        factories.approved(cast, kpi)


# Opening


def test_an_admin_opens_a_year_with_due_date_and_contact(plan, cast):
    before = plan.data_version
    opened = open_year(cast.admin, plan)
    opened.refresh_from_db()
    assert (opened.state, opened.due_date, opened.contact) == (PlanState.OPEN, DUE, CONTACT)
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


def test_a_year_that_is_closed_or_open_is_not_opened(open_plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="已經開放"):
        open_year(cast.admin, open_plan)
    close_year(cast.admin, open_plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="重新開放"):
        open_year(cast.admin, open_plan)


def test_two_years_may_be_open_at_once_and_close_in_their_order_and_reopen_in_the_reverse_one(open_plan, cast):
    later = open_year(cast.admin, next_edition(cast.admin, open_plan))
    with nothing_written(), pytest.raises(RuleBroken, match="請先關閉 105 年版"):
        close_year(cast.admin, later, reason="提前關閉")
    close_year(cast.admin, open_plan, reason="提前關閉")
    close_year(cast.admin, later, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="請先重新開放 106 年"):
        reopen(cast.admin, open_plan)
    assert reopen(cast.admin, later).is_open
    assert reopen(cast.admin, open_plan).is_reopened
    with nothing_written(), pytest.raises(RuleBroken, match="請先關閉 105 年版"):
        close_year(cast.admin, later, reason="提前關閉")


def test_an_earlier_edition_that_was_never_opened_keeps_a_later_one_from_closing(plan, cast):
    later = open_year(cast.admin, next_edition(cast.admin, plan))
    with nothing_written(), pytest.raises(RuleBroken, match="請先關閉 105 年版.*開放後說明理由"):
        close_year(cast.admin, later, reason="提前關閉")
    open_year(cast.admin, plan)
    close_year(cast.admin, plan, reason="未填報")
    assert close_year(cast.admin, later, reason="提前關閉").is_closed


# Closing


def test_a_year_whose_reports_are_all_approved_closes_without_a_reason(small_plan, small_cast):
    open_year(small_cast.admin, small_plan)
    approve_all(small_plan, small_cast)
    closed = close_year(small_cast.admin, small_plan)
    closed.refresh_from_db()
    assert (closed.state, closed.changed_by, closed.due_date) == (PlanState.CLOSED, small_cast.admin, DUE)
    event = AuditEvent.objects.get(action=AuditAction.CLOSED)
    assert (event.actor, event.year, event.reason) == (small_cast.admin, FIRST_YEAR, "")


def test_a_kpi_without_a_target_needs_no_report(small_plan, small_cast):
    own = YearlyValue.objects.filter(measure__kpi=factories.kpi(small_plan, "AF1.1"), year=FIRST_YEAR)
    own.update(target=None, target_note="—")
    open_year(small_cast.admin, small_plan)
    for code in ("AC1.1", "AC1.2", "AP1.1", "AL1.1"):
        factories.approved(small_cast, factories.kpi(small_plan, code))
    assert years.unapproved_count(small_plan) == 0
    assert close_year(small_cast.admin, small_plan).is_closed


def test_a_year_with_unapproved_reports_closes_only_with_a_reason(open_plan, cast):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"))
    waiting = factories.kpi(open_plan, "AC1.2")
    fill(cast.staff, waiting)
    submit(cast.staff, waiting)
    assert years.unapproved_count(open_plan) == 9
    with nothing_written(), pytest.raises(RuleBroken, match="還有 9 項"):
        close_year(cast.admin, open_plan)
    close_year(cast.admin, open_plan, reason="機關整併")
    assert AuditEvent.objects.get(action=AuditAction.CLOSED).reason == "機關整併"


def test_a_year_that_is_not_open_does_not_close(plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="開放中"):
        close_year(cast.admin, plan, reason="機關整併")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"title": ""}, "核定人職稱"),
        ({"number": ""}, "請填文號"),
        ({"no_number_reason": "首長口頭核定"}, "請填文號"),
        ({"approved_on": date(2200, 1, 1)}, "不能晚於今天"),
    ],
)
def test_closing_records_what_the_head_approved(open_plan, cast, facts, sentence):
    given = {"by": cast.admin, "plan": open_plan, "reason": "提前關閉"}
    prepared = factories.prepared_year(open_plan)
    with nothing_written(), pytest.raises(RuleBroken, match=sentence):
        years.close_year(**given, prepared=prepared, approval=approval(**facts))
    close_year(cast.admin, open_plan, reason="提前關閉")
    row = HeadApproval.objects.of_plan(open_plan)[1]
    assert (row.title, row.document_number, row.recorded_by_name) == ("處長", "北市秘文字第 1050000001 號", "admin 君")
    event = AuditEvent.objects.get(action=AuditAction.CLOSED)
    assert {"what": "文號", "old": None, "new": row.document_number} in event.changes


def test_a_year_closed_before_there_were_snapshots_gets_one_once(open_plan, cast):
    close_year(cast.admin, open_plan, reason="提前關閉")
    given = {"by": cast.admin, "plan": open_plan, "prepared": factories.prepared_year(open_plan)}
    with nothing_written(), pytest.raises(RuleBroken, match="已有定稿檔"):
        years.freeze_closed_year(**given, reason="補製")
    with connection.cursor() as cursor:
        triggers.remove(connection)
        cursor.execute("DELETE FROM scorecard_yearsnapshot")
        cursor.execute("UPDATE scorecard_plan SET closings = 0 WHERE id = %s", [open_plan.pk])
        triggers.install(connection)
    with nothing_written(), pytest.raises(RuleBroken, match="理由"):
        years.freeze_closed_year(**given, reason="")
    with pytest.raises(PermissionDenied):
        years.freeze_closed_year(**given | {"by": cast.reviewer}, reason="補製")
    snapshot = years.freeze_closed_year(**given, reason="系統更新前已關閉")
    plan = Plan.objects.get(pk=open_plan.pk)
    assert (plan.state, plan.closings, snapshot.number) == (PlanState.CLOSED, 1, 1)
    event = AuditEvent.objects.first()
    assert (event.year, event.reason) == (FIRST_YEAR, "系統更新前已關閉")
    assert snapshot.document_sha256 in {change["new"] for change in event.changes}
    reopen(cast.admin, plan)
    assert close_year(cast.admin, plan, reason="更正完畢").closings == 2
    assert YearSnapshot.objects.count() == 2


# Reopening


@layer
def closed_plan(open_plan, cast):
    """The plan with 2016 closed."""
    close_year(cast.admin, open_plan, reason="提前關閉")
    return open_plan


def test_an_admin_reopens_a_closed_year_with_a_reason_and_a_new_due_date(closed_plan, cast):
    reopened = reopen(cast.admin, closed_plan)
    reopened.refresh_from_db()
    assert (reopened.state, reopened.due_date, reopened.contact) == (PlanState.OPEN, LATER, CONTACT)
    event = AuditEvent.objects.get(action=AuditAction.REOPENED)
    assert (event.actor, event.reason) == (cast.admin, "更正數據")
    assert event.changes == [{"what": "填報截止日", "old": "106 年 1 月 31 日", "new": "106 年 3 月 31 日"}]


def test_staff_report_again_in_a_reopened_year(closed_plan, cast):
    reopen(cast.admin, closed_plan)
    assert fill(cast.staff, factories.kpi(closed_plan, "AC1.1")).version == 1


def test_what_is_corrected_in_a_reopened_year_stands_in_the_next_one_untyped_once_it_is_approved(open_plan, cast):
    kpi = factories.kpi(open_plan, "AC1.1")
    factories.approved(cast, kpi, actuals=93)
    later = next_edition(cast.admin, open_plan)
    close_year(cast.admin, open_plan, reason="其餘未填")

    def shown():
        """(actual, whether it counts) of 105 in 106, and the version of 106."""
        (row,) = [row for row in earlier_values(later, kpis=later.kpis.filter(code="AC1.1")) if row.year == FIRST_YEAR]
        return row.actual, row.counts, Plan.objects.get(pk=later.pk).data_version

    figure, counts, version = shown()
    assert (figure, counts) == (93, True)
    reopen(cast.admin, open_plan)
    factories.send_back(cast.reviewer, kpi.reports.get(), "漏列一件")
    assert shown() == (93, False, version + 2)
    fill(cast.staff, kpi, actuals=94)
    assert shown() == (94, False, version + 3)
    factories.approve(cast.reviewer, submit(cast.staff, kpi))
    assert shown() == (94, True, version + 5)
    assert not YearlyValue.objects.filter(measure__kpi__plan=later, year=FIRST_YEAR).exists()


def test_reopening_needs_a_reason(closed_plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="理由"):
        reopen(cast.admin, closed_plan, reason="")


def test_a_year_that_is_not_closed_does_not_reopen(open_plan, cast):
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        reopen(cast.admin, open_plan)


# Who may, and all or nothing


ACTS = {
    "open": lambda by, first: open_year(by, edition(first, 2018)),
    "close": lambda by, first: close_year(by, edition(first, 2017), reason="提前關閉"),
    "reopen": lambda by, first: reopen(by, first),
}


def edition(plan, year):
    return Plan.objects.select_related("agency").get(agency=plan.agency_id, year=year)


@layer
def mixed_plan(open_plan, cast):
    """2016 closed, 2017 open, 2018 adopted."""
    close_year(cast.admin, open_plan, reason="提前關閉")
    next_edition(cast.admin, open_year(cast.admin, next_edition(cast.admin, open_plan)))
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

"""Approving many reports at once, and withdrawing an approval: all or nothing, each in its own audit event."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from scorecard.domain.choices import AuditAction, ReportState, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Comment, YearlyReport
from scorecard.services.reporting import Conflict, approve_reports, return_report
from tests import factories
from tests.factories import approve, fill, send_back, submit
from tests.services.conftest import in_another_role
from tests.services.rows import nothing_written
from tests.shared_rows import layer

CODES = ("AC1.1", "AC1.2", "AP1.1")


@layer
def three(cast, open_plan):
    """Three submitted reports of 2016, by code."""
    reports = {}
    for code in CODES:
        fill(cast.staff, factories.kpi(open_plan, code))
        reports[code] = submit(cast.staff, factories.kpi(open_plan, code))
    return reports


def approve_all(by, plan, reports):
    """Approve the reports in the versions that these objects hold."""
    return approve_reports(by=by, plan=plan, chosen=[(report, report.version) for report in reports])


def states():
    """Every report's state by its KPI's code."""
    return dict(YearlyReport.objects.order_by("kpi__code").values_list("kpi__code", "state"))


@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_several_reports_are_approved_at_once_with_an_event_each(cast, open_plan, three, role):
    by = getattr(cast, role)
    open_plan.refresh_from_db()
    before = open_plan.data_version
    changed = approve_all(by, open_plan, [three["AP1.1"], three["AC1.1"]])
    assert {report.kpi.code for report in changed} == {"AC1.1", "AP1.1"}
    assert states() == {"AC1.1": "approved", "AC1.2": "submitted", "AP1.1": "approved"}
    events = AuditEvent.objects.filter(action=AuditAction.APPROVED)
    assert {(event.kpi_id, event.actor) for event in events} == {(report.kpi_id, by) for report in changed}
    open_plan.refresh_from_db()
    assert open_plan.data_version == before + 2
    for report in changed:
        assert (report.reviewed_by, report.version) == (by, 3)


def test_one_report_that_changed_since_keeps_all_from_being_approved_and_is_named(cast, open_plan, three):
    send_back(cast.admin, three["AC1.2"])
    with nothing_written(), pytest.raises(Conflict) as raised:
        approve_all(cast.reviewer, open_plan, three.values())
    assert [report.kpi.code for report in raised.value.reports] == ["AC1.2"]
    assert raised.value.reports[0].state == ReportState.RETURNED


def test_one_report_that_is_not_submitted_keeps_all_from_being_approved(cast, open_plan, three):
    unsent = [fill(cast.staff, factories.kpi(open_plan, code)) for code in ("AL1.1", "AF1.1")]
    with nothing_written(), pytest.raises(RuleBroken) as raised:
        approve_all(cast.reviewer, open_plan, [*three.values(), *unsent])
    assert [sentence[:6].strip() for sentence in raised.value.messages] == ["AL1.1", "AF1.1"]


def test_one_report_of_ones_own_keeps_all_from_being_approved(cast, open_plan, three):
    own = factories.kpi(open_plan, "BC1.1")
    fill(cast.other_staff, own)
    mine = submit(cast.other_staff, own)
    promoted = in_another_role(cast.other_staff, Role.REVIEWER)
    with nothing_written(), pytest.raises(PermissionDenied, match="BC1.1 是您自己送出的"):
        approve_all(promoted, open_plan, [*three.values(), mine])
    assert len(approve_all(promoted, open_plan, three.values())) == 3


def test_a_post_sent_twice_approves_once(cast, open_plan, three):
    assert len(approve_all(cast.reviewer, open_plan, three.values())) == 3
    with nothing_written():
        assert approve_all(cast.reviewer, open_plan, three.values()) == []
        # A colleague with the same page open changes nothing either, and takes the approval from nobody.
        assert approve_all(cast.admin, open_plan, three.values()) == []


def test_what_a_colleague_approved_meanwhile_does_not_keep_the_others_back(cast, open_plan, three):
    approve(cast.admin, three["AC1.1"])
    changed = approve_all(cast.reviewer, open_plan, three.values())
    assert {report.kpi.code for report in changed} == {"AC1.2", "AP1.1"}
    assert YearlyReport.objects.get(kpi__code="AC1.1").reviewed_by == cast.admin


@pytest.mark.parametrize("role", ["viewer", "staff", "other_staff", "outsider", "superuser"])
def test_nobody_else_approves_several(cast, open_plan, three, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        approve_all(getattr(cast, role), open_plan, three.values())


def test_a_report_of_another_edition_is_never_approved_on_the_way(cast, open_plan, three):
    factories.open_year(cast.outsider, cast.other_plan)
    elsewhere = YearlyReport.objects.create(kpi=factories.kpi(cast.other_plan, "AC1.1"))
    later = factories.next_edition(cast.admin, open_plan)
    next_year = YearlyReport.objects.create(kpi=factories.kpi(later, "AC1.1"))
    for foreign in (elsewhere, next_year):
        with nothing_written(), pytest.raises(ValueError, match="edition"):
            approve_all(cast.reviewer, open_plan, [*three.values(), foreign])


def test_a_closed_year_takes_no_approvals(cast, open_plan, three):
    factories.close_year(cast.admin, open_plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        approve_all(cast.reviewer, open_plan, three.values())


# Withdrawing an approval


@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_an_approval_is_withdrawn_with_a_comment_and_the_division_can_mend_it(cast, kpi, role):
    by = getattr(cast, role)
    report = factories.approved(cast, kpi)
    returned = return_report(by=by, report=report, version=report.version, comment="分母應為全年件數")
    assert (returned.state, returned.version, returned.reviewed_by) == (ReportState.RETURNED, 4, by)
    assert returned.reviewed_at == returned.changed_at > report.reviewed_at
    assert Comment.objects.get().text == "分母應為全年件數"
    event = AuditEvent.objects.filter(kpi=kpi).first()
    assert (event.action, event.actor, event.reason) == (AuditAction.RETURNED, by, "分母應為全年件數")
    assert event.changes == [{"what": "狀態", "old": "審核通過", "new": "退回補正"}]
    fill(cast.staff, kpi, actuals=99)
    assert approve(cast.reviewer, submit(cast.staff, kpi)).is_approved


def test_an_ordinary_return_tells_of_no_approval(cast, kpi):
    fill(cast.staff, kpi)
    send_back(cast.reviewer, submit(cast.staff, kpi))
    assert AuditEvent.objects.filter(kpi=kpi).first().changes == []


def test_withdrawing_needs_a_comment_and_the_version_that_was_seen(cast, kpi):
    report = factories.approved(cast, kpi)
    with nothing_written(), pytest.raises(RuleBroken, match="說明"):
        return_report(by=cast.reviewer, report=report, version=report.version, comment="")
    with nothing_written(), pytest.raises(Conflict):
        return_report(by=cast.reviewer, report=report, version=report.version - 1, comment="更正")


@pytest.mark.parametrize("role", ["viewer", "staff", "other_staff", "outsider", "superuser"])
def test_nobody_else_withdraws_an_approval(cast, kpi, role):
    report = factories.approved(cast, kpi)
    with nothing_written(), pytest.raises(PermissionDenied):
        return_report(by=getattr(cast, role), report=report, version=report.version, comment="更正")


def test_an_approval_is_withdrawn_after_the_year_was_reopened_and_not_while_it_is_closed(cast, kpi):
    report = factories.approved(cast, kpi)
    factories.close_year(cast.admin, kpi.plan, reason="其餘未填")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        return_report(by=cast.reviewer, report=report, version=report.version, comment="更正")
    factories.years.reopen_year(by=cast.admin, plan=kpi.plan, due_date=factories.DUE, reason="更正")
    assert send_back(cast.reviewer, report, "更正").state == ReportState.RETURNED


def test_the_database_still_refuses_an_approval_by_its_submitter_after_a_withdrawal(cast, kpi):
    report = send_back(cast.reviewer, factories.approved(cast, kpi))
    with pytest.raises(IntegrityError, match="nobody_approves_their_own_submission"), transaction.atomic():
        YearlyReport.objects.filter(pk=report.pk).update(state=ReportState.APPROVED, reviewed_by=report.submitted_by)

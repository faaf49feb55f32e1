"""Approving, returning and commenting; the state machine complete."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from scorecard.domain.choices import AuditAction, ReportState, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Comment, YearlyReport
from scorecard.services import audit
from scorecard.services.reporting import (
    Conflict,
    approve_reports,
    comment_on_report,
    return_report,
    save_reports,
    submit_reports,
)
from tests import factories
from tests.factories import FIRST_YEAR, approve, fill, report_entry, send_back, submit
from tests.services.conftest import ROLES, in_another_role
from tests.services.rows import nothing_written
from tests.shared_rows import layer

REVIEWERS = ("reviewer", "admin")
OTHERS = tuple(role for role in ROLES if role not in REVIEWERS)


@layer
def submitted(cast, kpi):
    """AC1.1's report of 2016, submitted by the cast's staff."""
    fill(cast.staff, kpi)
    return submit(cast.staff, kpi)


def approve_one(by, report, version=None):
    """Approve one report in the version given, or as it stands."""
    seen = report.version if version is None else version
    return approve_reports(by=by, plan=report.kpi.plan, chosen=[(report, seen)])


# The state machine


def in_state(state, cast, kpi):
    """A report in the given state, as the workflow brings it about."""
    if state == ReportState.PENDING:
        return YearlyReport.objects.create(kpi=kpi)
    report = fill(cast.staff, kpi)
    if state == ReportState.IN_PROGRESS:
        return report
    report = submit(cast.staff, kpi)
    finish = {ReportState.APPROVED: approve, ReportState.RETURNED: send_back}.get(state)
    return finish(cast.reviewer, report) if finish else report


ACTS = {
    "save": lambda cast, report: save_reports(
        by=cast.staff, plan=report.kpi.plan, report_entries=[report_entry(report.kpi, actuals=101)]
    ),
    "submit": lambda cast, report: submit_reports(by=cast.staff, plan=report.kpi.plan, kpis=[report.kpi]),
    "approve": lambda cast, report: approve_one(cast.reviewer, report),
    "return": lambda cast, report: return_report(
        by=cast.reviewer, report=report, version=report.version, comment="請補正"
    ),
}
LEADS_TO = {
    ("save", ReportState.PENDING): ReportState.IN_PROGRESS,
    ("save", ReportState.IN_PROGRESS): ReportState.IN_PROGRESS,
    ("save", ReportState.RETURNED): ReportState.IN_PROGRESS,
    ("submit", ReportState.IN_PROGRESS): ReportState.SUBMITTED,
    ("submit", ReportState.RETURNED): ReportState.SUBMITTED,
    # A POST sent twice.
    ("submit", ReportState.SUBMITTED): ReportState.SUBMITTED,
    ("approve", ReportState.SUBMITTED): ReportState.APPROVED,
    # A POST sent twice.
    ("approve", ReportState.APPROVED): ReportState.APPROVED,
    ("return", ReportState.SUBMITTED): ReportState.RETURNED,
    # docs/decisions/0008: an approval withdrawn.
    ("return", ReportState.APPROVED): ReportState.RETURNED,
}


@pytest.mark.parametrize("state", list(ReportState))
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_leads_from_every_state_where_the_workflow_says_or_is_refused(cast, kpi, act, state):
    report = in_state(state, cast, kpi)
    if (act, state) in LEADS_TO:
        ACTS[act](cast, report)
        report.refresh_from_db()
        assert report.state == LEADS_TO[act, state]
    else:
        with nothing_written(), pytest.raises(RuleBroken, match="AC1.1"):
            ACTS[act](cast, report)


# Approving and returning


@pytest.mark.parametrize("role", REVIEWERS)
def test_reviewers_approve(cast, submitted, role):
    report = approve(getattr(cast, role), submitted)
    assert (report.state, report.version) == (ReportState.APPROVED, 3)
    assert (report.reviewed_by, report.changed_by) == (getattr(cast, role),) * 2
    assert report.reviewed_at == report.changed_at
    assert report.submitted_by == cast.staff


@pytest.mark.parametrize("role", REVIEWERS)
def test_reviewers_return_with_a_comment(cast, submitted, role):
    report = send_back(getattr(cast, role), submitted, "數字與附件不符")
    assert (report.state, report.reviewed_by) == (ReportState.RETURNED, getattr(cast, role))
    comment = Comment.objects.get()
    assert (comment.report, comment.author, comment.text) == (report, getattr(cast, role), "數字與附件不符")


def test_a_review_leaves_an_audit_event_and_raises_the_data_version(cast, kpi, submitted):
    kpi.plan.refresh_from_db()
    before = kpi.plan.data_version
    send_back(cast.reviewer, submitted, "請補正")
    submit(cast.staff, kpi)
    approve(cast.admin, submitted)
    returned, _, approved = AuditEvent.objects.filter(kpi=kpi, year=FIRST_YEAR).order_by("id")[2:]
    assert (returned.action, returned.actor, returned.reason) == (AuditAction.RETURNED, cast.reviewer, "請補正")
    assert (approved.action, approved.actor, approved.reason) == (AuditAction.APPROVED, cast.admin, "")
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 3


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_approves_or_returns(cast, submitted, role):
    by = getattr(cast, role)
    for version in (submitted.version, 0):
        with nothing_written(), pytest.raises(PermissionDenied):
            approve_one(by, submitted, version)
        with nothing_written(), pytest.raises(PermissionDenied):
            return_report(by=by, report=submitted, version=version, comment="不符")


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN])
def test_nobody_approves_what_they_submitted_themselves(cast, submitted, role):
    promoted = in_another_role(cast.staff, role)
    with nothing_written(), pytest.raises(PermissionDenied, match="自己送出"):
        approve_one(promoted, submitted)


def test_a_review_of_an_older_version_is_a_conflict(cast, kpi, submitted):
    send_back(cast.admin, submitted)
    submit(cast.staff, kpi)
    with nothing_written(), pytest.raises(Conflict) as raised:
        approve_one(cast.reviewer, submitted)
    assert raised.value.reports[0].version == submitted.version + 2
    with nothing_written(), pytest.raises(Conflict):
        return_report(by=cast.reviewer, report=submitted, version=submitted.version, comment="不符")


def test_returning_needs_a_comment(cast, submitted):
    with nothing_written(), pytest.raises(RuleBroken, match="說明"):
        return_report(by=cast.reviewer, report=submitted, version=submitted.version, comment="")


@pytest.mark.parametrize("act", [approve, send_back])
def test_a_closed_year_takes_no_review(cast, kpi, submitted, act):
    factories.close_year(cast.admin, kpi.plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        act(cast.reviewer, submitted)


@pytest.mark.parametrize("act", [approve, send_back])
def test_without_its_audit_event_no_review_is_written(cast, submitted, act, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with nothing_written(), pytest.raises(RuntimeError):
        act(cast.reviewer, submitted)


def test_an_approved_report_keeps_its_figures(cast, kpi, submitted):
    approve(cast.reviewer, submitted)
    with nothing_written(), pytest.raises(RuleBroken, match="審核通過"):
        fill(cast.staff, kpi, actuals=1)


# Comments


@pytest.mark.parametrize("role", ["staff", *REVIEWERS])
def test_reviewers_and_the_divisions_own_staff_comment(cast, kpi, submitted, role):
    by = getattr(cast, role)
    comment = comment_on_report(by=by, kpi=kpi, text="請看附件")
    assert (comment.report, comment.author) == (submitted, by)
    assert comment.written_at <= timezone.now()
    event = AuditEvent.objects.get(action=AuditAction.COMMENTED)
    assert (event.actor, event.changes) == (by, [{"what": "留言", "old": None, "new": "請看附件"}])


def test_a_comment_leaves_the_report_as_it_was(cast, kpi, submitted):
    comment_on_report(by=cast.staff, kpi=kpi, text="請看附件")
    assert YearlyReport.objects.values().get() == {
        field.attname: getattr(submitted, field.attname) for field in YearlyReport._meta.fields
    }


@pytest.mark.parametrize("role", ["viewer", "other_staff", "outsider", "superuser"])
def test_nobody_else_comments(cast, kpi, submitted, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        comment_on_report(by=getattr(cast, role), kpi=kpi, text="請看附件")


def test_an_empty_comment_is_refused(cast, kpi, submitted):
    with nothing_written(), pytest.raises(RuleBroken, match="輸入留言"):
        comment_on_report(by=cast.staff, kpi=kpi, text="")


def test_there_is_no_comment_without_a_report(cast, kpi):
    with nothing_written(), pytest.raises(RuleBroken, match="還沒有填報"):
        comment_on_report(by=cast.staff, kpi=kpi, text="請看附件")

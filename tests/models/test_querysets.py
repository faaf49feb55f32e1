"""What models answer about themselves: properties, and querysets named by their answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import EDITABLE_STATES, REPORT_TRANSITIONS, NoticeKind, ReportState
from scorecard.models import AuditEvent, Notice, Plan, User, YearlyReport, YearlyValue
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_plan_is_called_by_its_roc_years(plan):
    assert plan.title == "105–107 年策略計畫"
    assert Plan(first_year=2016, last_year=2016).title == "105 年策略計畫"
    assert str(plan) == f"{plan.agency} 105–107 年策略計畫"


def test_texts_of_several_lines_are_read_without_their_empty_lines():
    plan = Plan(mission="一\n\n 二 \n", core_values="", instructions="甲")
    assert (plan.mission_lines, plan.core_value_lines, plan.instruction_lines) == (["一", "二"], [], ["甲"])


def test_a_person_is_called_by_name_and_else_by_user_name():
    assert str(User(username="wang", name="王小明")) == "王小明"
    assert User(username="wang").get_full_name() == "wang"


def test_members_see_their_agencys_plans_in_their_versions_and_no_other(plan):
    cast = factories.make_cast(plan)
    plan.refresh_from_db()
    assert Plan.objects.versions_seen_by(cast.viewer) == [(plan.agency.slug, 2016, plan.data_version, "viewer", 0)]
    Notice.objects.create(recipient=cast.viewer, kind=NoticeKind.COMMENT, key="x", subject="主旨")
    assert [unread for *_, unread in Plan.objects.versions_seen_by(cast.viewer)] == [1]
    cast.viewer.memberships.update(is_active=False)
    assert Plan.objects.versions_seen_by(cast.viewer) == []
    slug = cast.other_plan.agency.slug
    assert [seen for seen, *_ in Plan.objects.versions_seen_by(cast.outsider)] == [slug]
    assert Plan.objects.versions_seen_by(cast.superuser) == []


def test_an_owner_is_a_division_or_a_person(plan):
    first, second = factories.kpi(plan, "AC1.1").action_plans.all()
    assert (first.owner, second.owner) == ("甲組", "李大華")


def test_zero_is_reported_and_a_blank_is_not():
    assert YearlyValue(actual=0).is_reported
    assert YearlyValue(unmeasured=True).is_reported
    assert not YearlyValue(actual_note="附註").is_reported


def test_a_ratio_has_a_numerator(plan):
    assert factories.kpi(plan, "AF1.1").measures.get().is_ratio
    assert not factories.kpi(plan, "AC1.1").measures.get().is_ratio


@pytest.mark.parametrize("state", list(ReportState))
def test_a_report_is_editable_exactly_where_its_state_may_become_a_draft(state):
    report = YearlyReport(state=state)
    assert report.is_editable == (state in EDITABLE_STATES) == report.may_become(ReportState.IN_PROGRESS)
    assert report.is_submitted == (state == ReportState.SUBMITTED)
    assert report.is_approved == (state == ReportState.APPROVED)


def test_the_workflow_is_that_of_the_domain_and_every_state_can_be_reached():
    allowed = {(old, new) for old, news in REPORT_TRANSITIONS.items() for new in news if old != new}
    assert allowed == {
        (ReportState.PENDING, ReportState.IN_PROGRESS),
        (ReportState.IN_PROGRESS, ReportState.SUBMITTED),
        (ReportState.SUBMITTED, ReportState.APPROVED),
        (ReportState.SUBMITTED, ReportState.RETURNED),
        (ReportState.RETURNED, ReportState.IN_PROGRESS),
        (ReportState.RETURNED, ReportState.SUBMITTED),
        # docs/decisions/0008: an approval withdrawn.
        (ReportState.APPROVED, ReportState.RETURNED),
    }
    assert set(REPORT_TRANSITIONS) == set(ReportState)


def _submitted(plan, code, submitter, days_ago, **fields):
    moment = timezone.now() - timedelta(days=days_ago)
    return YearlyReport.objects.create(
        kpi=factories.kpi(plan, code),
        year=2016,
        state=ReportState.SUBMITTED,
        submitted_by=submitter,
        submitted_at=moment,
        changed_by=submitter,
        **fields,
    )


def test_the_longest_waiting_report_comes_first_for_review(plan):
    submitter = factories.make_user("one")
    young = _submitted(plan, "AC1.1", submitter, 1)
    old = _submitted(plan, "AP1.1", submitter, 9)
    YearlyReport.objects.create(kpi=factories.kpi(plan, "AF1.1"), year=2016, state=ReportState.IN_PROGRESS)
    assert list(YearlyReport.objects.awaiting_review()) == [old, young]


def test_reports_are_asked_for_by_plan_and_year(plan):
    other = factories.make_plan(slug="other")
    one = YearlyReport.objects.create(kpi=factories.kpi(plan, "AC1.1"), year=2016)
    YearlyReport.objects.create(kpi=factories.kpi(plan, "AC1.1"), year=2017)
    YearlyReport.objects.create(kpi=factories.kpi(other, "AC1.1"), year=2016)
    assert list(YearlyReport.objects.for_year(plan, 2016)) == [one]


def test_the_history_of_a_kpi_is_newest_first(plan):
    kpi, other = factories.kpi(plan, "AC1.1"), factories.kpi(plan, "AC1.2")
    events = [AuditEvent.objects.create(action="changed", target="x", kpi=row) for row in (kpi, other, kpi)]
    assert list(AuditEvent.objects.of_kpi(kpi)) == [events[2], events[0]]


def test_a_returned_report_shows_the_reviewers_words_whatever_was_said_after(plan):
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    kpi = factories.kpi(plan, "AC1.1")
    factories.fill(cast.staff, kpi, actuals="120")
    report = factories.submit(cast.staff, kpi)
    assert report.return_comment is None
    factories.send_back(cast.reviewer, report, "請補充期間。")
    report = YearlyReport.objects.get(kpi=kpi)
    report.comments.create(author=cast.staff, text="本週補上。")
    assert report.return_comment.text == "請補充期間。"

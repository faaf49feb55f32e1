"""What models answer about themselves: properties, and querysets named by their answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import EDITABLE_STATES, REPORT_TRANSITIONS, NoticeKind, PlanState, ReportState
from scorecard.models import Agency, HeadApproval, Notice, Plan, User, YearlyReport, YearlyValue
from tests import factories
from tests.factories import DUE
from tests.models import edition_rows

pytestmark = pytest.mark.django_db


def test_an_edition_is_called_by_its_roc_year_and_by_the_name_its_agency_had(plan):
    assert (plan.title, plan.subtitle, plan.slug) == ("105 年版", "目標訂至 107 年", "test-agency-105")
    assert Plan(year=2016, last_year=2016).subtitle == ""
    assert list(plan.years) == [2013, 2014, 2015, 2016, 2017, 2018]
    name = plan.agency.name
    Agency.objects.filter(pk=plan.agency_id).update(name="改名後")
    assert str(Plan.objects.get(pk=plan.pk)) == f"{name} 105 年版"


def test_the_edition_before_is_the_latest_earlier_one_that_is_no_draft(plan):
    draft = edition_rows.make_edition(plan.agency, 2018, PlanState.DRAFT)
    later = edition_rows.make_edition(plan.agency, 2020)
    assert (plan.predecessor, draft.predecessor, later.predecessor) == (None, plan, plan)
    assert set(Plan.objects.not_drafts().filter(agency=plan.agency)) == {plan, later}


def test_texts_of_several_lines_are_read_without_their_empty_lines():
    plan = Plan(mission="一\n\n 二 \n", core_values="", instructions="甲")
    assert (plan.mission_lines, plan.core_value_lines, plan.instruction_lines) == (["一", "二"], [], ["甲"])


def test_a_person_is_called_by_name_and_else_by_user_name():
    assert str(User(username="wang", name="王小明")) == "王小明"
    assert User(username="wang").get_full_name() == "wang"


def test_members_see_their_agencys_editions_in_their_versions_and_no_other(plan):
    cast = factories.make_cast(plan)
    seen = (plan.agency.slug, 2016, plan.data_version, 0, plan.agency.name, "viewer", 0, None)
    assert Plan.objects.versions_seen_by(cast.viewer, DUE) == [seen]
    Notice.objects.create(recipient=cast.viewer, kind=NoticeKind.COMMENT, key="x", subject="主旨")
    assert [unread for *_, unread, _ in Plan.objects.versions_seen_by(cast.viewer, DUE)] == [1]
    cast.viewer.memberships.update(is_active=False)
    assert Plan.objects.versions_seen_by(cast.viewer, DUE) == []
    slug = cast.other_plan.agency.slug
    assert [seen for seen, *_ in Plan.objects.versions_seen_by(cast.outsider, DUE)] == [slug]
    assert Plan.objects.versions_seen_by(cast.superuser, DUE) == []


def test_a_draft_is_seen_by_those_who_may_edit_it_alone(plan):
    cast = factories.make_cast(plan)
    draft = edition_rows.make_edition(plan.agency, 2017, PlanState.DRAFT)

    def years_seen_by(person, day=DUE):
        return [row[1] for row in Plan.objects.versions_seen_by(getattr(cast, person), day)]

    for person, years in (("viewer", [2016]), ("staff", [2016]), ("reviewer", [2016, 2017]), ("admin", [2016, 2017])):
        assert years_seen_by(person) == years
    # While it is shared staff learn that there is one, and not when it changes.
    Plan.objects.filter(pk=draft.pk).update(consultation_until=DUE)
    assert (years_seen_by("viewer"), years_seen_by("staff", DUE + timedelta(days=1))) == ([2016], [2016])
    rows = {row[1]: row for row in Plan.objects.versions_seen_by(cast.staff, DUE)}
    assert (rows[2017][2], rows[2017][-1]) == (0, DUE) and rows[2016][2] > 0


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
    YearlyReport.objects.create(kpi=factories.kpi(plan, "AF1.1"), state=ReportState.IN_PROGRESS)
    assert list(YearlyReport.objects.awaiting_review()) == [old, young]


def test_reports_are_asked_for_by_edition(plan):
    other = factories.make_plan(slug="other")
    one = YearlyReport.objects.create(kpi=factories.kpi(plan, "AC1.1"))
    YearlyReport.objects.create(kpi=factories.kpi(other, "AC1.1"))
    assert list(YearlyReport.objects.of_plan(plan)) == [one]


def test_of_an_adoption_and_each_closing_the_latest_approval_counts(plan):
    by = factories.make_user("one")
    edition_rows.record_approval(plan, by)
    edition_rows.set_state(plan, PlanState.DRAFT)
    again = edition_rows.record_approval(plan, by)
    edition_rows.set_state(plan, PlanState.ADOPTED)
    edition_rows.set_state(plan, PlanState.OPEN)
    closing = edition_rows.record_approval(plan, by, closing=1)
    assert HeadApproval.objects.of_plan(plan) == {0: again, 1: closing}
    assert closing.number_text == "北市秘文字第 1 號"
    assert HeadApproval(no_number_reason="口頭核可").number_text == "免文號（口頭核可）"


def test_a_returned_report_shows_the_reviewers_words_whatever_was_said_after(plan):
    reviewer, staff = factories.make_user("one"), factories.make_user("two")
    report = _submitted(plan, "AC1.1", staff, 1)
    report.comments.create(author=staff, text="先前")
    assert report.return_comment is None
    report.comments.create(author=reviewer, text="請補充期間。")
    report.state, report.reviewed_by = ReportState.RETURNED, reviewer
    report.save()
    report.comments.create(author=staff, text="本週補上。")
    assert report.return_comment.text == "請補充期間。"

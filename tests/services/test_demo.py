"""示範資料: made by demo accounts through the services, complete, and removed without a trace of it."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import TestCase
from django.utils import timezone

from scorecard.domain.choices import AuditAction, PlanState, ReportState, Role, Status
from scorecard.models import (
    ActionBudget,
    AuditEvent,
    Comment,
    HeadApproval,
    Membership,
    ObjectiveLink,
    Plan,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import demo, demo_data, years
from scorecard.services.demo_data import CLOSED_YEAR, OPEN_YEAR
from tests import factories, secretariat_facts
from tests.services.rows import rows_of_exports
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@layer
def plan():
    """The Secretariat's plan as the fixture brings it."""
    return secretariat_facts.load_plan()


def edition(plan, year):
    """The edition of the year, read afresh."""
    return Plan.objects.select_related("agency", "version").get(agency=plan.agency_id, year=year)


def scorecard_of(plan, year, **options):
    """The scorecard of the agency's edition of the year, read afresh."""
    return build_scorecard(edition(plan, year), with_links=True, with_action_plans=True, **options)


def close_year(*, by, plan, approval, reason):
    """The product's closing, with files that cost nothing."""
    prepared = factories.prepared_year(plan)
    return years.close_year(by=by, plan=plan, prepared=prepared, approval=approval, reason=reason)


class SampleDataOfTheSecretariat(TestCase):
    """What load() makes of the fixture's plan."""

    @classmethod
    def setUpTestData(cls):
        """Load fixture and sample data once for all tests."""
        cls.plan = secretariat_facts.load_plan()
        cls.loaded = demo.load(plan=cls.plan, today=TODAY, password="一二三四五六七八九十十一", close_year=close_year)

    def test_there_is_one_account_a_role_and_one_a_division(self):
        roles = Counter(Membership.objects.filter(agency=self.plan.agency).values_list("role", flat=True))
        assert roles == {Role.VIEWER: 1, Role.REVIEWER: 1, Role.ADMIN: 1, Role.STAFF: 8}
        assert User.objects.filter(is_demo=True, is_superuser=False).count() == User.objects.count() == 11
        divisions = {account.division for account in self.loaded.accounts if account.division}
        assert divisions == set(self.plan.agency.divisions.values_list("name", flat=True))
        writer = User.objects.get(name="示範填報（文書組）")
        assert [row.name for row in writer.memberships.get().divisions.all()] == ["文書組"]

    def test_the_password_given_opens_every_account_and_is_kept_nowhere_in_clear(self):
        for user in User.objects.all():
            assert user.check_password(self.loaded.password)
            assert self.loaded.password not in user.password

    def test_the_first_year_is_approved_and_closed_with_every_judgement(self):
        scorecard = scorecard_of(self.plan, CLOSED_YEAR)
        assert self.loaded.years == (CLOSED_YEAR, OPEN_YEAR)
        assert scorecard.year.state == PlanState.CLOSED
        assert scorecard.approved_count == len(scorecard.due_kpis) == 39
        assert dict(scorecard.kpi_lights) == {
            Status.MET: 27,
            Status.NEAR: 6,
            Status.MISSED: 4,
            Status.UNMEASURED: 2,
            Status.PENDING: 0,
            Status.NO_TARGET: 0,
        }
        assert scorecard.has_sample_data
        executed = [line.budgets[CLOSED_YEAR].executed for kpi in scorecard.kpis for line in kpi.action_plans]
        assert None not in executed and len(executed) == 40
        explained = YearlyReport.objects.filter(kpi__plan=self.plan).exclude(improvement="")
        assert {report.kpi.code for report in explained} == {"BC1.3", "DP2.1", "FF1.1", "GL1.1"}

    def test_the_second_year_is_open_with_every_light_and_every_state(self):
        scorecard = scorecard_of(self.plan, OPEN_YEAR)
        opened = edition(self.plan, OPEN_YEAR)
        assert scorecard.year.is_open and scorecard.has_sample_data
        assert (opened.due_date, opened.contact) == (TODAY + timedelta(days=12), demo_data.CONTACT)
        assert {status for status, count in scorecard.kpi_lights if count} == set(Status)
        states = Counter(kpi.report_state for kpi in scorecard.kpis)
        assert states == {
            None: 4,
            ReportState.PENDING: 5,
            ReportState.IN_PROGRESS: 4,
            ReportState.SUBMITTED: 7,
            ReportState.APPROVED: 16,
            ReportState.RETURNED: 3,
        }
        of_writers = {kpi.code: kpi.report_state for kpi in scorecard.kpis if kpi.division == "文書組"}
        assert of_writers == {
            "DC1.1": ReportState.PENDING,
            "DF1.1": ReportState.PENDING,
            "DP1.1": ReportState.SUBMITTED,
            "DP2.1": ReportState.RETURNED,
            "DL1.1": ReportState.IN_PROGRESS,
        }

    def test_every_returned_report_says_why(self):
        for report in YearlyReport.objects.filter(state=ReportState.RETURNED):
            assert report.comments.first().author.username == "demo-reviewer"

    def test_links_join_objectives_that_exist_each_with_its_reason(self):
        scorecard = scorecard_of(self.plan, OPEN_YEAR)
        assert self.loaded.links == len(demo_data.LINKS) == len(scorecard.links)
        linked = {code for link in scorecard.links for code in (link.cause, link.effect)}
        assert linked == set(scorecard.objectives_by_code)

    def test_sample_texts_never_pass_for_real_ones(self):
        texts = [*Comment.objects.values_list("text", flat=True)]
        for field in ("explanation", "improvement"):
            texts += YearlyReport.objects.exclude(**{field: ""}).values_list(field, flat=True)
        texts += (
            YearlyValue.objects.filter(year__gte=CLOSED_YEAR)
            .exclude(actual_note="")
            .values_list("actual_note", flat=True)
        )
        texts += ActionBudget.objects.exclude(progress="").values_list("progress", flat=True)
        assert len(texts) > 20
        assert all(text.startswith("（示範）") for text in texts)
        assert all(link.reason.startswith("示範：") for link in ObjectiveLink.objects.all())

    def test_every_act_was_audited_as_a_demo_accounts(self):
        events = AuditEvent.objects.filter(agency=self.plan.agency)
        assert set(events.values_list("actor__is_demo", flat=True)) == {True}
        counts = Counter(events.values_list("action", flat=True))
        assert (counts[AuditAction.OPENED], counts[AuditAction.CLOSED]) == (2, 1)
        assert counts[AuditAction.APPROVED] == 39 + 16
        assert (counts[AuditAction.RETURNED], counts[AuditAction.COMMENTED], counts[AuditAction.CREATED]) == (3, 2, 30)
        assert (counts[AuditAction.CARRIED], counts[AuditAction.ADOPTED]) == (2, 1)
        for year in (CLOSED_YEAR, OPEN_YEAR):
            assert edition(self.plan, year).data_version == 1 + events.filter(year=year).count()
        recorded = HeadApproval.objects.values_list("plan__year", "closing", "title", "no_number_reason")
        text = ("（示範）處長", "示範資料，沒有公文")
        assert sorted(recorded) == [(CLOSED_YEAR, 1, *text), (OPEN_YEAR, 0, *text)]

    def test_loading_again_changes_nothing(self):
        before, events = rows_of_exports(), AuditEvent.objects.count()
        passwords = dict(User.objects.values_list("username", "password"))
        again = demo.load(plan=self.plan, today=timezone.localdate(), close_year=close_year)
        assert (again.password, again.years, again.links) == (None, (), 0)
        assert rows_of_exports() == before and AuditEvent.objects.count() == events
        assert dict(User.objects.values_list("username", "password")) == passwords

    def test_loading_again_keeps_what_people_changed_and_gives_the_password_asked_for(self):
        staff = User.objects.get(username="demo-staff-4")
        later = edition(self.plan, OPEN_YEAR)
        figure = factories.fill(staff, factories.kpi(later, "DC1.1"), actuals="1.44")
        ObjectiveLink.objects.filter(plan=later).first().delete()
        Membership.objects.filter(user__username="demo-viewer").update(role=Role.REVIEWER)
        again = demo.load(plan=self.plan, today=TODAY, password="another password", close_year=close_year)
        figure.refresh_from_db()
        assert (figure.state, figure.version) == (ReportState.IN_PROGRESS, 1)
        assert ObjectiveLink.objects.filter(plan=later).count() == 29
        assert Membership.objects.get(user__username="demo-viewer").role == Role.REVIEWER
        assert all(account.has_new_password for account in again.accounts)
        assert User.objects.get(username="demo-viewer").check_password("another password")


def test_a_random_password_is_long_and_never_the_same():
    made = {demo.random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) >= 12 and password.isascii() for password in made)


def test_a_name_that_a_real_person_has_is_not_taken_over(plan):
    factories.make_user("demo-admin")
    with pytest.raises(demo.NameTaken):
        demo.load(plan=plan, today=TODAY, close_year=close_year)


def test_a_year_that_somebody_opened_gets_no_sample_figures(plan):
    admin = factories.make_member("real-admin", plan.agency, Role.ADMIN)
    later = factories.open_year(admin, factories.next_edition(admin, plan))
    assert demo.load(plan=plan, today=TODAY, close_year=close_year).years == (CLOSED_YEAR,)
    assert not YearlyReport.objects.filter(kpi__plan=later).exists()


def test_another_agencys_plan_gets_accounts_and_no_figures():
    # Of the codes in the sample only a few happen to be its own, so it is given none of them.
    plan = factories.make_plan(kpis=5)
    plan.kpis.all().delete()
    loaded = demo.load(plan=plan, today=TODAY, close_year=close_year)
    assert (loaded.years, len(loaded.accounts)) == ((), 5)
    assert not YearlyReport.objects.exists()

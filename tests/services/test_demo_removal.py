"""Removing 示範資料: nothing of it is left, and nothing of anybody else's is lost."""

from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone

from scorecard.domain.choices import AuditAction, PlanState, ReportState, Role
from scorecard.models import (
    ActionBudget,
    AuditEvent,
    Comment,
    Evidence,
    HeadApproval,
    ObjectiveLink,
    Plan,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import demo, demo_removal, editions
from scorecard.services.demo_data import CLOSED_YEAR, OPEN_YEAR
from scorecard.services.objective_links import add_link
from scorecard.services.reporting import Execution, comment_on_report, save_reports
from tests import factories, secretariat_facts
from tests.services.rows import rows_of_exports
from tests.services.test_demo import close_year


def report_of(plan, code):
    """A KPI's report."""
    return YearlyReport.objects.select_related("kpi__plan", "kpi__division").get(kpi__plan=plan, kpi__code=code)


def rows_of_edition(plan):
    """Every row of the edition that an export of it could show."""
    return {
        "plan": Plan.objects.filter(pk=plan.pk).values().get(),
        "reports": list(YearlyReport.objects.of_plan(plan).values()),
        "values": list(YearlyValue.objects.filter(measure__kpi__plan=plan).order_by("pk").values()),
        "comments": list(Comment.objects.filter(report__kpi__plan=plan).values()),
        "budgets": list(ActionBudget.objects.filter(action_plan__plan=plan).order_by("pk").values()),
        "links": list(ObjectiveLink.objects.filter(plan=plan).values()),
    }


class RemovalOfSampleData(TestCase):
    """Each test starts from the loaded plan, in which real people are members, too."""

    @classmethod
    def setUpTestData(cls):
        """Load fixture and sample data once for all tests; writer reports for 文書組."""
        cls.plan = secretariat_facts.load_plan()
        cls.before = rows_of_edition(cls.plan)
        writers = cls.plan.agency.divisions.get(name="文書組")
        cls.writer = factories.make_member("wang", cls.plan.agency, Role.STAFF, writers)
        cls.reviewer = factories.make_member("lin", cls.plan.agency, Role.REVIEWER)
        demo.load(plan=cls.plan, today=timezone.localdate(), close_year=close_year)
        cls.later = Plan.objects.select_related("agency").get(agency=cls.plan.agency, year=OPEN_YEAR)

    def next_edition(self, by):
        """Another edition after the later one in place of the sample's draft."""
        editions.discard(by=User.objects.get(username="demo-admin"), plan=Plan.objects.get(state=PlanState.DRAFT))
        return factories.next_edition(by, self.later)

    def test_every_row_is_again_as_the_fixture_brought_it(self):
        """The next edition has receipts, so it stays, adopted and with nothing but what was carried forward."""
        assert rows_of_edition(self.plan) != self.before
        removed = demo_removal.remove()
        assert rows_of_edition(self.plan) == self.before
        assert removed == demo_removal.Removed(
            reports=69, comments=4, links=88, executions=40, years=3, accounts=11, kept=0
        )
        left = rows_of_edition(self.later)
        plan = left["plan"]
        assert (plan["state"], plan["due_date"], plan["contact"], plan["changed_by_id"]) == ("adopted", None, "", None)
        assert (left["reports"], left["comments"], left["links"]) == ([], [], [])
        assert not YearlyValue.objects.filter(measure__kpi__plan=self.later).reported().exists()
        assert not HeadApproval.objects.filter(closing__gt=0).exists()

    def test_an_edition_that_demo_accounts_alone_carried_forward_goes_unless_it_has_receipts(self):
        demo_admin = User.objects.get(username="demo-admin")
        nobody = factories.open_year(demo_admin, self.next_edition(demo_admin))
        draft = editions.carry_forward(by=demo_admin, agency=self.plan.agency, year=2019)
        demo_removal.remove()
        assert not Plan.objects.filter(pk__in=[nobody.pk, draft.pk]).exists()
        assert Plan.objects.filter(pk=self.later.pk).exists()
        assert AuditEvent.objects.filter(year=2018, action=AuditAction.DEMO_REMOVED).exists()

    def test_an_edition_that_a_real_person_touched_stays(self):
        demo_admin = User.objects.get(username="demo-admin")
        touched = self.next_edition(demo_admin)
        objectives = {row.code: row for row in touched.objectives.all()}
        add_link(by=self.reviewer, plan=touched, cause=objectives["BL1"], effect=objectives["BC1"], reason="實際")
        demo_removal.remove()
        assert ObjectiveLink.objects.get().plan == touched

    @pytest.mark.one_database
    def test_demo_accounts_are_switched_off_and_nobody_else(self):
        demo_removal.remove()
        for user in User.objects.filter(is_demo=True):
            assert not user.is_active and not user.has_usable_password()
        assert User.objects.get(username="wang").is_active
        assert User.objects.get(username="wang").check_password(factories.PASSWORD)

    def test_the_audit_trail_stays_and_tells_of_the_removal(self):
        before = list(AuditEvent.objects.order_by("pk").values())
        versions = [Plan.objects.get(pk=plan.pk).data_version for plan in (self.plan, self.later)]
        demo_removal.remove()
        *kept, draft, later, first = AuditEvent.objects.order_by("pk")
        assert len(kept) == len(before) and draft.year == self.later.year + 1
        for event, plan, count in ((later, self.later, "30"), (first, self.plan, "39")):
            assert (event.action, event.actor, event.plan) == (AuditAction.DEMO_REMOVED, None, plan)
            assert {"what": "示範填報", "old": count, "new": None} in event.changes
        # The later edition shows the earlier one's figures.
        after = [Plan.objects.get(pk=plan.pk).data_version for plan in (self.plan, self.later)]
        assert after == [versions[0] + 1, versions[1] + 2]

    def test_removing_again_changes_nothing(self):
        demo_removal.remove()
        before, events = rows_of_exports(), AuditEvent.objects.count()
        assert demo_removal.remove() == demo_removal.Removed()
        assert rows_of_exports() == before and AuditEvent.objects.count() == events

    def test_after_removing_the_sample_data_can_be_loaded_again(self):
        demo_removal.remove()
        again = demo.load(plan=self.plan, today=timezone.localdate(), close_year=close_year)
        assert again.years == (CLOSED_YEAR, OPEN_YEAR)
        assert all(account.has_new_password for account in again.accounts)
        assert User.objects.get(username="demo-admin").check_password(again.password)

    @pytest.mark.one_database
    def test_a_real_persons_report_stays_and_the_year_it_is_in(self):
        factories.fill(self.writer, factories.kpi(self.later, "DC1.1"), actuals="1.44", explanation="實際說明")
        demo_removal.remove()
        report = YearlyReport.objects.get()
        assert (report.kpi.code, report.changed_by, report.explanation) == ("DC1.1", self.writer, "實際說明")
        assert YearlyValue.objects.get(measure__kpi=report.kpi, year=OPEN_YEAR).actual == Decimal("1.44")
        assert Plan.objects.get(pk=self.later.pk).is_open
        assert Plan.objects.get(pk=self.plan.pk).state == PlanState.ADOPTED

    @pytest.mark.one_database
    def test_a_real_persons_report_that_a_demo_account_approved_stays(self):
        kpi = factories.kpi(self.later, "DC1.1")
        factories.fill(self.writer, kpi, actuals="1.44")
        factories.approve(User.objects.get(username="demo-reviewer"), factories.submit(self.writer, kpi))
        demo_removal.remove()
        assert report_of(self.later, "DC1.1").is_approved

    @pytest.mark.one_database
    def test_invented_figures_go_even_where_a_real_person_approved_them(self):
        factories.approve(self.reviewer, report_of(self.later, "DP1.1"))
        demo_removal.remove()
        assert not YearlyReport.objects.exists()
        assert not YearlyValue.objects.filter(year=OPEN_YEAR).reported().exists()

    @pytest.mark.one_database
    def test_a_report_in_which_both_entered_figures_is_kept_and_counted(self):
        kpi = factories.kpi(self.later, "DC1.1")
        factories.fill(self.writer, kpi, actuals="1.44")
        factories.fill(User.objects.get(username="demo-staff-4"), kpi, actuals="1.40")
        assert demo_removal.remove().kept == 1
        assert YearlyReport.objects.sample().get().kpi == kpi

    @pytest.mark.one_database
    def test_a_real_persons_draft_over_a_sample_one_stays(self):
        factories.fill(self.writer, factories.kpi(self.later, "DL1.1"), actuals="95")
        demo_removal.remove()
        assert YearlyReport.objects.get().kpi.code == "DL1.1"

    @pytest.mark.one_database
    def test_a_real_persons_comment_stays_with_its_report_emptied(self):
        report = report_of(self.later, "DP2.1")
        comment_on_report(by=self.reviewer, kpi=report.kpi, text="實際留言")
        demo_removal.remove()
        assert [comment.text for comment in Comment.objects.all()] == ["實際留言"]
        emptied = YearlyReport.objects.get()
        assert (emptied.state, emptied.submitted_by, emptied.changed_by) == (ReportState.PENDING, None, None)
        assert emptied.version == report.version + 1
        assert not YearlyValue.objects.filter(measure__kpi=report.kpi, year=OPEN_YEAR).reported().exists()
        assert Plan.objects.get(pk=self.later.pk).is_open

    @pytest.mark.one_database
    def test_demo_accounts_comments_on_real_reports_go(self):
        kpi = factories.kpi(self.later, "DC1.1")
        factories.fill(self.writer, kpi, actuals="1.44")
        comment_on_report(by=User.objects.get(username="demo-admin"), kpi=kpi, text="試試看")
        demo_removal.remove()
        assert not Comment.objects.exists()

    def test_evidence_that_a_demo_account_attached_goes_with_its_file(self):
        evidence = Evidence(
            report=report_of(self.later, "DP1.1"),
            token="11111111-2222-3333-4444-555555555555",
            name="a.pdf",
            size=1,
            content_type="application/pdf",
            uploaded_by=User.objects.get(username="demo-staff-4"),
        )
        evidence.file.save("a.pdf", ContentFile(b"x"))
        storage, name = evidence.file.storage, evidence.file.name
        assert storage.exists(name)
        with self.captureOnCommitCallbacks(execute=True):
            demo_removal.remove()
        assert not Evidence.objects.exists() and not storage.exists(name)

    @pytest.mark.one_database
    def test_a_real_persons_amount_stays(self):
        budget = ActionBudget.objects.get(action_plan__plan=self.later, action_plan__code="DC1.1.1", year=OPEN_YEAR)
        kpi = factories.kpi(self.later, "DC1.1")
        spent = replace(factories.report_entry(kpi, actuals=[None]), executions=(Execution(budget.pk, 12),))
        save_reports(by=self.writer, plan=self.later, report_entries=[spent])
        demo_removal.remove()
        assert ActionBudget.objects.get(executed__isnull=False) == budget

    @pytest.mark.one_database
    def test_a_year_that_a_real_admin_opened_stays_open(self):
        admin = factories.make_member("chen", self.plan.agency, Role.ADMIN)
        opened = factories.open_year(admin, self.next_edition(admin))
        demo_removal.remove()
        assert Plan.objects.get(pk=opened.pk).is_open

    @pytest.mark.one_database
    def test_a_real_persons_link_stays(self):
        objectives = {row.code: row for row in self.later.objectives.all()}
        ends = {"cause": objectives["BL1"], "effect": objectives["BC1"]}
        ObjectiveLink.objects.create(plan=self.later, **ends, reason="實際理由", created_by=self.reviewer)
        demo_removal.remove()
        assert ObjectiveLink.objects.get().reason == "實際理由"

    def test_a_failure_leaves_everything_as_it_was(self):
        before = rows_of_exports()

        def fail(**_):
            raise RuntimeError

        with patch.object(demo_removal.audit, "record", fail), pytest.raises(RuntimeError):
            demo_removal.remove()
        assert rows_of_exports() == before
        assert User.objects.filter(is_demo=True, is_active=True).count() == 11

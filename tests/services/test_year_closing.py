"""Closing a year with its snapshot: the files of that moment, whole, kept, and comparable with the database."""

import json
from hashlib import sha256
from io import BytesIO, StringIO
from unittest.mock import patch

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from scorecard.documents import frozen_files
from scorecard.documents.year_snapshot_check import check_snapshot, document_now
from scorecard.documents.year_snapshot_json import FORMAT, as_bytes
from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import ActionBudget, AuditEvent, Plan, YearlyReport, YearlyValue, YearSnapshot, triggers
from scorecard.models.snapshots import FILES
from scorecard.services import year_closing, years
from scorecard.services.year_closing import close_year, prepare_year
from tests import factories
from tests.pdf import pdf_reading
from tests.services.rows import nothing_written
from tests.shared_rows import layer

pytestmark = pytest.mark.every_database


def verify(*arguments):
    """What the command says; a CommandError's words follow what it printed."""
    out = StringIO()
    try:
        call_command("verify_snapshot", *arguments, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


class AClosedYear(TestCase):
    """2016 closed with AC1.1 approved, AC1.2 submitted, all other KPIs without a report."""

    @classmethod
    def setUpTestData(cls):
        """Draw the report once for all tests."""
        cls.plan = factories.make_plan(kpis=5)
        cls.plan.agency.divisions.create(name="乙組", position=1)
        cls.cast = factories.make_cast(cls.plan)
        factories.open_year(cls.cast.admin, cls.plan)
        factories.approved(cls.cast, factories.kpi(cls.plan, "AC1.1"), actuals=98765, explanation="擴大宣導")
        factories.fill(cls.cast.staff, factories.kpi(cls.plan, "AC1.2"), actuals=43210)
        cls.head = factories.AuditHead.objects.get()
        cls.version = Plan.objects.get(pk=cls.plan.pk).data_version
        cls.year = close(cls.cast.admin, cls.plan, "機關整併")
        cls.snapshot = YearSnapshot.objects.get()

    def test_the_year_is_closed_with_its_first_snapshot_by_the_admin_for_the_reason(self):
        assert (self.year.is_closed, self.year.closings) == (True, 1)
        snapshot = self.snapshot
        assert (snapshot.plan, snapshot.number, snapshot.closed_by_name) == (self.plan, 1, "admin 君")
        assert (snapshot.reason, snapshot.data_version) == ("機關整併", self.version)

    def test_it_holds_the_end_of_the_audit_chain_of_that_moment_and_the_chain_holds_its_digests(self):
        assert (self.snapshot.audit_number, self.snapshot.audit_digest) == (self.head.number, self.head.digest)
        event = AuditEvent.objects.get(action=AuditAction.CLOSED)
        told = [change["new"] for change in event.changes if "SHA-256" in change["what"]]
        assert told == [getattr(self.snapshot, f"{name}_sha256") for name in FILES]
        assert f"在第 {self.head.number} 號" in self.verify_audit(self.snapshot.audit_digest)

    def verify_audit(self, receipt):
        out = StringIO()
        call_command("verify_audit", receipt=[receipt], stdout=out)
        return out.getvalue()

    def test_the_report_is_no_draft_shows_approved_figures_and_proves_the_chain(self):
        said = pdf_reading.text_of(pdf_reading.open_pdf(bytes(self.snapshot.report)))
        assert "草稿" not in said
        assert "98,765" in said and "43,210" not in said
        assert self.head.digest in "".join(said.split())
        assert f"稽核紀錄至第 {self.head.number} 號" in said

    def test_the_workbook_is_no_draft_and_has_the_same_figures(self):
        book = openpyxl.load_workbook(BytesIO(bytes(self.snapshot.workbook)))
        values = [str(value) for row in book.active.iter_rows(values_only=True) for value in row]
        assert "98765" in values and "43210" not in values
        assert not any("草稿" in value for value in values)

    def test_the_document_holds_plan_scores_and_reports_of_this_year_alone(self):
        document = json.loads(bytes(self.snapshot.document))
        kpi = next(kpi for kpi in document["plan"]["kpis"] if kpi["code"] == "AC1.1")
        assert [value["year"] for value in kpi["measures"][0]["values"]] == [2016]
        assert [budget["year"] for budget in kpi["action_plans"][0]["budgets"]] == [2016]
        assert document["scores"]["year_state"] == "closed"
        assert (document["data_version"], document["audit_digest"]) == (self.version, self.head.digest)
        reports = {report["kpi"]: report for report in document["reports"]}
        assert {code: report["state"] for code, report in reports.items()} == {"AC1.1": "approved", "AC1.2": "draft"}
        assert (reports["AC1.1"]["explanation"], reports["AC1.1"]["reviewed_by"]) == ("擴大宣導", "reviewer 君")

    def test_the_check_finds_it_whole_and_like_the_database(self):
        check = check_snapshot(self.snapshot)
        assert check.is_whole and check.is_current
        assert "檔案完整，與目前資料相同" in verify(self.plan.slug)
        assert "沒有問題" in verify()

    def test_the_check_names_what_somebody_changed_past_the_triggers(self):
        triggers.remove(connection)
        YearlyValue.objects.filter(measure__kpi__code="AC1.1", year=2016, measure__kpi__plan=self.plan).update(actual=5)
        YearlyReport.objects.filter(kpi__code="AC1.1").update(explanation="另一個說法")
        said = verify(self.plan.slug)
        assert "plan.kpis[AC1.1].measures[0].values[2016].actual：凍結時 「98765」，現在 「5」" in said
        assert "reports[AC1.1].explanation：凍結時 「擴大宣導」，現在 「另一個說法」" in said
        assert "1 份年度定稿檔中有 1 份有問題" in said

    def test_a_snapshot_of_the_first_form_is_compared_with_what_that_form_held(self):
        """It had words and amounts executed of reports that were not approved, such as AC1.2's."""
        triggers.remove(connection)
        budgets = ActionBudget.objects.filter(action_plan__code="AC1.2.1", year=2016)
        budgets.update(executed=700)
        YearlyReport.objects.filter(kpi__code="AC1.2").update(explanation="人力不足")
        document = json.loads(bytes(self.snapshot.document)) | {"format": 1}
        for kpi in document["plan"]["kpis"]:
            for plan in kpi["action_plans"]:
                plan["budgets"][0]["executed"] = 700 if plan["code"] == "AC1.2.1" else None
        next(row for row in document["reports"] if row["kpi"] == "AC1.2")["explanation"] = "人力不足"
        content = as_bytes(document)
        YearSnapshot.objects.update(document=content, document_sha256=sha256(content).hexdigest())
        assert check_snapshot(YearSnapshot.objects.get()).differences == ()
        budgets.update(executed=800)
        (found,) = check_snapshot(YearSnapshot.objects.get()).differences
        assert (found.place, found.frozen, found.now) == (
            "plan.kpis[AC1.2].action_plans[AC1.2.1].budgets[2016].executed",
            700,
            800,
        )

    def test_a_snapshot_from_before_a_word_was_renamed_is_like_the_database(self):
        """Pages and files call the state 審核通過; until then it was 已核定."""
        triggers.remove(connection)
        with patch.object(ReportState.APPROVED, "_label_", "已核定"):
            assert ReportState.APPROVED.label == "已核定"
            content = as_bytes(document_now(self.snapshot, form=FORMAT))
        YearSnapshot.objects.update(document=content, document_sha256=sha256(content).hexdigest())
        assert check_snapshot(YearSnapshot.objects.get()).differences == ()
        assert not [word for word in ReportState.labels if word in content.decode()]

    def test_the_check_names_a_file_that_is_not_what_was_frozen(self):
        triggers.remove(connection)
        YearSnapshot.objects.update(report=b"%PDF-1.7 ...")
        assert "年度績效報告 PDF 與它的 SHA-256 不符" in verify()
        forged = "0" * 64
        YearSnapshot.objects.update(workbook_sha256=forged, audit_digest=forged)
        said = verify()
        assert "平衡計分卡 XLSX 的 SHA-256 與關閉年度的稽核紀錄不符" in said
        assert f"稽核紀錄第 {self.head.number} 號的指紋與凍結時不同" in said

    def test_changes_of_other_years_are_no_difference(self):
        later = factories.open_year(self.cast.admin, factories.next_edition(self.cast.admin, self.plan))
        factories.approved(self.cast, factories.kpi(later, "AC1.1"))
        assert check_snapshot(self.snapshot).is_whole

    def test_it_is_kept_through_reopening_and_a_second_closing(self):
        before = YearSnapshot.objects.filter(pk=self.snapshot.pk).values().get()
        years.reopen_year(by=self.cast.admin, plan=self.plan, due_date=factories.DUE, reason="更正")
        assert "之後已重新開放，不與目前資料比對" in verify()
        factories.close_year(self.cast.admin, self.plan, reason="更正完成")
        assert YearSnapshot.objects.filter(pk=self.snapshot.pk).values().get() == before
        assert list(YearSnapshot.objects.values_list("number", "reason")) == [(1, "機關整併"), (2, "更正完成")]
        assert not check_snapshot(self.snapshot).is_current


@layer
def plan():
    """A plan whose 2016 is open."""
    plan = factories.make_plan(kpis=5)
    plan.agency.divisions.create(name="乙組", position=1)
    return plan


@layer
def admin(plan):
    """Its admin, who has opened 2016."""
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    return cast.admin


def close(by, plan, reason=""):
    """As the page does it."""
    return close_year(by=by, plan=plan, approval=factories.approval(), reason=reason)


def change_contact(by, plan, contact="李大華"):
    years.change_open_year(by=by, plan=plan, due_date=factories.DUE, contact=contact)


def test_files_made_of_older_data_are_not_accepted(plan, admin):
    prepared = factories.prepared_year(plan)
    change_contact(admin, plan)
    with nothing_written(), pytest.raises(years.PlanChangedMeanwhile):
        years.close_year(by=admin, plan=plan, prepared=prepared, approval=factories.approval(), reason="期限已過")
    assert not YearSnapshot.objects.exists()


def test_files_of_another_year_are_not_accepted(plan, admin):
    prepared = factories.prepared_year(factories.next_edition(admin, plan))
    with nothing_written(), pytest.raises(years.PlanChangedMeanwhile):
        years.close_year(by=admin, plan=plan, prepared=prepared, approval=factories.approval(), reason="期限已過")


@pytest.mark.parametrize(("changes", "is_closed"), [(1, True), (2, False)])
def test_what_changes_while_the_files_are_made_has_them_made_again_and_once_only(plan, admin, changes, is_closed):
    made = []

    def prepare(plan, approval):
        prepared = factories.prepared_year(plan)
        made.append(prepared)
        if len(made) <= changes:
            change_contact(admin, plan, f"窗口 {len(made)}")
        return prepared

    with patch.object(year_closing, "prepare_year", prepare):
        if is_closed:
            close(admin, plan, "期限已過")
        else:
            with pytest.raises(RuleBroken, match="請稍候再關閉一次"):
                close(admin, plan, "期限已過")
    assert len(made) == 2
    assert (Plan.objects.get(pk=plan.pk).is_closed, YearSnapshot.objects.count()) == (is_closed, int(is_closed))


def test_nothing_is_drawn_for_a_year_that_may_not_close(plan, admin):
    with patch.object(year_closing, "prepare_year") as prepare, nothing_written():
        with pytest.raises(RuleBroken, match="還有 5 項"):
            close(admin, plan)
    prepare.assert_not_called()


def test_preparing_writes_nothing_and_leaves_the_year_open(plan, admin):
    with nothing_written(), patch.object(frozen_files, "official_report_pdf", lambda *_, **__: b"%PDF"):
        prepared = prepare_year(plan, factories.approval())
    assert all(getattr(prepared, name) for name in FILES)
    assert Plan.objects.get(pk=plan.pk).is_open

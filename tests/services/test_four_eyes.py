"""Four eyes (decision 0017): nobody approves a report in which they had a hand since it was last approved."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import Role
from scorecard.models import ActionBudget, AuditEvent, Membership
from scorecard.read_models.hands import hands_on
from scorecard.services import evidence, reporting, value_restore
from tests import factories
from tests.factories import FIRST_YEAR, approve, fill, report_entry, send_back, submit
from tests.page_reading import address, client_of, text
from tests.services.conftest import in_another_role
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(cast, kpi):
    """A second person of AC1.1's division, who fills in what the first leaves."""
    return factories.make_member("colleague", kpi.plan.agency, Role.STAFF, kpi.division)


def enter_a_figure(person, kpi):
    fill(person, kpi, actuals=90)


def explain(person, kpi):
    entry = report_entry(kpi, actuals=100)
    entry = replace(entry, entries=(), explanation="人力不足")
    reporting.save_reports(by=person, plan=kpi.plan, report_entries=[entry])


def enter_money(person, kpi):
    budget = ActionBudget.objects.get(action_plan__code="AC1.1.1", year=FIRST_YEAR)
    entry = replace(report_entry(kpi), entries=(), executions=(reporting.Execution(budget.pk, 900),))
    reporting.save_reports(by=person, plan=kpi.plan, report_entries=[entry])


def confirm(person, kpi):
    """Answer the question about a figure that a colleague entered."""
    fill(Membership.objects.get(user__username="colleague").user, kpi, actuals=1000, confirmed=False)
    entry = report_entry(kpi, actuals=1000)
    kept = reporting.confirm_figures(by=person, kpi=kpi, version=entry.version, answers=entry.answers)
    assert kept, "there was a question"


def restore(person, kpi):
    """Put back what a colleague overwrote."""
    other = Membership.objects.get(user__username="colleague").user
    fill(other, kpi, actuals=90)
    fill(other, kpi, actuals=95)
    restoration = value_restore.plan_restoration(kpi, AuditEvent.objects.filter(kpi=kpi).first(), 0)
    assert value_restore.restore(by=person, restoration=restoration, version=restoration.report.version)


def attach(person, kpi):
    factories.attach(person, kpi)


def remove_a_file(person, kpi):
    (file,) = factories.attach(Membership.objects.get(user__username="colleague").user, kpi)
    evidence.remove_evidence(by=person, evidence=file)


def submit_what_is_returned(person, kpi):
    """Submit a colleague's figures; they come back, and somebody else submits them again."""
    fill(Membership.objects.get(user__username="colleague").user, kpi)
    send_back(Membership.objects.get(user__username="admin").user, submit(person, kpi))


ACTS = (enter_a_figure, explain, enter_money, confirm, restore, attach, remove_a_file, submit_what_is_returned)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_nobody_approves_what_they_had_a_hand_in_whatever_their_role_is_now(cast, kpi, colleague, act):
    act(cast.staff, kpi)
    fill(colleague, kpi, actuals=99)
    report = submit(colleague, kpi)
    now = in_another_role(cast.staff, Role.REVIEWER)
    with nothing_written(), pytest.raises(PermissionDenied, match=r"AC1\.1 上次審核通過之後有您填報、變更或確認的內容"):
        approve(now, report)
    page = client_of(now).get(address(kpi.plan, "review"))
    assert "須由另一位審核人員審核" in text(page) and f'value="{report.pk}:' not in page.content.decode()
    assert approve(cast.reviewer, report).is_approved


def test_a_hand_in_what_was_approved_does_not_count_after_the_approval_was_withdrawn(cast, kpi, colleague):
    report = factories.approved(cast, kpi)
    send_back(cast.admin, report)
    fill(colleague, kpi, actuals=98)
    submit(colleague, kpi)
    assert approve(in_another_role(cast.staff, Role.ADMIN), report).is_approved


def test_a_hand_in_another_kpi_or_another_year_does_not_count(cast, kpi, colleague):
    fill(cast.staff, factories.kpi(kpi.plan, "AC1.2"))
    fill(colleague, kpi)
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, kpi.plan))
    fill(cast.staff, factories.kpi(later, kpi.code))
    assert approve(in_another_role(cast.staff, Role.REVIEWER), submit(colleague, kpi)).is_approved


def test_an_agency_of_another_tree_gets_nowhere(cast, kpi):
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    with nothing_written(), pytest.raises(PermissionDenied):
        approve(cast.outsider, report)


@pytest.mark.one_database
def test_page_receipt_and_report_name_who_entered_who_submitted_and_who_approved(cast, kpi, colleague):
    fill(cast.staff, kpi, actuals=90)
    fill(colleague, kpi, actuals=95)
    report = submit(colleague, kpi)
    assert hands_on(kpi.plan, [kpi.pk])[kpi.pk].entered_text == "staff 君、colleague 君"
    client = client_of(cast.reviewer)
    receipt = address(kpi.plan, "reporting_receipt", serial=1)
    assert "AC1.1 已送出" in text(client.get(receipt))
    approve(cast.reviewer, report)
    assert "AC1.1 審核通過 reviewer 君" in text(client.get(receipt))
    for url in (receipt, address(kpi.plan, "kpi", code="AC1.1"), address(kpi.plan, "annual_report_page")):
        said = text(client.get(url))
        for name in ("staff 君、colleague 君", "colleague 君", "reviewer 君"):
            assert name in said.replace("reviewer 君 登出", ""), url

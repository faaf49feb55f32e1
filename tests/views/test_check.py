"""送出前檢查: what is complete, what is missing, and submitting."""

import re

import pytest

from scorecard.domain.choices import ReportState
from scorecard.models import Submission, YearlyReport
from tests import factories
from tests.factories import kpi as kpi_of
from tests.page_reading import address, form_to, links, text, told
from tests.services.rows import nothing_written


def test_the_check_page_parts_what_is_ready_from_what_is_missing(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.1"), actuals=105)
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.2"), actuals=90)
    factories.fill(cast.staff, kpi_of(open_plan, "AP1.1"), actuals=[20, None])
    page = staff.get(check)
    ready, incomplete = text(page).split("尚未完成")
    assert "可以送出（1 項）" in ready
    assert "AC1.1 指標 AC1.1 目標 100、實際 105 次 達成 105%" in ready
    assert "AC1.2 未達目標，送出前請填寫差異說明" in incomplete
    assert "AP1.1「影片」尚未填實際值" in incomplete
    assert "AL1.1尚未填實際值" in incomplete
    assert form_to(page).fields["kpi"] == ["AC1.1"]
    table = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert f"{table}#AC1.2" in links(page)


def test_submitting_sends_the_chosen_kpis_and_says_which(staff, check, open_plan, cast):
    for code in ("AC1.1", "AL1.1"):
        factories.fill(cast.staff, kpi_of(open_plan, code))
    page = staff.get(check)
    assert form_to(page).fields["kpi"] == ["AC1.1", "AL1.1"]
    response = staff.post(check, form_to(page).filled(kpi=["AL1.1"]), follow=True)
    assert "已送出 1 項 KPI（AL1.1），等候審核" in told(response)
    states = dict(YearlyReport.objects.values_list("kpi__code", "state"))
    assert states == {"AC1.1": ReportState.IN_PROGRESS, "AL1.1": ReportState.SUBMITTED}
    assert YearlyReport.objects.get(kpi__code="AL1.1").submitted_by == cast.staff


def test_a_missed_kpi_without_explanation_holds_back_everything_that_was_chosen(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.1"), actuals=100)
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.2"), actuals=90)
    with nothing_written():
        page = staff.post(check, {"kpi": ["AC1.1", "AC1.2"]})
    assert page.status_code == 422
    assert "AC1.2 未達目標，送出前請填寫差異說明" in told(page)
    assert form_to(page).fields["kpi"] == ["AC1.1"]


def test_a_missed_kpi_with_its_explanation_is_submitted(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.2"), actuals=90, explanation="人力不足")
    assert staff.post(check, {"kpi": ["AC1.2"]}).status_code == 302
    assert YearlyReport.objects.get().is_submitted


def test_an_unmeasured_kpi_with_its_reason_is_submitted(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.1"), unmeasured="停辦")
    assert "實際 停辦" in text(staff.get(check))
    staff.post(check, {"kpi": ["AC1.1"]})
    assert YearlyReport.objects.get().is_submitted


def test_choosing_nothing_submits_nothing(staff, check):
    with nothing_written():
        assert "沒有選取可送出的 KPI" in told(staff.post(check, {}, follow=True))


@pytest.mark.parametrize("chosen", [["BC1.1"], ["no such KPI"], ["AC1.1", "BC1.1"]])
def test_choosing_what_is_not_ones_own_submits_nothing(staff, check, open_plan, cast, chosen):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.1"))
    factories.fill(cast.other_staff, kpi_of(open_plan, "BC1.1"))
    with nothing_written():
        assert staff.post(check, {"kpi": chosen}).status_code == 404


def test_sending_twice_submits_once_and_leads_to_the_same_receipt(staff, check, open_plan, cast):
    for code in ("AC1.1", "AL1.1"):
        factories.fill(cast.staff, kpi_of(open_plan, code))
    sent = form_to(staff.get(check)).filled(kpi=["AL1.1"], all="1")
    first = staff.post(check, sent)
    assert first["Location"] == address(open_plan, "reporting_receipt", serial=1)
    with nothing_written():
        again = staff.post(check, sent)
    assert again["Location"] == first["Location"]
    assert Submission.objects.get().codes == ["AC1.1", "AL1.1"]


def test_what_is_missing_leads_to_the_very_field(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.2"), actuals=90)
    factories.fill(cast.staff, kpi_of(open_plan, "AP1.1"), actuals=[20, None])
    page, division = staff.get(check), open_plan.agency.divisions.first()
    table = address(open_plan, "reporting_table", division_id=division.pk)
    fields = set(re.findall(r'id="([^"]*)"', staff.get(table).content.decode()))
    anchors = [link.removeprefix(f"{table}#") for link in links(page) if link.startswith(f"{table}#id_")]
    # AC1.2's explanation, one measure of AP1.1, and the two KPIs not begun but AC1.1.
    assert len(anchors) == 5
    assert set(anchors) <= fields
    assert f"id_kpi{kpi_of(open_plan, 'AC1.2').pk}-explanation" in anchors


def test_what_is_sent_already_is_named_with_its_state(staff, check, submitted):
    assert "已經送出（1 項） AC1.1 指標 AC1.1（已送出）" in text(staff.get(check))


def test_nothing_is_submitted_once_the_year_is_closed(staff, check, open_plan, cast):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.1"))
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    with nothing_written():
        page = staff.post(check, {"kpi": ["AC1.1"]})
    assert page.status_code == 422
    assert "這個年度已關閉" in told(page)


def test_saving_with_check_leads_to_the_check_page(staff, check, open_plan):
    table = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert staff.post(table, form_to(staff.get(table)).filled(then="check"))["Location"] == check


def test_where_nothing_is_ready_the_page_leads_back_to_the_table(staff, check):
    assert "目前沒有可以送出的 KPI" in text(staff.get(check))

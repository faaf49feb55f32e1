"""The task list of staff: what to do first, over all their divisions, and what they sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import Role
from scorecard.models import KPI, Division, Membership, Plan
from tests import factories
from tests.factories import fill, send_back, submit
from tests.factories import kpi as kpi_of
from tests.page_reading import address, client_of, links, text

CODES = ["AC1.1", "AC1.2", "AP1.1", "AL1.1", "AF1.1"]


@pytest.fixture
def look(open_plan, cast):
    """Open the task list as the staff of 甲組."""
    return lambda plan=open_plan: client_of(cast.staff).get(address(plan, "reporting"))


def row_of(plan, code):
    """The address of a KPI's row in the table of its division."""
    division = KPI.objects.get(plan=plan, code=code).division_id
    return f"{address(plan, 'reporting_table', division_id=division)}#{code}"


def fill_all(cast, plan, act=lambda kpi: None):
    for code in CODES:
        kpi = kpi_of(plan, code)
        fill(cast.staff, kpi)
        act(kpi)


def test_the_list_groups_kpis_by_what_is_to_be_done_first(look, open_plan, cast):
    for code in ("AL1.1", "AP1.1", "AC1.2"):
        fill(cast.staff, kpi_of(open_plan, code))
    for code in ("AL1.1", "AP1.1"):
        report = submit(cast.staff, kpi_of(open_plan, code))
    send_back(cast.reviewer, report, "請附照片")
    said = text(look())
    order = ["退回補正 1 項 AP1.1", "請附照片", "待填報 2 項 AC1.1", "填報中 1 項 AC1.2", "已送出 1 項 AL1.1"]
    places = [said.index(part) for part in order]
    assert places == sorted(places)
    assert "BC1.1" not in said
    assert {row_of(open_plan, code) for code in CODES} <= set(links(look()))


def test_the_list_says_until_when_and_whom_to_phone(look, open_plan, cast):
    for days, words in ((12, "尚餘 12 天"), (0, "今天截止"), (-3, "已逾期 3 天")):
        Plan.objects.filter(pk=open_plan.pk).update(due_date=timezone.localdate() + timedelta(days))
        assert words in text(look())
    assert factories.CONTACT in text(look())
    assert "5 項 ，尚有 5 項未填" in text(look())


def test_one_click_leads_to_the_first_that_is_not_filled(look, open_plan, cast):
    assert "開始填報：AC1.1" in text(look())
    fill(cast.staff, kpi_of(open_plan, "AC1.1"))
    assert "繼續填報：AC1.2" in text(look())
    fill_all(cast, open_plan)
    page = look()
    assert "還有 5 項沒有送出" in text(page)
    division = open_plan.agency.divisions.first()
    assert address(open_plan, "reporting_check", division_id=division.pk) in links(page)


def test_a_returned_kpi_comes_before_the_first_unfilled(look, open_plan, cast):
    fill(cast.staff, kpi_of(open_plan, "AL1.1"))
    send_back(cast.reviewer, submit(cast.staff, kpi_of(open_plan, "AL1.1")))
    said = text(look())
    assert said.index("補正：AL1.1") < said.index("第一項未填：AC1.1")


def test_when_all_is_sent_or_approved_the_list_says_so(look, open_plan, cast):
    reports = []
    fill_all(cast, open_plan, lambda kpi: reports.append(submit(cast.staff, kpi)))
    assert "都已送出，等候審核" in text(look())
    for report in reports:
        factories.approve(cast.reviewer, report)
    assert "全部審核通過，這個年度的填報完成了" in text(look())
    # One receipt for each sending, the latest first.
    serials = [int(link.split("/")[-2]) for link in links(look()) if "/receipts/" in link and link.endswith("/")]
    assert serials == [5, 4, 3, 2, 1]


def test_where_the_year_is_not_open_the_list_names_the_one_that_is(look, open_plan, later, cast):
    page = look(later)
    assert "106 年度尚未開放填報" in text(page)
    assert address(open_plan, "reporting") in links(page)
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    assert "105 年度已關閉" in text(look())
    assert "目前沒有開放填報的年度" in text(look())


def test_staff_of_several_divisions_see_the_kpis_of_all_of_them(look, open_plan, cast):
    divisions = Division.objects.filter(agency=open_plan.agency, name__in=["甲組", "乙組"])
    cast.staff.memberships.get().divisions.set(divisions)
    page = look()
    assert "我的 KPI 10 項" in text(page)
    assert row_of(open_plan, "BC1.1") in links(page)
    for division in divisions:
        assert address(open_plan, "reporting_table", division_id=division.pk) in links(page)


def test_divisions_of_another_agency_are_not_offered(look, open_plan, cast):
    foreign = Membership.objects.create(user=cast.staff, agency=cast.other_plan.agency, role=Role.STAFF)
    foreign.divisions.set(cast.other_plan.agency.divisions.all())
    assert "我的 KPI 5 項" in text(look())


def test_staff_without_a_division_or_without_kpis_read_what_is_the_case(look, open_plan, cast):
    membership = cast.staff.memberships.get()
    membership.divisions.clear()
    assert "您的帳號還沒有指定填報科室" in text(look())
    membership.divisions.set(open_plan.agency.divisions.filter(name="支援組"))
    assert "沒有需要填報的 KPI" in text(look())

"""年度管理: opening, closing and reopening a plan year."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import YearState
from scorecard.pdf.writer import PDFError
from scorecard.services import years
from tests import factories
from tests.factories import MIDDLE_YEAR
from tests.page_reading import address, client_of, form_to, links, text, told
from tests.services.rows import nothing_written


@pytest.fixture
def admin(cast):
    """A client of the admin."""
    return client_of(cast.admin)


def ahead(days=30):
    """A date to come as the browser sends it, and as a date."""
    day = timezone.localdate() + timedelta(days)
    return day.isoformat(), day


def send(client, plan, name, **fields):
    """Fill in the form of the year's page and send it."""
    form = form_to(client.get(address(plan, "plan_year")), address(plan, name))
    return client.post(form.action, form.filled(**fields), follow=True)


def state(plan):
    """The year 2016 as it stands."""
    return plan.years.get(year=2016)


def test_opening_a_year_with_due_date_and_contact(admin, plan):
    typed, day = ahead()
    response = send(admin, plan, "plan_year_open", due_date=typed, contact="王小明 分機 1234")
    assert "已開放填報" in told(response)
    year = state(plan)
    assert (year.state, year.due_date, year.contact) == (YearState.OPEN, day, "王小明 分機 1234")
    assert "填報開放中" in text(response)
    assert "開放填報 admin 君" in text(response).replace("　", " ")


def test_the_due_date_may_be_today_but_not_past(admin, plan):
    with nothing_written():
        page = send(admin, plan, "plan_year_open", due_date=ahead(-1)[0], contact="王小明")
    assert page.status_code == 422
    assert "截止日不能早於今天" in text(page)
    again = form_to(page, address(plan, "plan_year_open"))
    assert again.fields["contact"] == ["王小明"]
    assert send(admin, plan, "plan_year_open", due_date=ahead(0)[0]).status_code == 200
    assert state(plan).is_open


@pytest.mark.parametrize("typed", ["", "明天", "2016-13-01"])
def test_a_year_does_not_open_without_a_due_date(admin, plan, typed):
    with nothing_written():
        assert send(admin, plan, "plan_year_open", due_date=typed).status_code == 422


def test_closing_with_unapproved_reports_needs_a_reason(admin, open_plan):
    page = admin.get(address(open_plan, "plan_year"))
    assert "還有 10 項 KPI 尚未審核通過" in text(page)
    with nothing_written():
        page = send(admin, open_plan, "plan_year_close", reason="  ")
    assert page.status_code == 422
    assert "還有 10 項 KPI 尚未審核通過；請先完成審核，或說明仍要關閉的理由" in text(page)
    assert address(open_plan, "plan_year", year=MIDDLE_YEAR) in links(page)
    assert not [link for link in links(page) if "/year/close/" in link]


def test_closing_with_everything_approved_needs_none(admin, open_plan, cast):
    for kpi in open_plan.kpis.select_related("plan", "division"):
        staff = cast.staff if kpi.code.startswith("A") else cast.other_staff
        factories.fill(staff, kpi)
        factories.approve(cast.reviewer, factories.submit(staff, kpi))
    assert "所有應填報的 KPI 都已審核通過" in text(admin.get(address(open_plan, "plan_year")))
    assert "年度已關閉" in told(send(admin, open_plan, "plan_year_close"))
    assert state(open_plan).is_closed


def test_reopening_needs_a_reason_and_a_new_due_date(admin, open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    assert "理由：期限已過" in text(admin.get(address(open_plan, "plan_year")))
    typed, day = ahead()
    with nothing_written():
        page = send(admin, open_plan, "plan_year_reopen", due_date=typed, reason="")
        assert page.status_code == 422
        assert form_to(page, address(open_plan, "plan_year_reopen")).fields["due_date"] == [typed]
        assert send(admin, open_plan, "plan_year_reopen", due_date=ahead(-1)[0], reason="更正").status_code == 422
    response = send(admin, open_plan, "plan_year_reopen", due_date=typed, reason="更正 AC1.1")
    assert "已重新開放填報" in told(response)
    year = state(open_plan)
    assert (year.state, year.due_date) == (YearState.OPEN, day)
    assert "理由：更正 AC1.1" in text(response)


@pytest.mark.parametrize(
    ("stands", "acts"),
    [
        (YearState.NOT_OPEN, ["plan_year_close", "plan_year_reopen", "plan_year_change"]),
        (YearState.OPEN, ["plan_year_open", "plan_year_reopen"]),
        (YearState.CLOSED, ["plan_year_open", "plan_year_close", "plan_year_change"]),
    ],
)
def test_what_does_not_come_next_is_refused_and_changes_nothing(admin, plan, cast, stands, acts):
    if stands != YearState.NOT_OPEN:
        factories.open_year(cast.admin, plan)
    if stands == YearState.CLOSED:
        factories.close_year(cast.admin, plan, reason="期限已過")
    for name in acts:
        with nothing_written():
            fields = {"due_date": ahead()[0], "reason": "理由"}
            response = admin.post(address(plan, name), fields, follow=True)
        assert f"這個年度目前是「{stands.label}」，不能這樣做；沒有任何變更" in told(response)


def test_an_open_year_past_its_due_date_still_takes_reports_and_says_how_late_it_is(open_plan, cast):
    open_plan.years.filter(year=2016).update(due_date=timezone.localdate() - timedelta(3))
    table = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert "已逾期 3 天" in text(client_of(cast.staff).get(table))
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.1"))
    open_plan.years.filter(year=2016).update(due_date=timezone.localdate())
    assert "今天截止" in text(client_of(cast.staff).get(table))
    open_plan.years.filter(year=2016).update(due_date=timezone.localdate() + timedelta(3))
    assert "尚餘 3 天" in text(client_of(cast.staff).get(table))


def test_due_date_and_contact_change_while_the_year_is_open_and_the_page_tells_of_it(admin, open_plan):
    typed, day = ahead(10)
    response = send(admin, open_plan, "plan_year_change", **{"change-due_date": typed, "change-contact": "李大華 5678"})
    assert "已儲存截止日與聯絡窗口" in told(response)
    year = state(open_plan)
    assert (year.due_date, year.contact, year.is_open) == (day, "李大華 5678", True)
    assert "聯絡窗口：王小明 分機 1234 → 李大華 5678" in text(response)
    with nothing_written():
        send(admin, open_plan, "plan_year_change")


def test_a_passed_due_date_may_stay_but_not_be_chosen(admin, open_plan):
    # The cast's year was due in 2017.
    response = send(admin, open_plan, "plan_year_change", **{"change-contact": "李大華"})
    assert response.status_code == 200 and state(open_plan).contact == "李大華"
    with nothing_written():
        response = send(admin, open_plan, "plan_year_change", **{"change-due_date": ahead(-1)[0]})
    assert response.status_code == 422 and "截止日不能早於今天" in text(response)


def test_the_page_lists_what_is_unapproved_with_links(admin, open_plan, cast):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"))
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.2"))
    page = admin.get(address(open_plan, "plan_year"))
    assert "尚未審核通過的 KPI（9）" in text(page)
    assert address(open_plan, "kpi", code="AC1.2") in links(page)
    assert address(open_plan, "kpi", code="AC1.1") not in links(page)


def test_whoever_sees_the_plan_gets_every_snapshot_again_after_reopening(open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    year = state(open_plan)
    years.reopen_year(by=cast.admin, plan_year=year, due_date=factories.DUE, reason="更正")
    factories.close_year(cast.admin, open_plan, reason="更正完成")
    client = client_of(cast.viewer)
    page = client.get(address(open_plan, "downloads"))
    for number in (1, 2):
        for file, content in (("report.pdf", "report"), ("scorecard.xlsx", "workbook"), ("data.json", "document")):
            url = address(open_plan, "year_snapshot", number=number, file=file)
            assert url in links(page)
            response = client.get(url)
            assert response.content == f"{content} 2016".encode()
            name = f'attachment; filename="{open_plan.agency.slug}-105-frozen-{number}-{file}"'
            assert response["Content-Disposition"] == name
    missing = {"number": 3, "file": "data.json"}, {"number": 1, "file": "secret.txt"}
    assert {client.get(address(open_plan, "year_snapshot", **asked)).status_code for asked in missing} == {404}
    assert address(open_plan, "year_snapshot", year=MIDDLE_YEAR, number=1, file="data.json") not in links(page)


def test_a_report_that_cannot_be_drawn_closes_no_year(admin, open_plan, monkeypatch):
    def fail(*_, **__):
        raise PDFError("靜態檔案不存在")

    monkeypatch.setattr("scorecard.services.year_closing.annual_report_pdf", fail)
    with nothing_written():
        page = send(admin, open_plan, "plan_year_close", reason="期限已過")
    assert page.status_code == 422 and "年度沒有關閉" in text(page)

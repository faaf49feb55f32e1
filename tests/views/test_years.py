"""年度管理: opening, closing and reopening an edition's year, and beginning the next one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import PlanState
from scorecard.models import Plan
from scorecard.pdf.writer import PDFError
from tests import factories
from tests.page_reading import address, client_of, form_to, forms, links, text, told, words
from tests.services.rows import nothing_written

# What the admin types of the head's act.
HEAD = {"approved_on": "2017-02-10", "title": "處長", "document_number": "北市秘文字第 1060000001 號"}
NEXT_HEAD = {f"next-{name}": value for name, value in HEAD.items()}


@pytest.fixture(autouse=True)
def quick_files(monkeypatch):
    """The files of a closing as factories.prepared_year() makes them, since real ones take seconds."""
    prepared = lambda plan, approval: factories.prepared_year(plan)  # noqa: E731
    monkeypatch.setattr("scorecard.services.year_closing.prepare_year", prepared)


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


def now(plan):
    """The edition as it stands."""
    return Plan.objects.select_related("agency").get(pk=plan.pk)


def main(response):
    """What stands in <main>, and what stands outside it."""
    before, _, rest = response.content.decode().partition("<main")
    inside, _, after = rest.partition("</main>")
    return inside, before + after


def test_opening_a_year_with_due_date_and_contact(admin, plan):
    typed, day = ahead()
    response = send(admin, plan, "plan_year_open", due_date=typed, contact="王小明 分機 1234")
    assert "已開放填報" in told(response)
    plan = now(plan)
    assert (plan.state, plan.due_date, plan.contact) == (PlanState.OPEN, day, "王小明 分機 1234")
    assert "開放填報 admin 君" in text(response).replace("　", " ")


def test_the_due_date_may_be_today_but_not_past(admin, plan):
    with nothing_written():
        page = send(admin, plan, "plan_year_open", due_date=ahead(-1)[0], contact="王小明")
    assert page.status_code == 422
    assert "截止日不能早於今天" in text(page)
    again = form_to(page, address(plan, "plan_year_open"))
    assert again.fields["contact"] == ["王小明"]
    for typed in ("", "明天", "2016-13-01"):
        with nothing_written():
            assert send(admin, plan, "plan_year_open", due_date=typed).status_code == 422
    assert send(admin, plan, "plan_year_open", due_date=ahead(0)[0]).status_code == 200
    assert now(plan).is_open


def test_closing_with_unapproved_reports_needs_a_reason(admin, open_plan, cast):
    later = factories.next_edition(cast.admin, open_plan)
    page = admin.get(address(open_plan, "plan_year"))
    assert "還有 10 項 KPI 尚未審核通過" in text(page)
    with nothing_written():
        page = send(admin, open_plan, "plan_year_close", reason="  ", **HEAD)
    assert page.status_code == 422
    assert "還有 10 項 KPI 尚未審核通過；請先完成審核，或說明仍要關閉的理由" in text(page)
    # The switch of years leads to pages, not to acts.
    assert address(later, "plan_year") in links(page)
    assert not [link for link in links(page) if "/year/close/" in link]


def test_closing_with_everything_approved_needs_none(admin, open_plan, cast):
    for kpi in open_plan.kpis.select_related("plan", "division"):
        staff = cast.staff if kpi.code.startswith("A") else cast.other_staff
        factories.fill(staff, kpi)
        factories.approve(cast.reviewer, factories.submit(staff, kpi))
    assert "所有應填報的 KPI 都已審核通過" in text(admin.get(address(open_plan, "plan_year")))
    assert "年度已關閉" in told(send(admin, open_plan, "plan_year_close", **HEAD))
    assert now(open_plan).is_closed


def test_closing_asks_who_approved_it_when_and_under_which_number_or_why_there_is_none(admin, open_plan, cast):
    assert address(open_plan, "plan_year_sign_off") in links(admin.get(address(open_plan, "plan_year")))
    given = HEAD | {"reason": "期限已過"}
    for wrong, sentence in (
        ({"approved_on": ""}, "這個欄位是必須的"),
        ({"approved_on": ahead(1)[0]}, "日期不能晚於今天"),
        ({"title": ""}, "這個欄位是必須的"),
        ({"document_number": ""}, "請填文號；沒有文號時，請只填「免文號的理由」"),
        ({"no_number_reason": "會議當場核定"}, "請填文號；沒有文號時，請只填「免文號的理由」"),
    ):
        with nothing_written():
            page = send(admin, open_plan, "plan_year_close", **given | wrong)
        assert page.status_code == 422 and sentence in text(page), wrong
        kept = form_to(page, address(open_plan, "plan_year_close")).fields
        assert kept["reason"] == ["期限已過"]
    without = {"document_number": "", "no_number_reason": "會議當場核定"}
    page = send(admin, open_plan, "plan_year_close", **given | without)
    assert "年度成果核定 106 年 2 月 10 日 處長 免文號（會議當場核定）" in text(page).replace("　", " ")
    send(admin, open_plan, "plan_year_reopen", due_date=ahead()[0], reason="更正")
    assert "年度成果核定" not in text(admin.get(address(open_plan, "plan_year"))), "it is no longer in force"


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
    plan = now(open_plan)
    assert (plan.is_reopened, plan.due_date) == (True, day)
    assert "理由：更正 AC1.1" in text(response)


@pytest.mark.parametrize(
    ("stands", "acts"),
    [
        (PlanState.DRAFT, ["plan_year_open", "plan_year_change", "plan_year_close", "plan_year_reopen"]),
        (PlanState.ADOPTED, ["plan_year_close", "plan_year_reopen", "plan_year_change"]),
        (PlanState.OPEN, ["plan_year_open", "plan_year_reopen"]),
        (PlanState.CLOSED, ["plan_year_open", "plan_year_close", "plan_year_change"]),
    ],
)
def test_what_does_not_come_next_is_refused_and_changes_nothing(admin, plan, cast, stands, acts):
    if stands == PlanState.DRAFT:
        Plan.objects.filter(pk=plan.pk).update(state=stands)
    elif stands != PlanState.ADOPTED:
        factories.open_year(cast.admin, plan)
    if stands == PlanState.CLOSED:
        factories.close_year(cast.admin, plan, reason="期限已過")
    for name in acts:
        with nothing_written():
            fields = {"due_date": ahead()[0], "reason": "理由", **HEAD}
            response = admin.post(address(plan, name), fields, follow=True)
        assert f"這個年度目前是「{stands.label}」，不能這樣做；沒有任何變更" in told(response)


def test_an_open_year_past_its_due_date_still_takes_reports_and_says_how_late_it_is(open_plan, cast):
    rows = Plan.objects.filter(pk=open_plan.pk)
    rows.update(due_date=timezone.localdate() - timedelta(3))
    table = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert "已逾期 3 天" in text(client_of(cast.staff).get(table))
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.1"))
    rows.update(due_date=timezone.localdate())
    assert "今天截止" in text(client_of(cast.staff).get(table))
    rows.update(due_date=timezone.localdate() + timedelta(3))
    assert "尚餘 3 天" in text(client_of(cast.staff).get(table))


def test_due_date_and_contact_change_while_the_year_is_open_and_the_page_tells_of_it(admin, open_plan):
    typed, day = ahead(10)
    response = send(admin, open_plan, "plan_year_change", **{"change-due_date": typed, "change-contact": "李大華 5678"})
    assert "已儲存截止日與聯絡窗口" in told(response)
    plan = now(open_plan)
    assert (plan.due_date, plan.contact, plan.is_open) == (day, "李大華 5678", True)
    assert "聯絡窗口：王小明 分機 1234 → 李大華 5678" in text(response)
    with nothing_written():
        send(admin, open_plan, "plan_year_change")


def test_a_passed_due_date_may_stay_but_not_be_chosen(admin, open_plan):
    # The cast's year was due in 2017.
    response = send(admin, open_plan, "plan_year_change", **{"change-contact": "李大華"})
    assert response.status_code == 200 and now(open_plan).contact == "李大華"
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


def test_a_report_that_cannot_be_drawn_closes_no_year(admin, open_plan, monkeypatch):
    def fail(*_):
        raise PDFError("靜態檔案不存在")

    monkeypatch.setattr("scorecard.services.year_closing.prepare_year", fail)
    with nothing_written():
        page = send(admin, open_plan, "plan_year_close", reason="期限已過", **HEAD)
    assert page.status_code == 422 and "年度沒有關閉" in text(page)


def test_the_next_year_begins_from_the_page_of_the_latest_one(admin, open_plan, cast):
    url = address(open_plan, "plan_year_open_next")
    typed, day = ahead()
    wanted = {"next-due_date": typed, "next-last_year": "2018", "next-contact": "李大華", **NEXT_HEAD}
    for wrong, sentence in (
        ({"next-due_date": ahead(-1)[0]}, "截止日不能早於今天"),
        ({"next-title": ""}, "這個欄位是必須的"),
        ({"next-last_year": "2016"}, "選項"),
        ({"next-last_year": "2200"}, "選項"),
    ):
        with nothing_written():
            page = send(admin, open_plan, "plan_year_open_next", **wanted | wrong)
        assert page.status_code == 422 and sentence in text(page), wrong
        assert form_to(page, url).fields["next-contact"] == ["李大華"]
        # No other form of the page is in error, and this one is not folded away.
        beside = main(page)[1]
        assert 'id="open-next" open' in beside and words(beside).count(sentence) == text(page).count(sentence)
    page = send(admin, open_plan, "plan_year_open_next", **wanted)
    assert "已沿用 105 年版建立 106 年版，並開放填報" in told(page).replace("版 建立", "版建立")
    later = Plan.objects.get(agency=open_plan.agency, year=2017)
    assert page.redirect_chain == [(address(later, "plan_year"), 302)]
    assert (later.state, later.due_date, later.last_year, later.contact) == (PlanState.OPEN, day, 2018, "李大華")
    assert "年版核定 106 年 2 月 10 日 處長 北市秘文字第 1060000001 號" in text(page).replace("　", " ")
    earlier = admin.get(address(open_plan, "plan_year"))
    assert url not in [form.action for form in forms(earlier)]
    with nothing_written():
        refused = admin.post(url, wanted, follow=True)
    assert "已有 106 年版" in told(refused) and refused.redirect_chain == [(address(later, "plan_year"), 302)]


def test_all_years_stand_beside_the_page_with_the_next_step_and_what_stands_in_its_way(admin, open_plan, cast):
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, open_plan))
    inside, beside = main(admin.get(address(open_plan, "plan_year")))
    assert "106 年" not in inside.replace("106 年 1 月 31 日", ""), "a closed year's page does not depend on others"
    assert f'href="{address(later, "plan_year")}"' in beside and "105 年版（本頁）" in beside
    assert "關閉年度（請先關閉 105 年）" in beside
    reason = {"reason": "期限已過", **HEAD}
    with nothing_written():
        page = send(admin, later, "plan_year_close", **reason)
    assert page.status_code == 422 and "請先關閉 105 年版；年度須依順序關閉" in text(page)
    for plan in (open_plan, later):
        assert "年度已關閉" in told(send(admin, plan, "plan_year_close", **reason))
    assert "如需重新開放（請先重新開放 106 年）" in main(admin.get(address(open_plan, "plan_year")))[1]
    again = {"due_date": ahead()[0], "reason": "更正"}
    with nothing_written():
        page = send(admin, open_plan, "plan_year_reopen", **again)
    assert page.status_code == 422 and "請先重新開放 106 年版" in text(page)
    for plan in (later, open_plan):
        assert "已重新開放填報" in told(send(admin, plan, "plan_year_reopen", **again))
    assert now(open_plan).is_reopened and now(later).is_reopened


def test_the_page_shows_names_as_they_were_when_the_act_was_done(admin, open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    cast.admin.name = "改名後"
    cast.admin.save()
    inside, beside = main(admin.get(address(open_plan, "plan_year")))
    assert "關閉" in inside and "admin 君" in inside
    assert "改名後" not in inside and "改名後" in beside


def test_the_form_to_sign_is_a_pdf_of_the_edition(admin, open_plan):
    response = admin.get(address(open_plan, "plan_year_sign_off"))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="test-agency-105-sign-off.pdf"'

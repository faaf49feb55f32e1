"""審核: the queue, approving, returning; and the comment thread on the KPI's page."""

import pytest
from django.utils import timezone

from scorecard.domain.choices import ReportState, Role
from scorecard.models import AuditEvent, Comment, Membership
from tests import factories
from tests.factories import kpi as kpi_of
from tests.page_reading import address, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written


@pytest.fixture
def queue(open_plan):
    """The address of the queue."""
    return address(open_plan, "review")


def act(plan, name, code="AC1.1"):
    """The address of an act on a KPI's report."""
    return address(plan, name, code=code)


def approving(plan):
    """The address to which the reports that are approved are sent."""
    return address(plan, "review_approve")


def button_for(response, report):
    """The form behind the button that approves one report."""
    (found,) = [form for form in forms(response) if form.fields.get("report") == [seen(report)]]
    return found


def seen(report):
    """A report in the version in which it stands, as the page sends it."""
    return f"{report.pk}:{report.version}"


def test_the_queue_shows_what_is_needed_to_judge(reviewer, queue, open_plan, cast):
    kpi = kpi_of(open_plan, "AC1.1")
    factories.fill(cast.staff, kpi, actuals=70, explanation="人力不足", improvement="增補人力")
    factories.submit(cast.staff, kpi)
    said = text(reviewer.get(queue)).split("待審核的填報")[1]
    for words in (
        "指標 AC1.1",
        "甲組",
        "staff 君",
        "80",
        "100",
        "70",
        "未達",
        "70 次 ÷ 目標 100 次",
        "人力不足",
        "增補人力",
    ):
        assert words in said
    assert "AC1.2" not in said


def test_the_board_counts_divisions_by_state(reviewer, queue, submitted, cast, open_plan):
    factories.fill(cast.staff, kpi_of(open_plan, "AC1.2"))
    board = text(reviewer.get(queue)).split("各科室進度")[1]
    # 待填報 3, 填報中 1, 已送出 1, of 5; the year's due date passed long ago.
    late = (timezone.localdate() - factories.DUE).days
    assert f"甲組 3 1 1 – – 5 4 項，{late} 天" in board
    assert f"乙組 5 – – – – 5 5 項，{late} 天" in board
    assert f"合計 8 1 1 – – 10 9 項，{late} 天" in board


def test_the_longest_waiting_report_comes_first(reviewer, queue, open_plan, cast):
    for code in ("AL1.1", "AC1.1"):
        factories.fill(cast.staff, kpi_of(open_plan, code))
        factories.submit(cast.staff, kpi_of(open_plan, code))
    said = text(reviewer.get(queue)).split("待審核的填報")[1]
    assert said.index("指標 AL1.1") < said.index("指標 AC1.1")


def test_approving_from_the_queue(reviewer, queue, submitted, open_plan, cast):
    form = button_for(reviewer.get(queue), submitted)
    response = reviewer.post(form.action, form.fields, follow=True)
    assert "AC1.1 審核通過。" in told(response)
    assert "目前沒有待審核的填報" in text(response)
    assert "還有 9 項尚未送出" in text(response)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.reviewed_by) == (ReportState.APPROVED, cast.reviewer)


def test_returning_from_the_queue_with_a_comment(reviewer, queue, submitted, open_plan, cast):
    form = form_to(reviewer.get(queue), act(open_plan, "review_return"))
    response = reviewer.post(form.action, form.filled(comment="請附\r\n佐證"), follow=True)
    assert "已退回 AC1.1" in told(response)
    submitted.refresh_from_db()
    assert submitted.state == ReportState.RETURNED
    assert Comment.objects.get().text == "請附\n佐證"


def test_returning_without_a_comment_is_refused_beside_its_field(reviewer, submitted, open_plan, later):
    with nothing_written():
        page = reviewer.post(act(open_plan, "review_return"), {"version": "2", "comment": "  "})
    assert page.status_code == 422
    assert "退回時請說明需要補正的內容" in text(page)
    # The year switch of a page that answered to POST leads to pages, not to acts.
    assert address(later, "review") in links(page)
    assert not [link for link in links(page) if "/return/" in link]


def test_approving_what_changed_since_is_refused_and_tells_by_whom(reviewer, queue, submitted, open_plan, cast, kpi):
    form = button_for(reviewer.get(queue), submitted)
    factories.send_back(cast.admin, submitted)
    factories.submit(cast.staff, kpi)
    with nothing_written():
        response = reviewer.post(form.action, form.fields)
    assert response.status_code == 409
    assert "AC1.1 在您審閱時已由staff 君變更，目前是「已送出」；您的動作沒有執行" in told(response)


def test_returning_what_changed_since_keeps_the_comment_and_shows_the_new_version(
    reviewer, queue, submitted, open_plan, cast, kpi
):
    form = form_to(reviewer.get(queue), act(open_plan, "review_return"))
    factories.send_back(cast.admin, submitted)
    factories.fill(cast.staff, kpi, actuals=101)
    factories.submit(cast.staff, kpi)
    with nothing_written():
        page = reviewer.post(form.action, form.filled(comment="請附佐證"))
    assert page.status_code == 409
    assert "您的動作沒有執行" in told(page)
    assert "101" in text(page)
    # Looking at the new figure, the reviewer can return it with the comment already written.
    again = form_to(page, act(open_plan, "review_return"))
    assert again.fields["comment"] == ["請附佐證"]
    assert reviewer.post(again.action, again.fields).status_code == 302
    submitted.refresh_from_db()
    assert submitted.state == ReportState.RETURNED


def test_returning_what_a_colleague_approved_meanwhile_does_not_lose_the_comment(
    reviewer, queue, submitted, open_plan, cast
):
    form = form_to(reviewer.get(queue), act(open_plan, "review_return"))
    factories.approve(cast.admin, submitted)
    with nothing_written():
        page = reviewer.post(form.action, form.filled(comment="請附佐證"))
    assert page.status_code == 409
    assert "目前是「審核通過」" in told(page)
    assert "請附佐證" in text(page)


def test_nobody_approves_what_they_submitted_but_they_may_return_it(queue, submitted, open_plan, cast):
    Membership.objects.filter(user=cast.staff).update(role=Role.REVIEWER)
    client = client_of(cast.staff)
    page = client.get(queue)
    assert "須由另一位審核人員審核" in text(page)
    assert approving(open_plan) not in [form.action for form in forms(page)]
    with nothing_written():
        response = client.post(approving(open_plan), {"report": seen(submitted)})
    assert response.status_code == 403
    assert "須由另一位審核人員審核" in text(response)


def test_a_draft_is_not_reviewed(reviewer, open_plan, cast, kpi):
    report = factories.fill(cast.staff, kpi)
    returning = act(open_plan, "review_return"), {"version": report.version, "comment": "請補正"}
    for url, fields in (returning, (approving(open_plan), {"report": seen(report)})):
        with nothing_written():
            assert "AC1.1 目前是「填報中」" in told(reviewer.post(url, fields, follow=True))


@pytest.mark.parametrize("sent", ["", "x", "1", "1:", ":1", "-1:1", "1:1:1", "9" * 30 + ":1", "1\x00:1"])
def test_an_incomplete_form_approves_nothing(reviewer, submitted, open_plan, sent):
    with nothing_written():
        response = reviewer.post(approving(open_plan), {"report": [seen(submitted), sent]}, follow=True)
    assert "送出的資料不完整，沒有任何變更" in told(response)


def test_nothing_chosen_approves_nothing(reviewer, submitted, open_plan):
    with nothing_written():
        assert "請先勾選" in told(reviewer.post(approving(open_plan), follow=True))


def test_a_kpi_without_a_report_cannot_be_reviewed(reviewer, open_plan):
    for name in ("review_return", "review_comment"):
        fields = {"version": "0", "comment": "請補正", "text": "請補正"}
        assert reviewer.post(act(open_plan, name), fields).status_code == 404


def test_the_queue_of_a_closed_year_offers_no_act(reviewer, queue, submitted, open_plan, cast):
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    page = reviewer.get(queue)
    assert "這個年度已關閉，不再審核" in text(page)
    assert approving(open_plan) not in [form.action for form in forms(page)]
    assert act(open_plan, "review_return") not in [form.action for form in forms(page)]


# Comments


def comment(user, plan, said, code="AC1.1"):
    """Write into the thread of a KPI's year, and return the page that follows."""
    return client_of(user).post(act(plan, "kpi_comment", code), {"text": said}, follow=True)


def test_staff_and_reviewers_talk_in_the_kpis_thread(submitted, open_plan, cast):
    assert "已新增留言" in told(comment(cast.reviewer, open_plan, "請問資料來源？"))
    page = comment(cast.staff, open_plan, "來自公文系統。")
    said = text(page)
    assert said.index("請問資料來源？") < said.index("來自公文系統。")
    assert "reviewer 君" in said
    assert AuditEvent.objects.filter(action="commented").count() == 2
    assert act(open_plan, "kpi_comment") in [form.action for form in forms(page)]


def test_members_who_may_not_write_read_the_thread_without_a_form(submitted, open_plan, cast):
    comment(cast.reviewer, open_plan, "請問資料來源？")
    page = client_of(cast.viewer).get(act(open_plan, "kpi"))
    assert "請問資料來源？" in text(page)
    assert act(open_plan, "kpi_comment") not in [form.action for form in forms(page)]


def test_an_empty_comment_is_refused_beside_its_field(submitted, open_plan, cast, later):
    with nothing_written():
        page = comment(cast.staff, open_plan, " ")
    assert page.status_code == 422
    assert "請輸入留言內容" in text(page)
    assert address(later, "kpi", code="AC1.1") in links(page)


def test_a_comment_that_is_too_long_is_told_so_and_stays_in_its_field(submitted, open_plan, cast):
    with nothing_written():
        page = comment(cast.staff, open_plan, "長" * 2001)
    assert "2000" in text(page)
    assert form_to(page, act(open_plan, "kpi_comment")).fields["text"] == ["長" * 2001]


def test_there_is_no_thread_before_a_report(open_plan, cast):
    with nothing_written():
        assert "還沒有填報，不能留言" in told(comment(cast.reviewer, open_plan, "請儘快填報"))
    assert comment(cast.reviewer, open_plan, "x", code="ZZ1").status_code == 404

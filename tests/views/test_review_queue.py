"""審核: filtering the queue, approving several at once, what changed since a return, data checks, closing."""

import re

import pytest

from scorecard.domain.choices import ReportState, Role
from scorecard.models import Comment, Membership, Objective, YearlyReport, YearlyValue
from tests import factories
from tests.factories import kpi as kpi_of
from tests.page_reading import address, client_of, form_to, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer

pytestmark = pytest.mark.every_database

CODES = ("AC1.1", "AC1.2", "AP1.1")


@layer
def three(open_plan, cast):
    """Three submitted reports of 甲組: AC1.1 missed, the others met."""
    actuals = {"AC1.1": 70}
    for code in CODES:
        factories.fill(cast.staff, kpi_of(open_plan, code), actuals=actuals.get(code), explanation="人力不足")
        factories.submit(cast.staff, kpi_of(open_plan, code))
    return [YearlyReport.objects.get(kpi__code=code) for code in CODES]


@pytest.fixture
def queue(open_plan):
    """The address of the queue."""
    return address(open_plan, "review")


def seen(reports):
    """Reports in the versions that these objects hold, as the page sends them."""
    return [f"{report.pk}:{report.version}" for report in reports]


def shown(response):
    """The codes of the cases on the page, in order."""
    return re.findall(r'<article class="case" id="([^"]+)"', response.content.decode())


def ticked(response):
    """The reports whose boxes are ticked."""
    boxes = re.findall(r"<input[^>]*data-case>", response.content.decode())
    return [re.search(r'value="(\d+):', box)[1] for box in boxes if " checked" in box]


# The filter


def test_the_queue_is_filtered_by_division_state_and_light_in_the_url(reviewer, queue, open_plan, cast, three):
    other = kpi_of(open_plan, "BC1.1")
    factories.fill(cast.other_staff, other)
    first, second = open_plan.agency.divisions.all()[:2]
    found = {
        query: shown(reviewer.get(queue + query))
        for query in (
            "",
            "?light=missed",
            f"?division={second.pk}",
            f"?division={second.pk}&state=draft",
            f"?division={first.pk}&state=pending",
            "?state=",
            f"?division={first.pk}&state=submitted&light=met",
        )
    }
    assert list(found.values()) == [
        ["AC1.1", "AC1.2", "AP1.1"],
        ["AC1.1"],
        [],
        ["BC1.1"],
        ["AL1.1", "AF1.1"],
        [*CODES, "BC1.1", "BC1.2", "BP1.1", "AL1.1", "BL1.1", "AF1.1", "BF1.1"],
        ["AC1.2", "AP1.1"],
    ]
    page = reviewer.get(queue)
    assert f"{queue}?division={second.pk}&state=draft#queue" in links(page)
    assert f"{queue}?light=missed#queue" in links(page)
    assert "沒有這個填報狀態：「lost」，已略過" in text(reviewer.get(f"{queue}?state=lost"))


def test_an_act_leads_back_to_the_queue_as_it_was_filtered(reviewer, queue, open_plan, three):
    page = reviewer.get(f"{queue}?light=met")
    form = form_to(page, address(open_plan, "review_return", code="AC1.2") + "?light=met")
    response = reviewer.post(form.action, form.filled(comment="請附佐證"))
    assert response.headers["Location"] == f"{queue}?light=met#queue"


def test_a_report_without_anything_is_shown_where_it_is_asked_for(reviewer, queue, open_plan):
    said = text(reviewer.get(f"{queue}?state=pending"))
    assert "科室還沒有開始填報" in said


# Approving several


def test_several_are_approved_at_once(reviewer, queue, open_plan, three, cast):
    response = reviewer.post(address(open_plan, "review_approve"), {"report": seen(three[:2])}, follow=True)
    assert "2 項 KPI（AC1.1、AC1.2）審核通過。" in told(response)
    assert shown(response) == ["AP1.1"]
    assert YearlyReport.objects.filter(state=ReportState.APPROVED, reviewed_by=cast.reviewer).count() == 2


def test_all_boxes_are_ticked_by_a_link_where_no_script_runs(reviewer, queue, three):
    assert ticked(reviewer.get(queue)) == []
    assert ticked(reviewer.get(f"{queue}?select=all")) == [str(report.pk) for report in three]


def test_a_post_sent_twice_says_what_it_found(reviewer, open_plan, three):
    url = address(open_plan, "review_approve")
    reviewer.post(url, {"report": seen(three)})
    with nothing_written():
        again = reviewer.post(url, {"report": seen(three)}, follow=True)
    assert "AC1.1、AC1.2、AP1.1 先前已經審核通過，這次沒有變更。" in told(again)


def test_of_several_the_changed_one_is_named_and_the_others_stay_ticked(reviewer, open_plan, three, cast):
    factories.send_back(cast.admin, three[0])
    factories.submit(cast.staff, three[0].kpi)
    with nothing_written():
        page = reviewer.post(address(open_plan, "review_approve"), {"report": seen(three)})
    assert page.status_code == 409
    assert "AC1.1 在您審閱時已由staff 君變更" in told(page)
    assert "AC1.2" not in told(page)
    assert ticked(page) == [str(report.pk) for report in three[1:]]


def test_foreign_numbers_among_those_chosen_answer_like_missing_ones(reviewer, open_plan, later, three, cast):
    factories.open_year(cast.outsider, cast.other_plan)
    elsewhere = YearlyReport.objects.create(kpi=kpi_of(cast.other_plan, "AC1.1"))
    next_year = YearlyReport.objects.create(kpi=kpi_of(later, "AC1.1"))
    for foreign in (f"{elsewhere.pk}:0", f"{next_year.pk}:0", "999999:0", f"{10**17}:0"):
        with nothing_written():
            response = reviewer.post(address(open_plan, "review_approve"), {"report": [*seen(three), foreign]})
        assert response.status_code == 404


def test_ones_own_submission_has_no_box_and_is_refused_with_a_sentence(queue, open_plan, three, cast):
    Membership.objects.filter(user=cast.staff).update(role=Role.REVIEWER)
    client = client_of(cast.staff)
    assert "data-case" not in client.get(queue).content.decode()
    with nothing_written():
        response = client.post(address(open_plan, "review_approve"), {"report": seen(three)})
    assert response.status_code == 403
    assert "AC1.1 是您自己送出的" in text(response)


# What changed since a return


def test_a_corrected_report_shows_what_changed_since_it_was_returned(reviewer, queue, open_plan, three, cast):
    report = three[0]
    factories.send_back(cast.admin, report, "請改以全年計算")
    factories.fill(cast.staff, report.kpi, actuals=75, explanation="暫記")
    factories.attach(cast.staff, report.kpi)
    factories.fill(cast.staff, report.kpi, actuals=80, explanation="人力不足")
    factories.submit(cast.staff, report.kpi)
    said = text(reviewer.get(queue))
    assert "退回： 請改以全年計算" in said
    assert "實際值： 70 → 80" in said
    assert "佐證： （空白） → 統計表.txt" in said
    # It came back to what it was.
    assert "暫記" not in said
    assert "差異說明：" not in said


def test_a_report_sent_again_unchanged_says_so(reviewer, queue, three, cast):
    factories.send_back(cast.admin, three[0])
    factories.submit(cast.staff, three[0].kpi)
    assert "退回後內容沒有變更" in text(reviewer.get(queue))


def test_a_ratio_shows_the_two_counts_it_was_made_of(reviewer, queue, open_plan, cast):
    kpi = kpi_of(open_plan, "AF1.1")
    factories.fill(cast.staff, kpi, actuals=95)
    YearlyValue.objects.filter(measure__kpi=kpi, year=factories.FIRST_YEAR).update(numerator=1900, denominator=2000)
    factories.submit(cast.staff, kpi)
    assert "執行數 1,900 ÷ 預算數 2,000" in text(reviewer.get(queue))


# The thread


def test_a_comment_is_written_from_the_queue(reviewer, queue, open_plan, three, cast):
    url = address(open_plan, "review_comment", code="AC1.1") + "?light=missed"
    form = form_to(reviewer.get(f"{queue}?light=missed"), url)
    response = reviewer.post(form.action, form.filled(text="請問資料來源？"))
    assert response.headers["Location"] == f"{queue}?light=missed#AC1.1"
    assert Comment.objects.get().author == cast.reviewer
    assert "請問資料來源？" in text(client_of(cast.staff).get(address(open_plan, "kpi", code="AC1.1")))


def test_a_comment_refused_in_the_queue_stays_in_its_field(reviewer, open_plan, three):
    url = address(open_plan, "review_comment", code="AC1.1")
    with nothing_written():
        page = reviewer.post(url, {"text": "長" * 2001})
    assert page.status_code == 422
    assert form_to(page, url).fields["text"] == ["長" * 2001]


# Withdrawing an approval


def test_an_approval_is_withdrawn_from_the_queue(reviewer, queue, open_plan, three, cast):
    factories.approve(cast.admin, three[0])
    form = form_to(
        reviewer.get(f"{queue}?state=approved"), address(open_plan, "review_return", code="AC1.1") + "?state=approved"
    )
    assert "撤回審核通過" in text(reviewer.get(f"{queue}?state=approved"))
    assert "已退回 AC1.1" in told(reviewer.post(form.action, form.filled(comment="分母有誤"), follow=True))
    three[0].refresh_from_db()
    assert three[0].state == ReportState.RETURNED


# Data checks and closing


def checks(response):
    """The findings of the data checks by their titles, as (code, address) of each."""
    return {
        check.title: [(finding.code or finding.name, url) for finding, url in findings]
        for check, findings in response.context["checks"]
        if findings
    }


def test_the_data_checks_name_what_is_missing_and_where_it_is_mended(reviewer, queue, open_plan, three, cast):
    YearlyReport.objects.filter(pk=three[0].pk).update(explanation="")
    values = YearlyValue.objects.filter(measure__kpi__plan=open_plan, year=factories.FIRST_YEAR)
    values.filter(measure__kpi__code="BL1.1").update(target=None)
    values.filter(measure__label="影片", measure__kpi__code="AP1.1").update(target=None)
    factories.attach(cast.staff, kpi_of(open_plan, "AF1.1"))
    open_plan.kpis.filter(code="AC1.2").update(formula="")
    Membership.objects.filter(user=cast.other_staff).delete()
    found = checks(reviewer.get(queue))
    codes = {title: [code for code, _ in findings] for title, findings in found.items()}
    assert len(codes.pop("行動方案有預算，沒有執行數")) == 11
    assert codes == {
        "KPI 沒有本年度目標": ["BL1.1"],
        "部分衡量項沒有目標": ["AP1.1"],
        "KPI 沒有計算公式": ["AC1.2"],
        "未達目標，沒有差異說明": ["AC1.1"],
        "已送出，沒有附佐證": ["AC1.1", "AC1.2", "AP1.1"],
        "策略目標沒有 KPI": ["AP2"],
        "主責科室沒有填報人員": ["乙組"],
    }
    for findings in found.values():
        for _, url in findings:
            assert reviewer.get(url.split("#")[0]).status_code == 200, url
    objective = Objective.objects.get(plan=open_plan, code="AP2")
    assert found["策略目標沒有 KPI"][0][1].endswith(f"/kpi/add/?plan={open_plan.pk}&objective={objective.pk}")


@pytest.mark.parametrize(("role", "has_link"), [("reviewer", False), ("admin", True)])
def test_when_everything_is_approved_the_page_leads_to_closing(queue, open_plan, three, cast, role, has_link):
    assert "都已審核通過" not in text(client_of(getattr(cast, role)).get(queue))
    YearlyValue.objects.filter(year=factories.FIRST_YEAR).exclude(measure__kpi__code__in=CODES).update(target=None)
    for report in three:
        factories.approve(cast.admin, report)
    page = client_of(getattr(cast, role)).get(queue)
    assert "應填報的 3 項 KPI 都已審核通過" in text(page)
    notice = page.content.decode().split("都已審核通過")[1].split("</p>")[0]
    assert (address(open_plan, "plan_year") in notice) == has_link

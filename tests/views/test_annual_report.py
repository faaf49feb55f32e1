"""年度績效報告 over HTTP: begun, watched, cancelled, downloaded, kept and never older than the data."""

import threading
import time

import pytest
from django.utils import timezone

from scorecard.documents.annual_report_pdf import annual_report_job
from scorecard.domain.roc_years import date_text
from scorecard.models import Plan
from scorecard.pdf import jobs
from scorecard.pdf.writer import Document
from scorecard.read_models.annual_report import Choices
from tests import factories
from tests.deputyships import acting, stand_in
from tests.page_reading import address, client_of, links, text
from tests.pdf import pdf_reading as reading
from tests.pdf.test_jobs import LONG


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A cache of the test's own."""
    settings.PDF_FOLDER = tmp_path / "pdf"


@pytest.fixture
def viewer(cast):
    return client_of(cast.viewer)


def job(plan, **choices):
    """(key, build) of the edition's report as it stands now."""
    fresh = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    return annual_report_job(fresh, Choices(**choices))


@pytest.fixture
def busy():
    """Both places taken until the test ends."""
    keys = [jobs.cache_key("busy", number) for number in range(jobs.AT_ONCE)]
    children = [jobs.start(key, lambda: LONG) for key in keys]
    yield
    for key, child in zip(keys, children, strict=True):
        jobs.cancel(key)
        child.wait()


@pytest.mark.one_database
def test_a_report_is_begun_watched_and_downloaded_and_then_kept(open_plan, viewer):
    begun = viewer.post(address(open_plan, "report_make"), {"part": "theme-A", "appendix": "0"})
    assert begun.status_code == 302 and begun.url == address(open_plan, "report_making") + "?part=theme-A&appendix=0"
    page = viewer.get(begun.url)
    assert "正在產生報告" in text(page) or "報告已經產生" in text(page)
    key, _ = job(open_plan, part="theme-A", with_appendix=False)
    while jobs.making(key).is_running:
        time.sleep(0.05)
    page = viewer.get(begun.url)
    download = address(open_plan, "annual_report") + "?part=theme-A&appendix=0"
    assert "報告已經產生" in text(page) and download in links(page)
    first, second = viewer.get(download), viewer.get(download)
    assert first["Content-Disposition"] == 'attachment; filename="test-agency-105-annual-report-theme-A.pdf"'
    assert first.content == second.content
    shown = reading.text_of(reading.open_pdf(first.content))
    assert "策略主題 A" in shown and "達成率如何計算" not in shown


def test_a_changed_value_makes_another_report_at_once(open_plan, cast):
    before = [job(open_plan, include_provisional=provisional)[0] for provisional in (False, True)]
    assert [job(open_plan, include_provisional=provisional)[0] for provisional in (False, True)] == before
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.1"), actuals=43210)
    after = [job(open_plan, include_provisional=provisional)[0] for provisional in (False, True)]
    assert len({*before, *after}) == 4


def test_closing_the_year_makes_another_report(open_plan, cast):
    before, _ = job(open_plan)
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    assert job(open_plan)[0] != before


def test_a_plan_without_any_event_is_told_apart_by_what_it_says(db):
    plan = factories.make_plan(kpis=5)
    first, build = job(plan)
    assert isinstance(build(), Document)
    assert job(plan)[0] == first
    Plan.objects.filter(pk=plan.pk).update(vision="另一個願景")
    assert job(plan)[0] != first


@pytest.mark.parametrize("name", ["annual_report", "map_pdf"])
@pytest.mark.one_database
def test_while_two_are_made_others_are_told_when_to_come_back(open_plan, viewer, busy, name):
    response = viewer.get(address(open_plan, name))
    assert (response.status_code, response["Retry-After"]) == (503, str(jobs.RETRY_AFTER))
    assert "請約 10 秒後再試" in text(response)
    assert address(open_plan, name) in links(response)
    assert viewer.get(address(open_plan, "downloads")).status_code == 200
    assert viewer.post(address(open_plan, "report_make")).status_code == 503


@pytest.mark.one_database
def test_making_is_shown_and_can_be_cancelled(open_plan, viewer):
    key, _ = job(open_plan)
    child = jobs.start(key, lambda: LONG)
    page = viewer.get(address(open_plan, "report_making"))
    assert "正在產生報告" in text(page) and "取消" in text(page)
    assert b'http-equiv="refresh"' in page.content and b'hx-trigger="every 1s"' in page.content
    assert viewer.post(address(open_plan, "report_cancel")).url == address(open_plan, "report_making")
    child.wait()
    page = viewer.get(address(open_plan, "report_making"))
    assert "已取消" in text(page) and b'http-equiv="refresh"' not in page.content


@pytest.mark.one_database
def test_who_waits_for_a_report_that_somebody_cancels_is_told(open_plan, viewer):
    key, _ = job(open_plan)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(_outcome(key)))
    thread.start()
    while not jobs.making(key).step:
        time.sleep(0.05)
    viewer.post(address(open_plan, "report_cancel"))
    thread.join()
    assert answers == ["已取消產生報告。"]


def _outcome(key):
    try:
        jobs.get_or_make(key, lambda: LONG)
    except jobs.PDFCancelled as error:
        return str(error)


@pytest.mark.one_database
def test_a_report_that_takes_too_much_is_told_of_in_words(open_plan, viewer, settings):
    settings.PDF_MEMORY_MB = 100
    response = viewer.get(address(open_plan, "annual_report"))
    assert response.status_code == 500 and "報告沒有產生" in text(response)
    page = viewer.get(address(open_plan, "report_making"))
    assert "報告沒有產生" in text(page) and "產生 PDF" in text(page)


@pytest.mark.parametrize("query", ["?part=theme-Z", "?part=x", "?appendix=9"])
@pytest.mark.parametrize("name", ["annual_report", "annual_report_page", "report_making"])
def test_what_cannot_be_chosen_is_named_beside_the_form(open_plan, viewer, name, query):
    page = viewer.get(address(open_plan, name) + query)
    assert page.status_code == 400
    assert "沒有這個範圍" in text(page) or "附錄只能選擇" in text(page)


def test_what_cannot_be_chosen_begins_nothing(open_plan, viewer):
    page = viewer.post(address(open_plan, "report_make"), {"part": "theme-Z"})
    assert page.status_code == 422 and "沒有這個範圍" in text(page)


def test_the_page_says_what_the_report_says(open_plan, cast, viewer):
    missed, agency = factories.kpi(open_plan, "AC1.1"), open_plan.agency
    deputy = acting(stand_in(cast.viewer, cast.staff, agency))
    factories.fill(deputy, missed, actuals=1, explanation="人力不足")
    approver = acting(stand_in(cast.other_staff, cast.reviewer, agency))
    factories.approve(approver, factories.submit(cast.staff, missed))
    page = viewer.get(address(open_plan, "annual_report_page"))
    said = text(page)
    for part in ("一、摘要", "三、平衡計分卡", "人力不足", "九、填表說明與簽核", "草稿：本年度尚未關閉"):
        assert part in said
    day = date_text(timezone.localdate())
    assert f"AC1.1 指標 AC1.1 viewer 君（代） staff 君 {day} other-staff 君（代） {day}" in said
    assert page.content.count(b"<h1") == 1
    part = viewer.get(address(open_plan, "annual_report_page") + "?part=perspective-F&appendix=0")
    assert "人力不足" not in text(part) and "八、簽核" in text(part)

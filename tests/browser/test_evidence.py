"""Evidence in a real browser: chosen, dropped, uploaded and downloaded again, with and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from scorecard.models import Evidence
from tests import factories
from tests.browser.accessibility import assert_accessible
from tests.factories import attach
from tests.page_reading import address
from tests.uploaded_files.sample_files import PDF, image

DROP = """([zone, names]) => {
  const carried = new DataTransfer();
  for (const name of names) carried.items.add(new File([name], name));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def world(transactional_db):
    """A cast, and AC1.1 of a plan whose year is open."""
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    return cast, factories.kpi(plan, "AC1.1")


def payload(name, content, kind="application/pdf"):
    """A file as a person chooses it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def evidence_page(kpi):
    """The address on which the KPI's evidence is kept."""
    return address(kpi.plan, "reporting_evidence", division_id=kpi.division_id, code=kpi.code)


@pytest.mark.parametrize("javascript", [True, False])
def test_two_files_are_uploaded_from_the_table_and_one_comes_back_under_its_chinese_name(browse, world, javascript):
    cast, kpi = world
    page = browse(cast.staff, java_script_enabled=javascript)
    page.goto(address(kpi.plan, "reporting_table", division_id=kpi.division_id))
    page.locator("[id='AC1.1']").get_by_role("link", name="上傳佐證").click()
    expect(page.get_by_text("還沒有佐證。")).to_be_visible()
    files = [payload("105年「統計表」定稿.pdf", PDF), payload("照片.png", image(), "image/png")]
    page.get_by_label("選擇檔案").set_input_files(files)
    page.get_by_role("button", name="上傳", exact=True).click()
    expect(page.get_by_text("已上傳 2 個檔案：105年「統計表」定稿.pdf、照片.png。")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="105年「統計表」定稿.pdf").click()
    assert started.value.suggested_filename == "105年「統計表」定稿.pdf"
    assert Path(started.value.path()).read_bytes() == PDF
    page.get_by_role("button", name="移除 照片.png").click()
    expect(page.get_by_text("已移除「照片.png」。")).to_be_visible()
    expect(page.get_by_role("heading", name="已上傳的佐證（1）")).to_be_visible()


def test_files_dropped_and_chosen_are_gathered_and_what_is_wrong_is_told_before_sending(browse, world):
    cast, kpi = world
    page = browse(cast.staff)
    page.goto(evidence_page(kpi))
    page.get_by_label("選擇檔案").set_input_files([payload("甲.pdf", PDF)])
    zone = page.locator("[data-drop]").element_handle()
    page.evaluate(DROP, [zone, ["乙.txt", "頁面.html", "甲.pdf"]])
    chosen = page.locator("[data-chosen] li")
    expect(chosen).to_have_count(4)
    expect(chosen.nth(2)).to_contain_text("不接受這種檔案")
    upload = page.get_by_role("button", name="上傳", exact=True)
    expect(upload).to_be_disabled()
    page.get_by_role("button", name="取消 頁面.html").click()
    # It has the name of the first one, but is no PDF.
    page.get_by_role("button", name="取消 甲.pdf").last.click()
    expect(upload).to_be_enabled()
    upload.click()
    expect(page.get_by_text("已上傳 2 個檔案：甲.pdf、乙.txt。")).to_be_visible()
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize("megabytes", [25, 110])
def test_what_is_too_large_is_answered_by_a_page_without_javascript_too(browse, world, megabytes, tmp_path):
    cast, kpi = world
    large = tmp_path / "掃描.pdf"
    with large.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    page = browse(cast.staff, java_script_enabled=False)
    page.goto(evidence_page(kpi))
    page.get_by_label("選擇檔案").set_input_files(large)
    page.get_by_role("button", name="上傳", exact=True).click()
    told = "「掃描.pdf」超過單一檔案上限 20 MB" if megabytes < 100 else "合計超過上限 100 MB"
    expect(page.get_by_text(told)).to_be_visible()
    assert not Evidence.objects.exists()


def test_the_page_is_accessible_and_narrow_screens_do_not_scroll_sideways(browse, world):
    cast, kpi = world
    attach(cast.staff, kpi, names=["很長的檔名" * 15 + ".txt", "乙.txt"])
    page = browse(cast.staff, viewport={"width": 360, "height": 740})
    for url in (evidence_page(kpi), address(kpi.plan, "reporting_table", division_id=kpi.division_id)):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, url
        assert_accessible(page)

"""The annual report in a browser: chosen, made, watched and downloaded, with scripts and without."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from scorecard.domain.choices import Role
from tests import factories
from tests.browser.conftest import PDF_MILLISECONDS
from tests.page_reading import address


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_part_is_chosen_made_and_downloaded(browse, transactional_db, settings, tmp_path, scripts):
    settings.PDF_FOLDER = tmp_path / "pdf"
    plan = factories.make_plan(kpis=5)
    page = browse(factories.make_member("viewer", plan.agency, Role.VIEWER), java_script_enabled=scripts)
    page.goto(address(plan, "downloads"))
    page.get_by_label("範圍").select_option("theme-A")
    page.get_by_label("附錄").select_option("0")
    page.get_by_role("button", name="產生 PDF").click()
    link = page.get_by_role("link", name="下載 PDF")
    expect(link).to_be_visible(timeout=PDF_MILLISECONDS)
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"{plan.agency.slug}-105-annual-report-theme-A.pdf"


def test_the_page_prints_its_map_and_its_wide_tables_across(browse, transactional_db):
    plan = factories.make_plan(kpis=5)
    page = browse(factories.make_member("viewer", plan.agency, Role.VIEWER))
    page.goto(address(plan, "annual_report_page"))
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    cover, contents, summary, strategy_map, scorecard, *others = ("across" if is_wide(each) else "up" for each in pages)
    assert (cover, contents, summary, strategy_map, scorecard) == ("up", "up", "up", "across", "across")
    assert others[-1] == "up"


def is_wide(page):
    return page.mediabox.width > page.mediabox.height

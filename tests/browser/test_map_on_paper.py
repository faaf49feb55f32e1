"""The map's page printed: the map on the first A4 sheet, under its heading and score; two years on a sheet each."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from scorecard.domain.choices import Role
from scorecard.domain.text_folding import fold_for_search
from tests import factories, secretariat_facts
from tests.page_reading import address


@pytest.fixture
def sheets(browse, transactional_db):
    """A function that prints the Secretariat's map of 105 with a query: the texts of the sheets, without spaces."""
    plan = secretariat_facts.load_plan()
    factories.next_edition(factories.make_member("admin", plan.agency, Role.ADMIN), plan)
    page = browse(factories.make_member("viewer", plan.agency, Role.VIEWER))

    def printed(query=""):
        page.goto(address(plan, "strategy_map") + query)
        pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
        assert {(round(each.mediabox.width), round(each.mediabox.height)) for each in pages} == {(842, 595)}
        # Chromium's PDF tells some characters by their compatibility forms.
        return [fold_for_search(each.extract_text()).replace(" ", "").replace("\n", "") for each in pages]

    printed.codes = list(plan.objectives.values_list("code", flat=True))
    return printed


def test_the_map_stands_whole_on_the_first_sheet_under_its_heading_and_score(sheets):
    first, *rest = sheets()
    assert first.startswith("105年策略地圖") and "整體得分" in first and "卡片與主題的下緣" in first
    assert all(code.casefold() in first for code in sheets.codes)
    assert "策略目標一覽" in rest[0]
    assert not any(word in first + "".join(rest) for word in ("套用", "下載地圖", "游標"))


def test_two_years_stand_on_a_sheet_each_under_their_years(sheets):
    later, earlier, table, *_ = sheets("?compare=106")
    for text, year in ((later, "106年"), (earlier, "105年")):
        assert year in text and all(code.casefold() in text for code in sheets.codes)
    assert "105年與106年比較" in table

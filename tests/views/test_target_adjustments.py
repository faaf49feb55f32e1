"""歷年目標值調整一覽 as page, Excel and ODS: the same rows, filtered by the address, looking only backward."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecard.models import Measure, YearlyValue
from scorecard.services import editions
from scorecard.spreadsheets.reader import read_sheets
from tests import factories
from tests.admin.form_data import page, send
from tests.page_reading import address, client_of, links, text
from tests.shared_rows import layer

pytestmark = pytest.mark.every_database


@layer
def later(plan, cast):
    """106, open: AC1.1 90 instead of the planned 100 ↑, BC1.1 100 → 120 after opening, AC1.2 10 instead of 20 ↓."""
    factories.open_year(cast.admin, plan)
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    own = YearlyValue.objects.filter(measure__kpi__plan=draft, year=2017)
    own.filter(measure__kpi__code="AC1.1").update(target=90, target_reason="編制縮減")
    own.filter(measure__kpi__code="AC1.2").update(target=10)
    adopted = editions.record_adoption(
        by=cast.admin, plan=draft, approval=factories.approval(), reason="年度策略會議決議"
    )
    opened = factories.open_year(cast.admin, adopted)
    row = YearlyValue.objects.get(measure__kpi__plan=opened, measure__kpi__code="BC1.1", year=2017)
    url = page("yearlyvalue_change", row)
    assert send(client_of(cast.reviewer), url, target="120", reason="業務成長").status_code == 302
    return opened


def shown(client, plan, **query):
    """The codes of the rows on the page."""
    page = client.get(address(plan, "target_adjustments"), query)
    assert page.status_code == 200
    return [each.row.kpi_code for each in page.context["asked"].rows], text(page)


def codes_in(content):
    """The column of codes in a file's sheet, below its headings."""
    (sheet,) = read_sheets(BytesIO(content))
    cells = (sheet.cell(row, 2) for row in range(3, 10))
    return [cell.text for cell in cells if cell is not None]


def test_the_page_lists_who_changed_what_when_by_which_paper_and_why(plan, later, cast):
    codes, said = shown(client_of(cast.viewer), later)
    assert codes == ["AC1.1", "AC1.2", "BC1.1"]
    assert "106 年 AC1.1 指標 AC1.1 次，越高越好，甲組 放寬 100 90 — 處長核定，106 年 1 月 31 日，" in said
    assert "北市秘文字第 1050000001 號 編制縮減" in said
    assert "提高 100 100 120 —" in said and "reviewer 君調整，" in said and "尚未編入修正 業務成長" in said
    codes, said = shown(client_of(cast.viewer), plan)
    assert codes == [] and "沒有調整過的目標值" in said, "an edition knows none after it"
    links_of_kpi = links(client_of(cast.viewer).get(address(later, "kpi", code="AC1.1")))
    assert f"{address(later, 'target_adjustments')}?q=AC1.1" in links_of_kpi
    assert address(later, "target_adjustments") in links(client_of(cast.viewer).get(address(later, "downloads")))


def test_the_address_filters_the_rows_and_the_files_have_the_same(later, cast):
    client = client_of(cast.viewer)
    for query, codes in (
        ({"kind": "softened"}, ["AC1.1"]),
        ({"kind": "raised"}, ["AC1.2", "BC1.1"]),
        ({"kind": "changed"}, ["BC1.1"]),
        ({"division": "乙組"}, ["BC1.1"]),
        ({"q": "編制 ac1.1"}, ["AC1.1"]),
        ({"q": "沒有這個字"}, []),
        ({"kind": "？", "division": "丙組"}, ["AC1.1", "AC1.2", "BC1.1"]),
    ):
        assert shown(client, later, **query)[0] == codes, query
        for name in ("target_adjustments_xlsx", "target_adjustments_ods"):
            assert codes_in(client.get(address(later, name), query).content) == codes, (name, query)
    said = shown(client, later, kind="？", q="長" * 200)[1]
    assert "沒有這個類別，已略過這個條件" in said and "只採用前 100 個字" in said


def test_a_draft_is_seen_by_those_alone_who_edit_it_and_strangers_see_nothing(later, cast):
    draft = editions.carry_forward(by=cast.reviewer, agency=later.agency, year=2018)
    own = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.1", year=2018)
    own.update(target=80, target_reason="再縮減")
    codes, said = shown(client_of(cast.reviewer), draft)
    assert codes == ["AC1.1", "AC1.1", "AC1.2", "BC1.1"] and "80 草案" in said
    for name in ("target_adjustments", "target_adjustments_xlsx", "target_adjustments_ods"):
        for user in (cast.viewer, cast.staff, cast.outsider):
            assert client_of(user).get(address(draft, name)).status_code == 404
        assert client_of(cast.outsider).get(address(later, name)).status_code == 404
    assert "再縮減" not in shown(client_of(cast.viewer), later)[1]


def test_it_asks_the_same_number_of_questions_over_any_editions_and_rows(plan, later, cast):
    client, asked = client_of(cast.viewer), []
    for edition in (plan, later):
        client.get(address(edition, "target_adjustments"))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(edition, "target_adjustments"))
        asked.append(len(captured))
    YearlyValue.objects.filter(measure__in=Measure.objects.filter(kpi__plan=later), year=2017).update(target=1)
    with CaptureQueriesContext(connection) as captured:
        client.get(address(later, "target_adjustments"))
    assert {*asked, len(captured)} == {asked[0]} and asked[0] <= 8, asked


def test_a_closed_years_page_and_files_stay_as_they_are_whatever_happens_later(plan, later, cast):
    row = YearlyValue.objects.get(measure__kpi__plan=plan, measure__kpi__code="BC1.1", year=2016)
    url = page("yearlyvalue_change", row)
    assert send(client_of(cast.reviewer), url, target="80", reason="需求減少").status_code == 302
    factories.close_year(cast.admin, plan, reason="期限已過")

    def everything():
        client = client_of(cast.viewer)
        main = client.get(address(plan, "target_adjustments")).content.decode().split("<main")[1].split("</main>")[0]
        files = [
            client.get(address(plan, name)).content for name in ("target_adjustments_xlsx", "target_adjustments_ods")
        ]
        return [main, *files]

    before = everything()
    assert "需求減少" in before[0]
    change = YearlyValue.objects.get(measure__kpi__plan=later, measure__kpi__code="AC1.2", year=2017)
    url = page("yearlyvalue_change", change)
    assert send(client_of(cast.reviewer), url, target="30", reason="業務變更").status_code == 302
    cast.reviewer.name = "改名後"
    cast.reviewer.save()
    later.agency.name = "改名後的機關"
    later.agency.save()
    factories.next_edition(cast.admin, later)
    assert everything() == before

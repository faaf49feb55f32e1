"""Text that people type stays text in every file and on the page: nothing becomes a formula, an element or an error."""

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from scorecard.documents.scorecard_csv import table_csv
from scorecard.documents.scorecard_pdf import table_pdf
from scorecard.documents.scorecard_table import ScorecardTable, whole_table
from scorecard.documents.scorecard_workbook import table_ods
from scorecard.models import ActionPlan, Division, Measure, Plan, YearlyValue
from scorecard.read_models.scorecard_filter import ScorecardFilter, select
from scorecard.spreadsheets.safe_text import looks_like_formula
from tests import factories
from tests.documents import table_reading as reading
from tests.documents.test_scorecard_files import MADE_AT
from tests.documents.workbook_reading import scorecard_of
from tests.page_reading import address, body, client_of

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "－1",
    " =1+1",
    "\ufeff=1+1",
)
HOSTILE = (*FORMULAS, "<b>&amp;\"'</b>", "]]>", "#N/A", "2016-01-01", "鈴\x07聲", '甲,乙\n丙"丁', "  兩端  ")
NUMBER = re.compile(r"-?\d+(\.\d+)?%?")

pytestmark = pytest.mark.django_db


def plan_full_of(text):
    """A plan in which every text that people type is this one."""
    plan = factories.make_plan(kpis=5)
    Plan.objects.filter(pk=plan.pk).update(instructions=text, agency_name=text)
    plan.perspectives.update(name=text)
    plan.themes.update(name=text)
    plan.objectives.update(name=text)
    division = Division.objects.create(agency=plan.agency, name=text)
    plan.kpis.update(name=text, formula=text, division=division)
    for number, row in enumerate(plan.kpis.all()):
        # No code may hold a slash: it stands in an address.
        plan.kpis.filter(pk=row.pk).update(code=f"{text.replace('/', '-')}{number}")
    ActionPlan.objects.filter(plan=plan).update(description=text, owner_division=None, owner_person=text)
    Measure.objects.filter(kpi__plan=plan).update(label=text, unit=text)
    values = YearlyValue.objects.filter(measure__kpi__plan=plan)
    values.filter(year__gte=plan.year).update(target_note=text)
    values.filter(year__lte=plan.year).update(actual_note=text)
    values.filter(year=2013).update(actual=None, unmeasured=True)
    return plan


@pytest.mark.parametrize("text", HOSTILE)
def test_a_csv_holds_no_cell_that_a_spreadsheet_would_calculate(text):
    headings, rows = reading.csv_table(table_csv(whole_table(scorecard_of(plan_full_of(text)))))
    cells = [cell for row in [headings, *rows] for cell in row]
    assert [cell for cell in cells if looks_like_formula(cell) and not NUMBER.fullmatch(cell)] == []
    shown = text.replace("\r", "\n").replace("\x07", "\ufffd")
    owners = {row[headings.index("行動方案主責科室（或同仁）")] for row in rows}
    # An objective has no KPI, and so no action plan.
    assert owners - {""} == {f"'{shown}" if text in FORMULAS else shown}


@pytest.mark.parametrize("text", HOSTILE)
def test_an_ods_holds_it_as_text_and_no_formula(text):
    content = table_ods(whole_table(scorecard_of(plan_full_of(text))))
    with ZipFile(BytesIO(content)) as archive:
        documents = [ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith("xml")]
    names = {name for document in documents for element in document.iter() for name in element.attrib}
    assert not [name for name in names if "formula" in name]
    shown = text.replace("\r", "\n").replace("\x07", "\ufffd")
    assert {row["行動方案主責科室（或同仁）"] for row in reading.ods_rows(content)} - {None, ""} == {shown}


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_shows_it_as_text(text):
    plan = plan_full_of(text)
    client = client_of(factories.make_member("viewer", plan.agency, "viewer"))
    page = client.get(address(plan, "scorecard"), {"q": text, "provisional": "1"})
    assert page.status_code == 200
    assert "<b>&amp;" not in body(page)
    assert 'value="<' not in body(page)


def test_a_pdf_prints_it_as_text():
    table = whole_table(scorecard_of(plan_full_of("<b>=1+1</b>&amp;")))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(table_pdf(table, made_at=MADE_AT))).pages)
    assert reading.squeezed(text).count("<b>=1+1</b>&amp;") > 20


def test_a_filter_typed_by_a_reader_is_text_in_the_files_too():
    plan = factories.make_plan(kpis=5)
    Plan.objects.filter(pk=plan.pk).update(instructions="=HYPERLINK(1)")
    scorecard = scorecard_of(plan)
    table = ScorecardTable(select(scorecard, ScorecardFilter(text="=1+1")))
    with ZipFile(BytesIO(table_ods(table))) as archive:
        assert "文字：=1+1" in archive.read("content.xml").decode()
    assert reading.csv_table(table_csv(table))[1] == []


@given(st.text())
def test_guarding_a_text_leaves_nothing_that_looks_like_a_formula(text):
    assert not looks_like_formula(f"'{text}")
    assert looks_like_formula(f"={text}") and looks_like_formula(f"\u200b ={text}")


@pytest.mark.parametrize("text", ["", "—", "– 無目標", "● 達成", "1. 乙", "AC1", "（=1）", "'=1"])
def test_ordinary_text_is_left_alone(text):
    assert not looks_like_formula(text)

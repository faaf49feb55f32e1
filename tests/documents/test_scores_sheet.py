"""The scores of every level: the second sheet of .xlsx and .ods, with the figures that pages show."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from scorecard.documents.scorecard_table import ScorecardTable, whole_table
from scorecard.documents.scorecard_workbook import table_ods, table_workbook
from scorecard.models import Division
from scorecard.read_models.scorecard_filter import ScorecardFilter, select
from tests import factories, secretariat_facts
from tests.documents import table_reading as reading
from tests.documents.workbook_reading import approve_all, scorecard_of
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    """The Secretariat's plan with figures of every light, one perspective without any."""
    plan = secretariat_facts.load_plan()
    approve_all(plan, shares=("1", "0.95", "0.5", None, "1.23456"))
    return plan


@pytest.fixture
def scorecard(plan):
    return scorecard_of(plan)


def worksheet_of(scorecard):
    return openpyxl.load_workbook(BytesIO(table_workbook(whole_table(scorecard))))["得分"]


def ods_sheet_of(scorecard):
    _card, scores = reading.ods_sheets(table_ods(whole_table(scorecard)))
    return scores


def expected_rows(scorecard):
    """What pages show of each line; a score without its trailing zeros, as programs show a number."""
    levels = [("年版", scorecard.plan_slug, scorecard.plan_title, scorecard)]
    levels += [("構面", line.code, line.name, line) for line in scorecard.perspectives]
    levels += [("策略主題", line.code, line.name, line) for line in scorecard.themes]
    levels += [("科室", "", line.name, line) for line in scorecard.divisions]
    levels += [("策略目標", line.code, line.name, line) for line in scorecard.objectives]
    for level, code, name, line in levels:
        tally = line.score.tally
        counts = [str(number) for number in (tally.met, tally.assessed, tally.due)]
        score = line.score_text if line.score.value is None else f"{Decimal(line.score_text).normalize():f}"
        yield [level, code, name, score, line.status.label, *counts]


def test_both_files_hold_the_scores_of_every_level(scorecard):
    headings = ["層級", "編號", "名稱", "得分", "燈號", "達成", "已評", "應評"]
    expected = [headings, *expected_rows(scorecard)]
    assert len(expected) == 1 + 1 + 4 + 8 + 8 + 34
    assert "—" in [row[3] for row in expected] and "100" in [row[3] for row in expected]
    assert reading.xlsx_cells(worksheet_of(scorecard)) == expected
    assert reading.ods_cells(ods_sheet_of(scorecard)) == expected


def test_scores_and_counts_are_numbers_in_both_files(scorecard):
    for cells in worksheet_of(scorecard).iter_rows(min_row=2):
        kinds = [cell.data_type for cell in cells if cell.value is not None and cell.value != "—"]
        assert kinds[-3:] == ["n", "n", "n"]
        assert cells[3].data_type == ("s" if cells[3].value == "—" else "n")
        assert {cell.number_format for cell in cells} == {"General"}
    kind = f"{reading.OFFICE}value-type"
    _heading, *rows = ods_sheet_of(scorecard).iter(f"{reading.TABLE}table-row")
    for row in rows:
        cells = list(row)
        assert [cell.get(kind) for cell in cells[5:]] == ["float"] * 3
        assert cells[3].get(kind) == ("string" if "—" in "".join(cells[3].itertext()) else "float")


@pytest.mark.parametrize("filtered", [ScorecardFilter(theme="F"), ScorecardFilter(text="公文")])
def test_a_filtered_table_has_no_scores_beside_it(scorecard, filtered):
    table = ScorecardTable(select(scorecard, filtered))
    assert openpyxl.load_workbook(BytesIO(table_workbook(table))).sheetnames == ["平衡計分卡"]
    assert len(reading.ods_sheets(table_ods(table))) == 1


def test_it_is_printed_upright_on_a4_with_its_headings_on_every_page(scorecard):
    worksheet = worksheet_of(scorecard)
    assert (worksheet.page_setup.orientation, worksheet.page_setup.paperSize) == ("portrait", 9)
    assert (worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight) == (1, 0)
    assert (worksheet.print_title_rows, worksheet.freeze_panes) == ("$1:$1", "A2")
    assert (worksheet.sheet_view.zoomScale, worksheet.sheet_view.showGridLines) == (100, True)
    assert not any(part.text for part in (worksheet.oddFooter.left, worksheet.oddFooter.center))
    assert [worksheet.column_dimensions[letter].width for letter in "ABCDEFGH"] == [10, 10, 48, 9, 10, 8, 8, 8]


def test_texts_stand_left_and_numbers_right_beneath_a_bold_heading(scorecard):
    heading, first = list(worksheet_of(scorecard).iter_rows(max_row=2))
    assert {(cell.font.b, cell.fill.fgColor.rgb, cell.alignment.horizontal) for cell in heading} == {
        (True, "00E3EFF1", "left")
    }
    assert {(cell.font.b, cell.fill.fill_type, cell.border.left.style) for cell in first} == {(False, None, "thin")}
    sides = [cell.alignment.horizontal for cell in first]
    assert sides == ["left", "left", "left", "right", "left", "right", "right", "right"]


def test_a_name_that_looks_like_a_formula_is_text():
    plan = factories.make_plan(kpis=5)
    plan.perspectives.update(name="=1+1")
    division = Division.objects.create(agency=plan.agency, name="@SUM(A1)")
    plan.kpis.update(division=division)
    scorecard = scorecard_of(plan)
    found = {cell.value: cell for row in worksheet_of(scorecard) for cell in row if isinstance(cell.value, str)}
    for name in ("=1+1", "@SUM(A1)"):
        assert (found[name].data_type, found[name].quotePrefix) == ("s", True)
    names = [row[2] for row in reading.ods_cells(ods_sheet_of(scorecard))]
    assert {"=1+1", "@SUM(A1)"} <= set(names)
    assert not found["名稱"].quotePrefix

"""The agency's own form: the Secretariat's plan written into it, beside the form as the Secretariat handed it in."""

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from scorecard.agency_form.writing.cells import figure_cell
from scorecard.agency_form.writing.form_file import choose_years, form_ods, form_xlsx
from scorecard.models import ActionBudget, ActionPlan, Measure, Plan, YearlyValue
from scorecard.read_models.scorecard import as_official
from scorecard.spreadsheets.origin_mark import MARK
from tests import factories, secretariat_facts
from tests.documents.workbook_reading import approve_all, scorecard_of

pytestmark = pytest.mark.django_db

# Where the form that is written differs from the one handed in, and why.
AP1 = "the letter I for the digit 1, corrected"
COLON = "單位 is followed by a full-width colon everywhere, not only in most cells"
NUMBER = "a number is a number and not a text"
OWN_ROW = "a formula alone in its row needs no number"
NUMBERED = "formulas are numbered as in BC1's row, with a blank"
OWNER = "an action plan in a row of its own names its owner there, as CP1.2.1 does"
DIFFERENCES = {
    "A13": AP1,
    "B13": AP1,
    "K13": AP1,
    "C11": COLON,
    "C13": COLON,
    "C18": COLON,
    "C25": COLON,
    "G8": NUMBER,
    "H8": NUMBER,
    "I8": NUMBER,
    "L22": NUMBER,
    "L36": NUMBER,
    "M36": NUMBER,
    "N36": NUMBER,
    "L37": NUMBER,
    "C14": OWN_ROW,
    "C15": OWN_ROW,
    "C26": NUMBERED,
    "O15": OWNER,
}
WORDS = {
    AP1: lambda text: text.replace("API", "AP1"),
    COLON: lambda text: text.replace("單位:", "單位："),
    NUMBER: lambda text: int(text.replace(",", "").replace("%", "")),
    OWN_ROW: lambda text: text[2:],
    NUMBERED: lambda text: text.replace("1.", "1. ").replace("2.", "2. "),
    OWNER: lambda text: "國際事務組",
}
SIDES = ("left", "right", "top", "bottom")
# A title and instructions that wrap are no longer cut off on paper.
LOOSE = {"策略地圖": ["A1"], "平衡計分卡": ["A1", "A44", "A45", "A46", "A47"]}


def book_of(plan, **years):
    scorecard = scorecard_of(plan)
    return openpyxl.load_workbook(BytesIO(form_xlsx(scorecard, choose_years(scorecard, **years))))


def cells(sheet):
    return [cell for row in sheet for cell in row]


def fill_of(cell):
    return cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else None


def sides_of(cell):
    return [getattr(getattr(cell.border, side), "style", None) for side in SIDES]


class TestTheSecretariatsForm:
    @pytest.fixture
    def theirs(self):
        return openpyxl.load_workbook(secretariat_facts.WORKBOOK)

    @pytest.fixture
    def ours(self):
        return book_of(secretariat_facts.load_plan())

    def test_the_sheets_are_the_same(self, theirs, ours):
        assert ours.sheetnames == theirs.sheetnames
        assert [sheet.dimensions for sheet in ours] == [sheet.dimensions for sheet in theirs]

    def test_every_cell_says_the_same_but_for_what_is_named(self, theirs, ours):
        differing = {}
        for sheet in theirs:
            for cell in cells(sheet):
                written = ours[sheet.title][cell.coordinate]
                if written.value != cell.value or type(written.value) is not type(cell.value):
                    differing[cell.coordinate] = (sheet.title, cell.value, written.value)
        assert set(differing) == set(DIFFERENCES)
        for coordinate, (name, said, written) in differing.items():
            expected = WORDS[DIFFERENCES[coordinate]](said)
            assert (name, written) == ("平衡計分卡", expected), coordinate

    def test_merges_widths_and_frozen_panes_are_the_same_but_for_the_owner_named_twice(self, theirs, ours):
        for sheet in theirs:
            written = ours[sheet.title]
            merges = {str(area) for area in sheet.merged_cells.ranges}
            assert merges - {str(area) for area in written.merged_cells.ranges} == {"O14:O15"} & merges
            assert {str(area) for area in written.merged_cells.ranges} <= merges
            widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
            assert {letter: column.width for letter, column in written.column_dimensions.items()} == widths
            assert written.freeze_panes == sheet.freeze_panes

    def test_fonts_fills_borders_and_alignment_are_the_same(self, theirs, ours):
        for sheet in theirs:
            for cell in cells(sheet):
                if cell.value is None:
                    continue
                written = ours[sheet.title][cell.coordinate]
                assert written.font.b == bool(cell.font.b)
                # Its bold fonts have neither name nor size, which each program takes differently.
                assert written.font.name == (cell.font.name or "Calibri")
                assert written.font.sz == (cell.font.sz or 11)
                assert fill_of(written) == fill_of(cell)
                if cell.coordinate not in LOOSE[sheet.title]:
                    assert (written.alignment.vertical, written.alignment.wrap_text) == ("center", True)
                    assert (cell.alignment.vertical, cell.alignment.wrap_text) == ("center", True)
                merged = any(cell.coordinate in area for area in sheet.merged_cells.ranges)
                assert merged or sides_of(written) == sides_of(cell), cell.coordinate

    def test_it_is_printed_across_a3_with_its_headings_on_every_page(self, ours):
        """The form handed in has no print set-up at all: on A4 it took thirteen pages, its columns torn apart."""
        for sheet in ours:
            assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 8)
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert ours["平衡計分卡"].print_title_rows == "$1:$2"
        assert not ours["策略地圖"].print_title_rows

    def test_the_ods_holds_the_same_words(self, ours):
        scorecard = scorecard_of(secretariat_facts.plan())
        with ZipFile(BytesIO(form_ods(scorecard, choose_years(scorecard)))) as archive:
            content = archive.read("content.xml").decode()
        assert "formula" not in content
        for cell in (cell for sheet in ours for cell in cells(sheet) if isinstance(cell.value, str)):
            for line in cell.value.split("\n"):
                assert line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in content
        assert 'office:value="2250000"' in content


class TestYears:
    def headings(self, plan, **years):
        return [cell.value.replace("\n", "") for cell in book_of(plan, **years)["平衡計分卡"][2]]

    def test_any_span_of_years_may_be_chosen(self):
        plan = factories.make_plan(kpis=5)
        found = self.headings(plan, first=2015, last=2016)
        assert found[3:5] == ["104年實際值", "105年目標值"]
        assert [text for text in found if "預算" in text] == ["行動方案對應105年預算(元)"]

    def test_the_own_year_shows_its_approved_actuals_on_request_in_a_column_of_its_own(self):
        plan = factories.make_plan()
        cast = factories.make_cast(plan)
        factories.open_year(cast.admin, plan)
        factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals="98.5")
        factories.fill(cast.staff, factories.kpi(plan, "AC1.2"), actuals="43210")
        sheet = book_of(plan, first=2016, with_actuals=True)["平衡計分卡"]
        headings = [cell.value for cell in sheet[2]][3:7]
        assert headings == ["105年\n目標值", "105年\n實際值", "106年\n目標值", "107年\n目標值"]
        assert [sheet["E4"].value, sheet["E6"].value] == [98.5, None]
        assert not [cell for cell in cells(book_of(plan)["平衡計分卡"]) if cell.value in (98.5, 43210)]

    def test_sample_data_are_marked_where_they_are_shown(self):
        plan = factories.make_plan()
        approve_all(plan, is_demo=True)
        later = factories.next_edition(factories.make_cast(plan).admin, plan)

        def is_marked(plan, **years):
            return any("示範資料" in str(cell.value) for cell in cells(book_of(plan, **years)["平衡計分卡"]))

        assert is_marked(plan, with_actuals=True)
        assert not is_marked(plan)
        assert is_marked(later)

    def test_a_form_names_its_edition_and_of_a_closed_year_it_is_a_copy(self):
        plan = factories.make_plan(kpis=5)
        admin = factories.make_cast(plan).admin
        factories.open_year(admin, plan)
        assert book_of(plan).properties.category == f"{MARK} test-agency-105"
        factories.close_year(admin, plan, reason="期限已過")
        assert "非正式版本" in book_of(plan)["平衡計分卡"].oddFooter.left.text
        official = as_official(scorecard_of(plan))
        book = openpyxl.load_workbook(BytesIO(form_xlsx(official, choose_years(official))))
        assert "非正式版本" not in book["平衡計分卡"].oddFooter.left.text


class TestRows:
    def rows(self, plan):
        return [[cell.value for cell in row] for row in book_of(plan)["平衡計分卡"].iter_rows(min_row=3)]

    def test_action_plans_with_money_take_a_row_each_and_the_kpi_reaches_over_them(self):
        plan = factories.make_plan(kpis=5)
        sheet = book_of(plan)["平衡計分卡"]
        assert [sheet["K4"].value, sheet["K5"].value] == ["AC1.1.1 辦理 AC1.1.1", "AC1.1.2 辦理 AC1.1.2"]
        assert {"A4:A6", "B4:B5", "G4:G5"} <= {str(area) for area in sheet.merged_cells.ranges}
        assert [sheet["O4"].value, sheet["O5"].value] == ["甲組", "李大華"]

    def test_without_money_they_share_one(self):
        plan = factories.make_plan(kpis=5)
        ActionBudget.objects.filter(action_plan__plan=plan).update(amount=0)
        ActionPlan.objects.filter(plan=plan).update(owner_division=None, owner_person="李大華")
        sheet = book_of(plan)["平衡計分卡"]
        # So do the two KPIs of AC1, and their figures stand one a line.
        assert sheet["K4"].value == "AC1.1.1 辦理 AC1.1.1\nAC1.1.2 辦理 AC1.1.2\nAC1.2.1 辦理 AC1.2.1"
        assert sheet["B4"].value == "AC1.1 指標 AC1.1\nAC1.2 指標 AC1.2"
        assert (sheet["D4"].value, sheet["G4"].value, sheet["L4"].value) == ("1.80\n2.25", "1.100\n2.20", 0)
        assert sheet["C4"].value == "1. 實際數 ÷ 應有數\n2. 實際數 ÷ 應有數\n單位：次\n日"

    @pytest.mark.parametrize(
        "differing",
        [{"actual_note": "兩行\n備註"}, {"actual": None, "actual_note": "3 月起統計"}, {"actual_note": " "}],
    )
    def test_kpis_whose_notes_could_not_be_told_apart_do_not_share_a_row(self, differing):
        plan = factories.make_plan(kpis=5)
        ActionBudget.objects.filter(action_plan__plan=plan).update(amount=0)
        ActionPlan.objects.filter(plan=plan).update(owner_division=None, owner_person="李大華")
        YearlyValue.objects.filter(measure__kpi__code="AC1.2", year=2013).update(**differing)
        sheet = book_of(plan)["平衡計分卡"]
        assert [sheet["B4"].value, sheet["B5"].value] == ["AC1.1 指標 AC1.1", "AC1.2 指標 AC1.2"]

    def test_an_objective_without_a_kpi_stands_on_the_map_alone_and_a_plan_may_be_empty(self):
        plan = factories.make_plan(kpis=5)
        assert not [row for row in self.rows(plan) if str(row[0]).startswith("AP2")]
        assert "AP2 目標 AP2" in book_of(plan)["策略地圖"]["C5"].value.split("\n")
        for rows in (plan.action_plans, plan.links, plan.kpis, plan.objectives, plan.themes, plan.perspectives):
            rows.all().delete()
        assert [row[0] for row in self.rows(plan)] == [None, "填表說明：", "1. 編號自由。", "2. 預算不含人事費。"]
        assert book_of(plan)["策略地圖"]["A1"].value == f"{plan.agency}策略地圖"


@pytest.mark.parametrize(
    ("pairs", "written"),
    [
        ([(None, "")], None),
        ([(None, "無統計")], "無統計"),
        ([(100, "已完成")], "100\n(已完成)"),
        ([(20, ""), (5, "")], "20\n5"),
        ([("1.5", ""), ("2.5", "")], "1.1.5\n2.2.5"),
        ([(None, "無統計"), (None, "無統計")], "無統計"),
        ([(2, ""), (None, "無統計")], "1.2\n2.無統計"),
        ([(3, ""), (2, "104.10.開始")], "1.3\n2.2(104.10.開始)"),
        ([(3, ""), (None, "")], "1.3\n2."),
        ([(None, ""), (None, "")], None),
    ],
)
def test_figures_and_notes_are_written_as_the_form_reads_them(pairs, written):
    assert figure_cell([(None if value is None else Decimal(value), note) for value, note in pairs]) == written


HOSTILE = (
    "=1+1",
    "+1",
    "@SUM(A1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    "＝1＋1",
    "#N/A",
    "2016-01-01",
    "<b>&amp;\"'</b>",
    "]]>",
    "𠮷野家🎉",
    "ＡＢＣ　１２３",
    "_x0041_",
    "長" * 4000,
    "一\n二\n\n三",
    "  兩端  ",
)


# As many characters as the columns hold; PostgreSQL takes no more.
NAME, OWNER, UNIT, NOTE = 200, 60, 30, 500


def plan_full_of(text):
    plan = factories.make_plan(kpis=5)
    Plan.objects.filter(pk=plan.pk).update(instructions=text)
    plan.kpis.update(name=text[:NAME], formula=text)
    ActionPlan.objects.filter(plan=plan).update(description=text, owner_division=None, owner_person=text[:OWNER])
    Measure.objects.filter(kpi__plan=plan).update(unit=text[:UNIT])
    values = YearlyValue.objects.filter(measure__kpi__plan=plan, year__gte=plan.year)
    values.update(target=None, target_note=text[:NOTE])
    return plan


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_type_comes_back_as_text_and_never_as_a_formula(text):
    sheet = book_of(plan_full_of(text))["平衡計分卡"]
    assert {cell.data_type for cell in cells(sheet)} <= {"s", "n", "inlineStr"}
    # openpyxl reads the escape of an escape for what it is, as Excel does.
    assert sheet["B4"].value.removeprefix("AC1.1 ") == escaped(text[:NAME])
    assert sheet["C4"].value == f"{escaped(text)}\n單位：{escaped(text[:UNIT])}"
    assert (sheet["G4"].value, sheet["O4"].value) == (escaped(text[:NOTE]), escaped(text[:OWNER]))


def escaped(text):
    """As openpyxl gives back what stands in the file."""
    return text.replace("_x0041_", "_x005F_x0041_")


def test_a_control_character_is_kept_in_excels_own_escape_and_marked_where_a_format_has_none():
    plan = plan_full_of("鈴\x07聲")
    assert book_of(plan)["平衡計分卡"]["O4"].value == "鈴_x0007_聲"
    scorecard = scorecard_of(plan)
    with ZipFile(BytesIO(form_ods(scorecard, choose_years(scorecard)))) as archive:
        assert "鈴\ufffd聲" in archive.read("content.xml").decode()


def test_the_same_plan_gives_the_same_bytes_and_writing_costs_no_query(django_assert_num_queries):
    scorecard = scorecard_of(factories.make_plan())
    with django_assert_num_queries(0):
        assert form_xlsx(scorecard, choose_years(scorecard)) == form_xlsx(scorecard, choose_years(scorecard))
        assert form_ods(scorecard, choose_years(scorecard)) == form_ods(scorecard, choose_years(scorecard))

"""The workbook in which a division fills in its year: what it offers, and what is read from it when it comes back."""

from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from scorecard.fill_in.division_year import build_fill_in
from scorecard.fill_in.layout import BudgetColumn, MeasureColumn
from scorecard.fill_in.reader import BROKEN_SEAL, NotAFillIn, is_fill_in, read_fill_in
from scorecard.fill_in.writer import fill_in_workbook
from scorecard.models import ActionBudget, Plan, YearlyValue
from tests import factories
from tests.page_reading import address, client_of
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

YEAR = factories.FIRST_YEAR
M, B = MeasureColumn, BudgetColumn


@dataclass
class Grid:
    """A sheet as readers of files give it."""

    name: str
    cells: dict

    @property
    def rows(self):
        rows = {}
        for row, column in sorted(self.cells):
            rows.setdefault(row, []).append(column)
        return rows

    def text(self, row, column):
        return self.cells.get((row, column), "")


def grids(book):
    """The sheets of a workbook as it would come back."""
    content = BytesIO()
    book.save(content)
    return [
        Grid(
            sheet.title,
            {(c.row, c.column): str(c.value).strip() for row in sheet for c in row if c.value not in (None, "")},
        )
        for sheet in openpyxl.load_workbook(content)
    ]


@layer
def cast(plan):
    made = factories.make_cast(plan)
    factories.open_year(made.admin, plan)
    return made


def load(plan):
    return Plan.objects.select_related("agency", "version").get(pk=plan.pk)


def book_of(plan):
    plan = load(plan)
    return openpyxl.load_workbook(BytesIO(fill_in_workbook(build_fill_in(plan, plan.agency.divisions.first()))))


@pytest.fixture
def book(plan, cast):
    return book_of(plan)


def row_of(book, code, sheet="填報", offset=0):
    """The row of a KPI or action plan."""
    column = M.KPI if sheet == "填報" else B.ACTION_PLAN
    cells = (row[0] for row in book[sheet].iter_rows(min_col=column, max_col=column))
    return next(cell.row for cell in cells if str(cell.value).startswith(f"{code} ")) + offset


def fill(book, code, offset=0, **values):
    row = row_of(book, code, offset=offset)
    for name, value in values.items():
        book["填報"].cell(row, M[name.upper()]).value = value
    return row


def report_of(read, plan, code):
    return next(report for report in read.reports if report.kpi_id == factories.kpi(plan, code).pk)


class TestTheWorkbook:
    def test_it_holds_the_divisions_own_rows_alone_with_target_and_last_actual(self, book):
        sheet = book["填報"]
        codes = [sheet.cell(row, M.KPI).value for row in range(4, sheet.max_row + 1)]
        assert codes == [
            "AC1.1 指標 AC1.1",
            "AC1.2 指標 AC1.2",
            "AP1.1 指標 AP1.1",
            None,
            "AL1.1 指標 AL1.1",
            "AF1.1 指標 AF1.1",
        ]
        assert [sheet.cell(4, column).value for column in (M.UNIT, M.BEFORE, M.TARGET)] == ["次", "80", "100"]
        assert sheet.cell(9, M.BEFORE).value == "無統計"
        assert sheet.cell(3, M.TARGET).value == "105年\n目標值"
        assert [sheet.cell(row, M.MEASURE).value for row in (6, 7)] == ["圖片", "影片"]

    def test_only_what_is_to_be_filled_in_is_open_and_a_ratio_has_its_two_parts(self, book):
        def opened(row):
            return [column for column in M if not book["填報"].cell(row, column).protection.locked]

        texts = [M.NOTE, M.EXPLANATION, M.IMPROVEMENT]
        assert book["填報"].protection.sheet and book["執行數"].protection.sheet
        assert opened(row_of(book, "AC1.1")) == [M.ACTUAL, M.UNMEASURED, *texts]
        assert opened(row_of(book, "AF1.1")) == [M.NUMERATOR, M.DENOMINATOR, M.ACTUAL, M.UNMEASURED, *texts]
        assert book["填報"].cell(row_of(book, "AF1.1"), M.PARTS).value == "執行數 ÷ 預算數 × 100"
        assert not [column for column in B if not book["執行數"].cell(3, column).protection.locked]
        assert [c for c in B if not book["執行數"].cell(4, c).protection.locked] == [B.EXECUTED, B.PROGRESS]

    def test_a_submitted_kpi_is_locked_and_everything_where_the_year_is_not_open(self, plan, cast):
        kpi = factories.kpi(plan, "AC1.1")
        factories.fill(cast.staff, kpi)
        factories.submit(cast.staff, kpi)
        book = book_of(plan)
        row = row_of(book, "AC1.1")
        assert book["填報"].cell(row, M.STATE).value == "已送出"
        assert book["填報"].cell(row, M.ACTUAL).protection.locked
        assert not book["填報"].cell(row_of(book, "AC1.2"), M.ACTUAL).protection.locked
        closed = book_of(factories.next_edition(cast.admin, plan))
        assert "不開放填報" in closed["填報"]["B2"].value
        assert closed["填報"].cell(3, M.BEFORE).value == "105年\n實際值"
        assert all(cell.protection.locked for sheet in closed for row in sheet for cell in row)

    def test_what_may_be_typed_is_checked_by_the_program(self, book):
        rules = {str(rule.sqref): rule for rule in book["填報"].data_validations.dataValidation}
        assert (rules["L4:L9"].type, rules["L4:L9"].formula1) == ("list", '"無統計"')
        assert rules["K4:K9"].type == "decimal"
        assert (rules["M4:M9"].type, rules["M4:M9"].formula1) == ("textLength", "500")
        (executed, _) = book["執行數"].data_validations.dataValidation
        assert (executed.type, executed.formula1) == ("whole", "0")

    def test_identities_are_out_of_sight_and_nothing_is_a_formula(self, book):
        assert book["識別"].sheet_state == "veryHidden"
        assert book["填報"].column_dimensions["A"].hidden and book["執行數"].column_dimensions["A"].hidden
        assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}

    def test_a_number_typed_over_another_keeps_its_decimals_and_a_note_like_a_date_stays_text(self, plan, cast):
        factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=98)
        book = book_of(plan)
        row = row_of(book, "AC1.1")
        assert book["填報"].cell(row, M.ACTUAL).number_format == "General"
        assert book["填報"].cell(row, M.NOTE).number_format == "@"

    @pytest.mark.parametrize("kpis", [5, 50])
    def test_building_it_takes_the_same_queries_at_any_size(self, kpis, django_assert_num_queries):
        plan = load(factories.make_plan(kpis=kpis))
        division = plan.agency.divisions.first()
        with django_assert_num_queries(10):
            fill_in = build_fill_in(plan, division)
        with django_assert_num_queries(0):
            assert fill_in_workbook(fill_in) == fill_in_workbook(fill_in)


class TestComingBack:
    def test_untouched_it_says_where_it_comes_from_and_that_nothing_was_touched(self, plan, cast, book):
        factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="98.5", explanation="說明\r\n第二行　")
        parts = {"numerator": 45, "denominator": 50, "actual": 90}
        YearlyValue.objects.filter(measure__kpi__code="AF1.1", year=YEAR).update(**parts)
        ActionBudget.objects.filter(action_plan__code="AC1.1.1", year=YEAR).update(executed=0, progress="  辦理中")
        plan = load(plan)
        read = read_fill_in(grids(book_of(plan)))
        assert (read.plan, read.year, read.division_id) == (plan.slug, YEAR, plan.agency.divisions.first().pk)
        assert (read.data_version, read.messages) == (plan.data_version, ())
        assert not [each for each in (*read.reports, *read.budgets) if each.is_touched]
        report = report_of(read, plan, "AC1.1")
        assert (report.version, report.measures[0].actual, report.measures[0].cell) == (1, Decimal("98.5"), "K4")
        assert len(read.budgets) == 6

    def test_a_file_from_before_a_state_was_renamed_is_read_alike(self, plan, cast):
        factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=98)
        book = book_of(plan)
        state = book["填報"].cell(row_of(book, "AC1.1"), M.STATE)
        assert state.value == "審核通過"
        now = read_fill_in(grids(book))
        state.value = "已核定"
        book["填報"]["B2"].value = book["填報"]["B2"].value.replace("審核通過", "已核定")
        assert read_fill_in(grids(book)) == now
        assert not now.messages and not report_of(now, plan, "AC1.1").is_touched

    def test_what_was_typed_is_read_as_services_take_it(self, plan, book):
        fill(book, "AC1.1", actual=" １，２３４.5次", note="　初步統計", explanation="因故\n未達")
        fill(book, "AC1.2", unmeasured="無統計", note="系統改版")
        fill(book, "AP1.1", actual=0)
        fill(book, "AP1.1", offset=1, actual="未統計")
        fill(book, "AF1.1", numerator=45, denominator="50")
        row = row_of(book, "AC1.1.1", "執行數")
        book["執行數"].cell(row, B.EXECUTED).value = "1,200元"
        read = read_fill_in(grids(book))
        assert read.messages == ()
        (measure,) = report_of(read, plan, "AC1.1").measures
        assert (measure.actual, measure.note, measure.unmeasured) == (Decimal("1234.5"), "初步統計", False)
        assert report_of(read, plan, "AC1.1").explanation == "因故\n未達"
        (measure,) = report_of(read, plan, "AC1.2").measures
        assert (measure.actual, measure.note, measure.unmeasured) == (None, "系統改版", True)
        first, second = report_of(read, plan, "AP1.1").measures
        assert (first.actual, second.actual, second.unmeasured, second.note) == (0, None, True, "未統計")
        (measure,) = report_of(read, plan, "AF1.1").measures
        assert (measure.numerator, measure.denominator, measure.actual) == (45, 50, None)
        touched = [report.is_touched for report in read.reports]
        assert touched == [True, True, True, False, True]
        assert [(budget.executed, budget.is_touched) for budget in read.budgets][:2] == [(1200, True), (None, False)]

    @pytest.mark.parametrize(
        ("code", "values", "cell", "message"),
        [
            ("AC1.1", {"actual": "約 100"}, "K4", "不是數字"),
            ("AC1.1", {"actual": "275件"}, "K4", "不是這一項的單位「次」"),
            ("AC1.1", {"actual": 5, "unmeasured": "無統計", "note": "無"}, "K4", "請清除數字"),
            ("AC1.1", {"unmeasured": "無統計"}, "M4", "請在備註說明無統計的原因"),
            ("AC1.1", {"unmeasured": "是"}, "L4", "「是」不是選項"),
            ("AC1.1", {"note": "長" * 501}, "M4", "有 501 個字，最多 500 個"),
            ("AC1.1", {"numerator": 5}, "I4", "沒有分子與分母"),
            ("AF1.1", {"numerator": 5}, "J9", "分子與分母請同時填寫"),
            ("AF1.1", {"numerator": 5, "denominator": 0}, "J9", "分母不可為 0"),
        ],
    )
    def test_what_cannot_be_saved_is_told_at_its_cell(self, book, code, values, cell, message):
        fill(book, code, **values)
        (problem,) = read_fill_in(grids(book)).messages
        assert (problem.sheet, problem.cell) == ("填報", cell)
        assert message in problem.text

    def test_amounts_that_are_none_are_told_too(self, book):
        book["執行數"].cell(4, B.EXECUTED).value = "-5"
        (problem,) = read_fill_in(grids(book)).messages
        assert (problem.sheet, problem.cell) == ("執行數", "F4")

    def test_rows_that_were_removed_copied_or_added_are_noticed(self, book):
        sheet = book["填報"]
        sheet.cell(4, M.IDENTITY).value = sheet.cell(5, M.IDENTITY).value
        assert [problem.text for problem in read_fill_in(grids(book)).messages] == [BROKEN_SEAL]
        sheet.cell(4, M.IDENTITY).value = None
        assert [problem.cell for problem in read_fill_in(grids(book)).messages] == ["", "B4"]

    def test_another_workbook_is_none(self, book):
        assert is_fill_in(grids(book))
        # 1: of before there were editions.
        for version in ("1", "99"):
            book["識別"]["B1"].value = f"平衡計分卡填報 {version}"
            with pytest.raises(NotAFillIn, match="不同版本的系統"):
                read_fill_in(grids(book))
        for change in ("識別", "執行數"):
            del book[change]
            with pytest.raises(NotAFillIn, match="不是從本系統下載的填報表"):
                read_fill_in(grids(book))


def test_staff_of_the_division_and_reviewers_take_it_from_the_divisions_page(plan, cast):
    division = plan.agency.divisions.first()
    url = address(plan, "division_fill_in", division_id=division.pk)
    page = address(plan, "division", division_id=division.pk)
    for user, status in ((cast.staff, 200), (cast.reviewer, 200), (cast.viewer, 403), (cast.other_staff, 403)):
        assert client_of(user).get(url).status_code == status
        assert (url in client_of(user).get(page).content.decode()) == (status == 200)
    response = client_of(cast.admin).get(url)
    name = f"test-agency-105-fill-in-{division.pk}.xlsx"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    other = factories.make_plan(kpis=5, slug="elsewhere").agency.divisions.first()
    assert client_of(cast.admin).get(address(plan, "division_fill_in", division_id=other.pk)).status_code == 404

"""What the page shows is what each file holds: the same rows in the same order, the same columns, the same figures."""

import random
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest
from pypdf import PdfReader

from scorecard.documents.scorecard_columns import DEFAULT_GROUPS, ColumnGroup, read_groups
from scorecard.documents.scorecard_csv import table_csv
from scorecard.documents.scorecard_pdf import table_pdf
from scorecard.documents.scorecard_table import ScorecardTable, whole_table
from scorecard.documents.scorecard_workbook import table_ods, table_workbook
from scorecard.domain.choices import ReportState, Status
from scorecard.models import ActionBudget, YearlyValue
from scorecard.read_models.scorecard_filter import ScorecardFilter, select
from tests import factories, secretariat_facts
from tests.documents import table_reading as reading
from tests.documents.table_reading import squeezed
from tests.documents.workbook_reading import approve_all, scorecard_of
from tests.page_reading import address, body, client_of
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db
MADE_AT = datetime(2017, 1, 31, 9, 5)
LIGHTS = tuple("●▲■◇○–")


def state_of(code):
    """How far a KPI's report came, by its code."""
    if code.startswith("G"):
        return ReportState.IN_PROGRESS
    return ReportState.SUBMITTED if "L" in code else ReportState.APPROVED


@layer
def plan():
    """The Secretariat's plan with figures in every state, and two executed amounts."""
    plan = secretariat_facts.load_plan()
    approve_all(plan, shares=("1", "0.95", "0.5", None, "1.23456"), state_of=state_of)
    YearlyValue.objects.filter(measure__kpi__code="GF1.1", year=2016).update(target_note="暫訂", actual_note="至年底")
    YearlyValue.objects.filter(measure__kpi__code="HF1.1", year=2016).update(target=None, target_note="—")
    budgets = ActionBudget.objects.filter(action_plan__code__in=["FC1.1.1", "FC1.1.2"], year=2016)
    budgets.update(amount=1_234_567, executed=1_000_000)
    return plan


@pytest.fixture
def client(plan):
    """A viewer of the plan."""
    return client_of(factories.make_member("viewer", plan.agency, "viewer"))


def query_of(number, plan):
    """A combination of filters and columns, the same for the same number; 0 asks for everything."""
    chance = random.Random(number)

    def maybe(likely, *values):
        return chance.choice(values) if chance.random() < likely else ""

    divisions = [str(row.pk) for row in plan.agency.divisions.all()]
    query = {
        "perspective": maybe(0.4, "C", "P", "L", "F"),
        "theme": maybe(0.3, "A", "B", "F", "G"),
        "division": maybe(0.3, *divisions),
        "light": maybe(0.3, "met", "near", "missed", "pending"),
        "state": maybe(0.3, "approved", "submitted", "pending"),
        "q": maybe(0.3, "臺北", "台北　１", "率", "公文", "1.1"),
        "provisional": maybe(0.5, "1"),
    }
    if chance.random() < 0.6:
        query["columns"] = ",".join(group.value for group in ColumnGroup if chance.random() < 0.6)
    return {} if number == 0 else query


def assert_page_and_csv_agree(html, rows):
    """Cell for cell: what stands beneath each other on the page stands side by side in the file, notes in 備註."""
    headings, page_rows, _sums = reading.page_table(html)
    assert len(page_rows) == len(rows)
    assert [name for heading in headings for name in names_of(heading, rows[0])] == in_the_pages_order(rows[0])
    for page_row, row in zip(page_rows, rows, strict=True):
        for heading, cell in zip(headings, page_row, strict=True):
            if cell is not None:
                assert_cell_agrees(heading, cell, row)


def in_the_pages_order(row):
    """The file's columns, a year's results right behind its target; 備註 has no place of its own on the page."""
    order = []
    for name in row:
        before = [other for other in order if other.startswith(name.partition("年")[0] + "年")]
        is_result = name.endswith(("年實際值", "年達成率", "年燈號"))
        order.insert(order.index(before[-1]) + 1 if is_result and before else len(order), name)
    return [name for name in order if name != "備註"]


def names_of(heading, row):
    """A year's cell stands for all columns of target and results; any other for its own."""
    year, name = heading[0], "".join(heading[1:])
    if name in ("目標值實際值", "實際值") and f"{year}達成率" in row:
        results = [f"{year}實際值", f"{year}達成率", f"{year}燈號"]
        return [f"{year}目標值", *results] if name == "目標值實際值" else results
    return ["".join(heading)]


def assert_cell_agrees(heading, cell, row):
    remarks = row.get("備註", "")
    first, *others = (row[name] for name in names_of(heading, row))
    expected = [first, *(text for text in others if text != "—")]
    if first.startswith(cell["said"]) and "\n單位：" in first:
        assert squeezed(cell["said"] + cell["notes"]) == squeezed(first), heading
        return
    said, figures = plain(cell["said"]), plain("".join(text for text in expected if text[:1] not in LIGHTS))
    if said != figures:
        # Only where a KPI has several measures does a figure name its unit, which the file tells in 備註.
        unit = remarks.split("\n")[0].rpartition("（")[2].removesuffix("）")
        assert unit and said.replace(unit, "") == figures, (heading, cell, expected)
    if heading != ["策略目標"]:
        lights = squeezed("".join(text[1:] for text in expected if text[:1] in LIGHTS))
        assert squeezed(cell["lights"] + cell["tags"]) == lights, (heading, cell, expected)
    assert all(squeezed(note) in squeezed(remarks) for note in cell["notes"].split("\n")), (heading, cell, remarks)


def plain(text):
    """Without blanks, and without the separators of thousands."""
    return squeezed(text).replace(",", "")


def assert_files_agree(rows, others, repeated):
    """rows of the CSV against those of a file with merged cells, which the CSV leaves empty or repeats."""
    assert [list(row) for row in rows] == [list(row) for row in others]
    above = {}
    for row, other in zip(rows, others, strict=True):
        for heading, text in other.items():
            if text is None:
                assert row[heading] in ("", above.get(heading) if heading in repeated else "")
            else:
                assert row[heading] == text, heading
        above = row


@pytest.mark.parametrize("number", range(10))
def test_page_and_files_hold_the_same_rows_columns_and_figures(plan, client, number):
    query = query_of(number, plan)
    page = client.get(address(plan, "scorecard"), query)
    html = body(page)
    files = {kind: client.get(address(plan, f"scorecard_{kind}"), query).content for kind in ("xlsx", "ods", "csv")}
    rows = reading.csv_rows(files["csv"])
    if page.context["selection"].is_empty:
        assert "沒有符合條件的 KPI" in html
        assert rows == reading.xlsx_rows(files["xlsx"]) == reading.ods_rows(files["ods"]) == []
        return
    assert_page_and_csv_agree(html, rows)
    repeated = {heading for heading in rows[0] if heading.startswith(("策略目標", "KPI", "105年填報狀態"))}
    assert_files_agree(rows, reading.xlsx_rows(files["xlsx"]), repeated)
    assert_files_agree(rows, reading.ods_rows(files["ods"]), repeated)


@pytest.mark.parametrize("query", [{"light": "missed"}, {"q": "公文", "columns": "formula,results,state"}])
def test_the_pdf_holds_the_rows_of_the_page_in_their_order(plan, client, query):
    html = body(client.get(address(plan, "scorecard"), query))
    headings, rows, _sums = reading.page_table(html)
    content = client.get(address(plan, "scorecard_pdf"), query).content
    document = PdfReader(BytesIO(content))
    text = squeezed("".join(page.extract_text() for page in document.pages))
    at = text.index(squeezed("".join(headings[-1])))
    for row in rows:
        for cell in filter(None, row):
            assert squeezed(cell["notes"]) in text
        name = next((squeezed(cell["said"]) for cell in row[1:2] if cell), "")
        at = text.index(name, at)
    shown = {squeezed(row[1]["said"]) for row in rows if row[1]}
    for kpi in scorecard_of(plan).kpis:
        assert (squeezed(f"{kpi.code}{kpi.name}") in text) == (squeezed(f"{kpi.code}{kpi.name}") in shown), kpi.code
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in document.pages} == {(1191, 842)}
    assert "篩選結果：顯示" in text


def test_an_unfiltered_pdf_holds_every_kpi_and_every_sum(plan):
    content = table_pdf(whole_table(scorecard_of(plan)), made_at=MADE_AT)
    pages = [squeezed(page.extract_text()) for page in PdfReader(BytesIO(content)).pages]
    text = "".join(pages)
    assert all(squeezed(f"{kpi.code} {kpi.name}") in text for kpi in scorecard_of(plan).kpis)
    assert all("策略目標KPI" in page for page in pages[:-1])
    assert "行動方案預算合計" in text
    assert "106年1月31日09:05製表" in text.replace("民國", "")


def test_sums_are_over_the_rows_shown_and_say_so(plan):
    scorecard = scorecard_of(plan)
    whole, part = whole_table(scorecard), ScorecardTable(select(scorecard, ScorecardFilter(theme="F")))
    shown = [line for kpi in part.selection.kpis for line in kpi.action_plans]
    expected = sum(line.budgets[2016].amount for line in shown)
    assert [figure.value for figure in part.stacked_totals[1] if figure][0] == expected
    assert (whole.totals_heading, part.totals_heading) == ("行動方案預算合計", "所列行動方案合計")
    assert expected < [figure.value for figure in whole.stacked_totals[1] if figure][0]


def test_executed_amounts_are_a_column_on_request_with_their_sum(plan):
    scorecard = scorecard_of(plan)
    table = ScorecardTable(select(scorecard, ScorecardFilter()), frozenset({ColumnGroup.EXECUTED}))
    rows = reading.csv_rows(table_csv(table))
    assert sorted(filter(None, (row["105年執行數（元）"] for row in rows))) == ["1000000", "1000000"]
    assert [column.total.value for column in table.columns if column.total] == [2_000_000]
    assert "105年執行數（元）" not in reading.csv_rows(table_csv(whole_table(scorecard)))[0]


def test_a_submitted_figure_that_is_not_shown_waits_for_approval_in_every_file(plan):
    table = whole_table(scorecard_of(plan))
    for rows in (reading.csv_rows(table_csv(table)), reading.xlsx_rows(table_workbook(table))):
        lights = {row["KPI（關鍵績效指標）"].split()[0]: row["105年燈號"] for row in rows if row["KPI（關鍵績效指標）"]}
        assert lights["AL1.1"] == "○ 待審核"
        assert lights["GC1.1"] == "○ 待填報"


class TestTheCSV:
    def test_it_is_what_excel_and_rfc_4180_expect(self, plan):
        content = table_csv(whole_table(scorecard_of(plan)))
        assert content.startswith(b"\xef\xbb\xbf")
        headings, rows = reading.csv_table(content)
        assert {len(row) for row in rows} == {len(headings)}
        assert len(rows) == 41
        lines = content.decode("utf-8-sig").split("\r\n")
        assert lines[-1] == ""
        assert lines[0].count(",") + 1 == len(headings)

    def test_every_row_names_its_perspective_objective_and_kpi_and_amounts_stand_once(self, plan):
        headings, rows = reading.csv_table(table_csv(whole_table(scorecard_of(plan))))
        found = [dict(zip(headings, row, strict=True)) for row in rows]
        assert all(row["構面"] and row["策略目標"] and row["KPI（關鍵績效指標）"] for row in found)
        budget = "行動方案對應105年預算（元）"
        stated = ActionBudget.objects.filter(year=2016).values_list("amount", flat=True)
        assert sorted(int(row[budget]) for row in found if row[budget]) == sorted(stated)

    def test_every_row_tells_what_state_the_data_are_in(self, plan):
        headings, rows = reading.csv_table(table_csv(whole_table(scorecard_of(plan))))
        assert headings[-1] == "資料狀態"
        assert {row[-1].split("；")[:2] == ["105 年（已核定）", "草稿"] for row in rows} == {True}


class TestTheODS:
    def test_it_is_a_spreadsheet_by_its_first_bytes_and_its_manifest(self, plan):
        content = table_ods(whole_table(scorecard_of(plan)))
        with ZipFile(BytesIO(content)) as archive:
            first, *others = archive.infolist()
            assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
            assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
            manifest = archive.read("META-INF/manifest.xml").decode()
            listed = {entry.filename for entry in others} - {"META-INF/manifest.xml"}
            assert all(f'full-path="{name}"' in manifest for name in listed)

    def test_the_same_table_gives_the_same_bytes(self, plan):
        assert table_ods(whole_table(scorecard_of(plan))) == table_ods(whole_table(scorecard_of(plan)))

    def test_merged_cells_cover_exactly_the_cells_that_are_left_out(self, plan):
        rows = reading.ods_rows(table_ods(whole_table(scorecard_of(plan))))
        others = reading.xlsx_rows(table_workbook(whole_table(scorecard_of(plan))))
        assert rows == others


class TestColumns:
    def test_the_forms_columns_are_shown_where_nothing_is_asked(self):
        assert read_groups([]) == (DEFAULT_GROUPS, ())

    def test_columns_may_be_given_singly_or_with_commas(self):
        asked = frozenset({ColumnGroup.FORMULA, ColumnGroup.BUDGETS})
        assert read_groups(["", "formula", "budgets"]) == read_groups(["formula,budgets"]) == (asked, ())

    def test_none_at_all_can_be_asked_for(self):
        assert read_groups([""]) == (frozenset(), ())

    def test_an_unknown_column_is_left_out_with_a_notice(self):
        assert read_groups(["owner,nonsense"]) == (
            frozenset({ColumnGroup.OWNER}),
            ("沒有這個欄位：「nonsense」，已略過。",),
        )

    def test_objective_and_kpi_are_always_there_and_remarks_only_beside_figures(self, plan):
        selection = select(scorecard_of(plan), ScorecardFilter())
        assert [column.kind.value for column in ScorecardTable(selection, frozenset()).columns] == ["objective", "kpi"]
        headings = [column.heading for column in ScorecardTable(selection, frozenset({ColumnGroup.TARGETS})).columns]
        assert headings[2:] == ["105年\n目標值", "106年\n目標值", "107年\n目標值", "備註"]

    def test_remarks_speak_of_the_figures_that_are_shown_alone(self, plan):
        selection = select(scorecard_of(plan), ScorecardFilter(text="GF1.1"))
        remarks = {
            group: reading.csv_rows(table_csv(ScorecardTable(selection, frozenset({group}))))[0]["備註"]
            for group in (ColumnGroup.TARGETS, ColumnGroup.RESULTS)
        }
        assert remarks[ColumnGroup.TARGETS].endswith("105 年目標：暫訂")
        assert remarks[ColumnGroup.RESULTS].endswith("105 年填報值尚未審核，未列入")

    def test_every_status_has_its_light_in_the_file(self, plan):
        rows = reading.csv_rows(table_csv(whole_table(scorecard_of(plan, include_provisional=True))))
        words = {row["105年燈號"].split("\n")[0][2:] for row in rows if row["105年燈號"]}
        assert words == {status.label for status in Status} - {"待填報"}

"""Cells copied from a spreadsheet: read like typed figures, shown row by row, put in as a draft and never saved."""

import pytest

from scorecard.forms.reporting_paste import cells_of
from scorecard.models import UnsavedEntries
from tests import factories
from tests.factories import kpi
from tests.page_reading import address, form_to, text, told
from tests.services.rows import nothing_written
from tests.views.test_reporting import name_of


def preview(client, table, pasted, start=""):
    """What the page shows of the pasted cells."""
    return client.post(f"{table}paste/", {"text": pasted, "start": start})


def filled(client, table, pasted, start=""):
    """The table after the pasted cells were put in."""
    return client.post(f"{table}paste/", {"text": pasted, "start": start, "then": "fill"}, follow=True)


def actuals(page, *names):
    """What stands in the fields of the page."""
    fields = form_to(page).fields
    return [fields.get(name, [None])[0] for name in names]


@pytest.fixture
def names(open_plan):
    """The names of the actuals, in the table's order."""
    codes = (("AC1.1", 0), ("AC1.2", 0), ("AP1.1", 0), ("AP1.1", 1), ("AL1.1", 0), ("AF1.1", 0))
    return [name_of(kpi(open_plan, code), "actual", measure) for code, measure in codes]


def test_a_column_fills_down_from_the_first_row_or_the_one_chosen(staff, table, names):
    with nothing_written():
        page = preview(staff, table, "１０５\n19\n\n1,234\n")
        assert "將填入 3 列，請確認" in text(page)
        assert "空白，不變更" in text(page)
        assert not UnsavedEntries.objects.exists()
        page = filled(staff, table, "１０５\n19\n\n1,234\n")
    assert "已把 3 列填入表格，還沒有儲存" in told(page)
    assert actuals(page, *names) == ["１０５", "19", "", "1,234", "", ""]
    assert actuals(filled(staff, table, "55\n90", names[4]), *names[3:]) == ["1,234", "55", "90"]


def test_codes_lead_to_their_rows_in_any_order_with_notes(staff, table, names, open_plan):
    pasted = "編號\t實際\t備註\nAF1.1\t90%\t初步\nac1.1\t100\nAP1.1\t20\n\t6\nBC1.1\t1\nAC1.2\t二十\n\t3"
    page = preview(staff, table, pasted)
    for words in ("標題列，不填", "這張表沒有編號「BC1.1」", "「二十」不是數字", "沒有編號，不知道要填在哪一列"):
        assert words in text(page), words
    page = filled(staff, table, pasted)
    assert actuals(page, *names) == ["100", "", "20", "6", "", "90%"]
    assert actuals(page, name_of(kpi(open_plan, "AF1.1"), "note")) == ["初步"]
    assert "另有 4 列沒有填入" in told(page)


@pytest.mark.parametrize(
    ("cells", "note"), [("無統計", "無統計"), ("未統計", "未統計"), ("—", "—"), ("－\t停辦", "停辦")]
)
def test_words_for_no_statistics_tick_it_and_say_why(staff, table, names, open_plan, cells, note):
    first = kpi(open_plan, "AC1.1")
    page = filled(staff, table, cells)
    assert actuals(page, names[0], name_of(first, "unmeasured"), name_of(first, "note")) == ["", "on", note]
    assert staff.post(table, form_to(page).filled()).status_code == 302


def test_a_figure_takes_the_tick_away(staff, table, names, open_plan, cast):
    first = kpi(open_plan, "AC1.1")
    factories.fill(cast.staff, first, unmeasured="停辦")
    assert "無統計" in text(preview(staff, table, "95"))
    assert actuals(filled(staff, table, "95"), names[0], name_of(first, "unmeasured")) == ["95", None]


def test_what_goes_past_the_end_or_into_a_submitted_row_is_said_and_left_out(staff, table, names, open_plan, cast):
    last = kpi(open_plan, "AF1.1")
    factories.fill(cast.staff, last)
    factories.submit(cast.staff, last)
    page = preview(staff, table, "55\n90\n1", names[4])
    assert "已送出，不能修改" in text(page) or "待審核，不能修改" in text(page)
    assert "表格已經沒有下一列" in text(page)
    assert "將填入 1 列" in text(page)


def test_what_was_typed_in_the_table_comes_along(staff, table, names, open_plan):
    note = name_of(kpi(open_plan, "AC1.2"), "note")
    typed = form_to(staff.get(table)).filled(**{note: "打到一半", names[0]: "1"})
    answer = staff.post(f"{table}paste/", typed | {"text": "95", "start": names[0]}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert "將填入 1 列" in text(answer)
    assert actuals(filled(staff, table, "95", names[0]), names[0], note) == ["95", "打到一半"]
    page = staff.post(f"{table}draft/", typed | {"then": "paste"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{table}paste/"


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "請貼上從 Excel 複製的儲存格"),
        ("\t\n\t", "貼上的儲存格都是空白"),
        ("1\n" * 1001, "最多 1,000 列"),
        ("1" * 100_001, "最多 100,000 字"),
    ],
)
def test_what_cannot_be_pasted_is_said(staff, table, pasted, words):
    page = preview(staff, table, pasted)
    assert page.status_code == 422
    assert words in text(page)
    assert not UnsavedEntries.objects.exists()


def test_a_year_that_is_not_open_takes_nothing(staff, later):
    table = address(later, "reporting_table", division_id=later.agency.divisions.first().pk)
    page = filled(staff, table, "95")
    assert page.status_code == 409
    assert "尚未開放填報" in text(page)
    assert not UnsavedEntries.objects.exists()


def test_cells_are_read_as_spreadsheets_copy_them():
    assert cells_of('1\t"第一行\n第二行"\r\n2\t"含""引號"""\r\n\t\r\n') == [("1", "第一行\n第二行"), ("2", '含"引號"')]
    assert cells_of('12"\n3') == [('12"',), ("3",)]
    assert cells_of("") == []

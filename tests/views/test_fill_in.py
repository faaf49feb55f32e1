"""A fill-in workbook sent back: into the draft of the table, whose saving writes it, with mistakes told."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scorecard.models import ActionBudget, YearlyValue
from tests import factories
from tests.agency_form.form_workbooks import original
from tests.factories import kpi
from tests.fill_in.test_writer_and_reader import book_of, fill, row_of
from tests.page_reading import address, form_to, text, told
from tests.services.rows import nothing_written


@pytest.fixture
def book(open_plan):
    return book_of(open_plan)


def content_of(book):
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def send(client, table, content):
    file = SimpleUploadedFile("填報表.xlsx", content)
    return client.post(f"{table}fill-in/", {"file": file}, follow=True)


def apply_and_save(client, table, **values):
    """What a person does next: the draft goes into the table, and the table is saved."""
    page = client.get(f"{table}?draft=applied")
    return client.post(table, form_to(page).filled(**values), follow=True)


def actual(code):
    return YearlyValue.objects.get(measure__kpi__code=code, measure__position=1, year=2016)


def test_what_was_filled_in_is_listed_row_by_row_and_written_by_saving_the_table(staff, table, book, open_plan):
    fill(book, "AC1.1", actual=98, explanation="差兩次", note="初步")
    fill(book, "AF1.1", numerator=45, denominator=50)
    fill(book, "AL1.1", unmeasured="無統計", note="系統改版")
    book["執行數"].cell(row_of(book, "AC1.1.1", "執行數"), 6).value = 900
    with nothing_written():
        page = send(staff, table, content_of(book))
    assert "填報表有 3 項 KPI 的新內容，還沒有儲存" in told(page)
    shown = text(page)
    assert "AC1.1 實際值 （空白） 98" in shown and "差兩次" in shown and "系統改版" in shown
    saved = apply_and_save(staff, table)
    assert "已儲存 3 項 KPI" in told(saved)
    assert (actual("AC1.1").actual, actual("AC1.1").actual_note) == (98, "初步")
    ratio = actual("AF1.1")
    assert (ratio.actual, ratio.numerator, ratio.denominator) == (90, 45, 50)
    assert actual("AL1.1").unmeasured
    assert ActionBudget.objects.get(action_plan__code="AC1.1.1", year=2016).executed == 900


def test_a_row_changed_by_somebody_since_the_download_is_a_conflict(staff, table, book, cast, open_plan):
    factories.fill(cast.staff, kpi(open_plan, "AC1.1"), actuals="77")
    fill(book, "AC1.1", actual=98)
    fill(book, "AC1.2", actual=19)
    page = send(staff, table, content_of(book))
    assert "AC1.1 實際值 之後有人變更了這一項 77 98" in text(page)
    page = staff.get(f"{table}?draft=applied")
    assert "實際 77 次" in text(page) and "再按「儲存」會以您的輸入取代目前的內容" in text(page)
    apply_and_save(staff, table, **{f"kpi{kpi(open_plan, 'AC1.1').pk}-take_theirs": "on"})
    assert (actual("AC1.1").actual, actual("AC1.2").actual) == (77, 19)


def test_an_untouched_workbook_changes_nothing_and_hides_nobodys_figures(staff, table, book, cast, open_plan):
    content = content_of(book)
    factories.fill(cast.staff, kpi(open_plan, "AC1.1"), actuals="77")
    with nothing_written():
        page = send(staff, table, content)
    assert "沒有需要儲存的變更" in told(page) and "您有還沒儲存的草稿" not in text(page)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"actual": "約二十"}, "「約二十」不是數字"),
        ({"actual": 5, "unmeasured": "無統計"}, "已選「無統計」；請清除數字"),
        ({"unmeasured": "無統計"}, "請在備註說明無統計的原因"),
        ({"note": "長" * 501}, "最多 500 個"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_cell_and_nothing_is_kept(staff, table, book, values, sentence):
    fill(book, "AC1.1", **values)
    with nothing_written():
        page = send(staff, table, content_of(book))
    assert page.status_code == 422 and sentence in text(page) and "填報 " in text(page)
    assert "您有還沒儲存的草稿" not in text(staff.get(table))


def test_other_files_are_refused(staff, table, later):
    other = book_of(later)
    for content, sentence in (
        (original(), "這不是從本系統下載的填報表"),
        (b"x", "不是 Excel"),
        (b"", "檔案是空的"),
        (content_of(other), "這份填報表不是甲組 105 年度的"),
        (content_of(openpyxl.Workbook()), "這不是從本系統下載的填報表"),
    ):
        page = send(staff, table, content)
        assert page.status_code == 422 and sentence in text(page), sentence
    assert "請選擇填好的填報表" in text(staff.post(f"{table}fill-in/", {}))


def test_a_year_that_is_not_open_takes_none(staff, later):
    table = address(later, "reporting_table", division_id=later.agency.divisions.first().pk)
    page = send(staff, table, content_of(book_of(later)))
    assert page.status_code == 409 and "尚未開放" in text(page)

"""Sheets written as .xlsx, opened again by openpyxl."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from scorecard.spreadsheets import xlsx_writer
from scorecard.spreadsheets.figure import Figure, whole_figure
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, PrintedPage
from scorecard.spreadsheets.xlsx_writer import sheets_workbook

PLAIN = CellStyle()


def sheet_with(*values, look=PLAIN, **options):
    """A sheet with the values one below the other in its only column."""
    sheet = OutputSheet("甲", (20,), last_row=len(values), **options)
    for row, value in enumerate(values, start=1):
        sheet.place(row, 1, value, look)
    return sheet


def book_of(*sheets):
    return openpyxl.load_workbook(BytesIO(sheets_workbook(sheets, title="題", creator="機關")))


def column_of(sheet):
    return [row[0] for row in book_of(sheet).worksheets[0].iter_rows()]


def test_a_figure_is_a_number_with_its_decimals_unit_or_percent_sign():
    figures = (
        whole_figure(Decimal("1234.50")),
        whole_figure(7),
        Figure(Decimal(25), "25 張", unit="張"),
        Figure(Decimal("0.936"), "93.6%", 1, is_percentage=True),
        Figure(Decimal("88.4"), "88.4", decimals=None),
    )
    cells = column_of(sheet_with(*figures))
    assert [cell.value for cell in cells] == [1234.5, 7, 25, 0.936, 88.4]
    assert [cell.number_format for cell in cells] == ["#,##0.0", "#,##0", '#,##0" 張"', "0.0%", "General"]
    assert {cell.data_type for cell in cells} == {"n"}


def test_a_figure_that_may_be_typed_over_keeps_no_decimals():
    (cell,) = column_of(sheet_with(whole_figure(Decimal("1.25")), look=CellStyle("right", is_open=True)))
    assert (cell.value, cell.number_format, cell.protection.locked) == (1.25, "General", False)


def test_an_empty_cell_has_its_look_and_an_empty_row_its_place():
    sheet = OutputSheet("甲", (20,), last_row=3, heights={3: 40})
    sheet.place(1, 1, None, CellStyle(fill="E3EFF1"))
    sheet.place(3, 1, "三", PLAIN)
    worksheet = book_of(sheet).worksheets[0]
    assert [worksheet.cell(row, 1).value for row in (1, 2, 3)] == [None, None, "三"]
    assert worksheet["A1"].fill.fgColor.rgb == "00E3EFF1"
    assert [worksheet.row_dimensions[row].height for row in (1, 2, 3)] == [None, None, 40]


def test_every_sheet_has_its_own_page_footer_and_view():
    first = sheet_with("一", footer="資料 & 版本", zoom=85)
    second = replace(sheet_with("二"), name="乙", page=PrintedPage.A4_PORTRAIT, footer=None, has_grid_lines=True)
    one, two = book_of(first, second).worksheets
    assert [(each.page_setup.orientation, each.page_setup.paperSize) for each in (one, two)] == [
        ("landscape", 8),
        ("portrait", 9),
    ]
    assert (one.oddFooter.left.text, one.oddFooter.center.text) == ("資料 && 版本", "第 &P 頁，共 &N 頁")
    assert (two.oddFooter.left.text, two.oddFooter.center.text) == (None, None)
    assert [each.sheet_view.showGridLines for each in (one, two)] == [False, True]
    assert (one.page_margins.left, two.page_margins.left) == (0.4, 0.75)
    assert [each["A1"].value for each in (one, two)] == ["一", "二"]


def test_a_style_is_made_once_for_equal_looks_on_all_sheets(monkeypatch):
    made = []
    dress = xlsx_writer._dress

    def counted(cell, look, number_format, is_quoted):
        made.append((look, number_format, is_quoted))
        dress(cell, look, number_format, is_quoted)

    monkeypatch.setattr(xlsx_writer, "_dress", counted)
    sheets = []
    for name in ("甲", "乙"):
        sheet = OutputSheet(name, (20, 20, 20), last_row=100)
        for row in range(1, 101):
            # Looks and figures that are equal and not the same objects.
            sheet.place(row, 1, "文字", CellStyle("left", bold=True))
            sheet.place(row, 2, "=1", CellStyle("left", bold=True))
            sheet.place(row, 3, Figure(Decimal(row), str(row), 1), CellStyle("right"))
        sheets.append(sheet)
    sheets_workbook(sheets, title="", creator="")
    bold = CellStyle("left", bold=True)
    assert made == [(bold, "General", False), (bold, "General", True), (CellStyle("right"), "#,##0.0", False)]


def test_an_openpyxl_that_writes_empty_sheets_otherwise_is_noticed():
    with pytest.raises(ValueError, match="empty worksheet"):
        xlsx_writer._with_rows(b"<worksheet><rows/></worksheet>", "")

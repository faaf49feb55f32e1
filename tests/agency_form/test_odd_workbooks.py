"""Workbooks that are odd but whole: other programs', other people's. They are read like the form that they are."""

import io
import re
from datetime import date

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from scorecard.agency_form.reading.form_file import read_form
from scorecard.spreadsheets.cell_messages import Severity
from tests.agency_form.form_workbooks import (
    CARD,
    MAP,
    SHEET_XML,
    edited,
    ods_of,
    original,
    with_cells,
    with_parts,
    with_shared_strings,
)

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def read(content):
    return read_form(io.BytesIO(content))


def told(form):
    return {(message.level, message.sheet, message.cell, message.text) for message in form.messages}


@pytest.fixture(scope="module")
def form():
    return read(original())


def _protected(_map, card):
    card.protection.sheet, card.protection.password = True, "word"


def _hidden_column(_map, card):
    card.column_dimensions["D"].hidden = True


def _hidden_rows(_map, card):
    card.row_dimensions[4].hidden = card.row_dimensions[6].hidden = True


def _noted(_map, card):
    card["G4"].comment = Comment("請確認 30", "someone")


def _with_a_chart(_map, card):
    card.parent.create_chartsheet("圖")


def _partly_bold(_map, card):
    card["B4"] = CellRichText("AC1.1 縮短職舍", TextBlock(InlineFont(b=True), "通知配住日數"))


def _other_names(strategy_map, card):
    strategy_map.title, card.title = "地圖's!A1", "計分" * 15


def _strict(xml):
    return xml.replace(b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml")


WITH_LAYOUT = b'<row xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" x14ac:dyDescent="0.25" '
ODD = {
    "protected sheet": lambda: edited(_protected),
    "chart sheet": lambda: edited(_with_a_chart),
    "partly bold": lambda: edited(_partly_bold),
    "cells without addresses": lambda: with_parts({SHEET_XML: lambda xml: re.sub(rb' r="[A-Z]+[0-9]+"', b"", xml)}),
    "no dimension": lambda: with_parts({SHEET_XML: lambda xml: re.sub(rb"<dimension[^>]*/>", b"", xml)}),
    "strict Open XML": lambda: with_parts(dict.fromkeys(["xl/workbook.xml", SHEET_XML], _strict)),
    "attributes of another namespace": lambda: with_parts({SHEET_XML: lambda xml: xml.replace(b"<row ", WITH_LAYOUT)}),
    "shared strings": with_shared_strings,
    "years in other words": lambda: with_cells(CARD, G2="2016年目標值", H2="民國106年度 目標", I2="１０７目標值"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_workbook_is_read_like_the_form_that_it_is(form, name):
    found = read(ODD[name]())
    assert found.plan == form.plan
    assert told(found) == told(form)


def test_the_names_of_sheets_may_be_long_and_odd(form):
    found = read(edited(_other_names))
    assert found.plan.themes[0].place.sheet == "地圖's!A1" and len(found.messages) == len(form.messages)


def test_full_width_digits_and_marks_are_read_as_their_usual_ones(form):
    def widen(strategy_map, card):
        for cell in (cell for sheet in (strategy_map, card) for row in sheet.iter_rows() for cell in row):
            if cell.value is not None:
                cell.value = str(cell.value).translate(FULL_WIDTH)

    found = read(edited(widen))
    assert not found.has_errors and len(found.plan.kpis) == len(form.plan.kpis)
    for wide, usual in zip(found.plan.kpis, form.plan.kpis, strict=True):
        assert (wide.code, wide.objective, len(wide.measures)) == (usual.code, usual.objective, len(usual.measures))
        for one, other in zip(wide.measures, usual.measures, strict=True):
            assert {y: f.value for y, f in one.targets.items()} == {y: f.value for y, f in other.targets.items()}
            assert {y: f.value for y, f in one.actuals.items()} == {y: f.value for y, f in other.actuals.items()}
        assert [plan.code for plan in wide.action_plans] == [plan.code for plan in usual.action_plans]


def test_the_only_sheet_being_hidden_is_told(form):
    found = read(edited(lambda strategy_map, card: setattr(strategy_map, "sheet_state", "hidden")))
    assert found.plan == form.plan
    (message,) = told(found) - told(form)
    assert message[0] is Severity.ASSUMPTION and f"隱藏的工作表「{MAP}」" in message[3]


@pytest.mark.parametrize(
    ("edit", "cell", "sentence"),
    [(_hidden_column, "D1", "D 欄是隱藏的"), (_noted, "G4", "註解沒有讀入：「請確認 30」")],
)
def test_a_hidden_column_is_read_and_a_comment_is_not_and_both_are_told(form, edit, cell, sentence):
    found = read(edited(edit))
    assert found.plan == form.plan
    (message,) = told(found) - told(form)
    assert message[:3] == (Severity.HINT, CARD, cell) and sentence in message[3]


@pytest.mark.parametrize("as_file", [bytes, ods_of])
def test_rows_filtered_out_are_read_and_told(form, as_file):
    found = read(as_file(edited(_hidden_rows)))
    assert [kpi.code for kpi in found.plan.kpis] == [kpi.code for kpi in form.plan.kpis]
    (message,) = told(found) - told(form)
    assert message[:3] == (Severity.HINT, CARD, "A4") and "第 4、6 列是隱藏的，共 2 列" in message[3]


def test_a_date_is_told_as_people_see_it():
    messages = read(with_cells(CARD, G4=date(2016, 1, 4))).messages
    assert any(m.cell == "G4" and m.found == "2016/1/4" and m.text.startswith("「2016/1/4」是日期") for m in messages)


def test_latin_names_keep_the_space_between_their_words():
    plan = read(with_cells(CARD, J4="Public\nAffairs 科", O4="John  Smith", J6="總 務\n組")).plan
    assert plan.kpis[0].division == "Public Affairs科"
    assert plan.kpis[0].action_plans[0].owner_person == "John Smith"
    assert "總務組" in plan.divisions and "總 務組" not in plan.divisions

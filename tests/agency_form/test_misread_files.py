"""What programs put around the text of a cell: styles, shown numbers and comments of .ods, several sheets."""

import io
import re
import time
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font

from scorecard.agency_form.reading.titles import title_of
from scorecard.spreadsheets.grid import Cell as GridCell
from scorecard.spreadsheets.grid import GridSheet
from tests.agency_form.form_workbooks import CARD, MAP, SHEET_XML, ods_of, saved, with_parts
from tests.agency_form.misread import BASE, CASES, PLAIN, Read


def _style(name, properties="", parent=""):
    made_from = f' style:parent-style-name="{parent}"' if parent else ""
    inside = f"<style:text-properties {properties}/>" if properties else ""
    return f'<style:style style:name="{name}" style:family="text"{made_from}>{inside}</style:style>'


STYLES = "".join(
    (
        "<office:automatic-styles>",
        _style("T1", 'style:text-line-through-style="solid"'),
        _style("T2", 'style:text-position="super 58%"'),
        _style("T3", 'style:text-position="sub 58%"'),
        _style("T4", parent="T1"),
        _style("T5", 'style:text-line-through-style="none"', parent="T1"),
        "</office:automatic-styles>",
    )
)
FLOAT = 'office:value-type="float" office:value'


def ods_with(g7):
    """The small form as .ods with other XML for the cell G7, whose number is 4 and which stands before 5."""
    with zipfile.ZipFile(io.BytesIO(ods_of((CASES / PLAIN).read_bytes()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["content.xml"].decode()
    old = f'<table:table-cell {FLOAT}="4"><text:p>x</text:p></table:table-cell>'
    following = f'<table:table-cell {FLOAT}="5">'
    assert xml.count(old + following) == 1
    xml = xml.replace(old + following, g7 + following)
    style = ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    parts["content.xml"] = re.sub("><office:body>", f"{style}{STYLES}<office:body>", xml, count=1).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return Read(file.getvalue())


def text_cell(inside):
    return f'<table:table-cell office:value-type="string"><text:p>{inside}</text:p></table:table-cell>'


def span(style, text):
    return f'<text:span text:style-name="{style}">{text}</text:span>'


@pytest.mark.parametrize(
    ("cell", "seen", "said"),
    [
        (text_cell(span("T1", "3") + "4"), "4", "刪除線"),
        (text_cell(span("T4", "3") + span("T5", "4")), "4", "刪除線"),
        (text_cell("4" + span("T2", "1")), "4", "上標"),
        (text_cell(span("T1", "4")), "—", "刪除線"),
        (f'<table:table-cell table:style-name="T1" {FLOAT}="4"><text:p>4</text:p></table:table-cell>', "—", "刪除線"),
        (f'<table:table-cell {FLOAT}="4000"><text:p>4</text:p></table:table-cell>', "4", "顯示"),
        (f'<table:table-cell {FLOAT}="4.4"><text:p>4</text:p></table:table-cell>', "4", "顯示"),
        (f'<table:table-cell {FLOAT}="-4000"><text:p>-4.0</text:p></table:table-cell>', "-4", "顯示"),
        (f'<table:table-cell {FLOAT}="4"><text:p>0!4</text:p></table:table-cell>', "4", "顯示"),
        (f'<table:table-cell {FLOAT}="4"><text:p>4件</text:p></table:table-cell>', "—", "顯示"),
        (
            f'<table:table-cell {FLOAT}="4"><office:annotation><text:p>請確認</text:p></office:annotation>'
            "<text:p>4</text:p></table:table-cell>",
            "4",
            "註解沒有讀入：「請確認」",
        ),
    ],
)
def test_an_ods_is_read_as_people_see_it_and_told(cell, seen, said):
    form = ods_with(cell)
    assert form.figures("AP1.1")[1].split()[0] == seen and said in form.told["G7"]


@pytest.mark.parametrize(
    "cell",
    [
        f'<table:table-cell {FLOAT}="4"><text:p>4.00</text:p></table:table-cell>',
        f'<table:table-cell {FLOAT}="4"/>',
        '<table:table-cell office:value-type="currency" office:value="4"><text:p>NT$4</text:p></table:table-cell>',
        f'<table:table-cell table:formula="of:=2+2" {FLOAT}="4"><text:p>4</text:p></table:table-cell>',
        f'<table:table-cell {FLOAT}="4"><text:p>###</text:p></table:table-cell>',
    ],
)
def test_an_ods_whose_number_is_shown_as_it_is_says_nothing(cell):
    form = ods_with(cell)
    assert form.all_figures() == BASE and "G7" not in form.told


@pytest.mark.parametrize(
    "cell",
    [
        text_cell("4" + span("T3", "1")),
        '<table:table-cell table:formula="of:=TRUE()" office:value-type="float" office:value="1"><text:p>TRUE</text:p>'
        "</table:table-cell>",
        '<table:table-cell office:value-type="boolean"><text:p>真</text:p></table:table-cell>',
        '<table:table-cell table:formula="of:=2+2"/>',
        '<table:table-cell office:value-type="date"><text:p>105年</text:p></table:table-cell>',
    ],
)
def test_what_is_no_figure_in_an_ods_is_refused(cell):
    assert "G7" in ods_with(cell).errors


def _second(title, edit=lambda sheet: None):
    book = openpyxl.load_workbook(CASES / PLAIN)
    book[CARD]["G5"].comment = None
    sheet = book.copy_worksheet(book[title])
    sheet.title = "第二張"
    edit(sheet)
    return Read(saved(book))


@pytest.mark.parametrize(
    ("title", "edit"),
    [
        (CARD, lambda sheet: None),
        (CARD, lambda sheet: sheet.__setitem__("A1", "財務構面")),
        (CARD, lambda sheet: sheet.__setitem__("A1", None)),
        (CARD, lambda sheet: sheet.__setitem__("A1", "示範市政府測試局平衡計分卡(續)")),
        (MAP, lambda sheet: None),
        (MAP, lambda sheet: sheet.__setitem__("A1", "主題二")),
    ],
)
def test_several_sheets_of_one_kind_are_refused_by_name(title, edit):
    error = _second(title, edit).errors[""]
    assert "「第二張」沒有讀入" in error and "請" in error


def test_a_hidden_second_sheet_is_left_out_and_told():
    form = _second(CARD, lambda sheet: setattr(sheet, "sheet_state", "hidden"))
    assert form.is_base() and f"讀取「{CARD}」" in form.told[""]


SHARED = {
    "struck out in a struck cell": "<r><rPr><strike/></rPr><t>81</t></r><r><rPr><sz val='11'/></rPr><t>85</t></r>",
    "struck out by its value": "<r><rPr><strike val='true'/></rPr><t>81</t></r><r><t>85</t></r>",
    "not struck out by its value": "<r><rPr><strike val='0'/></rPr><t>8</t></r><r><t>5</t></r>",
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_strings_and_comments_of_other_programs(name):
    """LibreOffice strikes out the cell as well as its first part, and names parts by 「../」."""
    is_struck_cell = name == "struck out in a struck cell"

    def edit(card):
        card["G4"] = "零壹貳"
        card["G4"].font = Font(strike=is_struck_cell)

    book = openpyxl.load_workbook(CASES / PLAIN)
    edit(book[CARD])
    relation = b'<Relationship Id="rId99" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    own = 't="inlineStr"><is><t>零壹貳</t></is>'.encode()
    content = with_parts(
        {
            SHEET_XML: lambda xml: xml.replace(own, b't="s"><v>0</v>'),
            "xl/sharedStrings.xml": f"<sst><si>{SHARED[name]}</si></sst>".encode(),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</Relationships>", relation),
            "xl/worksheets/_rels/sheet2.xml.rels": lambda xml: xml.replace(b'"/xl/comments/', b'"../comments/'),
        },
        saved(book),
    )
    form = Read(content)
    assert form.figures("AC1.1")[1] == "85 82 83" and "註解" in form.told["G5"]
    assert ("刪除線" in form.loud["G4"]) == ("not" not in name)


def test_too_much_beside_the_table_is_refused_in_one_sentence():
    def fill(sheet):
        for row in range(20, 60):
            for column in range(1, 16):
                sheet.cell(row, 20 + column).value = column

    book = openpyxl.load_workbook(CASES / PLAIN)
    fill(book[CARD])
    errors = Read(saved(book)).errors
    assert list(errors) == ["U20"] and "600 個儲存格" in errors["U20"]


FORMATS = (
    "0." + "0" * 300,
    "0" + "," * 500,
    "0!." + "0" * 400,
    "[>1.2.3]0;0",
    "[>=9" + "9" * 400 + "]0;0",
    '"' * 99,
    ";" * 999,
)


@pytest.mark.parametrize("code", FORMATS)
def test_a_hostile_format_breaks_nothing(code):
    book = openpyxl.load_workbook(CASES / PLAIN)
    for cell, number in (("G7", 4), ("H7", 1e-12), ("I7", 123456789012345.6)):
        book[CARD][cell] = number
        book[CARD][cell].number_format = code
    assert len(Read(saved(book)).plan.kpis) == 5


@pytest.mark.parametrize("shown", ["0." + "0" * 3000, "9" * 3000, "4" + "," * 3000, "4.0" * 1000])
def test_a_hostile_shown_number_breaks_nothing(shown):
    form = ods_with(f'<table:table-cell {FLOAT}="123456789012345.678"><text:p>{shown}</text:p></table:table-cell>')
    assert len(form.plan.kpis) == 5


def test_a_hostile_title_takes_no_time():
    began = time.monotonic()
    split = title_of(_titled("示範市政府測試局平衡計分卡" + "1" * 100 + "!"), "平衡計分卡")
    assert split is None and time.monotonic() - began < 1


def _titled(text):
    return GridSheet("x", cells={(1, 1): GridCell(text)})

"""Sheets written as .ods: what a program would find in the file's parts."""

from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, PrintedPage

NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
}


def key(name):
    """「style:name」 as ElementTree calls it."""
    prefix, local = name.split(":")
    return f"{{{NAMES[prefix]}}}{local}"


def parts_of(*sheets):
    with ZipFile(BytesIO(sheets_ods(sheets, title="題", creator="機關"))) as archive:
        return {name: ElementTree.fromstring(archive.read(f"{name}.xml")) for name in ("content", "styles", "settings")}


def sheet_with(name, value, **options):
    sheet = OutputSheet(name, (20,), last_row=1, **options)
    sheet.place(1, 1, value, CellStyle())
    return sheet


def page_of(parts, sheet_name):
    """(page layout, footer) that a sheet is printed with."""
    (table,) = [each for each in parts["content"].iter(key("table:table")) if each.get(key("table:name")) == sheet_name]
    styles = {each.get(key("style:name")): each for each in parts["content"].iter(key("style:style"))}
    master_name = styles[table.get(key("table:style-name"))].get(key("style:master-page-name"))
    masters = {each.get(key("style:name")): each for each in parts["styles"].iter(key("style:master-page"))}
    layouts = {each.get(key("style:name")): each for each in parts["styles"].iter(key("style:page-layout"))}
    master = masters[master_name]
    layout = layouts[master.get(key("style:page-layout-name"))]
    return layout.find(key("style:page-layout-properties")), master.find(key("style:footer"))


def test_every_sheet_has_its_own_page_and_footer():
    parts = parts_of(
        sheet_with("甲", "一", footer="資料版本 7"),
        sheet_with("乙", "二", page=PrintedPage.A4_PORTRAIT, footer=None),
        sheet_with("丙", "三", footer="資料版本 7"),
    )
    for name in ("甲", "丙"):
        page, footer = page_of(parts, name)
        assert (page.get(key("fo:page-width")), page.get(key("style:print-orientation"))) == ("420mm", "landscape")
        assert "".join(footer.itertext()) == "資料版本 7第 1 頁，共 1 頁"
    page, footer = page_of(parts, "乙")
    assert (page.get(key("fo:page-width")), page.get(key("style:print-orientation"))) == ("210mm", "portrait")
    assert (footer.get(key("style:display")), "".join(footer.itertext())) == ("false", "")
    assert len(list(parts["styles"].iter(key("style:master-page")))) == 2


def test_grid_lines_and_zoom_are_those_of_the_sheet():
    parts = parts_of(sheet_with("甲", "一"), sheet_with("乙", "二", has_grid_lines=True, zoom=100))
    found = {}
    for entry in parts["settings"].iter(key("config:config-item-map-entry")):
        if entry.get(key("config:name")):
            items = {item.get(key("config:name")): item.text for item in entry}
            found[entry.get(key("config:name"))] = (items["ShowGrid"], items["ZoomValue"])
    assert found == {"甲": ("false", "85"), "乙": ("true", "100")}


def test_a_figure_without_given_decimals_has_no_number_format():
    parts = parts_of(
        sheet_with("甲", Figure(Decimal("88.4"), "88.4", decimals=None)),
        sheet_with("乙", Figure(Decimal("88.4"), "88.4", decimals=1)),
    )
    styles = {each.get(key("style:name")): each for each in parts["content"].iter(key("style:style"))}
    cells = [next(table.iter(key("table:table-cell"))) for table in parts["content"].iter(key("table:table"))]
    assert [(cell.get(key("office:value-type")), cell.get(key("office:value"))) for cell in cells] == [
        ("float", "88.4")
    ] * 2
    formats = [styles[cell.get(key("table:style-name"))].get(key("style:data-style-name")) for cell in cells]
    assert formats[0] is None and formats[1] is not None

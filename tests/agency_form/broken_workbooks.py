"""Broken forms by name: (the file, sheet and cell of the error it must give, a part of its sentence)."""

import io
import zipfile
from datetime import date

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.agency_form.form_workbooks import (
    CARD,
    CONTENT_TYPES,
    MAP,
    SHEET_XML,
    edited,
    original,
    saved,
    with_cells,
    with_parts,
    with_shared_strings,
    with_sheet_data,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LONG = "字" * 201


def cell(sheet=CARD, **values):
    """A file with one cell changed, and where the error must be told."""
    (name,) = values
    return lambda: with_cells(sheet, **values), sheet, name


def at(where, edit, sheet=CARD):
    """A file after an edit of both sheets, and where the error must be told."""
    return lambda: edited(edit), sheet, where


def whole(make):
    """A file whose error belongs to no cell."""
    return make, "", ""


def _docx():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        archive.writestr(
            CONTENT_TYPES, f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
        )
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", "<document/>")
    return file.getvalue()


def _as_kind(kind):
    """The form under another content type."""
    old = b"spreadsheetml.sheet.main+xml"
    return with_parts({CONTENT_TYPES: lambda types: types.replace(b"officedocument." + old, kind)})


def _lying_bomb():
    """A sheet of thirty million blanks whose directory states a thousand."""
    content = with_sheet_data(b" " * 15_000_000)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET_XML).file_size
    return content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def _without(title):
    book = openpyxl.load_workbook(io.BytesIO(original()))
    del book[title]
    return saved(book)


def _twice(title):
    book = openpyxl.load_workbook(io.BytesIO(original()))
    copy: Worksheet = book.copy_worksheet(book[title])
    copy.title = "另一張"
    return saved(book)


def _swapped(_map, card):
    card["B4"], card["K4"] = card["K4"].value, card["B4"].value


def _four_plans(_map, card):
    card["K4"] = "\n".join(f"AC1.1.{n} 方案" for n in range(1, 5))


def _merged_budget(_map, card):
    card["L15"] = None
    card.merge_cells("L14:L15")


def _headings_in_two_rows(_map, card):
    card.insert_rows(3)
    for column in range(4, 10):
        year, kind = card.cell(2, column).value.split("\n")
        card.cell(2, column).value, card.cell(3, column).value = year, kind


def _no_objective(_map, card):
    card["A4"] = None


def _other_headings(_map, card):
    for column in range(1, 16):
        card.cell(43, column).value = card.cell(2, column).value
    card["G43"], card["H43"] = card["H43"].value, card["G43"].value


def _plan_below_band(_map, card):
    card.insert_rows(35)
    card["K35"] = "AF1.1.9 沒有 KPI"


def _figures_alone(_map, card):
    card["G43"] = 5


def _figure_of_a_plan_row(_map, card):
    card["K43"], card["G43"] = "HF1.1.2 再辦", 5


def _both(map_title, card_title):
    def edit(strategy_map, card):
        strategy_map["A1"], card["A1"] = map_title, card_title

    return edit


FILES = {
    "cut off": (*whole(lambda: original()[:5000]), "已損壞"),
    "empty": (*whole(lambda: b""), "檔案是空的"),
    "web page renamed": (*whole(lambda: b"<html><table><tr><td>KPI</td></tr></table></html>"), "不是 Excel"),
    "with macros by its kind": (
        *whole(lambda: _as_kind(b"ms-excel.sheet.macroEnabled.main+xml")),
        "另存為不含巨集的 .xlsx",
    ),
    "template": (*whole(lambda: _as_kind(b"officedocument.spreadsheetml.template.main+xml")), "另存為 .xlsx"),
    "strings missing": (*whole(lambda: with_shared_strings(b"<si><t>x</t></si>")), "已損壞"),
    "text renamed": (*whole(lambda: "策略目標,KPI\n".encode()), "不是 Excel"),
    "pdf renamed": (*whole(lambda: b"%PDF-1.7\n%%EOF"), "不是 Excel"),
    "with a password": (*whole(lambda: OLE + "EncryptedPackage".encode("utf-16-le")), "密碼"),
    "old xls": (*whole(lambda: OLE + "Workbook".encode("utf-16-le")), "舊版的 Excel"),
    "docx renamed": (*whole(_docx), "不是 Excel"),
    "bomb": (*whole(lambda: with_sheet_data(b" " * 40_000_000)), "異常龐大"),
    "lying bomb": (*whole(_lying_bomb), "異常龐大"),
    "too many entries": (*whole(lambda: with_parts({f"x{n}.xml": b"" for n in range(1001)})), "異常龐大"),
    "too large": (*whole(lambda: original() + bytes(10 * 1024 * 1024)), "超過 10 MB"),
    "a million empty rows": (*whole(lambda: with_sheet_data(b"<row/>" * 1_000_000)), "超過 20,000 列"),
    "content far out": (*whole(lambda: with_cells(CARD, ZZ4="x")), "200 欄"),
    "linked workbook": (
        *whole(lambda: with_parts({"xl/externalLinks/externalLink1.xml": b"<x/>"})),
        "連結到其他活頁簿",
    ),
    "macros": (*whole(lambda: with_parts({"xl/vbaProject.bin": b"x"})), "巨集"),
    "dtd": (*whole(lambda: with_parts({SHEET_XML: lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml})), "DTD"),
    "no xml": (*whole(lambda: with_parts({SHEET_XML: b"<worksheet><sheetData>"})), "已損壞"),
    "no main part": (*whole(lambda: with_parts({"xl/workbook.xml": b"<workbook/>"})), "沒有「平衡計分卡」工作表"),
    "no map": (*whole(lambda: _without(MAP)), "沒有「策略地圖」工作表"),
    "no scorecard": (*whole(lambda: _without(CARD)), "沒有「平衡計分卡」工作表"),
    "two scorecards": (*whole(lambda: _twice(CARD)), "都像是「平衡計分卡」"),
    "two maps": (*whole(lambda: _twice(MAP)), "都像是「策略地圖」"),
    "no agency": (*whole(lambda: edited(_both("策略地圖", "平衡計分卡"))), "沒有機關名稱"),
}

CELLS = {
    "two agencies": (*at("A1", _both("甲局策略地圖", "乙局平衡計分卡")), "請確認是同一份表單"),
    "formula without value": (*cell(G4="=20+8"), "沒有計算結果的公式"),
    "date for a number": (*cell(G4=date(2016, 1, 4)), "是日期，不是數字"),
    "division by zero": (*cell(G4="#DIV/0!"), "公式的錯誤結果"),
    "error in a text": (*cell(B4="#REF!"), "公式的錯誤結果"),
    "truth value": (*cell(G4=True), "邏輯值"),
    "words for a number": (*cell(G4="約二十"), "看不懂「約二十」"),
    "words behind a number": (*cell(G4="28 左右吧，再看看"), "看不懂"),
    "wrong grouping": (*cell(G4="12,34"), "千分位逗號"),
    "too many decimals": (*cell(G4="1.23456"), "小數"),
    "too large a number": (*cell(G4=10**12), "太大"),
    "date in an enumeration": (*cell(G5=date(2016, 1, 4)), "是日期"),
    "too few values": (*cell(G5="1.4\n2.7"), "有 3 個衡量項，儲存格卻有 2 行"),
    "one number for three": (*cell(G5=4), "有 3 個衡量項，儲存格卻有 1 行"),
    "negative budget": (*cell(L4=-5), "負數"),
    "budget in parts of a dollar": (*cell(L4=0.5), "不是整數"),
    "budget in words": (*cell(L4="五萬"), "不是數字"),
    "amount beside several action plans": (*cell(L9=5000), "對應 2 個行動方案，無法分配"),
    "budget with a currency": (*cell(L14="US$5,000"), "不是數字"),
    "budget in another unit": (*cell(L14="240萬"), "請換算後只填數字"),
    "number in scientific notation": (*cell(G4="2.8E1"), "看不懂「2.8E1」"),
    "budget merged over rows": (*at("L14", _merged_budget), "合併了幾列"),
    "budgets in thousands": (*cell(L2="行動方案對應105年預算(千元)"), "單位不是元"),
    "budget outside the years": (*cell(L2="行動方案對應110年預算(元)"), "不在目標值的年度之內"),
    "budget without action plan": (
        *at("L4", lambda m, c: (c.__setitem__("K4", None), c.__setitem__("L4", 9))),
        "沒有行動方案",
    ),
    "no unit": (*cell(C4="每件完成通知配住日數≤28日"), "沒有寫計量單位"),
    "two units for three": (*cell(C5="1. 甲\n2. 乙\n3. 丙\n單位：篇、則"), "3 項 KPI，卻有 2 個單位"),
    "unit too long": (*cell(C4=f"日數\n單位：{'長' * 31}"), "最多 30 個"),
    "duplicate objective": (*cell(MAP, D4="AC1 另一個目標"), "策略目標編號 AC1 重複"),
    "objective without code": (*cell(MAP, D4="提升本市國際知曉度"), "沒有編號"),
    "duplicate theme": (*cell(MAP, D3="推動城市交流 A"), "主題編號 A 重複"),
    "duplicate perspective": (*cell(MAP, B5="內部流程 C"), "構面編號 C 重複"),
    "row of the map without perspective": (*at("C5", lambda m, c: m.__setitem__("B5", None), MAP), "沒有構面"),
    "duplicate kpi": (*cell(B6="AC1.1 又一次"), "KPI 編號 AC1.1 重複"),
    "kpi without code": (*cell(B4="縮短職舍通知配住日數"), "沒有編號"),
    "kpi without name": (*cell(B4="AC1.1"), "沒有名稱"),
    "slash in a code": (*cell(B4="A/C1.1 縮短日數"), "沒有編號"),
    "name too long": (*cell(B4=f"AC1.1 {LONG}"), "最多 200 個"),
    "kpi without objective": (*at("A4", _no_objective), "沒有策略目標"),
    "objective that the map lacks": (*cell(A4="ZZ9 沒有的目標"), "策略地圖上沒有策略目標 ZZ9"),
    "kpi without division": (*cell(J4=None), "沒有主責科室"),
    "division too long": (*cell(J4="長" * 61), "最多 60 個"),
    "duplicate action plan": (*cell(K6="AC1.1.1 又一次"), "行動方案編號 AC1.1.1 重複"),
    "action plan without code": (*cell(K4="製作借用房間清冊"), "沒有編號"),
    "four action plans": (*at("K4", _four_plans), "請勿超過 3 項"),
    "action plan of none of the kpis": (*cell(K5="BC1.1.1 甲\nBC1.2.1 乙\nBC9.1.1 丙"), "看不出行動方案 BC9.1.1"),
    "action plan without kpi above": (*at("K35", _plan_below_band), "上方沒有 KPI"),
    "contents of two columns exchanged": (*at("K4", _swapped), "填反"),
    "figures without kpi": (*at("B43", _figures_alone), "KPI 卻是空白"),
    "figures beside a further action plan": (*at("G43", _figure_of_a_plan_row), "不能有實際值或目標值"),
    "no heading of divisions": (*cell(J2="誰"), ""),
    "heading twice": (*cell(H2="105年目標值"), "出現兩次"),
    "heading of an impossible year": (*cell(H2="300年目標值"), "不是年度"),
    "heading without its kind": (*cell(G2=105), "看不出是哪一年"),
    "heading without its year": (*cell(H2="目標值"), "看不出是哪一年"),
    "heading that became a date": (*cell(G2=date(2016, 1, 1)), "「2016/1/1」不是文字"),
    "heading that is an error": (*cell(G2="#REF!"), "「#REF!」不是文字"),
    "headings in two rows": (*at("I2", _headings_in_two_rows), "請寫在同一格"),
    "repeated heading of another order": (*at("A43", _other_headings), "與第 2 列的標題不同"),
    "note too long": (*cell(G4=f"28({'長' * 501})"), "最多 500 個"),
}
CELLS["no heading of divisions"] = (*at("A2", lambda m, c: c.__setitem__("J2", "誰")), "沒有「KPI 主責科室」欄")
CELLS["no heading of kpis"] = (*at("", lambda m, c: c.__setitem__("B2", "誰"), ""), "沒有「平衡計分卡」工作表")

"""Samples of 匯入表單 for /style/, made in memory. No query."""

from types import SimpleNamespace

from scorecard.agency_form.changes import Change, FactChange
from scorecard.agency_form.matching import Certainty, FormRow
from scorecard.agency_form.preview_matches import NONE_OF_THEM, NOTHING_CHOSEN, MatchesShown, MatchLine
from scorecard.agency_form.preview_page import KPIRow, MeasureRow, MessageGroup, MessageLine
from scorecard.domain.choices import Direction
from scorecard.read_models.edition_difference import DifferenceKind
from scorecard.read_models.edition_items import FactKey, ItemKind
from scorecard.spreadsheets.cell_messages import Message as CellMessage
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.grid import Place


def _message_groups(sheet):
    texts = {
        Severity.ERROR: ("D12", "一成五", "", "不是數字；請填數字，或在備註說明。"),
        Severity.CORRECTION: ("A7", "ＡＣ１.１", "AC1.1", "編號改為半形。"),
        Severity.ASSUMPTION: ("F9", "↓", "越低越好", "依箭頭推定方向。"),
        Severity.HINT: ("H20", "王小明", "承辦人", "是人名，不是科室；列為方案主責。"),
    }
    groups = []
    for place, (level, (cell, found, read, text)) in enumerate(texts.items()):
        message = CellMessage(level, sheet, cell, found, read, text)
        lines = [MessageLine(message, "#importing", f"cell-{place}-{cell}", found, level is Severity.CORRECTION)]
        hidden = 0
        if level is Severity.CORRECTION:
            lines.append(MessageLine(message, "#importing"))
        elif level is Severity.HINT:
            lines.append(MessageLine(CellMessage(level, "", "", "", "", "找不到填表說明。")))
            hidden = 12
        groups.append(MessageGroup(level, len(lines) + hidden, lines, hidden))
    return groups


def _import_change(kind, what, old, new, place):
    key = FactKey(ItemKind.KPI, None, "name")
    fact = FactChange(key, what, old, new, old, new)
    return Change(kind, (kind.label,), what, old, new, (fact,), place)


def _matches(place):
    rows = [(Certainty.RENAMED, "", "AC1.1"), (Certainty.RECODED, "AC1.2", "AC1.2"), (Certainty.UNCLEAR, "", "")]
    options = [("AC1.1", "AC1.1 職務宿舍配住率"), ("AC1.2", "AC1.2 通知日數"), ("new", NONE_OF_THEM)]
    lines = [
        MatchLine(
            FormRow(ItemKind.KPI, f"AC1.{number}", "指標", place),
            certainty,
            "#importing",
            f"match-{number}",
            answer,
            chosen,
            options if chosen else [("", NOTHING_CHOSEN), *options],
        )
        for number, (certainty, answer, chosen) in enumerate(rows, 3)
    ]
    new = MatchLine(FormRow(ItemKind.KPI, "AC2.1", "新指標", place), Certainty.NEW, "", "match-9", "", "new", options)
    certain = [("KPI", "AC2.2 使用率", "AC2.2 使用率")]
    return MatchesShown(lines, 12, 2, [new], 0, certain, 1)


def importing():
    """Messages of every severity, changes, and the table of an uploaded form."""
    sheet = "平衡計分卡"
    at = Place(sheet, "E8")
    changes = [
        _import_change(DifferenceKind.ADDED, "KPI CP1.2 會議室滿意度", "—", "會議室滿意度", at),
        _import_change(DifferenceKind.RENAMED, "BP2", "檔案數位化", "加速檔案數位化", at),
        _import_change(DifferenceKind.DEFINITION, "AC1.1 計算公式", "戶數比", "已配住戶數／總戶數", at),
        _import_change(DifferenceKind.SOFTENED, "BC1.1 105 年目標值", "105 年 1.5 %", "105 年 2 %", at),
    ]
    retired = _import_change(DifferenceKind.RETIRED, "KPI CP1.1 會議室使用率", "會議室使用率", "停列", at)
    figures = [("88", ""), ("90", "含眷舍"), ("—", "")]
    plan = SimpleNamespace(code="AC1.1.1", description="職務宿舍修繕", owner_division="行政園區科", owner_person="")
    return {
        "groups": _message_groups(sheet),
        "changes": [(change, "#importing") for change in changes],
        "dropped": [(retired, True), (retired, False)],
        "kinds": [(change.chips[0], 1) for change in changes],
        "matches": _matches(at),
        "preview": {"plan": "示範機關 105 年版"},
        "base": "105 年版",
        "table_years": [{"text": text} for text in ("104 年實際", "105 年目標", "106 年目標")],
        "table_rows": [
            KPIRow(
                "AC1.1",
                "職務宿舍配住率",
                "AC1",
                "已配住戶數／總戶數",
                "行政園區科",
                "#importing",
                [MeasureRow("", "%", Direction.HIGHER.label, figures)],
                [(plan, "105 年 1,545,480")],
            ),
            KPIRow(
                "AC2.2",
                "場地服務滿意度",
                "",
                "問卷得分",
                "",
                "#importing",
                [
                    MeasureRow("借用單位", "分", Direction.HIGHER.label, figures),
                    MeasureRow("一般民眾", "分", Direction.HIGHER.label, figures),
                ],
                [],
            ),
        ],
    }

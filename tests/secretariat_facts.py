"""The Secretariat's plan for tests: loaded from the product's fixture, and read afresh from the agency's own form.

expected_document() is the plan as JSON must give it, made from the workbook and from nothing of the product. Cells
whose figures are not plain numbers stand in IRREGULAR, checked by hand against domain.md §3; a new one fails loudly.
"""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path

import openpyxl
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection

from scorecard.models import Plan

AGENCY_SLUG = "taipei-secretariat"
SLUG = f"{AGENCY_SLUG}-105"
DATA = Path(__file__).parent / "data"
WORKBOOK, TEXT = DATA / "taipei-secretariat-form.xlsx", DATA / "taipei-secretariat-scorecard.txt"

FIRST_ROW, LAST_ROW = 4, 42
THEME_COLUMNS, PERSPECTIVE_ROWS = "CDEFGHIJ", (4, 5, 6, 7)
ACTUALS = {"D": 2013, "E": 2014, "F": 2015}
TARGETS = {"G": 2016, "H": 2017, "I": 2018}
BUDGETS = {"L": 2016, "M": 2017, "N": 2018}
NO_FIGURE = {"未統計", "無統計", "無資料", "—"}

# (value, note) of each measure that the cell holds, in order.
IRREGULAR = {
    "F5": [("4", None), ("6", None), ("2", None)],
    "G5": [("4", None), ("7", None), ("5", None)],
    "H5": [("6", None), ("8", None), ("6", None)],
    "I5": [("6", None), ("8", None), ("8", None)],
    "F8": [(None, "275件\n(104/8/31起計算)")],
    "G8": [("100", None)],
    "H8": [("100", None)],
    "I8": [("100", None)],
    "G16": [("100", "已完成")],
    "G17": [("100", "已完成")],
    "D26": [("2", None), (None, "無統計")],
    "E26": [("2", None), (None, "無統計")],
    "F26": [("3", None), ("2", "104.10.開始")],
    "G26": [("3", None), ("4", None)],
    "H26": [("4", None), ("5", None)],
    "I26": [("4", None), ("5", None)],
    "F41": [("20", None), ("5", None)],
    "G41": [("25", None), ("6", None)],
    "H41": [("25", None), ("6", None)],
    "I41": [("25", None), ("6", None)],
}
# ≤ in the formula says lower is better; this one alone is known by its falling targets.
LOWER_BY_ITS_TARGETS = {"DC1.1"}


@cache
def _rows():
    """The fixture's rows by model, read once: loaddata asks the database a thousand times, for each test anew."""
    text = (settings.FIXTURE_DIRS[0] / f"{SLUG}.json").read_text(encoding="utf-8")
    rows = [found.object for found in serializers.deserialize("json", text)]
    return {model: [row for row in rows if type(row) is model] for model in dict.fromkeys(map(type, rows))}


def load_plan():
    """The fixture's edition, with what build_scorecard wants selected.

    tests/repository/test_fixture.py loads it as users do.
    """
    for model, rows in _rows().items():
        model.objects.bulk_create([deepcopy(row) for row in rows])
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(_rows())):
            cursor.execute(statement)
    return plan()


def plan():
    """The Secretariat's edition of 105 as it stands, with what build_scorecard wants selected."""
    return Plan.objects.select_related("agency", "version").get(agency__slug=AGENCY_SLUG, year=2016)


def expected_document():
    """The plan as the JSON export must give it, read from the agency's workbook."""
    book = openpyxl.load_workbook(WORKBOOK)
    strategy_map, scorecard = book["策略地圖"], book["平衡計分卡"]
    mission, vision, core_values = (strategy_map[cell].value.split("\n")[1:] for cell in ("A2", "E2", "H2"))
    themes = [_name_then_code(strategy_map[f"{column}3"].value) for column in THEME_COLUMNS]
    perspectives = [_name_then_code(strategy_map[f"B{row}"].value) for row in PERSPECTIVE_ROWS]
    return {
        "agency": strategy_map["A1"].value.removesuffix("策略地圖"),
        "first_year": min(TARGETS.values()),
        "last_year": max(TARGETS.values()),
        "mission": mission,
        "vision": "\n".join(vision),
        "core_values": core_values,
        "perspectives": perspectives,
        "themes": [
            theme | {"lead_division": strategy_map[f"{column}8"].value}
            for column, theme in zip(THEME_COLUMNS, themes, strict=True)
        ],
        "objectives": [
            _code_then_name(line) | {"theme": theme["code"], "perspective": perspective["code"]}
            for row, perspective in zip(PERSPECTIVE_ROWS, perspectives, strict=True)
            for column, theme in zip(THEME_COLUMNS, themes, strict=True)
            for line in strategy_map[f"{column}{row}"].value.split("\n")
        ],
        "kpis": [kpi for row in kpi_rows(scorecard) for kpi in _kpis(scorecard, row)],
    }


def kpi_rows(sheet):
    """The numbers of the rows that hold KPIs, leaving out the 構面 bands."""
    return [row for row in range(FIRST_ROW, LAST_ROW + 1) if sheet[f"B{row}"].value]


def merged_value(sheet, cell):
    """A cell's value, or that of the merged cell it lies in."""
    home = next((str(area).split(":")[0] for area in sheet.merged_cells.ranges if cell in area), cell)
    return sheet[home].value


def _name_then_code(text):
    name, code = text.split(" ")
    return {"code": code, "name": name}


def _code_then_name(text):
    """The letter I stands for the digit 1 in two of the form's codes."""
    code, name = text.split(" ", 1)
    return {"code": code.replace("API", "AP1"), "name": name}


def _kpis(sheet, row):
    """The KPIs of one row of the form."""
    heads = [_code_then_name(line) for line in sheet[f"B{row}"].value.split("\n")]
    formulas, units = _formulas_and_units(sheet[f"C{row}"].value, len(heads))
    series = _series(sheet, row, count=max(len(heads), len(units)))
    owners = merged_value(sheet, f"O{row}")
    kpis = []
    for k, head in enumerate(heads):
        own = range(len(units)) if len(heads) == 1 else [k]
        kpis.append(
            {
                "code": head["code"],
                "name": head["name"],
                "objective": _code_then_name(merged_value(sheet, f"A{row}"))["code"],
                "formula": formulas[k],
                "division": sheet[f"J{row}"].value,
                "measures": [
                    {
                        "label": formulas[k].split("\n")[i].split("≥")[0] if len(own) > 1 else None,
                        "unit": units[min(i, len(units) - 1)],
                        "direction": "lower"
                        if "≤" in formulas[k] or head["code"] in LOWER_BY_ITS_TARGETS
                        else "higher",
                        "values": series[i],
                    }
                    for i in own
                ],
                "action_plans": [
                    plan | {"owner": owners}
                    for plan in _action_plans(sheet, row)
                    if plan["code"].startswith(head["code"])
                ],
            }
        )
    return kpis


def _formulas_and_units(text, kpi_count):
    """A KPI's formula is the cell without its unit lines; where lines are numbered for KPIs, without the number.

    Of a cell that serves several KPIs each takes its own line.
    """
    formula, units = re.split(r"\n單位[：:]", text)
    lines = [re.sub(r"^\d\. ?", "", line) for line in formula.split("\n")]
    return (lines if kpi_count > 1 else ["\n".join(lines)]), re.split("[\n、]", units)


def _series(sheet, row, count):
    """The values of each of the row's measures, all years."""
    series = [[] for _ in range(count)]
    for column, year in (ACTUALS | TARGETS).items():
        kind = "actual" if column in ACTUALS else "target"
        blank = {"year": year, "target": None, "target_note": None, "actual": None, "actual_note": None}
        for i, (figure, note) in enumerate(_figures(sheet[f"{column}{row}"], count)):
            series[i].append(blank | {kind: figure, f"{kind}_note": note})
    return series


def _figures(cell, count):
    if cell.coordinate in IRREGULAR:
        figures = IRREGULAR[cell.coordinate]
    elif cell.value in NO_FIGURE:
        figures = [(None, cell.value)] * count
    else:
        assert isinstance(cell.value, int | float), f"{cell.coordinate} {cell.value!r} is not in IRREGULAR"
        figures = [(f"{cell.value:.10g}", None)]
    assert len(figures) == count, cell.coordinate
    return figures


def _action_plans(sheet, row):
    plans = [_code_then_name(line) for line in sheet[f"K{row}"].value.split("\n")]
    budgets = [
        {"year": year, "amount": int(str(sheet[f"{column}{row}"].value).replace(",", "")), "executed": None}
        for column, year in BUDGETS.items()
    ]
    # One budget cell beside several action plans can only be shared where it is zero.
    assert len(plans) == 1 or not any(budget["amount"] for budget in budgets), row
    return [{"code": plan["code"], "description": plan["name"], "budgets": budgets} for plan in plans]

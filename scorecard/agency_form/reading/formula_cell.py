"""The cell of formula and unit: what belongs to which KPI, the units, and the direction of a measure (domain.md §3)."""

import re
from dataclasses import dataclass

from scorecard.agency_form.reading.notations import enumerated
from scorecard.domain.choices import Direction

_UNIT = re.compile(r"(?:計量)?單位\s*[：:]")
_NUMBER = re.compile(r"[1-9１-９][0-9０-９]?[.．、]\s*")
_UNIT_SEPARATORS = re.compile(r"[\n、,，;；]")
_LOWER, _HIGHER = re.compile("[≤≦]|<="), re.compile("[≥≧]|>=|至少")
_BOUND = re.compile(r"[≤≦≥≧]|<=|>=|至少")


@dataclass(frozen=True)
class FormulaCell:
    """What the cell says: a formula each KPI, all units, and whether numbers before the formulas were taken away.

    is_split: whether lines of the cell were shared out to several KPIs.
    """

    formulas: tuple[str, ...]
    units: tuple[str, ...]
    was_numbered: bool
    is_split: bool


def read_formula_cell(text, kpi_count, *, is_numbered=True):
    """Formula and unit of the row's KPIs. units is empty where the cell names none.

    is_numbered: a number before a formula counts the KPIs of a row; without, it belongs to the formula.

    formulas has one entry per KPI where the lines can be shared out, else one for all of them.
    """
    units, formula = (), text
    match = _UNIT.search(text)
    if match:
        formula = text[: match.start()].rstrip(" \n(（")
        parts = _UNIT_SEPARATORS.split(text[match.end() :].rstrip(")） "))
        units = tuple(part.strip() for part in parts if part.strip())
    lines = [line.strip() for line in formula.split("\n") if line.strip()]
    stripped = lines
    if is_numbered:
        stripped = enumerated(lines) or [_NUMBER.sub("", s, count=1) if _is_numbered(s) else s for s in lines]
    was_numbered = stripped != lines
    if kpi_count > 1 and len(stripped) == kpi_count:
        return FormulaCell(tuple(stripped), units, was_numbered, True)
    return FormulaCell(("\n".join(stripped),), units, was_numbered, False)


def _is_numbered(line):
    """「2.參加…」; 「1.5 倍」 is a figure."""
    match = _NUMBER.match(line)
    return bool(match) and not line[match.end() : match.end() + 1].isdigit()


def measure_label(line):
    """What a formula's line counts: 「年度製作圖片張數≥20張」 counts 年度製作圖片張數."""
    return _BOUND.split(line)[0].strip("：:= 　")


def direction_of(formula, targets):
    """(direction, why it had to be assumed, "" where the formula says it). targets: year by year, None for none.

    ≤ says lower, ≥ or 至少 higher; else falling targets say lower.
    """
    lower, higher = bool(_LOWER.search(formula)), bool(_HIGHER.search(formula))
    if lower != higher:
        return (Direction.LOWER if lower else Direction.HIGHER), ""
    stated = [target for target in targets if target is not None]
    if len(stated) > 1 and stated[-1] < stated[0] and stated == sorted(stated, reverse=True):
        return Direction.LOWER, "目標值逐年下降"
    return Direction.HIGHER, "計算公式沒有 ≥ 或 ≤，目標值也沒有逐年下降"

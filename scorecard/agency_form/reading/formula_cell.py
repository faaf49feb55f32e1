"""Reads the cell of formula and unit: formulas by KPI, units, and directions of measures (domain.md §3)."""

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
    """formulas: one per KPI if is_split, else one. was_numbered: their numbers are removed."""

    formulas: tuple[str, ...]
    units: tuple[str, ...]
    was_numbered: bool
    is_split: bool


def read_formula_cell(text, kpi_count, *, is_numbered=True):
    """units is empty if the cell names none. is_numbered: numbers before lines count KPIs."""
    units = ()
    formula = text
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
    """True for 「2.參加…」, False for 「1.5 倍」."""
    match = _NUMBER.match(line)
    return bool(match) and not line[match.end() : match.end() + 1].isdigit()


def measure_label(line):
    """「年度製作圖片張數≥20張」 gives 年度製作圖片張數."""
    return _BOUND.split(line)[0].strip("：:= 　")


def direction_of(formula, targets):
    """(direction, reason for an assumption). The reason is "" if the formula says it: ≤ is lower, ≥ or 至少 higher.

    targets: in order of years, None for none. Without a sign in the formula, falling targets mean lower.
    """
    lower, higher = bool(_LOWER.search(formula)), bool(_HIGHER.search(formula))
    if lower != higher:
        return (Direction.LOWER if lower else Direction.HIGHER), ""
    stated = [target for target in targets if target is not None]
    if len(stated) > 1 and stated[-1] < stated[0] and stated == sorted(stated, reverse=True):
        return Direction.LOWER, "目標值逐年下降"
    return Direction.HIGHER, "計算公式沒有 ≥ 或 ≤，目標值也沒有逐年下降"

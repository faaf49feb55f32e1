"""Reads the cell of formula and unit: formulas by KPI, units, and what is said behind them (domain.md §3)."""

import re
import unicodedata
from dataclasses import dataclass

from scorecard.agency_form.reading.notations import enumerated
from scorecard.domain.written_words import is_percentage

_UNIT = re.compile(r"(?:計量)?單位\s*[：:]")
_NUMBER = re.compile(r"[1-9１-９][0-9０-９]?[.．、]\s*")
_UNIT_SEPARATORS = re.compile(r"([\n、,，;；])")
# A remark behind the unit, no further unit: 「(資料來源：內控小組)」.
_REMARK = re.compile(
    r"[※*＊註]|備註|說明|資料|來源|公式|目標|不含|包含|含|自[0-9]|以.+(?:計|準)|每|依|由|如|[^：:]*[：:]|.{9,}",
    re.DOTALL,
)
_REMARK_APART = re.compile(r"(?<=\S)\s+(?=※|備?註|資料|說明|公式|目標|\S+[：:])")
_BRACKET = re.compile(r"\s*[(（\[【](?P<inner>[^()（）]*)[)）\]】]?\s*$", re.DOTALL)
_WORDS_FOR_PERCENT = re.compile(r"百分(?:比|率)|percent(?:age)?|%", re.IGNORECASE)
NO_UNIT = re.compile(r"[：:≥≦≤≧=<>＝＜＞。?？]")
_TIMES_100 = re.compile(r"[*×xX✕╳∗]100%|100%[*×xX✕╳∗]")
_PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】"}


@dataclass(frozen=True)
class FormulaCell:
    """formulas: one per KPI if is_split, else one. was_numbered: their numbers are removed.

    remark: what stood behind the unit and is a line of the formula now. percent: the words that were read as %.
    """

    formulas: tuple[str, ...]
    units: tuple[str, ...]
    was_numbered: bool
    is_split: bool
    remark: str = ""
    percent: str = ""


def read_formula_cell(text, kpi_count, *, is_numbered=True):
    """units is empty if the cell names none. is_numbered: numbers before lines count KPIs."""
    units, remark, percent = (), "", ""
    formula = text
    match = _UNIT.search(text)
    if match:
        head = text[: match.start()].rstrip()
        opening = head[-1:] if head[-1:] in _PAIRS else ""
        formula = head.removesuffix(opening).rstrip(" \n") if opening else head
        units, remark = _units_and_remark(_without_bracket(text[match.end() :], _PAIRS.get(opening, "")))
        if is_numbered and len(units) == 1 and is_words_for_percent(units[0]):
            units, percent = ("%",), units[0]
        formula = "\n".join(part for part in (formula, remark) if part)
    lines = [line.strip() for line in formula.split("\n") if line.strip()]
    stripped = lines
    if is_numbered:
        stripped = enumerated(lines) or [_NUMBER.sub("", s, count=1) if _is_numbered(s) else s for s in lines]
    was_numbered = stripped != lines
    if kpi_count > 1 and len(stripped) == kpi_count:
        return FormulaCell(tuple(stripped), units, was_numbered, True, remark, percent)
    return FormulaCell(("\n".join(stripped),), units, was_numbered, False, remark, percent)


def _is_numbered(line):
    """True for 「2.參加…」, False for 「1.5 倍」."""
    match = _NUMBER.match(line)
    return bool(match) and not line[match.end() : match.end() + 1].isdigit()


def _without_bracket(text, closing):
    """The text behind 「單位：」 without the end of the bracket that 「(單位：」 opened."""
    text = text.strip()
    if not closing:
        return text
    depth, wide = 0, {"）": ")", "（": "(", "】": "]", "【": "["}
    closing = wide.get(closing, closing)
    opening = "(" if closing == ")" else "["
    for place, char in enumerate(text):
        char = wide.get(char, char)
        if char == opening:
            depth += 1
        elif char == closing:
            if not depth:
                return f"{text[:place]}{text[place + 1 :]}" if text[place + 1 :].strip() else text[:place]
            depth -= 1
    return text


def _units_and_remark(text):
    """(units, what stands behind them). Line ends and commas stand between units, 「件(次)」 is one."""
    pieces = _UNIT_SEPARATORS.split(text)
    units, rest = [], ""
    for number in range(0, len(pieces), 2):
        piece = pieces[number].strip().rstrip("。")
        if not piece:
            continue
        if units and (_REMARK.match(piece) or _is_open(piece[:1]) and len(piece) > 1):
            rest = "".join(pieces[number:]).strip()
            break
        apart = _REMARK_APART.search(piece)
        if apart:
            units.append(piece[: apart.start()])
            rest = "".join((piece[apart.end() :], *pieces[number + 1 :])).strip()
            break
        bracket = _BRACKET.search(piece)
        if bracket and bracket.start() and (len(bracket["inner"]) > 8 or _REMARK.match(bracket["inner"].strip())):
            units.append(piece[: bracket.start()].strip())
            rest = "".join((piece[bracket.start() :].strip(), *pieces[number + 1 :])).strip()
            break
        units.append(piece)
    return tuple(units), rest


def _is_open(char):
    return char in _PAIRS


def is_words_for_percent(unit):
    """Whether 百分比, 百分比(%) or the like is written for %."""
    flat = "".join(unicodedata.normalize("NFKC", unit).split()).strip("()")
    found = [part for part in re.split(r"[()]", flat) if part]
    return not is_percentage(unit) and bool(found) and all(_WORDS_FOR_PERCENT.fullmatch(part) for part in found)


def is_share(formula):
    """Whether the formula multiplies by 100%."""
    return bool(_TIMES_100.search("".join(unicodedata.normalize("NFKC", formula).split())))


def is_share_of_another_unit(formula, units):
    """「實際場數/計畫場數*100%」 counted in 場數: one of the two is wrong."""
    return is_share(formula) and not any(is_percentage(unit) or "%" in unit or "％" in unit for unit in units)

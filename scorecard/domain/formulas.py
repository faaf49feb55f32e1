"""Reading a ratio out of a KPI's formula as agencies write it: 「X/Y*100%≥92%」 (domain.md §3).

It never guesses: a formula that is no plain quotient of two named counts gives None, and the measure then takes its
result alone.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_LABEL_LENGTH = 200

_SIGNS = str.maketrans({"÷": "/", "∕": "/", "⁄": "/", "×": "*", "✕": "*", "╳": "*", "∗": "*", "≧": "≥", "≦": "≤"})
_PAIRS = {"(": ")", "[": "]", "{": "}", "【": "】", "〔": "〕"}
_CLOSING = frozenset(_PAIRS.values())

_GOAL = re.compile(r"(?:≥|≤|>=?|<=?|=|至少|至多|不低於|不高於|達到?)(?:-?[0-9][0-9,.]*)(?P<unit>[^0-9]*)$")
_FACTOR = re.compile(r"[*xX](?P<number>[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?P<sign>[%‰]?)$")
_FACTORS = {("100", "%"): 100, ("1000", "‰"): 1000, ("100", ""): 100, ("1000", ""): 1000, ("10000", ""): 10_000}
_FACTOR_OF_SIGN = {"%": 100, "‰": 1000}
# 「篇數/年」 counts by the year and divides nothing.
_PERIOD = re.compile(r"(?:每|半|全|學|一)?[0-9]*個?(?:年度?|季度?|月份?|週|周|日|天|次|期)")
_IS_RATIO_ALREADY = ("率", "比", "百分比", "比例", "比值")


@dataclass(frozen=True)
class Ratio:
    """factor: what the quotient is multiplied by, 100 for a percentage."""

    numerator_label: str
    denominator_label: str
    factor: int


def read_ratio(formula: str, *, unit: str = "") -> Ratio | None:
    """The quotient that a KPI's formula is; None where it is none, or in doubt.

    unit is the measure's own where it is known. Without a stated factor the quotient must be a percentage by its unit
    or by its goal (「≥90%」): a stroke alone may mean 「or」 or 「per」 as well. A factor that contradicts the unit
    is a doubt as well. Full-width signs, ÷ and ×, any brackets and line breaks make no difference (NFKC).
    """
    text = "".join(unicodedata.normalize("NFKC", formula).translate(_SIGNS).split())
    text, goal_unit = _without_goal(text)
    text, factor = _without_factor(text)
    quotient = _without_name(text)
    if quotient is None or factor == 0:
        return None
    # The factor may be inside the brackets as well: 「[X/Y*100%]」.
    quotient, inner = _without_factor(_unwrapped(quotient))
    if inner == 0 or factor and inner:
        return None
    by_unit = _FACTOR_OF_SIGN.get(unicodedata.normalize("NFKC", unit).strip())
    factor = factor or inner or by_unit or _FACTOR_OF_SIGN.get(goal_unit)
    if factor is None or unit and by_unit != factor and (by_unit or factor in _FACTOR_OF_SIGN.values()):
        return None
    return _ratio(quotient, factor)


def _ratio(quotient: str, factor: int) -> Ratio | None:
    parts = _split_outside(quotient, "/")
    if parts is None or len(parts) != 2 or any(_split_outside(part, "+-") != [part] for part in parts):
        return None
    numerator, denominator = map(_unwrapped, parts)
    if not (_names_a_count(numerator) and _names_a_count(denominator)):
        return None
    if _PERIOD.fullmatch(denominator) or len(denominator) < 2 or numerator.endswith(_IS_RATIO_ALREADY):
        return None
    return Ratio(numerator, denominator, factor)


def _without_goal(text: str) -> tuple[str, str]:
    """The text without 「≥92%」 or 「至少290則」 at its end, and the unit of that goal ("" without one)."""
    text, is_at_least = re.subn("(?<=[0-9%‰])以上$", "", text)
    match = _GOAL.search(text)
    if match is None:
        return (text + "以上" if is_at_least else text), ""
    return text[: match.start()].rstrip(",;"), match["unit"]


def _without_factor(text: str) -> tuple[str, int | None]:
    """The text without 「*100%」 at its end, and the factor: None without one, 0 where it is none that is known."""
    match = _FACTOR.search(text)
    if match is None:
        return text, None
    return text[: match.start()], _FACTORS.get((match["number"].replace(",", ""), match["sign"]), 0)


def _without_name(text: str) -> str | None:
    """What follows 「完成率=」; None where more than one name is equated with one quotient."""
    sides = _split_outside(text, "=:")
    if sides is None or len(sides) > 2 or len(sides) == 2 and "/" in sides[0]:
        return None
    return sides[-1]


def _names_a_count(label: str) -> bool:
    """Whether the label is the name of something counted: words, and no arithmetic but sums and differences."""
    outside = re.sub(r"[(\[{【〔].*[)\]}】〕]", "", label)
    has_words = any(char.isalpha() for char in label) and not re.fullmatch(r"[0-9.,%+-]+", outside)
    return has_words and len(label) <= MAX_LABEL_LENGTH and not re.search(r"[/*%‰=≥≤<>,;。:^√]", label)


def _split_outside(text: str, signs: str) -> list[str] | None:
    """The text split at the signs that stand outside all brackets; None where its brackets do not match."""
    parts = [""]
    open_brackets: list[str] = []
    for char in text:
        if char in signs and not open_brackets:
            parts.append("")
            continue
        if char in _PAIRS:
            open_brackets.append(_PAIRS[char])
        elif char in _CLOSING and (not open_brackets or open_brackets.pop() != char):
            return None
        parts[-1] += char
    return None if open_brackets else parts


def _unwrapped(text: str) -> str:
    """The text without brackets that hold all of it."""
    while len(text) > 2 and text[0] in _PAIRS and text[-1] == _PAIRS[text[0]]:
        inner = text[1:-1]
        if _split_outside(inner, "") is None:
            break
        text = inner
    return text

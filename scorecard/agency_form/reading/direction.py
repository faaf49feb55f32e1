"""Reads whether more or less of a measure is better: from the signs and words of its formula, else from its targets."""

import re
import unicodedata

from scorecard.domain.choices import Direction

# Words behind a number say a bound only where a clause ends: 「65歲以上長者人次」 has none.
_END = r"(?=$|[,，;；。、)）\n]|單位|者(?:為|$))"
_LOWER = re.compile(
    r"[≤≦⩽≯]|<=?|=<|不超過|不高於|不多於|不大於|不逾|(?<!不)小於|(?<!不)(?<!得)低於|(?<!不)少於|未滿|至多|最多"
    rf"|(?:以下|以內|之內|內為限){_END}"
)
_HIGHER = re.compile(
    r"[≥≧⩾≮]|>=?|=>|至少|不低於|不少於|不小於|不得低於|(?<!不)大於|(?<!不)高於|(?<!不)多於|(?<!不)超過|最少|達到?(?=[0-9])"
    rf"|(?:以上|之上){_END}"
)
_BOUND = re.compile(f"{_LOWER.pattern}|{_HIGHER.pattern}")
_ANGLES = str.maketrans("〈〉", "<>")


def measure_label(line):
    """「年度製作圖片張數≥20張」 gives 年度製作圖片張數."""
    match = re.search(r"[≤≦≥≧＜＞<>]|至少", line)
    return (line[: match.start()] if match else line).strip("：:= 　")


def direction_of(formula, targets):
    """(direction, reason for an assumption). The reason is "" if the formula says it: ≤ is lower, ≥ or 至少 higher.

    targets: in order of years, None for none. Without a sign in the formula, falling targets mean lower.
    """
    lower, higher = _signs(_bound_part(formula))
    if bool(lower) != bool(higher):
        return (Direction.LOWER if lower else Direction.HIGHER), ""
    inside = _inside(formula)
    trend = trend_of(targets)
    way = {Direction.LOWER: "目標值逐年下降", Direction.HIGHER: "目標值逐年上升", None: "目標值也沒有逐年下降"}[trend]
    if lower:
        return trend or Direction.HIGHER, f"計算公式裡有方向相反的符號，{way}"
    if inside:
        return trend or Direction.HIGHER, f"計算公式的「{inside}」在定義之內，{way}"
    if trend is Direction.LOWER:
        return trend, way
    return Direction.HIGHER, "計算公式沒有 ≥ 或 ≤，目標值也沒有逐年下降"


def contradiction(formula, targets):
    """What is told where the targets run against the sign of the formula; "" where they do not."""
    lower, higher = _signs(_bound_part(formula))
    trend = trend_of(targets)
    if trend is None or bool(lower) == bool(higher):
        return ""
    said = Direction.LOWER if lower else Direction.HIGHER
    if said is trend:
        return ""
    way = "逐年下降" if trend is Direction.LOWER else "逐年上升"
    return f"計算公式的「{lower or higher}」與目標值{way}的方向相反，以計算公式為準；請確認方向與目標值。"


def trend_of(targets):
    """LOWER where the targets fall, HIGHER where they rise, None where they do neither."""
    stated = [target for target in targets if target is not None]
    if len(stated) < 2 or stated[0] == stated[-1]:
        return None
    if stated == sorted(stated):
        return Direction.HIGHER
    return Direction.LOWER if stated == sorted(stated, reverse=True) else None


def _flat(formula):
    """Half width; spaces go, line ends stay."""
    text = unicodedata.normalize("NFKC", formula).translate(_ANGLES)
    return re.sub(r"[^\S\n]+", "", text)


def _bound_part(formula):
    """What may say the bound: what stands behind the quotient, or all where there is none."""
    text = _flat(formula)
    end = max((match.end() for match in re.finditer(r"[/÷]|[*×x]100%?", text)), default=0)
    if not end:
        return text
    behind = text[end:]
    # A bracket that was opened before the stroke belongs to the definition.
    depth = text[:end].count("(") - text[:end].count(")")
    while depth > 0 and ")" in behind:
        behind = behind[behind.index(")") + 1 :]
        depth -= 1
    return behind


def _inside(formula):
    """The sign that stands in the definition; "" for none."""
    text = _flat(formula)
    before = text[: len(text) - len(_bound_part(formula))]
    match = _BOUND.search(before)
    return match[0] if match else ""


def _signs(text):
    """(the first sign of lower, the first of higher), "" for none."""
    found = _LOWER.search(text), _HIGHER.search(text)
    return tuple(match[0] if match else "" for match in found)

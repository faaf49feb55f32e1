"""Reads the headings of columns of figures: which kind of figure of which one year, or what is wrong with it."""

import re
import unicodedata
from dataclasses import dataclass

from scorecard.agency_form.reading.texts import without_spaces

_YEAR = r"(?:中華)?(?:民國|西元)?(?P<year>[0-9]{2,4})(?:年度?)?"
_KINDS = {
    "budget": r"(?:年度)?(?:法定|編列|核定|概算)?預算(?:數|案|金額|額|經費)?(?:\((?:數|金額)\))?",
    "actual": r"(?:年度)?(?:實際達成值|實際執行值|實際績效值?|實際值|實績值|實際數|實績|實際|達成值)",
    "target": r"(?:年度|預期|預定)?目標(?:值|數)?",
}
_UNIT = r"(?:\((?:單位:?)?(?:新[臺台]幣|NT\$?)?[十百佰千仟阡萬億]*[元圓%]\)|[十百佰千仟阡萬億]*[元圓])?"
_BEFORE = r"(?:KPI|行動方案|對應|之|的)*"
_OF = "[之的:\\-/]?"
# A day or a month up to which an actual reaches. The day is no year.
_UNTIL = re.compile(
    r"\(?(?:截至|截止|至)?(?:民國|西元)?(?P<year>[0-9]{2,4})(?:[./-]|年度?)"
    r"(?:(?P<month>1[0-2]|0?[1-9])(?:(?:[./-]|月)(?P<day>[0-3]?[0-9])日?|月底?)?|(?P<end>年?底|終|末))"
    r"(?:止|為止|前)?\)?"
)
_SPAN = re.compile(r"[0-9]{2,4}年?度?(?:[-–—~～至到、,及和與/]|以?後至)+(?:民國|西元)?[0-9]{2,4}年?度?")
_SUMMED = re.compile(r"合計|總計|小計|累計|累積|總額|加總|平均|[0-9一二三四五六兩]個?年(?:期|合|總|共)|各年|全期|歷年")
_NOT_OF_THE_FORM = re.compile(
    r"達成率|達成度|達成情形|達成程度|達成狀況|達成比[率例]|達成百分比|達標|執行率|執行情形|燈號"
)
_FIGURE = re.compile(r"實際|實績|目標|預算|達成值|經費|金額|執行數|決算|概算|績效值|預期值|基準值|現況值|[千仟萬]元")
# A heading without its year, or a year without its kind, as in forms with two rows of headings.
_HALF = re.compile(
    r"(?:民國|西元)?[0-9]{2,4}(?:年度?)?|(?:各年度?)?(?:目標[值數]?|實際[值數]|實績值?|達成值|(?:對應)?預算數?(?:\(元\))?)"
)
SUMMED = "是幾年的合計，不是一年的數值；請每年各占一欄，例如「105年目標值」「行動方案對應105年預算(元)」。"
HALF = "看不出是哪一年的哪一種數值；標題請寫在同一格，例如「105年目標值」「104年實際值」。"


@dataclass(frozen=True)
class FigureHeading:
    """kind: actual, target or budget. year: as typed. until: what the heading says of a day or month, "" for none."""

    kind: str
    year: str
    until: str = ""


@dataclass(frozen=True)
class NoFigureHeading:
    """A heading of figures that are not read. is_error: the form cannot be taken in with it."""

    text: str
    is_error: bool = True


def folded(text):
    """The heading in half width without white space and without corner brackets."""
    flat = unicodedata.normalize("NFKC", without_spaces(text)).upper()
    return flat.translate(str.maketrans("【〔[】〕]", "((()))")).strip("*※＊")


def figure_heading(text):
    """FigureHeading, NoFigureHeading, or None for a heading of anything else than figures."""
    flat = folded(text)
    bare = re.sub("策略目標|目標達成", lambda match: "" if match[0] == "策略目標" else "達成", flat)
    if not (
        _FIGURE.search(bare) or _HALF.fullmatch(flat) or _NOT_OF_THE_FORM.search(bare) and re.search("[0-9]", bare)
    ):
        return None
    for kind, pattern in _KINDS.items():
        behind = _YEAR.replace("<year>", "<later>")
        match = re.fullmatch(rf"{_BEFORE}(?:{_YEAR}{_OF}{pattern}|{pattern}{_OF}\(?{behind}\)?){_UNIT}", flat)
        if match:
            return FigureHeading(kind, match["year"] or match["later"])
    until = _until(flat)
    if until:
        return until
    if _SPAN.search(flat) or _SUMMED.search(flat) and not _NOT_OF_THE_FORM.search(bare):
        return NoFigureHeading(SUMMED)
    if _NOT_OF_THE_FORM.search(bare):
        return NoFigureHeading("不是表單的欄，由系統自行計算，這一欄的內容沒有讀入。", is_error=False)
    return NoFigureHeading(HALF)


def _until(flat):
    """An actual up to a day or month, 「104.12.31實際值」; a target up to the end of its year."""
    match = _UNTIL.search(flat)
    if match is None:
        return None
    rest = flat[: match.start()] + flat[match.end() :]
    for kind in ("actual", "target"):
        if re.fullmatch(rf"{_BEFORE}{_OF}{_KINDS[kind]}{_OF}(?:\(\))?{_UNIT}", rest):
            said = f"{match['month']} 月" if match["month"] else "年底"
            if kind == "target" and match["month"] not in (None, "12"):
                return None
            if match["day"]:
                said += f" {match['day']} 日"
            return FigureHeading(kind, match["year"], f"到 {said}為止")
    return None

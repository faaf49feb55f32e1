"""Reads the notations of figures and amounts in a form's cells (domain.md §3). Pure functions.

Each returns its reading with notices. Nothing is lost, and every inference and correction has a notice.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from scorecard.domain.roc_years import MAX_DECIMALS, MAX_WHOLE_DIGITS, NumberError, parse_amount, parse_number
from scorecard.domain.scoring import plain
from scorecard.domain.written_words import NO_FIGURE
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.grid import UNREADABLE, Cell, CellKind

MAX_NOTE_LENGTH = 500
# In every width that forms use.
DASHES = frozenset("-–—―─－﹣ー一")
LIKE_NO_FIGURE = frozenset(
    {
        "無",
        "無數據",
        "無資料可統計",
        "未有統計",
        "尚未統計",
        "尚無統計",
        "尚無資料",
        "無法統計",
        "未辦理",
        "尚未辦理",
        "不適用",
        "免填",
        "N/A",
        "NA",
        "n/a",
        "無目標",
        "未訂",
        "未訂定",
    }
)

_ENUMERATED = re.compile(r"([1-9１-９][0-9０-９]?)[.．、)）]\s*(.*)", re.DOTALL)
# 「NT$」 and 「元整」 around an amount, and words for none.
_CURRENCY = re.compile(r"^(?:計|共)?(?:新[臺台]幣|NTD|NT)?\s*[$＄]?\s*", re.IGNORECASE)
_WHOLE = re.compile(r"(?<=[0-9])\s*元整$|(?<=[0-9])\.0+(?=元|$)|(?<=[0-9])圓整?$")
_NO_MONEY = re.compile(
    r"(?:免|無|無須|無需|毋須|毋需|不須|不需|不另|未|零)(?:另)?(?:編列|編|列|需|用)?(?:經費|預算|費用|經費預算|支出)?(?:預算)?"
    r"|(?:由|於|在).{1,30}(?:支應|勻支|項下支應|經費內支應|辦理)|(?:已)?(?:併|含|列)(?:入|於|同)?.{1,30}|業務費支應"
)
_NUMERAL = re.compile(r"[-−－]?[0-9０-９][0-9０-９,，.．]*")
_COMPARED = re.compile(r"(?:[≥≧≤≦⩾⩽]|[>＞<＜=＝]{1,2})\s*")
_NOTE = re.compile(r"\s*[(（](?P<inner>.*)[)）]\s*", re.DOTALL)
# 「100」 over 「(已完成)」: a cell with a note cannot be a number; our own writer writes it so.
_BESIDE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\n[(（].*[)）]", re.DOTALL)
_OTHER_UNIT = re.compile(r"[^\W\d_]{1,10}|[%％‰]|[^\W\d_]{1,6}/[^\W\d_]{1,6}")


@dataclass(frozen=True)
class Notice:
    """A message about a cell, still without the cell's place."""

    level: Severity
    found: str
    read: str
    text: str


@dataclass(frozen=True)
class Reading:
    """value: None for no value, never zero. other_unit: the unit that kept a number from being the value."""

    value: Decimal | None = None
    note: str = ""
    notices: tuple[Notice, ...] = ()
    other_unit: str = ""

    @property
    def is_error(self):
        """Whether the cell has to be corrected."""
        return any(notice.level is Severity.ERROR for notice in self.notices)


def is_no_figure(text):
    """Whether the text is one of the form's words for no value, or up to three dashes."""
    return text in NO_FIGURE or (0 < len(text) <= 3 and set(text) <= DASHES)


def read_figure(cell: Cell | None, unit: str) -> Reading:
    """An empty cell has neither value nor note."""
    if cell is None:
        return Reading()
    if cell.kind in UNREADABLE:
        return _error(cell.text, f"「{cell.text}」{UNREADABLE[cell.kind]}")
    if cell.kind is CellKind.NUMBER:
        return _number(cell.text)
    return read_figure_text(cell.text, unit, is_number=cell.kind is CellKind.PERCENT)


def read_figure_text(text: str, unit: str, *, is_number=False, is_part=False) -> Reading:
    """A number with an optional unit and note, a word for no value, or a number in another unit.

    is_number: the cell is a number shown as a percentage. is_part: one line of several; the cell has its own notice.
    """
    if not text:
        return Reading()
    if is_no_figure(text):
        return Reading(None, text)
    if text in LIKE_NO_FIGURE or _is_word_with_note(text):
        said = Notice(Severity.ASSUMPTION, text, "沒有數值", f"「{_line(text)}」讀為沒有數值，原文保留在備註。")
        return _with_note(None, text, (said,))
    compared = _COMPARED.match(text)
    numeral = _NUMERAL.match(text, compared.end() if compared else 0)
    if not numeral:
        return _error(text, f"看不懂「{_line(text)}」；請填數字，沒有數值請填「無統計」或「—」，其他說明寫在括號裡。")
    return _numbered(text, numeral, compared, unit, is_number=is_number, is_part=is_part)


def _numbered(text, numeral, compared, unit, *, is_number, is_part):
    """A text with a number: after the number come a unit, a note, or both."""
    after = text[numeral.end() :].strip()
    rest, note = _split_note(after)
    if rest and not _is_own_unit(rest, unit):
        return _other_unit(text, rest, unit)
    try:
        value = parse_number(numeral.group())
    except NumberError as error:
        return _error(text, str(error))
    notices = ()
    if compared:
        note = text
    elif note is None:
        return _error(
            text, f"看不懂「{_line(text)}」中數字後面的部分；說明請寫在括號裡，例如「{plain(value)}(說明)」。"
        )
    if not is_part:
        how = "程式以百分比顯示" if is_number else "儲存格是文字"
        kept = f"，備註「{_line(note)}」" if note else ""
        level = Severity.HINT if _BESIDE.fullmatch(text) else Severity.CORRECTION
        notices = (Notice(level, text, plain(value), f"{how}，讀為數值 {plain(value)}{kept}。"),)
    return _with_note(value, note, notices)


def _split_note(after):
    """(text before the note, note without brackets); note None if its brackets do not match."""
    if not after:
        return "", ""
    head, bracket, _ = _partition(after)
    if not bracket:
        first, _, more = after.partition("\n")
        # A second line is a note even without brackets.
        return (first.strip(), more.strip()) if more else (after, "")
    match = _NOTE.fullmatch(after[len(head) :])
    return head.strip(), match["inner"].strip() if match else None


def _partition(text):
    place = min((index for index in (text.find("("), text.find("（")) if index >= 0), default=-1)
    return (text, "", "") if place < 0 else (text[:place], text[place], text[place + 1 :])


def _is_own_unit(found, unit):
    """件 and 件數 are the same unit."""
    one, other = ("".join(unicodedata.normalize("NFKC", text).split()) for text in (found, unit))
    return one == other or f"{one}數" == other or one == f"{other}數"


def _other_unit(text, rest, unit):
    if not _OTHER_UNIT.fullmatch(rest) or any(unicodedata.category(char) == "No" for char in rest):
        return _error(text, f"看不懂「{_line(text)}」；數字後面只能是單位「{unit}」或括號裡的說明。")
    said = (
        f"「{_line(text)}」的單位是「{rest}」，不是這一項的單位「{unit}」，因此不讀為數值；原文保留在備註。"
        f"請確認單位，或換算後填數字。"
    )
    return replace(_with_note(None, text, (Notice(Severity.HINT, text, "沒有數值", said),)), other_unit=rest)


def _is_word_with_note(text):
    """True for 「無統計(系統建置中)」."""
    head, bracket, _ = _partition(text)
    return bool(bracket) and (is_no_figure(head.strip()) or head.strip() in LIKE_NO_FIGURE)


def _number(text):
    """A number cell. Too many decimals (results of formulas) are rounded, with a correction notice."""
    number = Decimal(text)
    if len(text) <= MAX_WHOLE_DIGITS and text.isdecimal():
        return Reading(number)
    if -number.as_tuple().exponent > MAX_DECIMALS:
        rounded = number.quantize(Decimal(1).scaleb(-MAX_DECIMALS), ROUND_HALF_UP)
        said = f"{text} 的小數超過 {MAX_DECIMALS} 位，四捨五入為 {plain(rounded)}。"
        return Reading(rounded, "", (Notice(Severity.CORRECTION, text, plain(rounded), said),))
    try:
        return Reading(parse_number(text))
    except NumberError as error:
        return _error(text, str(error))


def _with_note(value, note, notices):
    if len(note) > MAX_NOTE_LENGTH:
        return _error(note, f"備註有 {len(note)} 個字，最多 {MAX_NOTE_LENGTH} 個；請縮短。")
    return Reading(value, note, notices)


def read_figures(cell: Cell | None, units: list[str]) -> tuple[list[Reading], tuple[Notice, ...]]:
    """(Reading of each measure, notices about the cell). units: of the row's measures, two or more.

    Each measure has a line, with or without numbers 1. 2. 3. A single word for no value is for all measures.
    """
    count = len(units)
    if cell is None:
        return [Reading()] * count, ()
    if cell.kind not in (CellKind.TEXT, CellKind.NUMBER, CellKind.PERCENT):
        return [Reading()] * count, _error(cell.text, f"「{cell.text}」{UNREADABLE[cell.kind]}").notices
    lines = [line.strip() for line in cell.text.split("\n") if line.strip()]
    if len(lines) == 1 and (is_no_figure(cell.text) or cell.text in LIKE_NO_FIGURE or _is_word_with_note(cell.text)):
        reading = read_figure_text(cell.text, units[0])
        return [Reading(reading.value, reading.note)] * count, reading.notices
    if len(lines) != count:
        said = f"這一列有 {count} 個衡量項，儲存格卻有 {len(lines)} 行；請每個衡量項各填一行，例如「1.4」換行「2.6」。"
        return [Reading()] * count, _error(cell.text, said).notices
    parts = enumerated(lines)
    readings = [read_figure_text(part, unit, is_part=True) for part, unit in zip(parts or lines, units, strict=True)]
    notices = [notice for reading in readings for notice in reading.notices]
    if not any(reading.is_error for reading in readings):
        values = "、".join(_in_words(reading) for reading in readings)
        how = "逐項編號" if parts else "逐行"
        notices.insert(
            0, Notice(Severity.ASSUMPTION, cell.text, values, f"依{how}讀為 {count} 個衡量項的值：{values}。")
        )
    return [replace(reading, notices=()) for reading in readings], tuple(notices)


def enumerated(lines: list[str]) -> list[str] | None:
    """The lines without their numbers 1. 2. 3. …; None for one line, or if line k does not start with k."""
    found = [_ENUMERATED.fullmatch(line) for line in lines]
    if len(lines) < 2 or any(match is None or int(match[1]) != k for k, match in enumerate(found, 1)):
        return None
    return [match[2].strip() for match in found]


def _in_words(reading):
    note = _line(reading.note)
    if reading.value is None:
        return note or "空白"
    value = plain(reading.value)
    return f"{value}（{note}）" if reading.note else value


def read_amounts(cell: Cell | None, count: int) -> tuple[int | None, tuple[Notice, ...]]:
    """(budget of each action plan in NT$ whole dollars or None, notices). count: action plans in the cell's row.

    Zero is zero for each. Any other amount for several action plans is an error.
    """
    if cell is None:
        return None, ()
    text = cell.text
    if text == "0" and cell.kind is CellKind.NUMBER:
        return 0, ()
    if cell.kind in UNREADABLE:
        return None, _error(text, f"「{text}」{UNREADABLE[cell.kind]}").notices
    if is_no_figure(text) or text in LIKE_NO_FIGURE or _NO_MONEY.fullmatch(text):
        said = f"「{_line(text)}」讀為沒有預算數，不是 0；預算為零請填 0。"
        return None, (Notice(Severity.HINT, text, "沒有預算數", said),)
    bare = _CURRENCY.sub("", unicodedata.normalize("NFKC", text).strip())
    if not re.match("[-−.0-9]", bare):
        said = f"「{_line(text)}」不是數字；預算請填以元為單位的整數，沒有預算請填 0。"
        return None, _error(text, said).notices
    try:
        amount = parse_amount(_WHOLE.sub("", bare))
    except NumberError as error:
        return None, _error(text, str(error)).notices
    if count > 1 and amount:
        said = f"一個預算 {amount:,} 元對應 {count} 個行動方案，無法分配；請每個行動方案各占一列，各填預算。"
        return None, _error(text, said).notices
    if cell.kind is CellKind.NUMBER or amount is None:
        return amount, ()
    return amount, (Notice(Severity.CORRECTION, text, str(amount), f"儲存格是文字，讀為 {amount:,} 元。"),)


def _error(found, text):
    return Reading(None, "", (Notice(Severity.ERROR, found, "", text),))


def _line(text):
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"

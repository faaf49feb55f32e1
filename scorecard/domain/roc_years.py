"""ROC years and dates, and the reading of numbers as people type them (domain.md §1 and §3).

Readers never guess: text that is not certainly a number or year is an error that says, in Chinese, what was read and
what to type instead.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

YEARS_BEFORE_ROC = 1911
FIRST_YEAR, LAST_YEAR = 1912, 2200
LAST_ROC_YEAR_TYPED = 199

# What the column of a figure holds: 15 digits, 4 of them decimals.
MAX_DECIMALS = 4
MAX_WHOLE_DIGITS = 11
MAX_AMOUNT = 10**15

_YEAR = re.compile(r"(民國)?\s*([1-9][0-9]{0,3})\s*年?")
_NUMERAL = re.compile(r"-?[0-9.,]*")
_PLAIN = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")

# Invisible marks that come along when a figure is copied from a spreadsheet, a calculator or a web page.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202c\u202d\u2060\ufeff"))
_MINUS_SIGN = "\u2212"


class YearError(ValueError):
    """Not a year; the message says in Chinese what was read and what to type."""


class NumberError(ValueError):
    """Not a number that can be kept; the message says in Chinese what was read and what to do."""


def to_roc(year: int) -> int:
    """The ROC year of a Gregorian year: 105 for 2016. Raises YearError before 1912."""
    if year < FIRST_YEAR:
        raise YearError(f"西元 {year} 年早於民國元年（西元 {FIRST_YEAR} 年），沒有民國年。")
    return year - YEARS_BEFORE_ROC


def from_roc(year: int) -> int:
    """The Gregorian year of a ROC year: 2016 for 105. Raises YearError before 1."""
    if year < 1:
        raise YearError(f"沒有民國 {year} 年；民國年從 1 開始。")
    return year + YEARS_BEFORE_ROC


def parse_year(text: str | int) -> int:
    """The Gregorian year meant by 105, 民國105年, 105 年 or 2016, full-width digits too (domain.md §1).

    1–199 is ROC, 1912–2200 Gregorian; after 民國 only the former. Raises YearError for anything else, a blank, a
    boolean and None included.
    """
    typed = _digits(text) if isinstance(text, int) else text
    match = _YEAR.fullmatch(_normalised(typed)) if isinstance(typed, str) else None
    if match:
        year = int(match[2])
        if year <= LAST_ROC_YEAR_TYPED:
            return from_roc(year)
        if FIRST_YEAR <= year <= LAST_YEAR and not match[1]:
            return year
    raise YearError(f"{_shown(str(typed))}不是年度；請填民國年（例如 105）或西元年（例如 2016）。")


def year_text(year: int) -> str:
    """A Gregorian year as shown to people: "105 年" for 2016. Raises YearError before 1912."""
    return f"{to_roc(year)} 年"


def date_text(day: date) -> str:
    """A date as shown to people: "106 年 1 月 31 日". A datetime is taken in the time zone it carries; localise first.

    Raises YearError before 1912.
    """
    return f"{year_text(day.year)} {day.month} 月 {day.day} 日"


def datetime_text(moment: datetime) -> str:
    """A moment to the minute, 24 hours: "106 年 1 月 31 日 09:05", in the time zone it carries; localise first.

    Raises YearError before 1912.
    """
    return f"{date_text(moment)} {moment:%H:%M}"


def parse_number(text: str | None, *, unit: str = "") -> Decimal | None:
    """The exact figure; None for a blank, which is never zero (domain.md §3).

    NFKC first, then proper thousands separators and a trailing unit equal to the measure's own (unit) go.
    Raises NumberError for anything else: another unit, words, an exponent, more than 4 decimals, 10^11 or beyond.
    """
    text = text or ""
    cleaned = _normalised(text)
    if not cleaned:
        return None
    negative, whole, decimals = _split(cleaned, unit, shown=_shown(text))
    if len(decimals) > MAX_DECIMALS:
        raise NumberError(f"{_shown(text)}有 {len(decimals)} 位小數；最多 {MAX_DECIMALS} 位，請先四捨五入。")
    if len(whole) > MAX_WHOLE_DIGITS:
        raise NumberError(f"{_shown(text)}太大；整數最多 {MAX_WHOLE_DIGITS} 位，請改用較大的單位。")
    number = Decimal(f"{whole or 0}.{decimals}")
    return number.copy_negate() if negative and number else number


def parse_amount(text: str | None) -> int | None:
    """An amount in NT$ whole dollars, 0 to 10^15, a trailing 元 allowed; None for a blank, which is never zero.

    Raises NumberError for anything else, a negative amount or parts of a dollar included.
    """
    text = text or ""
    cleaned = _normalised(text)
    if not cleaned:
        return None
    negative, whole, decimals = _split(cleaned, "元", shown=_shown(text))
    if decimals:
        raise NumberError(f"{_shown(text)}不是整數；金額以元為單位，請填整數。")
    if negative and whole:
        raise NumberError(f"{_shown(text)}是負數；金額不可小於 0。")
    # Length before value: int() of a very long text is slow, and refused beyond 4300 digits.
    if len(whole) > len(str(MAX_AMOUNT)) or int(whole or 0) > MAX_AMOUNT:
        raise NumberError(f"{_shown(text)}太大；金額最多 {MAX_AMOUNT:,} 元，請確認單位是元。")
    return int(whole or 0)


def _normalised(text: str) -> str:
    """NFKC, one kind of minus, nothing invisible, no space around.

    Superscripts, circled digits and fractions (category No) stay as they are: NFKC would read 10² as 102.
    """
    if text.isascii():
        return text.strip()
    folded = (c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in text)
    return "".join(folded).replace(_MINUS_SIGN, "-").translate(_INVISIBLE).strip()


def _split(cleaned: str, unit: str, *, shown: str) -> tuple[bool, str, str]:
    """Whether negative, the digits before and those after the decimal point, neither with leading or trailing zeros."""
    match = _NUMERAL.match(cleaned)
    numeral = match[0] if match else ""
    rest = cleaned[len(numeral) :]
    if not any(c.isdigit() for c in numeral):
        raise NumberError(f"{shown}不是數字；請填阿拉伯數字，沒有數值時請留白，並在備註說明。")
    _check_unit(rest, unit, shown)
    if not (_PLAIN.fullmatch(numeral) or _GROUPED.fullmatch(numeral)):
        raise NumberError(f"{shown}{_what_is_wrong(numeral)}")
    whole, _point, decimals = numeral.lstrip("-").replace(",", "").partition(".")
    return numeral.startswith("-"), whole.lstrip("0"), decimals.rstrip("0")


def _check_unit(rest: str, unit: str, shown: str) -> None:
    """Nothing, or the measure's own unit, may follow the number; spaces make no difference."""
    found = "".join(rest.split())
    own = "".join(_normalised(unit).split())
    if found in ("", own):
        return
    if own:
        raise NumberError(f"{shown}的數字後面是{_shown(found)}，不是這一項的單位「{own}」；請換算後只填數字。")
    raise NumberError(f"{shown}的數字後面還有{_shown(found)}；請只填數字。")


def _what_is_wrong(numeral: str) -> str:
    if "," in numeral:
        return "的千分位逗號位置不對；請每三位一個逗號（例如 1,545,480），或不加逗號。小數點請用「.」。"
    return "的小數點寫法不對；請寫成像 12.5 這樣的數字。"


def _digits(number: int) -> str:
    """The number as text, or a text that is no year either: str() refuses an int of more than 4300 digits."""
    return str(number) if abs(number) < 10**6 else "（過大的數）"


def _shown(text: str) -> str:
    """What was read, quoted for a message: one short line that any page and terminal can print."""
    line = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(line.split())
    return f"「{line[:40]}…」" if len(line) > 40 else f"「{line}」"

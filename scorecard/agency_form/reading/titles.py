"""Reads the titles of a form's sheets: the agency and the years, whatever stands before and behind them."""

import re
import unicodedata

from scorecard.agency_form.reading.texts import without_spaces
from scorecard.domain.roc_years import YearError, parse_year

_DASHES = "-–—─－~～〜至到、及和"
_DIGITS = r"(?:\d{2,4}|[一二三四五六七八九十百〇○零]{2,6})"
_YEARS = re.compile(
    rf"[(（]?(?:中華)?(?:民國|西元)?(?P<first>{_DIGITS})(?P<mark>年度?)?"
    rf"(?:[{_DASHES}](?:民國|西元)?(?P<last>{_DIGITS}))?(?P<end>年度?)?[)）]?"
)
_NUMERALS = {char: str(digit) for digit, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_ENDS = " 　:：-–—_之的、，,.．。*※"
# What people put before and behind a title: 「附件1」, 「(草案)」, 「修正版」, 「表」.
_BEFORE = re.compile(
    r"(?:(?:附件|附表|附錄|表)[一二三四五六七八九十\d]*[-–—.．:：、]*[\d]*[:：、.．]?|[(（【〔\[][^)）】〕\]]{1,20}[)）】〕\]]"
    r"|修正後?|核定|草案|更新|調整後)(?=.)"
)
_WORDS = (
    "修正|修訂|核定|定稿|草案|初稿|更新|公告|調整|版|稿|總?表|一覽表|彙整表|第[一二三四五六七八九十0-9]+次"
    # As a whole, or a long row of digits would be tried in every division.
    "|v?[0-9.]{1,12}(?![0-9.])"
)
_BEHIND = re.compile(
    rf"(?:[-–—_:：]|\([^()]{{1,40}}\)|【[^】]{{1,40}}】|〔[^〕]{{1,40}}〕|\[[^\]]{{1,40}}\]|{_WORDS}|年度?)*"
)
MAX_LENGTH = 120


def title_of(sheet, suffix):
    """(title without white space up to the suffix, row, column) of the first cell that is one; None without one."""
    for row, columns in list(sheet.rows.items())[:10]:
        for column in columns:
            text = without_spaces(sheet.text(row, column))
            head, found, behind = text.partition(suffix)
            if found and len(text) <= MAX_LENGTH and _BEHIND.fullmatch(unicodedata.normalize("NFKC", behind).lower()):
                return head + suffix, row, column
    return None


def split_title(text):
    """(agency, years) of a title without its last word: 「附件1 ○○局105-107年」."""
    years, rest = set(), text
    for match in _YEARS.finditer(text):
        if not (match["mark"] or match["end"] or match["last"]) and _is_inside(text, match):
            continue
        try:
            found = {parse_year(_numeral(typed)) for typed in (match["first"], match["last"]) if typed}
        except YearError:
            continue
        years |= found
        rest = rest.replace(match[0], "", 1)
    while (
        shorter := _BEFORE.sub("", rest.strip(_ENDS), count=1) if _BEFORE.match(rest.strip(_ENDS)) else rest
    ) != rest:
        rest = shorter
    return re.sub(r"[(（](?:修正|修訂|草案|核定)[^)）]*[)）]$", "", rest.strip(_ENDS)).strip(_ENDS), years


def _is_inside(text, match):
    """Whether digits without 年 belong to a name: 「1999市民熱線」."""
    return match.end() < len(text) or not match["first"].isdecimal()


def _numeral(typed):
    """「105」 of 一〇五 and of 一百零五."""
    typed = typed.removesuffix("年")
    if typed.isdecimal():
        return typed
    if "百" in typed or "十" in typed:
        hundreds, _, rest = typed.partition("百") if "百" in typed else ("", "", typed)
        tens, has_tens, ones = rest.partition("十") if "十" in rest else ("", "", rest)
        ten = _NUMERALS.get(tens, "1") if has_tens else "0"
        return f"{_NUMERALS.get(hundreds, '')}{ten}{_NUMERALS.get(ones.lstrip('零〇○'), '0')}"
    return "".join(_NUMERALS.get(char, "?") for char in typed)


class Title:
    """The title of a sheet, which may be repeated on every printed page."""

    def __init__(self, sheet, suffix):
        self.sheet = sheet
        found = title_of(sheet, suffix)
        self.text = without_spaces(sheet.text(*found[1:])) if found else None

    def is_at(self, row, column):
        return self.text is not None and without_spaces(self.sheet.text(row, column)) == self.text

    def is_in(self, row):
        """Whether the row has the title alone."""
        return all(self.is_at(row, column) for column in self.sheet.rows[row])

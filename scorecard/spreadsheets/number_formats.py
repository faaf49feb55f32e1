"""What a number format of an .xlsx file shows: a date, a percentage, or another number than the cell holds."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property

from scorecard.domain.scoring import plain
from scorecard.spreadsheets.grid import CellKind

_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<plain>.)', re.DOTALL)
_GENERAL = re.compile(r"General|G/通用格式|G/標準|Standard", re.IGNORECASE)
# The letters of days and times; E+ and E- are an exponent, e alone the year of an era.
_DATE_LETTERS = re.compile(r"[ymdhsgb]|e(?![+-])|上午|下午", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NO_CODE = re.compile(r'"[^"]*"|[\\!_*].|\[[^\]]*\]')
_CONDITION = re.compile(r"(>=|<=|<>|>|<|=)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)")
_MINUS = re.compile(r"[-(－−△▲▼]")
_NO_WORDS = re.compile(r"[-()－−△▲▼+:：\s/.,]")
_MONEY = re.compile(r"(?:新[臺台]幣|NTD?\$?|[$＄元圓整])+")
MAX_DECIMALS = 30
_WIDE = Context(prec=200)
_COMPARE = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}


@dataclass(frozen=True)
class _Section:
    """code: one of a format's sections. Between its digits a literal point may stand: 「0!.0,」 shows 1.2 of 12345."""

    code: str

    @cached_property
    def tokens(self) -> list[re.Match[str]]:
        return list(_TOKEN.finditer(_GENERAL.sub("0.###############", self.code)))

    @cached_property
    def digits(self) -> str:
        """The section without its literals; a literal point between digits is 「!」."""
        found = ""
        for token in self.tokens:
            if token["plain"]:
                found += token["plain"]
            elif "." in (token["escaped"], token["quoted"]):
                found += "!"
        return found

    @cached_property
    def literals(self) -> str:
        literal = "".join(token["quoted"] or token["escaped"] or "" for token in self.tokens)
        return literal + re.sub(r"[0#?.,%!\s]", "", self.digits)

    @property
    def words_around(self) -> tuple[str, str]:
        """The literals before the first digit, and the others."""
        before, after, is_behind = "", "", False
        for token in self.tokens:
            literal = token["quoted"] or token["escaped"] or ""
            if token["plain"]:
                is_behind = is_behind or token["plain"] in "0#?"
                literal = re.sub(r"[0#?.,%\s]", "", token["plain"])
            before, after = (before, after + literal) if is_behind else (before + literal, after)
        return before, after

    @property
    def condition(self) -> re.Match[str] | None:
        brackets = (token["bracket"] for token in self.tokens if token["bracket"])
        return next((match for each in brackets if (match := _CONDITION.fullmatch(each))), None)

    @property
    def has_colour(self) -> bool:
        return any(token["bracket"] and token["bracket"].isalpha() for token in self.tokens)


class NumberFormat:
    """code: as the file has it."""

    def __init__(self, code: str) -> None:
        bare = _NO_CODE.sub("", _GENERAL.sub("", _ELAPSED.sub("h", code)))
        self.kind = CellKind.NUMBER
        if "%" in bare:
            self.kind = CellKind.PERCENT
        elif _DATE_LETTERS.search(bare):
            self.kind = CellKind.DATE
        self.sections = [_Section(part) for part in _split_sections(code)]

    def shown(self, number: Decimal) -> str | None:
        """What people see where it is another number than the stored one or has a unit; None where it is the same."""
        section, position = self._section(number)
        digits = section.digits
        if not re.search("[0#?]", digits):
            return self._without_digits(section, number)
        if re.search(r"[eE][+-]|\?/|/\?|/[0-9]|@", digits):
            return None
        is_percentage = "%" in digits
        value = number * 100 if is_percentage else number
        scaled = re.search(r"[0#?](,+)(?![0#?,])", digits)
        if scaled:
            value = value.scaleb(-3 * min(len(scaled[1]), MAX_DECIMALS))
        _whole, _point, decimals = re.sub("[^0#?.]", "", digits.replace("!", "")).partition(".")
        if len(decimals) <= MAX_DECIMALS:
            value = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, _WIDE)
        inserted = re.search(r"!([0#?]+)", digits)
        if inserted:
            value = value.scaleb(-min(len(inserted[1]), MAX_DECIMALS))
        if position == 1 and number < 0 and not (_MINUS.search(section.literals) or section.has_colour):
            value = abs(value)
        before, unit = (_MONEY.sub("", _NO_WORDS.sub("", words)) for words in section.words_around)
        stored = number * 100 if is_percentage else number
        if value == stored and not before and (not unit or is_percentage):
            return None
        return f"{before}{plain(value)}{'%' if is_percentage else unit}"

    def _section(self, number: Decimal) -> tuple[_Section, int]:
        conditions = [section.condition for section in self.sections]
        if any(conditions):
            for position, condition in enumerate(conditions):
                if condition is None or _COMPARE[condition[1]](number, Decimal(condition[2])):
                    return self.sections[position], 0
            return self.sections[-1], 0
        position = 1 if number < 0 else 2 if number == 0 else 0
        if position >= len(self.sections):
            position = 0
        return self.sections[position], position

    @staticmethod
    def _without_digits(section: _Section, number: Decimal) -> str | None:
        """A section of words alone. A dash for zero is how bookkeeping writes zero."""
        words = section.literals.strip()
        if number == 0 and re.fullmatch("[-–—－]+", words) or "@" in words:
            return None
        return words


def _split_sections(code: str) -> list[str]:
    """The sections between semicolons that are no literals."""
    parts = [""]
    for token in _TOKEN.finditer(code):
        if token["plain"] == ";":
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts

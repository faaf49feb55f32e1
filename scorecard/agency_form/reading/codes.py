"""Reads codes in a form's cells, beside a name or alone, also with the letter I in place of the digit 1."""

import re
import unicodedata

# With a digit, or an I in place of a digit: 「AC1」, 「AC1.1.1」, 「甲C1」, 「1-2」, 「API」.
_LEADING = re.compile(r"([0-9A-Za-z]+(?:[.\-_][0-9A-Za-z]+)*)[.、:：]?\s*(.*)", re.DOTALL)
_TOKEN = re.compile(r"(\S{1,30})\s+(.*)", re.DOTALL)
_TRAILING = re.compile(r"(.*?)\s*[（(]?([A-Za-zＡ-Ｚａ-ｚ][A-Za-z0-9Ａ-Ｚａ-ｚ０-９]{0,3})[)）]?", re.DOTALL)
_PATTERN = re.compile(r"[A-Z]{2}[0-9]+(\.[0-9]+){0,2}")
# A code with spaces or other marks between its parts, 「AC1. 1」, 「AC 1·1」, 「AC1,1 」, or in brackets, 「【AC1】」.
_WRITTEN = re.compile(
    r"(?:(?:KPI|指標|編號)\s*[:：]?\s*|[(（]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[.、)）]\s*)?(?P<open>[(\[【〔「『]\s*)?(?P<letters>[A-Z]\s?[A-Z])\s?(?P<number>[0-9Il]{1,3})"
    r"(?P<rest>(?:\s*[.·・•‧。]\s*[0-9Il]{1,3}|[,、_][0-9]{1,3}(?=[.·・,、_\s]|$))*)(?![0-9A-Za-z])\.?"
    r"(?P<close>\s*[)\]】〕」』])?"
)
# A code that the width of its column broke, 「AC1.」 over 「1 民眾滿意度」.
_BROKEN = re.compile(
    r"^(?P<start>[A-Z]{1,2}(?:[0-9.]*\.)?)[^\S\n]*\n\s*(?=[0-9])|(?<=[0-9])\n\s*(?=\.[0-9])", re.MULTILINE
)
# A usual code with the beginning of its name, before a blank inside the name: 「AC1.1平均 日數」.
_GLUED = re.compile(r"[A-Z]{2}[0-9]+(?:\.[0-9]+)*[\u4e00-\u9fff]")
_BEFORE_NAME = re.compile(r"[\s.:：,，。、)\]】〕」』]*(?:[-–—]\s*)?(?=\S)")
_ONE = str.maketrans("Il｜|", "1111")


def is_usual(code):
    """Theme + perspective + number, as in the form's examples."""
    return _PATTERN.fullmatch(code) is not None


def code_and_name(text):
    """(code, name) of 「AC1 提高…」; None if the text has no code. Line breaks in the name are closed."""
    written = written_code(text)
    if written:
        return written[1], joined(written[2])
    folded = _folded_start(text)
    match = _TOKEN.fullmatch(folded)
    if match and _looks_like_code(match[1]) and not _GLUED.match(match[1]):
        return match[1].rstrip("."), joined(match[2])
    match = _LEADING.fullmatch(folded)
    if match and any(char.isdigit() for char in match[1]) and _looks_like_code(match[1]) and match[2]:
        return match[1], joined(re.sub(r"^[-–—]\s*(?=[^\s0-9])", "", match[2]))
    return None


def written_code(text):
    """(code as written, code, name) of a text whose code has spaces, other marks or brackets; None for any other."""
    start = unicodedata.normalize("NFKC", text[:40])
    match = _WRITTEN.match(start)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    typed = match[0].strip().rstrip(".")
    code = "".join((match["letters"] + match["number"] + match["rest"]).split())
    code = re.sub("[·・•‧。,、_]", ".", code)
    if code == typed:
        return None
    name = start[match.end() :] + text[40:]
    return typed, code, _BEFORE_NAME.sub("", name, count=1)


def _folded_start(text):
    """The text with its code in half-width characters."""
    end = next((i for i, char in enumerate(text) if char.isspace() or "\u4e00" <= char <= "\u9fff"), len(text))
    return unicodedata.normalize("NFKC", text[:end]) + text[end:]


def _looks_like_code(token):
    """Has a digit (or an I in its place) and is no sentence. No slash: it would break URLs."""
    if "/" in token or len(token) > 30:
        return False
    plain = token.rstrip(".")
    if plain.isascii():
        return any(char.isdigit() for char in plain) or _with_ones(plain) != plain
    return len(plain) <= 8 and any(char.isdigit() for char in plain) and not re.search(r"[()（）「」，。、%]", plain)


def unbroken(text):
    """The text whose codes go on in the line where they begin."""
    return _BROKEN.sub(lambda match: match["start"] or "", text)


def split_coded(text):
    """[(code, name)] of a cell's lines. A line without a code continues the line before.

    A first line without a code gets the code "".
    """
    found = []
    for line in unbroken(text).split("\n"):
        line = line.strip()
        if not line:
            continue
        pair = code_and_name(line)
        if pair and (not found or _continues_series([code for code, _ in found], pair[0])):
            found.append(pair)
        elif found:
            code, name = found[-1]
            found[-1] = code, joined(f"{name}\n{line}")
        else:
            found.append((_lone_code(line), "") if _lone_code(line) else ("", line))
    return found


def _lone_code(line):
    """The line if it is a code alone, else ""; its name is on the next line."""
    return line if _looks_like_code(line) and not line.isdecimal() else ""


def _continues_series(codes, code):
    """Whether a code has the same form as the cell's first: 「24 個局處」 is no code after 「CP1.1.1」.

    Words are words: 「CO2」 after AC1 and 「AQI」 after AQ1 are a part of the name.
    """
    first, ones = codes[0], _with_ones(code)
    if not first or first.count(".") != code.count(".") or first[0].isdigit() != code[0].isdigit():
        return False
    if ones != code and ones in map(_with_ones, codes):
        return False
    return _letters(_with_ones(first)) == _letters(ones)


def _letters(code):
    return re.match("[^0-9]*", code)[0]


def name_and_code(text):
    """(name, code) of 「顧客 C」 or 「C 顧客」; code "" if there is none."""
    flat = joined(text)
    match = _TRAILING.fullmatch(flat)
    if match and match[1]:
        return match[1].strip(), unicodedata.normalize("NFKC", match[2])
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9]{0,3})[.、:：\s]+(.+)", flat)
    return (match[2].strip(), match[1]) if match else (flat, "")


def corrected(code, known):
    """The code with I read as 1 if that gives exactly one known objective; else unchanged.

    known: codes of the map's objectives. 「API.1」 is AP1.1 if the map has AP1 and no API.
    """
    head, *tail = code.split(".")
    if head not in known:
        candidates = {head[:i] + "1" + head[i + 1 :] for i, char in enumerate(head) if char in "Il"}
        fitting = candidates & set(known) or {_with_ones(head)} & set(known)
        if len(fitting) == 1:
            head = fitting.pop()
    tail = [part.translate(_ONE) if re.fullmatch("[0-9Il]+", part) else part for part in tail]
    return ".".join([head, *tail])


def _with_ones(code):
    """「API」 → 「AP1」: letters I in the code's number become 1."""
    head, *tail = code.split(".")
    head = re.sub(r"(?<=[A-Za-z]{2})[Il0-9]+$", lambda match: match[0].translate(_ONE), head)
    return ".".join([head, *(part.translate(_ONE) if re.fullmatch("[0-9Il]+", part) else part for part in tail)])


def closed(text):
    """Removes white space that a narrow column put into a name; a space between Latin words stays."""
    return joined("\n".join(text.split()))


def joined(text):
    """Joins lines that the cell's width broke: with a space between Latin words, without one in Chinese."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    result = ""
    for line in lines:
        gap = " " if result and result[-1].isascii() and line[0].isascii() and result[-1].isalnum() else ""
        result += gap + line
    return result

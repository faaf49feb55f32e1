"""Tells of codes in a cell that are written otherwise than the form asks, or that may be none."""

import re
import unicodedata

from scorecard.agency_form.reading.codes import code_and_name, is_usual, split_coded, unbroken, written_code

_CODE = re.compile(
    r"(?<![0-9A-Za-z.])(?P<letters>[A-Z]{2})(?P<number>[0-9]+)(?P<rest>(?:\.[0-9]+)*)(?![0-9A-Za-z.]*[0-9A-Za-z])"
)
# What shows that a code is only referred to: 「與AC1.2相關」, 「(AC1.2)」.
_REFERS_BEFORE = re.compile(r"(?:[與同較及和依如見併含至占對於以(（「『第為配合連結支援參照比]|除以)\s*$")
_REFERS_BEHIND = re.compile(r"\s*(?:$|[之的與及和等、，,)）」』。相合同較])")


def check_codes(messages, place, text):
    """Adds messages about the lines of a cell with codes."""
    if messages.is_ours:
        return
    if unbroken(text) != text:
        messages.correction(place, f"斷成兩行的編號讀為「{unbroken(text).splitlines()[0][:40]}」。", found=text)
        text = unbroken(text)
    firsts = {code for code, _ in split_coded(text)}
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        written = written_code(line)
        if written:
            messages.correction(place, f"編號「{written[0]}」讀為 {written[1]}。", found=line, read=written[1])
        pair = code_and_name(line)
        if pair is None:
            continue
        if pair[0] not in firsts and is_usual(pair[0]):
            messages.assumption(place, f"「{line[:40]}」與前一項的編號不同類，讀為前一項名稱的一部分。", found=line)
        second = second_code(*pair)
        if not second and (mentioned := _mentioned_code(*pair)):
            said = f"名稱裡的「{mentioned}」讀為名稱的一部分；若是另一項，請另起一列。"
            messages.hint(place, said, found=line)
        if second:
            messages.error(
                place,
                f"一行裡有兩個編號 {pair[0]} 與 {second}；請各占一列，各填數值與預算，只是提到的編號請放在括號裡。",
                found=line,
            )


def second_code(code, name):
    """The further code that begins a second item in the name; "" where the name only refers to one, or has none."""
    own = _CODE.fullmatch(code)
    if own is None:
        return ""
    name = unicodedata.normalize("NFKC", name)
    for match in _CODE.finditer(name):
        before, behind = name[: match.start()], name[match.end() :]
        is_alike = match["rest"].count(".") == own["rest"].count(".") and match[0] != code
        if not is_alike or not before.strip() or _REFERS_BEHIND.match(behind) or _REFERS_BEFORE.search(before):
            continue
        is_separated = re.search(r"[;；/\n。]\s*$", before)
        is_next = match["letters"] == own["letters"] and _numbers(match) > _numbers(own)
        if is_separated or is_next:
            return match[0]
    return ""


def _mentioned_code(code, name):
    """A code of the same make that stands between blanks and may begin a second item; "" for none."""
    own = _CODE.fullmatch(code)
    for match in _CODE.finditer(unicodedata.normalize("NFKC", name)) if own else ():
        before, behind = match.string[: match.start()], match.string[match.end() :]
        is_alike = match["rest"].count(".") == own["rest"].count(".")
        stands_alone = before[-1:].isspace() and behind[:1].isspace()
        if is_alike and stands_alone and not _REFERS_BEFORE.search(before) and not _REFERS_BEHIND.match(behind):
            return match[0]
    return ""


def _numbers(match):
    return [int(part) for part in (match["number"] + match["rest"]).split(".")]

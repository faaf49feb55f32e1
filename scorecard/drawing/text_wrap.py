"""Line breaking by character width, for text in SVG, which does not wrap by itself.

Pure: no font is opened. Widths are upper bounds of Noto Sans TC Regular and Bold with a little room for the
system fonts of the screen stack, so a line that fits here is never clipped there.
"""

import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import budoux

ELLIPSIS = "…"

# Widths in em, the wider of Regular and Bold, rounded up.
_NARROW_EM = {
    **dict.fromkeys(" ,.:;'|ijlI", 0.34),
    **dict.fromkeys("!()[]{}-/\\ftr", 0.46),
    **dict.fromkeys('"?*szcvxyJL', 0.6),
    **dict.fromkeys("0123456789#$+<=>^~_aegkF", 0.62),
    **dict.fromkeys("bdhnopquABCEKPRSTVXYZ`", 0.7),
    **dict.fromkeys("DGHNOQU&", 0.8),
    **dict.fromkeys("mwMW%@", 1.04),
}
_WIDE_EM = 1.0
_OTHER_EM = 1.1
_EMOJI_EM = 1.4
# Characters that are far wider than an em in every font.
_OUTSIZE_EM = {"\u2e3a": 2.2, "\u2e3b": 3.2, "\ufdfd": 12.0}
_CUNEIFORM = range(0x12000, 0x12550)
_CUNEIFORM_EM = 5.0
_VISIBLE_FORMAT = frozenset("\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")

_NO_START = frozenset("，。、；：？！）」』】〉》〕］｝〗〙…‥％‰‱℃°”’·‧・～／｡､｣々ー—,.;:!?)]}%/»›\u00a0\u202f\u2007")
_NO_END = frozenset("（「『【〈《〔［｛〖〘“‘＄￥｢([{$«‹\u00a0\u202f\u2007")
_GLUE_SPACE = frozenset("\u00a0\u202f\u2007")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
# Says where the phrases of a Chinese text end. It looks at three characters on either side.
_PHRASES = budoux.load_default_traditional_chinese_parser()
_SEEN_OF_LINE = 3
_SHORTENINGS = (1, 2)
# Very narrow and very long texts are only filled: nothing can be gained or seen there.
_MIN_FINE_EM = 4
_MAX_FINE_LINES = 40
# Longer joined sequences are torn rather than treated as one sign: no real one comes near.
_MAX_JOINED_EM = 10.0


@lru_cache(maxsize=8192)
def char_em(char: str) -> float:
    """Width of one character in em, never less than it takes; 0 for combining and invisible ones."""
    if char in _NARROW_EM:
        return _NARROW_EM[char]
    if char in _OUTSIZE_EM:
        return _OUTSIZE_EM[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me") or (category == "Cf" and char not in _VISIBLE_FORMAT):
        return 0.0
    point = ord(char)
    if point in _CUNEIFORM:
        return _CUNEIFORM_EM
    if 0x1F000 <= point < 0x20000 or 0x2600 <= point <= 0x27BF or point in (0x2B50, 0x2B55):
        return _EMOJI_EM
    breadth = unicodedata.east_asian_width(char)
    if breadth in "WF" or (breadth == "A" and category[0] == "P"):
        return _WIDE_EM
    if point < 0x250 or 0x1E00 <= point < 0x1F00:
        # Latin letters with marks are as wide as the letter.
        return _NARROW_EM.get(unicodedata.normalize("NFD", char)[0], _OTHER_EM)
    return _OTHER_EM


def text_width(text: str, font_size: float) -> float:
    """Upper bound of the width of a line of text, in the unit of font_size."""
    return sum(map(char_em, text)) * font_size


def single_line(text: str) -> str:
    """Text without its line breaks: joined directly between ideographs, by a space elsewhere."""
    joined = ""
    for part in filter(None, (line.strip() for line in text.splitlines())):
        if joined and not (_stands_alone(joined[-1]) and _stands_alone(part[0])):
            joined += " "
        joined += part
    return joined


def wrap(text: str, width: float, font_size: float, max_lines: int | None = None) -> tuple[str, ...]:
    """Break text into lines none of which is wider than width (same unit as font_size).

    Newlines break, other white space is a place to break and shrinks to one space (one ideographic space where the
    run holds one); characters XML cannot carry are dropped. Chinese rules hold: no closing punctuation at the start
    of a line, no opening bracket at its end, Latin words and numbers whole; a piece longer than a line is torn. Only
    a single character wider than `width` itself exceeds it. max_lines None means as many as needed; otherwise the
    last permitted line ends in "…" where text is left over. Empty or blank text gives ().

    Raises ValueError when width, font_size or max_lines is not positive.
    """
    if width <= 0 or font_size <= 0 or (max_lines is not None and max_lines < 1):
        raise ValueError("width, font_size and max_lines must be positive")
    limit = width / font_size + 1e-9
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines.extend(_wrap_paragraph(paragraph, limit))
        if max_lines is not None and len(lines) > max_lines:
            break
    if max_lines is not None and len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], _with_ellipsis(lines[max_lines - 1], limit)]
    return tuple(lines)


def _wrap_paragraph(paragraph: str, limit: float) -> list[str]:
    text = _clean(paragraph)
    if _width(text) <= limit:
        return [text] if text else []
    chunks = _chunks(_clusters(text))
    lines = _fill(chunks, limit)
    if len(lines) < 2 or len(lines) > _MAX_FINE_LINES:
        return lines
    # Where it costs no further line, slightly shorter lines may keep words whole.
    ways = [lines]
    for shorter in _SHORTENINGS:
        if limit - shorter > _MIN_FINE_EM:
            ways.append(_fill(chunks, limit - shorter))
    return min((way for way in ways if len(way) == len(lines)), key=_roughness)


def _roughness(lines: list[str]) -> float:
    """How badly the line breaks read: words torn, and a tail that is most likely half a word."""
    torn = sum(_tears_word(above, below) for above, below in zip(lines, lines[1:], strict=False))
    tail = _width(lines[-1])
    # Chinese words mostly have two characters: after an odd number of them the last was probably torn.
    odd_tail = 3 if tail <= 1 else 1 if 2 < tail <= 3 else 0
    return 2 * torn + odd_tail


def _tears_word(above: str, below: str) -> bool:
    if not (_stands_alone(above[-1]) and _stands_alone(below[0])):
        return False
    end, start = above[-_SEEN_OF_LINE:], below[:_SEEN_OF_LINE]
    phrases = _PHRASES.parse(end + start)
    return len(end) not in accumulate(map(len, phrases))


def _width(text: str) -> float:
    return sum(map(char_em, text))


def _clean(paragraph: str) -> str:
    """One line with single spaces between its parts and nothing in it that XML forbids."""
    parts: list[str] = []
    gap = ""
    for char in paragraph:
        if char.isspace() and char not in _GLUE_SPACE:
            gap = "\u3000" if "\u3000" in (char, gap) else " "
        elif not _is_unprintable(char):
            if gap and parts:
                parts.append(gap)
            gap = ""
            parts.append(char)
    return "".join(parts)


def _is_unprintable(char: str) -> bool:
    point = ord(char)
    return unicodedata.category(char) in ("Cc", "Cs") or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _clusters(text: str) -> list[str]:
    """Text in pieces a reader sees as one sign: a base with its marks, joined emoji, a flag's two letters."""
    clusters: list[str] = []
    joined = 0.0
    for char in text:
        glued = clusters and clusters[-1] not in (" ", "\u3000") and _belongs(clusters[-1], char)
        if glued and joined + char_em(char) <= _MAX_JOINED_EM:
            clusters[-1] += char
            joined += char_em(char)
        else:
            clusters.append(char)
            joined = char_em(char)
    return clusters


def _belongs(cluster: str, char: str) -> bool:
    if char_em(char) == 0 or cluster[-1] == _JOINER or ord(char) in _SKIN_TONES:
        return True
    return len(cluster) == 1 and ord(cluster) in _FLAG_LETTERS and ord(char) in _FLAG_LETTERS


class _Chunk(NamedTuple):
    """A piece that must stay on one line, and the space before it, with their widths in em."""

    space: str
    space_width: float
    clusters: list[str]
    text: str
    width: float


def _chunks(clusters: list[str]) -> list[_Chunk]:
    chunks: list[tuple[str, list[str]]] = []
    space = ""
    last = ""
    for cluster in clusters:
        if cluster in (" ", "\u3000"):
            space = cluster
            continue
        if chunks and not _may_break(last, cluster, bool(space)):
            if space:
                chunks[-1][1].append(space)
            chunks[-1][1].append(cluster)
        else:
            chunks.append((space, [cluster]))
        space = ""
        last = cluster
    return [_Chunk(space, _width(space), parts, text := "".join(parts), _width(text)) for space, parts in chunks]


def _may_break(before: str, after: str, spaced: bool) -> bool:
    if after[0] in _NO_START or before[0] in _NO_END:
        return False
    if spaced or _stands_alone(before[0]) or _stands_alone(after[0]):
        return True
    return before == "-" and after[0].isalpha()


def _stands_alone(char: str) -> bool:
    """Whether lines may break beside it without a space: ideographs, kana, full-width signs, emoji."""
    return unicodedata.east_asian_width(char) in "WF" or char_em(char) == _EMOJI_EM


def _fill(chunks: list[_Chunk], limit: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for space, space_width, clusters, piece, width in chunks:
        if line and used + space_width + width <= limit:
            line += space + piece
            used += space_width + width
            continue
        if line:
            lines.append(line)
        if width > limit:
            *full, piece = _tear([part for cluster in clusters for part in _split(cluster, limit)], limit)
            lines.extend(full)
            width = _width(piece)
        line, used = piece, width
    return [*lines, line] if line else lines


def _split(cluster: str, limit: float) -> list[str]:
    """A joined sign that is wider than a line in its single characters, each with its marks; any other as it is."""
    if _width(cluster) <= limit:
        return [cluster]
    parts: list[str] = []
    for char in cluster:
        if parts and char_em(char) == 0:
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _tear(clusters: list[str], limit: float) -> list[str]:
    """Lines of a piece that is too long for one, broken where punctuation allows if it does anywhere."""
    pieces: list[str] = []
    start = 0
    while start < len(clusters):
        stop, used = start, 0.0
        while stop < len(clusters) and (stop == start or used + _width(clusters[stop]) <= limit):
            used += _width(clusters[stop])
            stop += 1
        if stop < len(clusters):
            stop = _better_stop(clusters, start, stop)
        pieces.append("".join(clusters[start:stop]).strip())
        start = stop
    return [piece for piece in pieces if piece]


def _better_stop(clusters: list[str], start: int, stop: int) -> int:
    for candidate in range(stop, start, -1):
        if clusters[candidate][0] not in _NO_START and clusters[candidate - 1][0] not in _NO_END:
            return candidate
    return stop


def _with_ellipsis(line: str, limit: float) -> str:
    clusters = _clusters(line)
    while clusters and _width("".join(clusters)) + char_em(ELLIPSIS) > limit:
        clusters.pop()
    return "".join(clusters).rstrip() + ELLIPSIS

"""PDF files from templates: makes the HTML fit for the embedded font. pdf/writer.py writes the file."""

import re
import unicodedata
from functools import lru_cache

from django.template.loader import render_to_string

from scorecard.pdf.jobs import pdf_bytes
from scorecard.pdf.writer import STATIC, Document

FONTS = ("NotoSansTC-Regular.ttf", "NotoSansTC-Bold.ttf")
# The mark that typesetters put where a character is missing from the font.
GETA = "〓"
PRINTABLE_WHITESPACE = frozenset(" \t\n\r")
# Invisible by nature. Some reorder or hide the text around them: they are left out, not marked.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
# A tag, which is skipped, or a run of text outside tags without a place to break; an entity counts as one character.
_UNBROKEN = re.compile(r"<[^>]*>|(?:&#?\w+;|[!-%'-;=?-~\u00a1-\u2dff]){61,}")
_LABELLED_DRAWING = re.compile(r'<svg\b[^>]*\saria-label="([^"]*)"[^>]*>(?!\s*<title>)')
_CHARACTER = re.compile(r"&#?\w+;|.", re.DOTALL)
_BREAK = "\u200b"
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def render_pdf(template, context, *, stylesheets, wait_seconds=0):
    """Bytes of a tagged PDF; see pdf_document(). Raises what get_or_make() in pdf/jobs.py raises."""
    return pdf_bytes(pdf_document(template, context, stylesheets=stylesheets), wait_seconds=wait_seconds)


def pdf_document(template, context, *, stylesheets, css="", attachments=(), made_at=None):
    """stylesheets: paths under static. css: additional style, of this document alone.

    The template sets title, language and dates (meta dcterms.created). Characters that the font lacks are printed as
    〓; the template gets them as missing_characters, ("U+E000", …), and lists them: none disappears unnoticed.
    """
    html = render_to_string(template, {**context, "missing_characters": ()})
    missing = missing_characters(html)
    if missing:
        names = tuple(f"U+{ord(char):04X}" for char in sorted(missing))
        html = render_to_string(template, {**context, "missing_characters": names})
    return Document(_breakable(_titled(printable(html))), tuple(stylesheets), css, tuple(attachments), made_at)


def missing_characters(text):
    """The visible characters of the text that the embedded font lacks."""
    return {char for char in set(text) - _font_characters() - PRINTABLE_WHITESPACE if not _is_dropped(char)}


def printable(text):
    """The text as the embedded font can print it.

    Missing characters become 〓, and an unusual kind of space a plain one. Invisible characters and those that turn the
    direction of writing are removed.
    """
    unknown = set(text) - _font_characters() - PRINTABLE_WHITESPACE
    return text.translate({ord(char): _substitute(char) for char in unknown})


def _titled(html):
    """Repeats each drawing's label as its title: there WeasyPrint looks for the alternative text."""
    return _LABELLED_DRAWING.sub(r"\g<0><title>\1</title>", html)


def _breakable(html):
    """Adds places to break to very long words: WeasyPrint's time grows with the square of their length."""

    def with_breaks(match):
        found = match.group()
        return found if found.startswith("<") else _BREAK.join(_CHARACTER.findall(found))

    return _UNBROKEN.sub(with_breaks, html)


def _substitute(char):
    if _is_dropped(char):
        return " " if unicodedata.category(char).startswith("Z") else None
    return GETA


def _is_dropped(char):
    category = unicodedata.category(char)
    return category in _DROPPED_CATEGORIES or category.startswith("Z") or char in _VARIATION_SELECTORS


@lru_cache(maxsize=1)
def _font_characters():
    """The characters that both weights of the font have, without control characters."""
    from fontTools.ttLib import TTFont

    maps = [TTFont(STATIC / "fonts" / name, lazy=True).getBestCmap() for name in FONTS]
    found = frozenset(map(chr, set.intersection(*map(set, maps))))
    return frozenset(char for char in found if unicodedata.category(char) not in _DROPPED_CATEGORIES)

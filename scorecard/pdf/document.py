"""PDF files from templates: what is to be printed, made fit for the embedded font. pdf/writer.py writes it down."""

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
# Invisible by nature. Some of them reorder or hide the text around them, so they are left out rather than marked.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
# A tag, passed over, or a stretch of text outside tags without a place to break, entities counting as one character.
_UNBROKEN = re.compile(r"<[^>]*>|(?:&#?\w+;|[!-%'-;=?-~\u00a1-\u2dff]){61,}")
_LABELLED_DRAWING = re.compile(r'<svg\b[^>]*\saria-label="([^"]*)"[^>]*>(?!\s*<title>)')
_CHARACTER = re.compile(r"&#?\w+;|.", re.DOTALL)
_BREAK = "\u200b"
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def render_pdf(template, context, *, stylesheets, wait_seconds=0):
    """Bytes of a tagged PDF of a template; see pdf_document(). Raises what pdf_service.obtain() raises."""
    return pdf_bytes(pdf_document(template, context, stylesheets=stylesheets), wait_seconds=wait_seconds)


def pdf_document(template, context, *, stylesheets, css="", attachments=(), made_at=None):
    """The Document of a template and style sheets named by their path under static.

    The template sets title, language and dates (meta dcterms.created). Characters that the font lacks are printed
    as 〓 and given to the template as missing_characters, ("U+E000", …), so that none disappears unnoticed.
    css: style besides, of this document alone.
    """
    html = render_to_string(template, {**context, "missing_characters": ()})
    missing = missing_characters(html)
    if missing:
        names = tuple(f"U+{ord(char):04X}" for char in sorted(missing))
        html = render_to_string(template, {**context, "missing_characters": names})
    return Document(_breakable(_titled(printable(html))), tuple(stylesheets), css, tuple(attachments), made_at)


def missing_characters(text):
    """The visible characters of a text that the embedded font lacks, as a set."""
    return {char for char in set(text) - _font_characters() - PRINTABLE_WHITESPACE if not _is_dropped(char)}


def printable(text):
    """The text as the embedded font can print it.

    Missing characters become 〓, an unusual kind of space a plain one; what is invisible or turns the direction of
    writing goes.
    """
    unknown = set(text) - _font_characters() - PRINTABLE_WHITESPACE
    return text.translate({ord(char): _substitute(char) for char in unknown})


def _titled(html):
    """The HTML with each drawing's label as its title, too: that is where WeasyPrint finds the alternative text."""
    return _LABELLED_DRAWING.sub(r"\g<0><title>\1</title>", html)


def _breakable(html):
    """The HTML with places to break in very long words: without, WeasyPrint's time grows with the square of them."""

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
    """The characters that both weights of the font have, less those that only steer the text."""
    from fontTools.ttLib import TTFont

    maps = [TTFont(STATIC / "fonts" / name, lazy=True).getBestCmap() for name in FONTS]
    found = frozenset(map(chr, set.intersection(*map(set, maps))))
    return frozenset(char for char in found if unicodedata.category(char) not in _DROPPED_CATEGORIES)

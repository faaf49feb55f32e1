"""PDF files: the only user of WeasyPrint.

WeasyPrint is imported where it is used, since that takes most of a second. It is given one font family, the style
sheets of static/css, and a fetcher that hands out nothing but the project's own static files.
"""

import hashlib
import mimetypes
import re
import unicodedata
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string

from scorecard.roc import datetime_text

STATIC = settings.BASE_DIR / "static"
SCHEME = "static:"
FONTS = ("NotoSansTC-Regular.ttf", "NotoSansTC-Bold.ttf")
# The mark that typesetters put where a character is missing from the font.
GETA = "〓"
_KEPT = frozenset(" \t\n\r")
# Invisible by nature. Some of them reorder or hide the text around them, so they are left out rather than marked.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
# A tag, passed over, or a stretch of text outside tags without a place to break, entities counting as one character.
_UNBROKEN = re.compile(r"<[^>]*>|(?:&#?\w+;|[!-%'-;=?-~\u00a1-\u2dff]){61,}")
_LABELLED_DRAWING = re.compile(r'<svg\b[^>]*\saria-label="([^"]*)"[^>]*>(?!\s*<title>)')
_CHARACTER = re.compile(r"&#?\w+;|.", re.DOTALL)
_BREAK = "\u200b"
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


class PDFError(Exception):
    """The PDF could not be made because a file of the project itself is missing; the message names it."""


def annual_report_pdf(report, *, made_at):
    """The annual report as bytes: tagged (PDF/UA-1), bookmarked. made_at: the local time printed on it.

    The same report and made_at give the same bytes.
    """
    stylesheets = ["css/pdf.css", "css/pdf-report.css", "css/pdf-report-tables.css"]
    if report.scorecard.is_draft:
        stylesheets.append("css/pdf-draft.css")
    context = {"report": report, "scorecard": report.scorecard, "made_at": made_at, "made": datetime_text(made_at)}
    return render_pdf("pdf/annual_report.html", context, stylesheets=stylesheets)


def render_pdf(template, context, *, stylesheets):
    """Bytes of a tagged PDF made from a template and style sheets named by their path under static.

    The template sets title, language and dates (meta dcterms.created). Characters that the font lacks are printed
    as 〓 and given to the template as missing_characters, ("U+E000", …), so that none disappears unnoticed.
    Raises PDFError where a style sheet or font is missing.
    """
    html = render_to_string(template, {**context, "missing_characters": ()})
    missing = missing_characters(html)
    if missing:
        names = tuple(f"U+{ord(char):04X}" for char in sorted(missing))
        html = render_to_string(template, {**context, "missing_characters": names})
    return _write(_breakable(_titled(printable(html))), stylesheets)


def missing_characters(text):
    """The visible characters of a text that the embedded font lacks, as a set."""
    return {char for char in set(text) - _font_characters() - _KEPT if not _is_dropped(char)}


def printable(text):
    """The text as the embedded font can print it.

    Missing characters become 〓, an unusual kind of space a plain one; what is invisible or turns the direction of
    writing goes.
    """
    unknown = set(text) - _font_characters() - _KEPT
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


def _write(html, stylesheets):
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    fetcher = _fetcher_class()()
    fonts = FontConfiguration()
    try:
        sheets = [CSS(url=f"{SCHEME}{path}", url_fetcher=fetcher, font_config=fonts) for path in stylesheets]
        document = HTML(string=html, url_fetcher=fetcher)
        return document.write_pdf(
            stylesheets=sheets,
            font_config=fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        )
    except FatalURLFetchingError as error:
        # A BaseException, which would pass every other net.
        raise PDFError(str(error)) from error


@lru_cache(maxsize=1)
def _fetcher_class():
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):
        """Hands out the project's static files and data: addresses; no other file, no host, no redirect.

        A static file that is missing stops the rendering: a report without its font or style is none. Anything else
        is refused in a way that leaves the rest of the report standing.
        """

        def __init__(self):
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url, headers=None):
            if not url.startswith(SCHEME):
                return super().fetch(url, headers)
            try:
                content = _static_file(url.removeprefix(SCHEME))
            except OSError as error:
                raise FatalURLFetchingError(f"靜態檔案不存在：{url}") from error
            content_type = mimetypes.guess_type(url)[0] or "application/octet-stream"
            return URLFetcherResponse(url, content, {"Content-Type": content_type})

    return StaticFetcher


def _static_file(name):
    """Bytes of a file under static; FileNotFoundError for anything outside, however it is written."""
    path = (STATIC / name.replace("\0", "")).resolve()
    if not path.is_relative_to(STATIC.resolve()):
        raise FileNotFoundError(name)
    return path.read_bytes()

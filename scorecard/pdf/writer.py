"""Writes HTML as PDF: the only user of WeasyPrint, and without Django, so that a child process starts quickly.

WeasyPrint is imported where it is used, since that takes most of a second. It is given one font family, the style
sheets of static/css, and a fetcher that hands out nothing but the project's own static files.
"""

import hashlib
import logging
import mimetypes
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
SCHEME = "static:"


class PDFError(Exception):
    """The PDF could not be made; the message says why, in words for whoever asked for it."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF. name: ASCII, as PDF readers want it; description: what it is, for people."""

    name: str
    content: bytes
    description: str


@dataclass(frozen=True)
class Document:
    """All that decides a PDF's bytes, but for the program: HTML that is ready to print and its style sheets.

    stylesheets: paths under static, css: style besides. made_at: the local time that attachments bear. With attachments
    the file is PDF/A-3a, otherwise PDF/UA-1; both are tagged.
    """

    html: str
    stylesheets: tuple[str, ...]
    css: str = ""
    attachments: tuple[Attached, ...] = ()
    made_at: datetime | None = None

    @property
    def digest(self):
        """Tells documents apart by their content, 64 hexadecimal digits."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def variant(self):
        """The kind of PDF, in WeasyPrint's words."""
        return "pdf/a-3a" if self.attachments else "pdf/ua-1"


def get_ready():
    """Load what write_pdf() takes most of a second to load."""
    import weasyprint  # noqa: F401


def write_pdf(document):
    """Bytes of the PDF; the same document gives the same bytes. Raises PDFError where a file of static is missing."""
    from weasyprint import CSS, HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    fetcher = fetcher_class()()
    fonts = FontConfiguration()
    try:
        sheets = [CSS(url=f"{SCHEME}{path}", url_fetcher=fetcher, font_config=fonts) for path in document.stylesheets]
        sheets.append(CSS(string=document.css, url_fetcher=fetcher, font_config=fonts))
        source = HTML(string=document.html, url_fetcher=fetcher)
        attachments = [
            Attachment(
                string=attached.content,
                name=attached.name,
                description=attached.description,
                created=document.made_at,
                modified=document.made_at,
                relationship="Source",
            )
            for attached in document.attachments
        ]
        return source.write_pdf(
            stylesheets=sheets,
            font_config=fonts,
            pdf_variant=document.variant,
            pdf_identifier=bytes.fromhex(document.digest)[:16],
            attachments=attachments,
            finisher=_show_title,
        )
    except FatalURLFetchingError as error:
        # A BaseException, which would pass every other net.
        raise PDFError(str(error)) from error


def _show_title(document, pdf):
    """The window bears the title instead of the file's name, in PDF/A too, where WeasyPrint leaves it out."""
    import pydyf

    pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())["DisplayDocTitle"] = "true"


class Progress(logging.Handler):
    """Calls tell(step, pages) as WeasyPrint proceeds: which of its seven steps, and how many pages are set so far."""

    def __init__(self, tell):
        super().__init__(logging.INFO)
        self.tell = tell

    def emit(self, record):
        """Read the step out of WeasyPrint's own words; others pass unheard."""
        words = record.getMessage().split()
        if words[:1] == ["Step"] and words[1:2] and words[1].isdigit():
            self.tell(int(words[1]), int(words[-1]) if words[-1].isdigit() and len(words) > 3 else 0)

    def listen(self):
        """Hear WeasyPrint from now on."""
        logger = logging.getLogger("weasyprint.progress")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)


@lru_cache(maxsize=1)
def fetcher_class():
    """The class of the only fetcher that WeasyPrint is given."""
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

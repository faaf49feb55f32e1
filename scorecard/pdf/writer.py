"""Writes HTML as PDF. The only user of WeasyPrint, and without Django: a child process starts quickly.

WeasyPrint is imported where it is used, since the import takes most of a second. It gets one font family, the style
sheets of static/css, and a fetcher that returns only the project's own static files.
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
    """The PDF could not be made. The message gives the reason in words for the person who asked for it."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF. name: ASCII, as PDF readers need it; description: for people."""

    name: str
    content: bytes
    description: str


@dataclass(frozen=True)
class Document:
    """Everything that decides a PDF's bytes, except the program: HTML that is ready to print and its style sheets.

    stylesheets: paths under static; css: additional style. made_at: the local time of the attachments. With attachments
    the file is PDF/A-3a, otherwise PDF/UA-1; both are tagged.
    """

    html: str
    stylesheets: tuple[str, ...]
    css: str = ""
    attachments: tuple[Attached, ...] = ()
    made_at: datetime | None = None

    @property
    def digest(self):
        """64 hexadecimal digits; documents with different content have different ones."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def variant(self):
        """The kind of PDF, in WeasyPrint's terms."""
        return "pdf/a-3a" if self.attachments else "pdf/ua-1"


def get_ready():
    """Load the libraries of write_pdf(), which takes most of a second."""
    import weasyprint  # noqa: F401


def write_pdf(document):
    """The same document gives the same bytes. Raises PDFError where a static file is missing."""
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
        # A BaseException: callers that catch Exception would miss it.
        raise PDFError(str(error)) from error


def _show_title(document, pdf):
    """The window shows the title, not the file's name. WeasyPrint does not set this for PDF/A."""
    import pydyf

    pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())["DisplayDocTitle"] = "true"


class Progress(logging.Handler):
    """Calls tell(step, pages) while WeasyPrint works: which of its seven steps, and how many pages are laid out."""

    def __init__(self, tell):
        super().__init__(logging.INFO)
        self.tell = tell

    def emit(self, record):
        """The step comes from WeasyPrint's log message; other messages are ignored."""
        words = record.getMessage().split()
        if len(words) < 2 or words[0] != "Step" or not words[1].isdigit():
            return
        has_pages = len(words) > 3 and words[-1].isdigit()
        self.tell(int(words[1]), int(words[-1]) if has_pages else 0)

    def listen(self):
        """Receive WeasyPrint's log messages from now on."""
        logger = logging.getLogger("weasyprint.progress")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)


@lru_cache(maxsize=1)
def fetcher_class():
    """The class of the only fetcher that WeasyPrint gets."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):
        """Returns the project's static files and data: addresses; no other file, no host, no redirect.

        A missing static file stops the rendering: a report without its font or style is useless. Any other refused
        address only leaves a gap.
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
    """FileNotFoundError for any path outside static, however it is written."""
    path = (STATIC / name.replace("\0", "")).resolve()
    if not path.is_relative_to(STATIC.resolve()):
        raise FileNotFoundError(name)
    return path.read_bytes()

"""Text that would be code if it were let: the annual report prints it, and reaches no file or host."""

import logging
import socket
import urllib.request
from datetime import datetime
from itertools import cycle

import pytest
from django.db import models
from django.utils import timezone
from django.utils.html import escape

from scorecard import models as tables
from scorecard.documents.annual_report_pdf import annual_report_document
from scorecard.domain.choices import ReportState
from scorecard.models import KPI
from scorecard.pdf.document import pdf_document
from scorecard.pdf.writer import PDFError, fetcher_class, write_pdf
from scorecard.read_models.annual_report import build_annual_report
from tests import factories
from tests.pdf import pdf_reading as reading
from tests.shared_rows import layer

MADE_AT = datetime(2017, 2, 6, 14, 5)
SECRET = "the contents of a file that nobody may read"
WRITTEN = (
    tables.Agency,
    tables.Division,
    tables.Plan,
    tables.Perspective,
    tables.Theme,
    tables.Objective,
    tables.ObjectiveLink,
    tables.KPI,
    tables.Measure,
    tables.YearlyValue,
    tables.YearlyReport,
    tables.ActionPlan,
    tables.ActionBudget,
)
MARKUP = [
    '<img src="file:///secret.txt">',
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "</td></table><h1>",
    "<!-- ",
    "]]>",
    "<svg onload=alert(1)>",
    '<iframe src="http://example.org/">',
    "&lt;&#x27;&amp;",
    "<base href=//x>",
    "{{ scorecard.agency }}{% include 'base.html' %}",
    "' onclick='x",
    '" class="cover',
    "<link rel=attachment href=/x>",
    "<![CDATA[x",
    "</title></body></html>",
]
ADDRESSES = [
    "url(file:///etc/passwd)",
    "javascript:alert(1)",
    "http://169.254.169.254/",
    "@import 'http://x/y.css';",
    "static:../../manage.py",
    "data:text/html,<b>x</b>",
    "\\\\host\\share",
    "//host/x",
    "ftp://host/x",
    "content: url(http://x)",
    "}*{background:url(http://x/)}",
]
UNSEEN = [
    "a\u202egnp.exe",
    "zero\u200bwidth\u200d\u2060",
    "\ufeffbom",
    "pri\ue000vate\U000f0000",
    "\U0001f4a3\U0001f1f9",
    "tab\tfeed\fbell\x07",
    "e\u0301\u0302\u0303",
    "\U00020bb7\U0002a6a5",
    "نص عربي",
    "ไทย",
    "\u2028line\u2029",
    "\ufffd\uffff",
    "a\u00adb\u2009c\ufe0f",
]


@layer
def plan():
    """A plan with a missed and an unmeasured KPI, so that every part of the report has something to say.

    Three KPIs have every kind of field: one measure, two measures, and a ratio. More would only make more pages.
    """
    made = factories.make_plan(kpis=5)
    KPI.objects.filter(plan=made, code__in=["AC1.2", "AL1.1"]).delete()
    cast = factories.make_cast(made)
    factories.open_year(cast.admin, made)
    factories.fill(cast.staff, factories.kpi(made, "AC1.1"), actuals="10", explanation="說明", improvement="措施")
    factories.fill(cast.staff, factories.kpi(made, "AF1.1"), unmeasured="無統計")
    # Without a receipt: what it names keeps its name.
    sent = {"state": ReportState.SUBMITTED, "submitted_by": cast.staff, "submitted_at": timezone.now()}
    tables.YearlyReport.objects.update(**sent, submitted_by_name=str(cast.staff))
    return made


def fill_every_text(texts, first=0, shares=1):
    """Write the texts into every text field of every row, as many as it holds, a short one beginning with `first`.

    shares: into how many shares the texts are dealt; one field after the other gets one of them.
    """
    dealt = cycle([texts[share::shares] for share in range(shares)])
    for table in WRITTEN:
        for turn, row in enumerate(table.objects.order_by("pk")):
            for field in table._meta.concrete_fields:
                if is_written(field, row):
                    setattr(row, field.name, fitted(field, next(dealt), turn, first))
            row.save()


def is_written(field, row):
    if field.name == "progress" and row.year > factories.FIRST_YEAR:
        return False
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.SlugField)
    return is_text and not field.choices and bool(getattr(row, field.name) or isinstance(field, models.TextField))


def fitted(field, texts, turn, first):
    """The texts one a line in a text field; in a short field as many as have room, told apart by the row's turn."""
    if field.max_length is None:
        return "\n".join(texts)
    mark = f"{turn:03d}"
    text = " ".join(texts[first:] + texts[:first])[: field.max_length - len(mark)] + mark
    # A code stands in an address and holds no slash.
    return text.replace("/", "-") if field.name == "code" else text


@pytest.fixture
def asked(monkeypatch):
    """The addresses that the fetcher was asked for; opening anything else fails the test."""
    found = []
    fetch = fetcher_class().fetch

    def spy(self, url, headers=None):
        found.append(url)
        return fetch(self, url, headers)

    def refuse(*args, **kwargs):
        raise AssertionError(f"opened {args}")

    monkeypatch.setattr(fetcher_class(), "fetch", spy)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return found


def document_of(plan):
    """What is to be printed of the plan's year once what was submitted is approved: from then on no text changes."""
    for report in tables.YearlyReport.objects.awaiting_review():
        factories.approve(tables.User.objects.get(username="reviewer"), report)
    fresh = tables.Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    return annual_report_document(build_annual_report(fresh), made_at=MADE_AT)


def make(plan):
    return reading.open_pdf(write_pdf(document_of(plan)))


def test_hostile_text_in_every_field_is_printed_as_text_and_reaches_nothing(plan, asked, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    files = [f'<img src="file://{secret}">', f'<object data="{secret}"></object>']
    # All of it in every field would make three times the pages; every field's HTML is looked at below.
    fill_every_text([*MARKUP, *ADDRESSES, *UNSEEN, *files], shares=3)
    document = make(plan)
    shown = reading.squeezed(document)
    texts = [*MARKUP, *ADDRESSES, *files]
    assert len(texts) + len(UNSEEN) > 30
    assert [text for text in texts if shown.count(reading.without_space(text)) < 5] == []
    assert reading.without_space(SECRET) not in shown
    assert asked and all(url.startswith(("static:fonts/", "static:css/")) for url in asked)
    assert len(KPI.objects.filter(plan=plan)) <= len(reading.outline(document))
    # What the font lacks is marked, what is invisible or turns the text is dropped, and no other font is needed.
    assert {name.split("+")[-1] for name in reading.fonts_of(document)} == {"Noto-Sans-TC", "Noto-Sans-TC-Bold"}
    assert reading.count_glyphs(document)[1] == 0
    assert "pri〓vate〓" in shown and "agnp.exe" in shown and "zerowidth" in shown
    assert "U+E000" in shown and "U+1F4A3" in shown and "U+202E" not in shown


@pytest.mark.parametrize("first", range(0, len(MARKUP), 4))
def test_no_short_field_lets_markup_through_either(plan, first):
    """Each short field has room for a few: four renderings of the HTML, which take no page to be set, show them all."""
    fill_every_text(MARKUP, first)
    html = document_of(plan).html
    assert html.count(escape(MARKUP[first])) > 5
    assert [text for text in MARKUP if text in html] == []


@pytest.mark.parametrize("length", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_thousands_of_characters_without_a_break_are_printed(plan, length):
    kpi = factories.kpi(plan, "AC1.1")
    KPI.objects.filter(pk=kpi.pk).update(formula="W" * length)
    kpi.action_plans.update(description="長" * length)
    kpi.reports.update(explanation="長" * length, improvement="1" * 500 + "%\n" + "a-" * 300)
    document = make(plan)
    shown = reading.squeezed(document)
    # The formula stands in the scorecard and beside the KPI's calculation.
    assert shown.count("W") == 2 * length
    assert shown.count("長") >= 3 * length
    assert reading.count_glyphs(document)[1] == 0


# The second wall, should markup ever slip past the templates.


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "http://127.0.0.1:1/", "https://example.org/", "ftp://x/", "FILE:///etc/hostname", "x:y"],
)
def test_the_fetcher_refuses_everything_else(url):
    with pytest.raises(ValueError):
        fetcher_class()().fetch(url)


@pytest.mark.parametrize(
    "name", ["../manage.py", "/etc/hostname", "css/../../manage.py", "", "css", "..%2fmanage.py", "nothing.css", "x\0y"]
)
def test_the_fetcher_stops_at_static_files_that_are_none(name):
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        fetcher_class()().fetch(f"static:{name}")


def test_the_fetcher_reads_static_files_and_data():
    fetcher = fetcher_class()()
    assert b"@font-face" in fetcher.fetch("static:css/pdf/base.css").read()
    assert fetcher.fetch("data:text/plain,abc").read() == b"abc"


def test_unescaped_markup_still_reaches_nothing(tmp_path, settings, asked, caplog, monkeypatch):
    (tmp_path / "raw.html").write_text(
        '<html lang="zh"><title>x</title><p>甲</p><img src="file:///etc/hostname"><img src="http://127.0.0.1:1/">'
        '<style>p{background:url(file:///etc/hostname)}@import "http://127.0.0.1:1/x.css";</style>'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    monkeypatch.setattr(logging.getLogger("weasyprint"), "propagate", True)
    document = reading.open_pdf(write_pdf(pdf_document("raw.html", {}, stylesheets=["css/pdf/base.css"])))
    assert "甲" in reading.text_of(document)
    assert any("disallowed" in message for message in caplog.messages)


def test_a_missing_style_sheet_stops_the_pdf_with_its_name(tmp_path, settings):
    (tmp_path / "page.html").write_text('<html lang="zh"><title>x</title><p>甲</p>')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(PDFError, match="no-such.css"):
        write_pdf(pdf_document("page.html", {}, stylesheets=["css/no-such.css"]))

"""Two editions compared, as the files that go with a decision: PDF, Excel and ODS with the same rows."""

from scorecard.documents.comparison_sheet import comparison_sheet
from scorecard.documents.watermarks import DRAFT_EDITION
from scorecard.domain.roc_years import datetime_text
from scorecard.pdf.document import render_pdf
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.xlsx_writer import sheets_workbook

STYLESHEETS = ("css/pdf/base.css", "css/pdf/comparison.css")
# 草案 as on every PDF of a draft, and then where it stands on a page across.
DRAFT = ("css/pdf/watermark.css", DRAFT_EDITION, "css/pdf/comparison-draft.css")


def comparison_files(comparison, *, made_at, heading=""):
    """{「pdf」, 「xlsx」, 「ods」: bytes}. Takes the time of a PDF, so call it before any lock.

    heading: what the comparison is for, as 「核定 107 年版」; "" for its own title. made_at: the local time printed.
    Raises what render_pdf() raises.
    """
    return {
        "pdf": comparison_pdf(comparison, made_at=made_at, heading=heading),
        "xlsx": comparison_xlsx(comparison, made_at=made_at, heading=heading),
        "ods": comparison_ods(comparison, made_at=made_at, heading=heading),
    }


def comparison_pdf(comparison, *, made_at, heading=""):
    """A4 across, tagged."""
    sheets = (*STYLESHEETS, *DRAFT) if comparison.is_draft else STYLESHEETS
    context = {
        "comparison": comparison,
        "heading": heading or comparison.heading,
        "made_at": made_at,
        "made": datetime_text(made_at),
    }
    return render_pdf("pdf/comparison.html", context, stylesheets=sheets)


def comparison_xlsx(comparison, *, made_at, heading=""):
    sheet = comparison_sheet(comparison, made_at=made_at, heading=heading)
    return sheets_workbook([sheet], **_properties(comparison, heading))


def comparison_ods(comparison, *, made_at, heading=""):
    sheet = comparison_sheet(comparison, made_at=made_at, heading=heading)
    return sheets_ods([sheet], **_properties(comparison, heading))


def _properties(comparison, heading):
    return {"title": heading or comparison.heading, "creator": comparison.agency}

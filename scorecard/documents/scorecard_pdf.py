"""A scorecard's table as PDF on A3, with the rows and columns that a reader chose."""

from scorecard.documents.watermarks import watermarks_on_a3
from scorecard.domain.roc_years import datetime_text
from scorecard.pdf.document import render_pdf


def table_pdf(table, *, made_at):
    """A tagged PDF. made_at: the local time printed on it."""
    stylesheets = ["css/pdf/base.css", "css/pdf/scorecard.css", *watermarks_on_a3(table.scorecard)]
    context = {"table": table, "scorecard": table.scorecard, "made_at": made_at, "made": datetime_text(made_at)}
    return render_pdf("pdf/scorecard_table.html", context, stylesheets=stylesheets)

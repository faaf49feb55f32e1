"""A scorecard's table as PDF on A3, with the rows and columns that a reader asked for."""

from scorecard.exports.pdf import render_pdf
from scorecard.roc import datetime_text


def table_pdf(table, *, made_at):
    """A ScorecardTable as the bytes of a tagged PDF. made_at: the local time printed on it."""
    stylesheets = ["css/pdf.css", "css/pdf-scorecard.css"]
    if table.scorecard.is_draft:
        stylesheets.append("css/pdf-scorecard-draft.css")
    context = {"table": table, "scorecard": table.scorecard, "made_at": made_at, "made": datetime_text(made_at)}
    return render_pdf("pdf/scorecard_table.html", context, stylesheets=stylesheets)

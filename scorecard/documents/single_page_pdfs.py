"""PDFs of one or few pages: a KPI, a division, a receipt. They use the annual report's parts and style."""

from scorecard.documents.watermarks import watermarks
from scorecard.domain.roc_years import datetime_text
from scorecard.pdf.document import render_pdf

STYLESHEETS = (
    "css/pdf/base.css",
    "css/pdf/annual-report.css",
    "css/pdf/annual-report-summary.css",
    "css/pdf/annual-report-tables.css",
    "css/pdf/single-page.css",
)


def kpi_sheet_pdf(scorecard, review, *, money, made_at):
    """Definition, figures of all years, calculation, explanation and action plans of a KPI.

    money: the PlanBudgets of the KPI; made_at: the local time printed on it.
    """
    return _sheet("pdf/kpi_sheet.html", scorecard, made_at, review=review, kpi=review.kpi, money=money)


def division_sheet_pdf(scorecard, line, *, group, money, made_at):
    """Score and lights of a division, its KPIs, and its action plans with their money.

    line: the DivisionLine; group: its ScoreLine; money: the PlanBudgets of its KPIs.
    """
    previous = scorecard.baseline_years[-1:]
    return _sheet("pdf/division_sheet.html", scorecard, made_at, line=line, group=group, money=money, previous=previous)


def receipt_pdf(receipt, *, reviews, made_at):
    """reviews: (KPI's code, where its report stands at made_at), below the receipt. made_at: a local time, printed."""
    context = {"receipt": receipt, "reviews": reviews, "made_at": made_at, "made": datetime_text(made_at)}
    return render_pdf("pdf/receipt.html", context, stylesheets=STYLESHEETS)


def _sheet(template, scorecard, made_at, **context):
    stylesheets = [*STYLESHEETS, *watermarks(scorecard)]
    context |= {"scorecard": scorecard, "made_at": made_at, "made": datetime_text(made_at)}
    return render_pdf(template, context, stylesheets=stylesheets)

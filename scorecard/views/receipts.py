"""填報收執: the receipts of a year, and one of them as page and PDF."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard.documents.single_page_pdfs import receipt_pdf
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.receipts import build_receipt
from scorecard.web import access
from scorecard.web.file_response import file_response


@require_safe
def receipts(request, slug, year):
    """Every receipt of the year that the person may see."""
    edition = access.get_edition_of_receipts(request, slug, year)
    context = {
        "scorecard": build_scorecard(edition.plan, year),
        "receipts": access.visible_receipts(request, edition),
    }
    return render(request, "scorecard/reporting/receipts.html", context)


@require_safe
def receipt(request, slug, year, serial):
    """One receipt: what was sent, when and by whom, as it was then."""
    edition = access.get_edition(request, slug, year)
    submission = access.get_receipt(request, edition, serial)
    context = {
        "scorecard": build_scorecard(edition.plan, year),
        "submission": submission,
        "receipt": build_receipt(submission),
    }
    return render(request, "scorecard/reporting/receipt.html", context)


@require_safe
def receipt_file(request, slug, year, serial):
    """The same as PDF."""
    edition = access.get_edition(request, slug, year)
    submission = access.get_receipt(request, edition, serial)
    pdf = receipt_pdf(build_receipt(submission), made_at=timezone.localtime())
    return file_response(pdf, "application/pdf", f"{slug}-receipt-{submission.number}.pdf")

"""填報收執: the receipts of a year, and each one as a page and a PDF."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard.documents.single_page_pdfs import receipt_pdf
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.receipts import build_receipt, reviews_of
from scorecard.web import access
from scorecard.web.file_response import file_response


@require_safe
def receipts(request, agency, year):
    edition = access.get_edition_of_receipts(request, agency, year)
    context = {
        "scorecard": build_scorecard(edition.plan),
        "receipts": access.visible_receipts(request, edition),
    }
    return render(request, "scorecard/reporting/receipts.html", context)


@require_safe
def receipt(request, agency, year, serial):
    edition = access.get_edition(request, agency, year)
    submission = access.get_receipt(request, edition, serial)
    context = {
        "scorecard": build_scorecard(edition.plan),
        "submission": submission,
        "receipt": build_receipt(submission),
        "reviews": reviews_of(submission),
    }
    return render(request, "scorecard/reporting/receipt.html", context)


@require_safe
def receipt_file(request, agency, year, serial):
    edition = access.get_edition(request, agency, year)
    submission = access.get_receipt(request, edition, serial)
    pdf = receipt_pdf(build_receipt(submission), reviews=reviews_of(submission), made_at=timezone.localtime())
    return file_response(pdf, "application/pdf", f"{agency}-receipt-{submission.number}.pdf")

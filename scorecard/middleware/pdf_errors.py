"""The page that readers get if a PDF cannot be made."""

import logging

from django.shortcuts import render

from scorecard.pdf.jobs import PDFBusy
from scorecard.pdf.writer import PDFError

logger = logging.getLogger(__name__)


class PDFErrorMiddleware:
    """Middleware: 503 with Retry-After if too many PDFs are being made, 500 with the reason if one failed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, PDFBusy):
            context = {"seconds": exception.retry_after, "again": request.method == "GET"}
            response = render(request, "scorecard/pdf_unavailable.html", context, status=503)
            response["Retry-After"] = str(exception.retry_after)
        elif isinstance(exception, PDFError):
            logger.error("%s: %s", request.path, exception)
            response = render(request, "scorecard/pdf_unavailable.html", {"failed": exception}, status=500)
        else:
            return None
        response["Cache-Control"] = "no-store"
        return response

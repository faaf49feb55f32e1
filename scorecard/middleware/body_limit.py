"""The largest request body that the site reads."""

from django.conf import settings
from django.shortcuts import render

from scorecard.domain import policies

# The files, and one megabyte for the other parts of the form.
BODY_BYTES = policies.EVIDENCE_BYTES_PER_REPORT + policies.MEGABYTE
# A browser shows the answer only after it sent the whole body. Larger bodies are not read: the connection closes.
READ_AWAY_BYTES = 2 * BODY_BYTES
BLOCK = 64 * 1024


def limit_body(get_response):
    """Middleware: 413 if Content-Length is larger than all evidence of a report. Nothing is stored.

    Without a login the limit is DATA_UPLOAD_MAX_MEMORY_SIZE: a form, but no files.
    """

    def middleware(request):
        size = _stated_size(request)
        # In this order: finding the user costs two queries.
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > _max_size(request):
            _read_away(request, size)
            limit = min(_max_size(request), policies.EVIDENCE_BYTES_PER_REPORT) // policies.MEGABYTE
            return render(request, "413.html", {"limit": limit}, status=413)
        return get_response(request)

    return middleware


def _stated_size(request):
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _max_size(request):
    return BODY_BYTES if request.user.is_authenticated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _read_away(request, size):
    if size <= READ_AWAY_BYTES and request.user.is_authenticated:
        while request.read(BLOCK):
            pass

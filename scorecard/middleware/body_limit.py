"""How large a request may be at all."""

from django.conf import settings
from django.shortcuts import render

from scorecard.domain import policies

# The files, and around each its part of the form.
BODY_BYTES = policies.EVIDENCE_BYTES_PER_REPORT + policies.MEGABYTE
# A browser shows an answer only once it could send what it was sending; beyond this the connection is closed on it.
READ_AWAY_BYTES = 2 * BODY_BYTES
BLOCK = 64 * 1024


def limit_body(get_response):
    """Middleware: answer 413 to a request that says it is larger than all evidence of a report, without storing it.

    Whoever is not logged in may send a form, but no files.
    """

    def middleware(request):
        size = _stated_size(request)
        # In this order, since to ask who it is costs two queries.
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > _most(request):
            _read_away(request, size)
            limit = min(_most(request), policies.EVIDENCE_BYTES_PER_REPORT) // policies.MEGABYTE
            return render(request, "413.html", {"limit": limit}, status=413)
        return get_response(request)

    return middleware


def _stated_size(request):
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _most(request):
    return BODY_BYTES if request.user.is_authenticated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _read_away(request, size):
    if size <= READ_AWAY_BYTES and request.user.is_authenticated:
        while request.read(BLOCK):
            pass

"""Refuses NUL in addresses: no page has one in its own, and PostgreSQL takes none in a text."""

from django.core.exceptions import BadRequest
from django.http import Http404


def refuse_null_characters(get_response):
    """Middleware: 404 for a path with NUL, 400 for a query with one. Forms refuse it by themselves."""

    def middleware(request):
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        return get_response(request)

    return middleware

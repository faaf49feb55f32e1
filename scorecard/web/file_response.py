"""Responses that the browser saves as files."""

from django.http import HttpResponse


def file_response(content, content_type, name):
    """name: ASCII. The browser caches nothing."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

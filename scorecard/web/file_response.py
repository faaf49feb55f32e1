"""Files that the browser saves."""

from django.http import HttpResponse


def file_response(content, content_type, name):
    """A response that the browser saves as a file of this name (ASCII) and keeps no copy of."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

"""Keeps every page out of the browser's caches: after the log-out, Back asks the server (decision 0026)."""


def store_nothing(get_response):
    """Middleware: no-store for all that is not a static file; those are answered before."""

    def middleware(request):
        response = get_response(request)
        response["Cache-Control"] = "private, no-store"
        return response

    return middleware

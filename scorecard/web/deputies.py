"""The session's choice of whom to stand in for."""

SESSION_KEY = "deputyship"


def begin(request, deputyship):
    """From the next request on, the person acts as this deputy."""
    request.session[SESSION_KEY] = deputyship.pk


def stop(request):
    """From the next request on, the person acts for themselves."""
    request.session.pop(SESSION_KEY, None)

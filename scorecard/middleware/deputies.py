"""Whom a person stands in for: chosen for the session, and asked of the database anew with every request."""

from scorecard.models import Deputyship
from scorecard.web.deputies import SESSION_KEY


def stand_in(get_response):
    """Middleware: gives request.user the Deputyship chosen, as long as it is in force; after that, their own rights.

    permissions.py reads it; services/audit.py records it with every act.
    """

    def middleware(request):
        chosen = request.session.get(SESSION_KEY)
        if chosen is not None and request.user.is_authenticated:
            in_force = Deputyship.objects.in_force().select_related("person", "agency")
            request.user.deputyship = in_force.filter(pk=chosen, deputy=request.user).first()
        return get_response(request)

    return middleware

"""How long a login lasts, where it was made, and the cookie of a known device."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from scorecard.domain.browsers import MAX_AGENT_LENGTH
from scorecard.services import devices

KEY = "login"
# How exactly the last use of a login is known: GET writes no more than this.
SECONDS_BETWEEN_NOTES = 60


class LoginLimits:
    """Middleware: ends a login LOGIN_HOURS after it began, or LOGIN_IDLE_MINUTES after it was last used.

    The second is the age of Django's session, which each note of its use renews. A view that proves who uses a browser
    sets request.known_user; the answer then carries the cookie of services/devices.py.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _apply_limits(request)
        response = self.get_response(request)
        user = getattr(request, "known_user", None)
        if user is not None:
            response.set_cookie(
                devices.COOKIE,
                devices.cookie_for(cookie=request.COOKIES.get(devices.COOKIE, ""), user=user),
                max_age=devices.SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def _apply_limits(request):
    now = time.time()
    login = request.session.get(KEY) or {"at": now, "seen": 0}
    if now - login["at"] >= settings.LOGIN_HOURS * 60 * 60:
        logout(request)
    elif now - login["seen"] >= SECONDS_BETWEEN_NOTES:
        request.session[KEY] = login | {"seen": now}


@receiver(user_logged_in, dispatch_uid="scorecard.middleware.logins")
def note_login(sender, request, user, **kwargs):
    """When, from where and with what. Tests and commands log in without a browser."""
    if request is None or not hasattr(request, "session"):
        return
    now = time.time()
    request.session[KEY] = {
        "at": now,
        "seen": now,
        "agent": request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT_LENGTH],
        "address": request.META.get("REMOTE_ADDR", ""),
    }

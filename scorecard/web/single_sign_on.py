"""Single sign-on: whom the proxy's header or the provider of OpenID Connect names."""

from django.conf import settings

# What the provider said of somebody without an account, for the invitation that they opened. As the names of the other
# cookies in settings.py.
NAMED_COOKIE = "__Host-named" if settings.HTTPS else "named"
NAMED_SALT = "scorecard.single_sign_on"
NAMED_SECONDS = 15 * 60


def header_key():
    """The header's key in request.META."""
    return f"HTTP_{settings.SSO_USER_HEADER.upper().replace('-', '_')}"


def name_from_sign_on(request):
    """The user name of whoever uses the browser; "" where nobody is named, and without single sign-on."""
    if settings.SSO_USER_HEADER:
        return request.META.get(header_key(), "")
    if settings.OIDC_ISSUER:
        return request.get_signed_cookie(NAMED_COOKIE, default="", salt=NAMED_SALT, max_age=NAMED_SECONDS)
    return ""


def remember_name(response, name):
    """For the pages after the provider named somebody without an account."""
    response.set_signed_cookie(
        NAMED_COOKIE,
        name,
        salt=NAMED_SALT,
        max_age=NAMED_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )

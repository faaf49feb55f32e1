"""The login page, and the page from which a form that came too late is sent again."""

from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from scorecard.forms.passwords import LoginForm
from scorecard.web.expired_form import FIELD

FORBIDDEN = 403


def hand_back(request, expired, page):
    """The login page with the form in it. page: where the login leads if there is no form to send again."""
    too_large = expired.is_too_large
    sealed = "" if too_large else expired.seal()
    if settings.USES_SSO:
        return single_sign_on(request, page, expired, sealed, status=FORBIDDEN)
    context = {
        "form": LoginForm(request),
        "next": page,
        "expired": expired,
        "sealed": sealed,
        "is_too_large": too_large,
        "sealed_name": FIELD,
    }
    response = render(request, "registration/login.html", context, status=FORBIDDEN)
    add_never_cache_headers(response)
    return response


def single_sign_on(request, page="", expired=None, sealed="", *, status):
    """The login page where the login is elsewhere.

    The way there leaves the page, so that a late form stays in it: the login opens in another tab, and the form is sent
    from the old one. page: where the login leads. sealed: "" for a form that is too large to be sent again.
    """
    query = f"?{urlencode({'next': page})}" if page else ""
    begin = reverse("oidc_authentication_init") + query if settings.OIDC_ISSUER else ""
    context = {"begin": begin, "next": page, "expired": expired, "sealed": sealed, "sealed_name": FIELD}
    response = render(request, "registration/sso_login.html", context, status=status)
    add_never_cache_headers(response)
    return response


def send_again(request, expired, page, status=200):
    """page: the address of the page that the form stood on."""
    response = render(request, "registration/send_again.html", {"expired": expired, "page": page}, status=status)
    add_never_cache_headers(response)
    return response

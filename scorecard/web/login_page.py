"""The login page, and the page from which a form that came too late is sent again."""

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from scorecard.forms.passwords import LoginForm
from scorecard.web.expired_form import FIELD

FORBIDDEN = 403


def hand_back(request, expired, page):
    """The login page with the form in it. page: where the login leads if there is no form to send again."""
    too_large = expired.is_too_large
    context = {
        "form": LoginForm(request),
        "next": page,
        "expired": expired,
        "sealed": "" if too_large else expired.seal(),
        "is_too_large": too_large,
        "sealed_name": FIELD,
    }
    response = render(request, "registration/login.html", context, status=FORBIDDEN)
    add_never_cache_headers(response)
    return response


def send_again(request, expired, page, status=200):
    """page: the address of the page that the form stood on."""
    response = render(request, "registration/send_again.html", {"expired": expired, "page": page}, status=status)
    add_never_cache_headers(response)
    return response

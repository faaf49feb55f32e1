"""Single sign-on by a header: whom the proxy names."""

from django.conf import settings


def header_key():
    """The header's key in request.META."""
    return f"HTTP_{settings.SSO_USER_HEADER.upper().replace('-', '_')}"


def name_from_proxy(request):
    """The user name that the proxy sends; "" without one, and without single sign-on."""
    return request.META.get(header_key(), "") if settings.SSO_USER_HEADER else ""

"""Single sign-on: the proxy in front says who a person is, in the header that SSO_USER_HEADER names.

Local passwords and their pages are off then, and somebody it names without an account here is refused, never made.
"""

from django.conf import settings
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware


class SingleSignOnBackend(RemoteUserBackend):
    """Takes the proxy's word for who somebody is, where there is an active account of that name."""

    create_unknown_user = False


class SingleSignOnMiddleware(RemoteUserMiddleware):
    """Reads the person's user name from the header that SSO_USER_HEADER names, on every request."""

    @property
    def header(self):
        """The header's name as WSGI has it."""
        return f"HTTP_{settings.SSO_USER_HEADER.upper().replace('-', '_')}"

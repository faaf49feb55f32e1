"""Single sign-on: the proxy sends the user name in the header that SSO_USER_HEADER names.

Local passwords and their pages are off then. A name without an account is refused; no account is created.
"""

from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware

from scorecard.web.single_sign_on import header_key


class SingleSignOnBackend(RemoteUserBackend):
    """Trusts the proxy if there is an active account with the name."""

    create_unknown_user = False


class SingleSignOnMiddleware(RemoteUserMiddleware):
    @property
    def header(self):
        """The key in request.META."""
        return header_key()

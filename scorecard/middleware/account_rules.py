"""Limits the pages of an account: while its password has to be changed, and of everyone under single sign-on."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from scorecard.web.single_sign_on import name_from_sign_on

# Reachable with a password that somebody else chose.
OPEN_PAGES = frozenset(
    {"password_change", "logout", "admin:logout", "login", "healthz", "password_reset_confirm", "unlock"}
)
PASSWORD_PAGES = frozenset(
    {
        "password_change",
        "password_change_done",
        "password_reset",
        "password_reset_done",
        "password_reset_confirm",
        "password_reset_complete",
        "unlock",
        "admin:password_change",
        "admin:password_change_done",
    }
)


class AccountRules:
    """Middleware: a person whose password has become too old has to change it before anything else.

    With single sign-on there are no passwords. Their pages are 404, and the login page names the unknown user.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """A response returned here replaces the view's."""
        name = request.resolver_match.view_name
        if settings.USES_SSO:
            return _with_single_sign_on(request, name)
        if name not in OPEN_PAGES and request.user.is_authenticated and request.user.must_change_password:
            return redirect("password_change")
        return None


def _with_single_sign_on(request, name):
    if name in PASSWORD_PAGES:
        raise Http404
    if name == "login" and not request.user.is_authenticated:
        if settings.OIDC_ISSUER:
            return _way_to_provider(request)
        return render(request, "registration/sso_refused.html", {"named": name_from_sign_on(request)}, status=403)
    return None


def _way_to_provider(request):
    query = urlencode({"next": request.GET["next"]}) if "next" in request.GET else ""
    begin = reverse("oidc_authentication_init") + (f"?{query}" if query else "")
    # There are no passwords to send.
    status = 403 if request.method == "POST" else 200
    return render(request, "registration/sso_login.html", {"begin": begin}, status=status)

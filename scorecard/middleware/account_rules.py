"""Limits the pages of an account: while its password has to be changed, and of everyone under single sign-on."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render

from scorecard.web.expired_form import FIELD, open_sealed
from scorecard.web.login_page import single_sign_on
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
        sealed = request.POST.get(FIELD, "")
        expired = open_sealed(sealed)
        if expired is not None:
            # Sent again before the login.
            return single_sign_on(request, request.POST.get("next", ""), expired, sealed, status=403)
        if settings.OIDC_ISSUER:
            # There are no passwords to send.
            status = 403 if request.method == "POST" else 200
            return single_sign_on(request, request.GET.get("next", ""), status=status)
        return render(request, "registration/sso_refused.html", {"named": name_from_sign_on(request)}, status=403)
    return None

"""Which pages an account may reach: none before a password of an admin's choice is changed, and none of passwords
with single sign-on.
"""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render

from scorecard.middleware.single_sign_on import SingleSignOnMiddleware

# The pages that somebody with a password of somebody else's choice may still reach.
OPEN_PAGES = frozenset({"password_change", "logout", "admin:logout", "login", "healthz", "password_reset_confirm"})
PASSWORD_PAGES = frozenset(
    {
        "password_change",
        "password_change_done",
        "password_reset",
        "password_reset_done",
        "password_reset_confirm",
        "password_reset_complete",
        "admin:password_change",
        "admin:password_change_done",
        "admin:auth_user_password_change",
    }
)


class AccountRules:
    """Middleware: nothing else is reachable before a password of an admin's choice is changed by its owner.

    With single sign-on there are no passwords: their pages are 404, and the login page says who was not let in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Django's call for each request."""
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Django's call once the view is known; an answer given here stands for the view's."""
        name = request.resolver_match.view_name
        if settings.SSO_USER_HEADER:
            return _with_single_sign_on(request, name)
        if name not in OPEN_PAGES and request.user.is_authenticated and request.user.must_change_password:
            return redirect("password_change")
        return None


def _with_single_sign_on(request, name):
    if name in PASSWORD_PAGES:
        raise Http404
    if name == "login" and not request.user.is_authenticated:
        named = request.META.get(SingleSignOnMiddleware(lambda _: None).header, "")
        return render(request, "registration/sso_refused.html", {"named": named}, status=403)
    return None

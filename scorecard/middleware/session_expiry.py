"""Hands a form that was sent after its login had ended back to the person, inside the login page.

Anonymous requests write nothing: the form travels in the page, sealed (web/expired_form.py), and the person sends it
again after the login. Files and passwords do not travel.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure as token_refused

from scorecard.web.expired_form import FIELD, open_sealed, person_of, read_form, remember_person
from scorecard.web.login_page import hand_back, send_again
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post

FORBIDDEN = 403
# To somebody logged in: nothing is denied, so that no event of security tells of it.
CONFLICT = 409


class KeepFormOnExpiredSession(LoginRequiredMiddleware):
    """Requires a login for every page. The token of what arrives here has been checked already."""

    def handle_no_permission(self, request, view_func):
        """The login page; a person's own form stays in it."""
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        page = page_of_form(request)
        expired = read_form(request) if is_navigation(request) else None
        if expired is None or not expired.person or not expired.fields:
            return redirect_to_login(page, settings.LOGIN_URL)
        return hand_back(request, expired, page)

    def process_response(self, request, response):
        """Name the person who logged in, so that a form they send too late is handed back to them alone."""
        user = getattr(request, "_logged_in", None)
        if user is not None:
            remember_person(response, user)
        return response


@receiver(user_logged_in, dispatch_uid="scorecard.middleware.session_expiry")
def note_login(sender, request, user, **kwargs):
    if request is not None:
        request._logged_in = user


def is_navigation(request):
    """False for requests of scripts. A browser that sends no Sec-Fetch-Mode counts as a person."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers


def page_of_form(request):
    """Address of the page with the form that was sent: the Referer, else found by the form's own address."""
    referrer = _split(request.headers.get("Referer", ""))
    if referrer.netloc == request.get_host() and referrer.path.startswith("/"):
        page = referrer.path + (f"?{referrer.query}" if referrer.query else "")
        if url_has_allowed_host_and_scheme(page, allowed_hosts=None) and _is_page(referrer.path):
            return page
    try:
        match = resolve(request.path)
    except Resolver404:
        return reverse("home")
    return page_after_post(match.view_name, match.kwargs) if match.view_name in PAGE_AFTER_POST else request.path


def _split(address):
    """Empty parts for what is no address, such as http://[."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _is_page(path):
    try:
        return resolve(path).view_name not in {*PAGE_AFTER_POST, "login"}
    except Resolver404:
        return False


def page_after_login(request):
    """Where the login page's form leads."""
    page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return page if is_ours else reverse(settings.LOGIN_REDIRECT_URL)


def csrf_failure(request, reason=""):
    """A form whose page is older than the login, if the browser says that it is our own, is shown to be sent again.

    The token changes at every login, so Django refuses a form that was opened before it in another tab. Without a
    login there is no valid token to go by: the texts are shown to be copied, and nothing more.
    """
    if request.path == reverse(settings.LOGIN_URL):
        return _old_login_page(request, reason)
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin" and is_navigation(request)
    if not is_own:
        return token_refused(request, reason)
    expired = read_form(request)
    if request.user.is_authenticated and not expired.is_too_large:
        return send_again(request, expired, page_of_form(request), status=CONFLICT)
    return render(request, "403_csrf.html", {"texts": expired.texts}, status=FORBIDDEN)


def _old_login_page(request, reason):
    """Who logged in in another tab first has a new token, and the form in this tab's login page.

    The seal takes the place of the token: nobody else can make one for this person.
    """
    expired = open_sealed(request.POST.get(FIELD, ""))
    if expired is None:
        return token_refused(request, reason)
    if expired.person == str(request.user.pk):
        return send_again(request, expired, page_after_login(request), status=CONFLICT)
    is_owners_browser = expired.person == person_of(request) and not request.user.is_authenticated
    texts = expired.texts if is_owners_browser else []
    return render(request, "403_csrf.html", {"texts": texts}, status=FORBIDDEN)

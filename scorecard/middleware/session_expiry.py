"""Keeps the texts of a form that was sent after the session ended, while the person logs in again.

The texts go into the browser's anonymous session, and Django keeps that session over the login. After the login the
person is on the page of the form again and finds the texts in it (middleware/form_refill.py). For the reporting table
they become a draft, which the table offers. Nothing is saved without the person.

The texts are kept for an hour, for one form and for the last person who used the browser; another person who logs in
does not get them. Passwords, tokens, files and forms larger than MAX_BYTES are never kept.
"""

import json
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure as token_refused

from scorecard.domain.policies import RuleBroken
from scorecard.forms.unsaved_entries import changed_fields
from scorecard.middleware.form_refill import refill_form
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.unsaved_entries import keep_unsaved
from scorecard.web import access
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post
from scorecard.web.reporting_rows import sent_forms

KEY = "typed"
SECONDS = 60 * 60
MAX_BYTES = 256 * 1024
TYPIST = "typist"
TYPIST_SECONDS = 30 * 24 * 60 * 60
# The anchor of the form with the texts.
PLACE = "#typed"
# Forms of the reporting table; their texts become a draft.
TABLE_FORMS = {"reporting_table", "reporting_draft", "reporting_paste"}


class KeepFormOnExpiredSession(LoginRequiredMiddleware):
    """Requires a login for every page, and keeps the form that is sent without one."""

    def handle_no_permission(self, request, view_func):
        """Redirects to the login page; after a POST, the login leads back to the page of the form."""
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        page = page_of_form(request)
        if is_navigation(request):
            store_fields(request, page)
        return redirect_to_login(page + PLACE, settings.LOGIN_URL)

    def process_request(self, request):
        """Without the headers, the browser could show its own copy instead of the filled page."""
        if request.method == "GET" and settings.SESSION_COOKIE_NAME in request.COOKIES and _is_due(request):
            request.META.pop("HTTP_IF_NONE_MATCH", None)
            request.META.pop("HTTP_IF_MODIFIED_SINCE", None)

    def process_response(self, request, response):
        """Fill the page after the login. Remember the person in a signed cookie of the browser."""
        user = getattr(request, "_logged_in", None)
        if user is not None:
            response.set_signed_cookie(
                TYPIST,
                user.pk,
                max_age=TYPIST_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        is_page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        is_shown = request.method == "GET" and is_page and not response.streaming
        if is_shown and settings.SESSION_COOKIE_NAME in request.COOKIES and _is_due(request):
            _fill(request, response)
        return response


def is_navigation(request):
    """False for requests of scripts. A browser that sends no Sec-Fetch-Mode counts as a person."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers


def page_of_form(request):
    """Address of the page with the form that was sent: the Referer, else found by the form's own address."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc == request.get_host() and referrer.path.startswith("/"):
        page = referrer.path + (f"?{referrer.query}" if referrer.query else "")
        if url_has_allowed_host_and_scheme(page, allowed_hosts=None) and _is_page(referrer.path):
            return page
    try:
        match = resolve(request.path)
    except Resolver404:
        return reverse("home")
    return page_after_post(match.view_name, match.kwargs) if match.view_name in PAGE_AFTER_POST else request.path


def _is_page(path):
    try:
        return resolve(path).view_name not in {*PAGE_AFTER_POST, "login"}
    except Resolver404:
        return False


def store_fields(request, page):
    """Keep the form's texts in the session, for the last person who used this browser."""
    fields = {name: texts for name, texts in request.POST.lists() if not _is_secret(name)}
    # A text equal to its hidden initial value was not typed.
    untouched = [name for name in fields if fields.get(f"initial-{name}") == fields[name]]
    for name in untouched:
        del fields[name], fields[f"initial-{name}"]
    size = len(json.dumps(fields).encode())
    typist = request.get_signed_cookie(TYPIST, default=None, max_age=TYPIST_SECONDS)
    request.session[KEY] = {
        "page": urlsplit(page).path,
        "action": request.path,
        "fields": fields if size <= MAX_BYTES else {},
        "is_too_large": size > MAX_BYTES,
        "had_files": bool(request.FILES),
        "typist": typist,
        "until": time.time() + SECONDS,
    }
    if not request.user.is_authenticated:
        request.session.set_expiry(SECONDS)


def _is_secret(name):
    return "password" in name or name == "csrfmiddlewaretoken"


def _is_due(request):
    """Whether texts are kept for this page and the person is logged in."""
    typed = request.session.get(KEY)
    is_here = typed is not None and typed["page"] == request.path and typed["until"] > time.time()
    return is_here and request.user.is_authenticated


@receiver(user_logged_in, dispatch_uid="scorecard.middleware.session_expiry")
def restore_after_login(sender, request, user, **kwargs):
    """Give the session its normal age again; drop the texts if they are old or somebody else's."""
    if request is None or not hasattr(request, "session"):
        return
    request._logged_in = user
    typed = request.session.get(KEY)
    if typed is None:
        return
    request.session.set_expiry(None)
    if typed["until"] < time.time() or typed["typist"] not in (None, str(user.pk)):
        del request.session[KEY]
        return
    keep_as_unsaved(request, user)


def keep_as_unsaved(request, user):
    """Turn texts of a reporting table into a draft, if the user may fill it in. Other forms are left alone."""
    typed = request.session[KEY]
    match = resolve(typed["action"])
    if match.view_name not in TABLE_FORMS:
        return
    try:
        edition = access.get_edition(request, match.kwargs["slug"], match.kwargs["year"])
        division = access.get_own_division(request, edition, match.kwargs["division_id"])
        scorecard = build_scorecard(edition.plan, edition.year, include_provisional=True, with_action_plans=True)
        forms = sent_forms(scorecard, edition, division, _as_sent(typed["fields"]))
        keep_unsaved(by=user, plan_year=edition.plan_year, division=division, rows=changed_fields(forms), beside=True)
    except (Http404, RuleBroken):
        # Not this person's table, or too much for a draft: there is nothing to offer.
        pass
    if match.view_name != "reporting_paste":
        del request.session[KEY]


def _as_sent(fields):
    data = QueryDict(mutable=True)
    for name, texts in fields.items():
        data.setlist(name, texts)
    return data


def _fill(request, response):
    typed = request.session.pop(KEY)
    notice = render_to_string("_components/refilled_notice.html", typed)
    page, filled = refill_form(
        response.content.decode(), url=request.path, action=typed["action"], fields=typed["fields"], notice=notice
    )
    if not filled and typed["typist"]:
        # The form is not on the page any more. The texts are this person's, so the page may show them.
        lost = [text for texts in typed["fields"].values() for text in texts if text.strip()]
        lost_notice = render_to_string("_components/refilled_notice.html", typed | {"lost": lost})
        if lost:
            page = page.replace("</h1>", "</h1>" + lost_notice, 1)
    response.content = page
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))


def csrf_failure(request, reason=""):
    """Keep the texts of a form whose page is older than the login, if the browser says that it is our own form.

    The token changes at every login, so Django refuses a form that was opened before it in another tab.
    """
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin" and is_navigation(request)
    if not is_own or settings.CSRF_COOKIE_NAME not in request.COOKIES or request.path == reverse(settings.LOGIN_URL):
        return token_refused(request, reason)
    page = page_of_form(request)
    store_fields(request, page)
    if not request.user.is_authenticated:
        return redirect_to_login(page + PLACE, settings.LOGIN_URL)
    request.session[KEY]["typist"] = str(request.user.pk)
    keep_as_unsaved(request, request.user)
    return redirect(page + PLACE)

"""304 for pages that have not changed since the reader's last visit. Costs three queries; builds nothing."""

from functools import lru_cache, wraps
from hashlib import sha256

from django.conf import settings
from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition

from scorecard.models import Plan
from scorecard.pdf.version_key import version_key

PAGE_FOLDERS = ("scorecard", "templates", "static")
PAGE_SUFFIXES = {".py", ".html", ".svg", ".txt", ".css", ".js"}
PAGE_PACKAGES = ("django", "django-crispy-forms", "crispy-bootstrap5")


def not_modified_if_same_version(view):
    """For views whose page depends only on the plan's data, the reader's role and notices, the address and the day.

    Every change of a plan raises its data version (services/audit.py). Do not use this for a page that shows other
    people's names or comments: they can change without a new data version.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = condition(etag_func=_etag)(view)(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return guarded


def _etag(request, slug, year, **kwargs):
    """ETag of the page for this reader; None if the plan is unknown or a message waits to be shown."""
    if len(get_messages(request)):
        return None
    user = request.user
    plans = Plan.objects.versions_seen_by(user.acting_for or user)
    if slug not in [plan for plan, *_ in plans]:
        return None
    if "CSRF_COOKIE" not in request.META:
        get_token(request)
    reader = (user.pk, str(user), user.deputyship and user.deputyship.pk, request.META["CSRF_COOKIE"])
    parts = (reader, plans, request.get_full_path(), timezone.localdate(), page_version_key())
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def page_version_key():
    """64 hex digits over all source files and library versions that make pages. Computed once per process."""
    return version_key(settings.BASE_DIR, PAGE_FOLDERS, PAGE_SUFFIXES, PAGE_PACKAGES)

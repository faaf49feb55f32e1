"""Pages that have not changed since the reader's last visit: not built again. Costs three queries.

Browsers keep no page (middleware/no_store.py), so this process does, under the ETag; who sends the ETag gets 304.
"""

import zlib
from functools import lru_cache, wraps
from hashlib import sha256

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import condition

from scorecard.models import Plan
from scorecard.pdf.version_key import version_key

OK = 200
FASTEST = 1
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
        return condition(etag_func=_etag)(_built_once(view))(request, *args, **kwargs)

    return guarded


def _built_once(view):
    def answer(request, *args, **kwargs):
        if request.page_key is None:
            return view(request, *args, **kwargs)
        kept = caches["pages"].get(request.page_key)
        if kept:
            headers, packed = kept
            return HttpResponse(zlib.decompress(packed), headers=headers)
        response = view(request, *args, **kwargs)
        if response.status_code == OK:
            packed = zlib.compress(response.content, FASTEST)
            caches["pages"].set(request.page_key, (dict(response.headers), packed))
        return response

    return answer


def _etag(request, agency, year, **kwargs):
    """Find the ETag and leave it with the request as page_key."""
    request.page_key = _key_of(request, agency)
    return request.page_key


def _key_of(request, agency):
    """ETag of the page for this reader; None if the agency is unknown or a message waits to be shown.

    agency: its slug. The year is in the page's address.
    """
    if len(get_messages(request)):
        return None
    user = request.user
    plans = Plan.objects.versions_seen_by(user.acting_for or user, timezone.localdate())
    # A draft that is shared has no page of this kind for staff, who get it without a version.
    if agency not in [slug for slug, _, version, *_ in plans if version]:
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

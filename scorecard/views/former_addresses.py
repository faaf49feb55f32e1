"""plans/…: where pages of a plan stood before their address named agency and year. Links in sent mails go on."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse

from scorecard.web import access
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post

SAFE = {"GET", "HEAD"}


class _SameMethodRedirect(HttpResponsePermanentRedirect):
    """What was sent is sent again."""

    status_code = 308


def former_address(request, former_slug, year, rest):
    """The same page under its agency and year, with the query. 404 for strangers and for what does not exist."""
    edition = access.get_edition_of_former_address(request, former_slug, year)
    start = reverse("strategy_map", args=[edition.agency.slug, edition.year]).removesuffix("map/")
    match = _page_at(f"{start}{rest}")
    is_safe = request.method in SAFE
    if is_safe and match.view_name in PAGE_AFTER_POST:
        address = page_after_post(match.view_name, match.kwargs)
    else:
        address = reverse(match.view_name, kwargs=match.kwargs)
    if request.META["QUERY_STRING"]:
        address = f"{address}?{request.META['QUERY_STRING']}"
    return HttpResponsePermanentRedirect(address) if is_safe else _SameMethodRedirect(address)


def _page_at(path):
    """Also where the last slash is missing, as everywhere."""
    for address in (path, f"{path}/"):
        try:
            match = resolve(address)
        except Resolver404:
            continue
        if "year" in match.kwargs:
            return match
    raise Http404

"""Context of every page's frame, from request.edition (web/access.py)."""

from django.conf import settings
from django.urls import reverse

from scorecard import permissions
from scorecard.domain.choices import YearState
from scorecard.domain.roc_years import year_text
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post


def navigation(request):
    """Main menu, plan switch and year switch; pages outside a plan have none of them."""
    edition = getattr(request, "edition", None)
    everywhere = {"uses_sso": settings.USES_SSO}
    # Nobody is known yet where the host is refused.
    if hasattr(request, "user") and request.user.is_authenticated:
        everywhere["unread_notices"] = permissions.unread_notices(request.user)
    if edition is None:
        return everywhere
    return everywhere | {
        "edition": edition,
        "menu": _menu(request, edition),
        "year_switch": [
            {
                "text": year_text(year.year),
                "url": _here(request, year=year.year),
                "current": year.year == edition.year,
                "state": YearState(year.state).label,
            }
            for year in edition.plan.years.all()
            if year.year >= edition.plan.first_year and _has_year(request)
        ],
        "keeps_data": permissions.can_edit_strategy(request.user, edition.plan.agency_id),
        "plan_switch": [plan for plan in edition.plans if plan != edition.plan],
    }


def _menu(request, edition):
    user, agency_id = request.user, edition.plan.agency_id
    entries = [("dashboard", "儀表板", True), ("strategy_map", "策略地圖", True), ("scorecard", "計分卡", True)]
    entries += [
        ("reporting", "年度填報", permissions.can_report(user, agency_id)),
        ("review", "審核", permissions.can_review(user, agency_id)),
        ("downloads", "報告下載", True),
        ("plan_year", "年度管理", permissions.can_manage(user, agency_id)),
    ]
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"text": text, "url": reverse(name, args=[edition.plan.slug, edition.year]), "current": here.startswith(name)}
        for name, text, is_shown in entries
        if is_shown
    ]


def _has_year(request):
    """Whether the page's URL has a year; the pages of an agency have none."""
    return request.resolver_match is not None and "year" in request.resolver_match.kwargs


def _here(request, *, year):
    """Address of the same page in another year, with its filters."""
    match = request.resolver_match
    if match.view_name in PAGE_AFTER_POST:
        return page_after_post(match.view_name, match.kwargs | {"year": year})
    url = reverse(match.view_name, kwargs=match.kwargs | {"year": year})
    query = request.GET.urlencode()
    return f"{url}?{query}" if query and request.method == "GET" else url

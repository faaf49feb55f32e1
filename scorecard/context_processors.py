"""Context of every page's frame, from request.edition (web/access.py)."""

from django.conf import settings
from django.urls import reverse

from scorecard import permissions
from scorecard.read_models.draft_origin import draft_origin
from scorecard.web.switches import agency_switch, year_switch


def navigation(request):
    """Main menu, switches of years and agencies; pages of no agency have none of them. A query more for a draft."""
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
        "year_switch": year_switch(request, edition),
        "agency_switch": agency_switch(request, edition),
        "keeps_data": permissions.can_edit_strategy(request.user, edition.agency.pk),
        "draft": draft_origin(edition.plan) if edition.plan.is_draft else None,
    }


def _menu(request, edition):
    user, agency_id = request.user, edition.agency.pk
    entries = [("dashboard", "儀表板", True), ("strategy_map", "策略地圖", True), ("scorecard", "計分卡", True)]
    entries += [
        ("reporting", "年度填報", permissions.can_report(user, agency_id)),
        ("review", "審核", permissions.can_review(user, agency_id)),
        ("downloads", "報告下載", True),
        ("plan_year", "年度管理", permissions.can_edit_strategy(user, agency_id)),
    ]
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"text": text, "url": reverse(name, args=[edition.agency.slug, edition.year]), "current": here.startswith(name)}
        for name, text, is_shown in entries
        if is_shown
    ]

"""策略地圖, and the pages of an objective and a theme."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.choices import Status
from scorecard.models import Objective
from scorecard.reports.strategy_map import build_strategy_map
from scorecard.views.pages import get_scorecard

STATUS_FILTERS = {
    "attention": ("未達與接近", frozenset({Status.MISSED, Status.NEAR})),
    "pending": ("待填報", frozenset({Status.PENDING})),
}


def _build_map(request, slug, year):
    scorecard = get_scorecard(request, slug, year, with_links=True)
    _, statuses = STATUS_FILTERS.get(request.GET.get("status"), ("", frozenset()))
    return build_strategy_map(scorecard, statuses=statuses, theme=request.GET.get("theme", ""))


@require_safe
def strategy_map(request, slug, year):
    """The page the secretariat reviews."""
    strategy_map = _build_map(request, slug, year)
    context = {
        "map": strategy_map,
        "scorecard": strategy_map.scorecard,
        "status_filters": [("", "全部"), *((key, label) for key, (label, _) in STATUS_FILTERS.items())],
        "status": request.GET.get("status", ""),
        "theme": request.GET.get("theme", ""),
    }
    return render(request, "scorecard/strategy_map.html", context)


@require_safe
def map_svg(request, slug, year):
    """The map alone, as a file."""
    svg = render_to_string("_components/strategy_map.svg", {"map": _build_map(request, slug, year), "is_file": True})
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="strategy-map-{slug}-{year - 1911}.svg"'
    return response


@require_safe
def objective(request, slug, year, code):
    """One objective: its KPIs, values, action plans, causes and effects, and the city's objectives it supports."""
    scorecard = get_scorecard(request, slug, year, with_links=True, with_action_plans=True)
    line = scorecard.objectives_by_code.get(code)
    if line is None:
        raise Http404
    by_code = scorecard.objectives_by_code
    supported = Objective.objects.filter(supported_by=line.id).select_related("plan__agency")
    context = {
        "scorecard": scorecard,
        "objective": line,
        "theme": next(theme for theme in scorecard.themes if theme.code == line.theme_code),
        "perspective": next(row for row in scorecard.perspectives if row.code == line.perspective_code),
        "causes": [(by_code[link.cause], link.reason) for link in scorecard.links if link.effect == code],
        "effects": [(by_code[link.effect], link.reason) for link in scorecard.links if link.cause == code],
        "supported": supported,
        "can_edit": permissions.can_edit_strategy(request.user, request.scope.plan.agency_id),
    }
    return render(request, "scorecard/objective.html", context)


@require_safe
def theme(request, slug, year, code):
    """One theme: its objectives by perspective."""
    scorecard = get_scorecard(request, slug, year, with_action_plans=True)
    line = next((theme for theme in scorecard.themes if theme.code == code), None)
    if line is None:
        raise Http404
    return render(request, "scorecard/theme.html", {"scorecard": scorecard, "theme": line})

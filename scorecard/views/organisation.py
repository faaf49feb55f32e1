"""The page of a division."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scorecard.models import KPI, Division, Theme
from scorecard.reports.progress import build_progress
from scorecard.views.pages import get_scorecard


@require_safe
def division(request, slug, year, division_id):
    """The KPIs that a division owns, those it supports, and the themes it leads."""
    scorecard = get_scorecard(request, slug, year, with_action_plans=True)
    plan = request.scope.plan
    division = Division.objects.filter(pk=division_id, agency=plan.agency_id).first()
    if division is None:
        raise Http404
    supported = KPI.objects.filter(plan=plan, supporting_divisions=division).values_list("code", flat=True)
    context = {
        "scorecard": scorecard,
        "division": division,
        "line": next((line for line in scorecard.divisions if line.id == division.id), None),
        "progress": next((row for row in build_progress(scorecard) if row.id == division.id), None),
        "themes": Theme.objects.filter(plan=plan, lead_division=division).order_by("position"),
        "supported": [scorecard.kpis_by_code[code] for code in supported],
    }
    return render(request, "scorecard/division.html", context)

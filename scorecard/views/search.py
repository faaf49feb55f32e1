"""Search within a plan, from the box in the top bar or with the / key."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scorecard.read_models.search import search as find
from scorecard.web.plan_pages import get_scorecard


@require_safe
def search(request, agency, year):
    """The parts of the plan that have every word of ?q=."""
    scorecard = get_scorecard(request, agency, year, with_action_plans=True)
    query = request.GET.get("q", "").strip()
    groups = [
        (group.title, [(hit, reverse(hit.page, args=[agency, year, hit.key])) for hit in group.hits])
        for group in find(scorecard, query)
    ]
    context = {
        "scorecard": scorecard,
        "query": query,
        "groups": groups,
        "count": sum(len(hits) for _, hits in groups),
    }
    return render(request, "scorecard/search.html", context)

"""Search within an edition and by lineage over the others, from the box in the top bar or with the / key."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scorecard.read_models.edition_search import rows_of, without
from scorecard.read_models.search import search as find
from scorecard.read_models.search import search_later
from scorecard.web.plan_pages import get_scorecard


@require_safe
def search(request, agency, year):
    """What has every word of ?q= in this edition and those before it, and beside that what later ones have."""
    scorecard = get_scorecard(request, agency, year, with_action_plans=True)
    query = request.GET.get("q", "").strip()
    editions = request.edition.of_agency
    lineages = rows_of(editions) if query else {}
    later_years = {plan.year for plan in editions if plan.year > year}
    up_to_now = without(lineages, later_years)
    later = without(lineages, {plan.year for plan in editions} - later_years)
    groups = _with_addresses(find(scorecard, query, up_to_now), agency, year)
    context = {
        "scorecard": scorecard,
        "query": query,
        "groups": groups,
        "later": _with_addresses(search_later(later, query), agency, year),
        "count": sum(len(hits) for _, hits in groups),
    }
    return render(request, "scorecard/search.html", context)


def _with_addresses(groups, agency, year):
    """(title, ((Hit, address), …)) of each group."""
    return [
        (group.title, [(hit, reverse(hit.page, args=[agency, hit.year or year, hit.key])) for hit in group.hits])
        for group in groups
    ]

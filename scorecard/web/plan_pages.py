"""What the pages under a plan and year share."""

from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.web import access


def wants_provisional(request):
    """Whether the reader asked for figures that are not approved yet, too (?provisional=1)."""
    return request.GET.get("provisional") == "1"


def get_scorecard(request, slug, year, **parts):
    """The scorecard that the person asked for; 404 unless they may see the plan. parts: see build_scorecard()."""
    edition = access.get_edition(request, slug, year)
    return build_scorecard(edition.plan, year, include_provisional=wants_provisional(request), **parts)

"""Helpers for the pages under a plan and year."""

from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.web import access


def wants_provisional(request):
    """?provisional=1: figures that are not approved yet are included."""
    return request.GET.get("provisional") == "1"


def get_scorecard(request, agency, year, **parts):
    """404 unless the person may see the plan. parts: options of build_scorecard()."""
    edition = access.get_edition(request, agency, year)
    return build_scorecard(edition.plan, include_provisional=wants_provisional(request), **parts)

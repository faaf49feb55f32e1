"""What the pages under a plan and year share."""

from dataclasses import dataclass

from django.urls import reverse

from scorecard.reports.build import build_scorecard
from scorecard.views import access


def wants_provisional(request):
    """Whether the reader asked for figures that are not approved yet, too (?provisional=1)."""
    return request.GET.get("provisional") == "1"


def get_scorecard(request, slug, year, **parts):
    """The scorecard that the person asked for; 404 unless they may see the plan. parts: see build_scorecard()."""
    scope = access.get_scope(request, slug, year)
    return build_scorecard(scope.plan, year, include_provisional=wants_provisional(request), **parts)


@dataclass(frozen=True)
class MapAddresses:
    """Where the cards and headings of a map lead, as the text before and after a code.

    Put together once: to ask the URLconf for every card took a quarter of the page's time. verb stands before what a
    card is called when read out.
    """

    card: str
    card_end: str
    theme: str
    theme_end: str
    verb: str = ""


def map_addresses(slug, year, *, query=""):
    """Cards that open their objectives, headings that open their themes, with a query string ("?provisional=1")."""
    card, theme = (_before_code(name, slug, year) for name in ("objective", "theme"))
    return MapAddresses(card, f"/{query}", theme, query)


def _before_code(name, slug, year):
    """The address of a page that ends in a code, up to the code."""
    return reverse(name, kwargs={"slug": slug, "year": year, "code": "-"}).removesuffix("-/")

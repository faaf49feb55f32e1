"""Where the cards and headings of a strategy map lead."""

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse


@dataclass(frozen=True)
class MapAddresses:
    """Where the cards and headings of a map lead: the text before and after a code.

    Put together once: to ask the URLconf for every card took a quarter of the page's time. verb stands before what a
    card is called when read out.
    """

    card_start: str
    card_end: str
    theme_start: str
    theme_end: str
    verb: str = ""

    def of_card(self, code):
        """The address behind an objective's card."""
        return f"{self.card_start}{quote(code, safe='')}{self.card_end}"

    def of_theme(self, code):
        """The address behind a theme's heading."""
        return f"{self.theme_start}{quote(code, safe='')}{self.theme_end}"


def map_addresses(slug, year, *, query=""):
    """Cards that open their objectives, headings that open their themes, with a query string ("?provisional=1")."""
    card, theme = (_before_code(name, slug, year) for name in ("objective", "theme"))
    return MapAddresses(card, f"/{query}", theme, f"/{query}")


def _before_code(name, slug, year):
    """The address of a page that ends in a code, up to the code."""
    return reverse(name, kwargs={"slug": slug, "year": year, "code": "-"}).removesuffix("-/")

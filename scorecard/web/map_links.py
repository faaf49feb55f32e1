"""Addresses behind the cards and headings of a strategy map."""

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse


@dataclass(frozen=True)
class MapAddresses:
    """Addresses as the text before and after a code. verb: comes before a card's name in its aria-label.

    Built once per page: reversing a URL for every card took a quarter of the page's time.
    """

    card_start: str
    card_end: str
    theme_start: str
    theme_end: str
    verb: str = ""

    def of_card(self, code):
        return f"{self.card_start}{quote(code, safe='')}{self.card_end}"

    def of_theme(self, code):
        return f"{self.theme_start}{quote(code, safe='')}{self.theme_end}"


def map_addresses(agency, year, *, query=""):
    """Cards open objectives, headings open themes. query: with its question mark, as "?provisional=1"."""
    card, theme = (_before_code(name, agency, year) for name in ("objective", "theme"))
    return MapAddresses(card, f"/{query}", theme, f"/{query}")


def _before_code(name, agency, year):
    """Address of a page whose URL ends in a code, without that code."""
    return reverse(name, kwargs={"agency": agency, "year": year, "code": "-"}).removesuffix("-/")

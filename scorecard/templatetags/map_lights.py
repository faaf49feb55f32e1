"""What a map of many cards needs on each: parts of a light, made once a process by their component, and addresses.

An {% include %} on every card took half of the map's time.
"""

from functools import cache

from django import template
from django.template.loader import render_to_string

from scorecard.domain.choices import Status

register = template.Library()


@register.filter
def light_mark(status):
    """The mark of a light as SVG, around the origin."""
    return _rendered("_drawings/light_mark.svg", Status(status))


@register.filter
def light_ink(status):
    """The colour of a status' word."""
    return _rendered("_drawings/light_ink.txt", Status(status))


@register.filter
def card_address(addresses, code):
    """Where an objective's card leads."""
    return addresses.of_card(code)


@register.filter
def theme_address(addresses, code):
    """Where a theme's heading leads."""
    return addresses.of_theme(code)


@cache
def _rendered(name, status):
    return render_to_string(name, {"status": status})

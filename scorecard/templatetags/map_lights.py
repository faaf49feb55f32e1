"""The parts of a light that a map of many cards needs, each made once a process by its component.

An {% include %} on every card took half of the map's time.
"""

from functools import cache

from django import template
from django.template.loader import render_to_string

from scorecard.choices import Status

register = template.Library()


@register.filter
def light_mark(status):
    """The mark of a light as SVG, around the origin."""
    return _rendered("_components/light_mark.svg", Status(status))


@register.filter
def light_ink(status):
    """The colour of a status' word."""
    return _rendered("_components/light_ink.txt", Status(status))


@cache
def _rendered(name, status):
    return render_to_string(name, {"status": status})

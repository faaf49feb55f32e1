"""Lights. Each component is rendered once for each status and word: tables and maps have hundreds of them."""

from functools import cache

from django import template

from scorecard.domain.choices import Status
from scorecard.templatetags.inline import render_inline

register = template.Library()


@register.filter
def light(status, word=""):
    """word replaces the status' own."""
    return _rendered("_components/light.html", Status(status), word=word)


@register.simple_tag
def light_shape(status, labelled=False):
    """labelled: the shape has a label of its own, because no word is beside it."""
    return _rendered("_drawings/light_shape.svg", Status(status), labelled=labelled)


@register.filter
def light_mark(status):
    """SVG around the origin."""
    return _rendered("_drawings/light_mark.svg", Status(status))


@register.filter
def light_ink(status):
    """The colour of a status' word."""
    return _rendered("_drawings/light_ink.txt", Status(status))


@cache
def _rendered(template_name, status, **options):
    return render_inline(template_name, {"status": status, **options})

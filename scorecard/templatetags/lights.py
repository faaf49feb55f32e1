"""Lights: the component is rendered once for each status and word, since tables hold hundreds of them."""

from functools import cache

from django import template

from scorecard.domain.choices import Status
from scorecard.templatetags.inline import render_inline

register = template.Library()


@register.filter
def light(status, word=""):
    """The light of a status as the component draws it; word replaces the status' own."""
    return _rendered(Status(status), word)


@cache
def _rendered(status, word):
    return render_inline("_components/light.html", {"status": status, "word": word})

"""Components that stand in running text, each rendered without the white space around it.

A blank that the file of such a component ends with would show as a gap in the text.
"""

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html

register = template.Library()


class _Stripped:
    """What a template made, already escaped there, without the white space around it."""

    def __init__(self, html):
        self.html = html

    def __html__(self):
        return self.html.strip()


def render_inline(template_name, context):
    """The template's HTML, safe to print, without white space at its ends."""
    return format_html("{}", _Stripped(render_to_string(template_name, context)))


@register.simple_tag
def score_change(change):
    """A change of score. change: read_models.movement.ScoreChange."""
    return render_inline("_components/score_change.html", {"change": change})


@register.simple_tag
def days_left(due_date):
    """How many days remain until a date, or have passed since."""
    return render_inline("_components/days_left.html", {"due_date": due_date})


@register.simple_tag
def kpi_codes(scorecard, kpis):
    """The codes of KPIs, each leading to its page in the scorecard's year."""
    return render_inline("_components/kpi_codes.html", {"scorecard": scorecard, "kpis": kpis})


@register.simple_tag
def outcome(outcome, cap):
    """A measure's light and rate. outcome: domain.scoring; cap: the plan's display cap."""
    return render_inline("_components/outcome.html", {"outcome": outcome, "cap": cap})


@register.simple_tag
def pdf_actual(cell, places, measure=None):
    """An actual as it was reported. measure: given where several units stand beneath each other."""
    return render_inline("pdf/_actual.html", {"cell": cell, "places": places, "measure": measure})

"""What a page opens out of a scorecard where it needs it: calculations, money, addresses of pages that belong to it."""

from django import template
from django.urls import reverse

from scorecard.read_models import budgets, calculation

register = template.Library()


@register.filter
def explain(line, levels=None):
    """The calculation of a scorecard or one of its lines, down to the measures or so many levels."""
    return calculation.explain(line, levels)


@register.filter
def budgets_of(scorecard, kpis):
    """The money of the action plans that serve the KPIs."""
    return budgets.budgets_of(scorecard, kpis)


@register.simple_tag
def page(scorecard, name, *args):
    """The address of a page of the scorecard's plan and year, which shows unapproved figures if this one does."""
    url = reverse(name, args=[scorecard.plan_slug, scorecard.year.year, *args])
    return f"{url}?provisional=1" if scorecard.include_provisional else url

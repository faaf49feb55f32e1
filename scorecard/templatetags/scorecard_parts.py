"""What a page derives from a scorecard: calculations, money, and addresses of pages of the same year."""

from django import template
from django.urls import reverse

from scorecard.read_models import budgets, calculation

register = template.Library()


@register.filter
def explain(line, levels=None):
    """line: the scorecard or a line. levels: how many to open below it; None: down to the measures."""
    return calculation.explain(line, levels)


@register.filter
def budgets_of(scorecard, kpis):
    """The money of the action plans of the KPIs."""
    return budgets.budgets_of(scorecard, kpis)


@register.simple_tag
def page(scorecard, name, *args):
    """The address of a page of the scorecard's plan and year; it shows unapproved figures if this page does."""
    url = reverse(name, args=[scorecard.agency_slug, scorecard.year.year, *args])
    return f"{url}?provisional=1" if scorecard.include_provisional else url

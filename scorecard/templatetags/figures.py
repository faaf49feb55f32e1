"""Figures ready to print; the rounding is scoring.py's."""

from django import template
from django.utils import timezone

from scorecard import roc, scoring

register = template.Library()


@register.filter
def percent(rate, cap=0):
    """An achievement rate as a percentage with the plan's display cap."""
    return scoring.percent_text(rate, cap=cap)


@register.filter
def score(value):
    """A share of 1 on the scale 0 to 100."""
    return scoring.score_text(value)


@register.filter
def figure(number):
    """A figure as entered, with thousands separators."""
    return scoring.grouped(number)


@register.filter
def money(amount):
    """NT$ whole dollars with thousands separators; a dash where there is none."""
    return "—" if amount is None else f"{amount:,}"


@register.filter
def roc_date(value):
    """A date in ROC years: 「106 年 1 月 31 日」."""
    return "" if value is None else roc.date_text(value)


@register.filter
def roc_datetime(value):
    """A point in time in ROC years."""
    return "" if value is None else roc.datetime_text(timezone.localtime(value))


@register.filter
def at_year(by_year, line):
    """What a dictionary by Gregorian year holds for a year line; None where it has none."""
    return by_year.get(line.year)


@register.filter
def at_key(by_key, key):
    """What a dictionary holds for a key; None where it has none."""
    return by_key.get(key)


@register.filter
def roc_year(year):
    """A Gregorian year as 「105 年」."""
    return roc.year_text(year)


@register.filter
def as_list(value):
    """The value as a list of one, for a component that draws several."""
    return [value]


@register.filter
def days_until(day):
    """Days from today, by the site's clock, to a date; negative once it has passed."""
    return (day - timezone.localdate()).days


@register.filter
def abs_value(number):
    """A number without its sign."""
    return abs(number)

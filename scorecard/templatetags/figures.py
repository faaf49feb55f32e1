"""Figures ready to print; the rounding is scoring.py's."""

from django import template
from django.utils import timezone
from django.utils.html import format_html

from scorecard.domain import explanation, roc_years, scoring

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
def with_unit(text, unit):
    """A figure's text with its unit: 「1,500 件」, 「93.5%」."""
    return text + explanation.unit_after(unit)


@register.simple_tag
def figure_text(number, text, unit):
    """The text of a figure with its unit; where there is no number, the word that stands for it."""
    return text if number is None else with_unit(text, unit)


@register.simple_tag
def figure_in_column(number, text, places, measure=None):
    """The text of a figure beneath others, on their decimal point; where there is no number, the word instead.

    measure: given where several stand beneath each other; its unit follows the figure if it has a label.
    """
    if number is None:
        return text
    if measure and measure.label:
        text = with_unit(text, measure.unit)
    return aligned(text, places)


@register.filter
def aligned(text, places=1):
    """The text of a number with room behind it, so that numbers beneath each other stand on their decimal point.

    places: the most decimals of those beneath each other. What is no number stays as it is.
    """
    missing = places - decimals_of(text)
    if missing <= 0 or not any(letter.isdigit() for letter in text):
        return text
    whole = " lacks-point" if decimals_of(text) == 0 else ""
    return format_html('<span class="lacks lacks-{}{}">{}</span>', min(missing, 6), whole, text)


@register.filter
def places(cell):
    """The most decimals among target and actual of a Cell, which stand beneath each other."""
    pairs = ((cell.target, cell.target_text), (cell.actual, cell.actual_text))
    return max((decimals_of(text) for number, text in pairs if number is not None), default=0)


def decimals_of(text):
    """How many digits follow the point of a number's text, whatever comes after them: 1 of 「93.5%」."""
    _, point, rest = text.partition(".")
    return len(rest) - len(rest.lstrip("0123456789")) if point else 0


@register.filter
def money(amount):
    """NT$ whole dollars with thousands separators; a dash where there is none."""
    return "—" if amount is None else f"{amount:,}"


@register.filter
def roc_date(value):
    """A date in ROC years: 「106 年 1 月 31 日」."""
    return "" if value is None else roc_years.date_text(value)


@register.filter
def roc_datetime(value):
    """A point in time in ROC years."""
    return "" if value is None else roc_years.datetime_text(timezone.localtime(value))


@register.filter
def at_year(by_year, line):
    """What a dictionary by Gregorian year holds for a year line; None where it has none."""
    return by_year.get(line.year)


@register.filter
def at_key(by_key, key):
    """What a dictionary holds for a key; None where it has none."""
    return by_key.get(key)


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

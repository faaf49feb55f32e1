"""Figures ready to print; scoring.py rounds them."""

from django import template
from django.utils import timezone
from django.utils.html import format_html

from scorecard.domain import explanation, roc_years, scoring

register = template.Library()


@register.filter
def percent(rate, cap=0):
    """cap: the plan's display cap in percent, 0 for none."""
    return scoring.percent_text(rate, cap=cap)


@register.filter
def score(value):
    """0 to 1 as 0 to 100."""
    return scoring.score_text(value)


@register.filter
def figure(number):
    """As entered, with thousands separators."""
    return scoring.grouped(number)


@register.filter
def with_unit(text, unit):
    """「1,500 件」, 「93.5%」."""
    return text + explanation.unit_after(unit)


@register.simple_tag
def figure_text(number, text, unit):
    """number None: text is a word in place of the figure, and gets no unit."""
    return text if number is None else with_unit(text, unit)


@register.simple_tag
def figure_in_column(number, text, places, measure=None):
    """The text of a figure beneath others, on their decimal point; where there is no number, the word instead.

    measure: given where several are shown one below the other; its unit follows the figure if it has a label.
    """
    if number is None:
        return text
    if measure and measure.label:
        text = with_unit(text, measure.unit)
    return aligned(text, places)


@register.filter
def aligned(text, places=1):
    """The text of a number with room after it: in a column, the decimal points are in line.

    places: the most decimals in the column. A text without a digit stays as it is.
    """
    missing = places - decimals_of(text)
    if missing <= 0 or not any(letter.isdigit() for letter in text):
        return text
    whole = " lacks-point" if decimals_of(text) == 0 else ""
    return format_html('<span class="lacks lacks-{}{}">{}</span>', min(missing, 6), whole, text)


@register.filter
def places(cell):
    """The most decimals among target and actual of a Cell, which are shown one below the other."""
    pairs = ((cell.target, cell.target_text), (cell.actual, cell.actual_text))
    return max((decimals_of(text) for number, text in pairs if number is not None), default=0)


def decimals_of(text):
    """The number of digits after the decimal point, whatever follows them: 1 for 「93.5%」."""
    _, point, rest = text.partition(".")
    return len(rest) - len(rest.lstrip("0123456789")) if point else 0


@register.filter
def money(amount):
    """Whole NT$ with thousands separators; None is a dash."""
    return "—" if amount is None else f"{amount:,}"


@register.filter
def roc_date(value):
    """「106 年 1 月 31 日」; "" for None."""
    return "" if value is None else roc_years.date_text(value)


@register.filter
def roc_datetime(value):
    """In local time and ROC years; "" for None."""
    return "" if value is None else roc_years.datetime_text(timezone.localtime(value))


@register.filter
def at_year(by_year, line):
    """by_year: a dictionary by Gregorian year. None where it lacks the year."""
    return by_year.get(line.year)


@register.filter
def at_key(by_key, key):
    """None where the dictionary lacks the key."""
    return by_key.get(key)


@register.filter
def as_list(value):
    """For a component that draws several."""
    return [value]


@register.filter
def days_until(day):
    """By the site's clock; negative once the day has passed."""
    return (day - timezone.localdate()).days


@register.filter
def abs_value(number):
    return abs(number)

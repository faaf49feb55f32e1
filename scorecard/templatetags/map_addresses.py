"""Addresses that the cards and headings of a map lead to."""

from django import template

register = template.Library()


@register.filter
def card_address(addresses, code):
    """Where an objective's card leads."""
    return addresses.of_card(code)


@register.filter
def theme_address(addresses, code):
    """Where a theme's heading leads."""
    return addresses.of_theme(code)

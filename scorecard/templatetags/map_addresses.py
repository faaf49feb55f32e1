"""Links of the cards and headings of a map. addresses: web.map_links."""

from django import template

register = template.Library()


@register.filter
def card_address(addresses, code):
    return addresses.of_card(code)


@register.filter
def theme_address(addresses, code):
    return addresses.of_theme(code)

"""Texts whose changes are marked, for eyes and for screen readers."""

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

_ELEMENTS = {"new": "<ins>{}</ins>", "old": "<del>{}</del>"}


@register.filter
def marked(parts, side):
    """parts: TextPart each; what changed is an ins of the new side, a del of the old one."""
    runs = ((format_html(_ELEMENTS[side], part.text) if part.is_changed else part.text,) for part in parts)
    return format_html_join("", "{}", runs)

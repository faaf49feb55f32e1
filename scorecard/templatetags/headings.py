"""Headings of parts below a page's own."""

import re

from django import template

register = template.Library()


@register.filter
def one_level_down(html):
    """h1, h2 and h3 become h2, h3 and h4: for a document inside a page that has a heading of its own."""
    return re.sub(r"<(/?)h([1-3])\b", lambda found: f"<{found[1]}h{int(found[2]) + 1}", html)

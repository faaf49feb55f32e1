"""The number of the present request, by which its lines in the log are found."""

from django import template

from scorecard.domain.request_origin import current

register = template.Library()


@register.inclusion_tag("_components/request_number.html")
def request_number():
    """For error pages: they are drawn without a context, so it takes none."""
    return {"number": current.get().request_id}

"""資安事件: for admins those of their agency, for the operator all."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scorecard.forms.security_events import SecurityEventFilterForm
from scorecard.models import SecurityEvent
from scorecard.web import access

EVENTS_A_PAGE = 50


@require_safe
def of_agency(request, agency):
    agency = access.get_agency_of_security_events(request, agency)
    return _page(request, SecurityEvent.objects.of_agency(agency), agency)


@require_safe
def of_site(request):
    access.check_is_operator(request)
    return _page(request, SecurityEvent.objects.listed())


def _page(request, events, agency=None):
    """agency: None for the events of the whole site."""
    form = SecurityEventFilterForm(request.GET)
    found = events.matching(*form.chosen)
    chosen = request.GET.copy()
    chosen.pop("page", None)
    context = {
        "agency": agency,
        "form": form,
        "page": Paginator(found, EVENTS_A_PAGE).get_page(request.GET.get("page")),
        "query": chosen.urlencode(),
    }
    return render(request, "scorecard/security_events.html", context)

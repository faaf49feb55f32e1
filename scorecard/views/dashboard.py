"""儀表板: the plan's year at a glance."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard.read_models.consultation import drafts_shared_with
from scorecard.read_models.dashboard import build_dashboard
from scorecard.web import access
from scorecard.web.conditional import not_modified_if_same_version
from scorecard.web.plan_pages import wants_provisional


@require_safe
@not_modified_if_same_version
def dashboard(request, agency, year):
    edition = access.get_edition(request, agency, year)
    made = build_dashboard(edition.plan, include_provisional=wants_provisional(request))
    context = {"dashboard": made, "scorecard": made.scorecard}
    context["consultations"] = drafts_shared_with(request.user, timezone.localdate())
    return render(request, "scorecard/dashboard.html", context)

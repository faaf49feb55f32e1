"""/: redirects each person to the page of their job."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.domain.choices import Role
from scorecard.models import Agency
from scorecard.web import access


@require_safe
def home(request):
    """Staff go to their task list, reviewers to the queue while the year is open, everyone else to the map."""
    for plan in access.visible_plans(request.user):
        year = access.default_year(plan)
        if year is not None:
            return redirect(_first_page(request.user, plan, year), slug=plan.slug, year=year)
    own = permissions.agencies_with_role(request.user, Role.REVIEWER, Role.ADMIN)
    context = {
        "is_member": bool(permissions.roles_by_agency(request.user)),
        "agencies": Agency.objects.filter(pk__in=own),
    }
    return render(request, "scorecard/no_plan.html", context)


def _first_page(user, plan, year):
    is_open = any(row.is_open for row in plan.years.all() if row.year == year)
    role = permissions.roles_by_agency(user)[plan.agency_id].role
    if role == Role.STAFF:
        return "reporting"
    if is_open and role == Role.REVIEWER:
        return "review"
    return "strategy_map"

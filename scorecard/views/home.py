"""/: redirects each person to the page of their job."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.domain.choices import Role
from scorecard.models import Agency, YearlyReport
from scorecard.read_models.consultation import drafts_shared_with
from scorecard.services.reminders import missing_kpis
from scorecard.web import access


@require_safe
def home(request):
    """Staff go to their task list, reviewers to the queue while a year is open, everyone else to the map."""
    editions = access.visible_editions(request.user)
    if editions:
        page, edition = _place_of_work(request.user, editions)
        return redirect(page, agency=edition.agency.slug, year=edition.year)
    own = permissions.agencies_with_role(request.user, Role.REVIEWER, Role.ADMIN)
    context = {
        "is_member": bool(permissions.roles_by_agency(request.user)),
        "agencies": Agency.objects.filter(pk__in=own),
        "consultations": drafts_shared_with(request.user, timezone.localdate()),
    }
    return render(request, "scorecard/no_plan.html", context)


def _place_of_work(user, editions):
    """(page, edition): first where something waits for the person, then where it may come to wait."""
    roles = permissions.roles_by_agency(user)
    opened = sorted((edition for edition in editions if edition.is_open), key=lambda row: (row.due_date, row.year))
    to_report = [edition for edition in opened if roles[edition.agency.pk].role == Role.STAFF]
    to_review = [edition for edition in opened if roles[edition.agency.pk].role == Role.REVIEWER]
    for edition in to_report:
        if roles[edition.agency.pk].division_ids & missing_kpis(edition).keys():
            return "reporting", edition
    for edition in to_review:
        if YearlyReport.objects.of_plan(edition).awaiting_review().exists():
            return "review", edition
    if to_report:
        return "reporting", to_report[0]
    if to_review:
        return "review", to_review[0]
    edition = access.default_edition(editions)
    return ("reporting" if permissions.can_report(user, edition.agency.pk) else "strategy_map"), edition

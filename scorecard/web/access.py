"""How a view obtains its object: 404 for what a person may not see, 403 for what they may see but not do.

The plan found is kept on the request as its EditionAccess, from which the navigation is drawn.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.http import Http404
from django.shortcuts import get_object_or_404

from scorecard import permissions
from scorecard.models import Agency, Division, Plan, Submission


@dataclass
class EditionAccess:
    """Where a request is: a plan and a Gregorian plan year, among the plans that the person may see."""

    plan: Plan
    year: int
    plans: list[Plan] = field(default_factory=list)

    @cached_property
    def plan_year(self):
        """The PlanYear of the edition's year."""
        return next(row for row in self.plan.years.all() if row.year == self.year)


def visible_plans(user):
    """The plans that the person may see, each with its agency and years: two queries, and one for the memberships."""
    agency_ids = permissions.roles_by_agency(user)
    if not agency_ids:
        return []
    return list(Plan.objects.filter(agency__in=agency_ids).select_related("agency").prefetch_related("years"))


def plan_years(plan):
    """The plan's own years, without the baseline, in order."""
    return [row for row in plan.years.all() if row.year >= plan.first_year]


def default_year(plan):
    """The Gregorian year that matters most now: the earliest open one, else the last closed one, else the first.

    None where the plan has no years.
    """
    years = plan_years(plan)
    opened = [row.year for row in years if row.is_open]
    closed = [row.year for row in years if row.is_closed]
    return min(opened) if opened else max(closed, default=min((row.year for row in years), default=None))


def get_edition(request, slug, year):
    """The edition of a page under a plan and a year; 404 unless the person may see the plan and it has that year."""
    plans = visible_plans(request.user)
    plan = next((plan for plan in plans if plan.slug == slug), None)
    if plan is None or year not in [row.year for row in plan_years(plan)]:
        raise Http404
    for row in plan.years.all():
        row.plan = plan
    request.edition = EditionAccess(plan, year, plans)
    return request.edition


def get_edition_to_review(request, slug, year):
    """The edition for those who review; 403 for other members."""
    edition = get_edition(request, slug, year)
    permissions.check_can_review(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_edit_strategy(request, slug, year):
    """The edition for those who change objectives and links; 403 for other members."""
    edition = get_edition(request, slug, year)
    permissions.check_can_edit_strategy(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_manage(request, slug, year):
    """The edition for those who manage the agency; 403 for other members."""
    edition = get_edition(request, slug, year)
    permissions.check_can_manage(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_report(request, slug, year):
    """The edition for those who report for any division; 403 for other members."""
    edition = get_edition(request, slug, year)
    permissions.check_can_report(request.user, edition.plan.agency_id)
    return edition


def get_agency_to_manage(request, slug):
    """The agency for those who manage it; 404 unless the person is a member, 403 for other members."""
    agency = _get_agency(request, slug)
    permissions.check_can_keep_members(request.user, agency.pk)
    return agency


def get_agency_to_edit_strategy(request, slug):
    """The agency for those who change its plans; 404 unless the person is a member, 403 for other members."""
    agency = _get_agency(request, slug)
    permissions.check_can_edit_strategy(request.user, agency.pk)
    return agency


def _get_agency(request, slug):
    """A member's agency. Its newest plan, in the year that matters most now, is what the navigation is drawn from."""
    agency = get_object_or_404(Agency, slug=slug, pk__in=permissions.roles_by_agency(request.user))
    plans = visible_plans(request.user)
    for plan in plans:
        if plan.agency_id == agency.pk and default_year(plan) is not None:
            request.edition = EditionAccess(plan, default_year(plan), plans)
            break
    return agency


def get_own_division(request, edition, division_id):
    """The division whose reporting table this is: it exists only for its own staff, 404 for everyone else."""
    division = get_object_or_404(Division, pk=division_id, agency=edition.plan.agency_id)
    if not permissions.can_report_for(request.user, division):
        raise Http404
    return division


def get_edition_of_receipts(request, slug, year):
    """The edition for those who report or review; 403 for other members."""
    edition = get_edition(request, slug, year)
    permissions.check_can_see_receipts(request.user, edition.plan.agency_id)
    return edition


def visible_receipts(request, edition):
    """The year's receipts that the person may see, the latest first: reviewers all, staff their divisions'."""
    receipts = Submission.objects.for_year(edition.plan, edition.year)
    if permissions.can_review(request.user, edition.plan.agency_id):
        return receipts
    if not permissions.can_report(request.user, edition.plan.agency_id):
        return receipts.none()
    return receipts.filter(division__in=permissions.roles_by_agency(request.user)[edition.plan.agency_id].division_ids)


def get_receipt(request, edition, serial):
    """The receipt with this number of the edition's year; 404 for whoever may not see it."""
    return get_object_or_404(visible_receipts(request, edition), serial=serial)

"""Views get their objects here: 404 if the person may not see it, 403 if they may see but not do it.

get_edition() stores an EditionAccess as request.edition; the navigation is drawn from it.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from scorecard import permissions
from scorecard.models import Agency, Deputyship, Division, Plan, Submission


@dataclass
class EditionAccess:
    """The plan and Gregorian year of a request. plans: all plans that the person may see."""

    plan: Plan
    year: int
    plans: list[Plan] = field(default_factory=list)

    @cached_property
    def plan_year(self):
        return next(row for row in self.plan.years.all() if row.year == self.year)


def visible_plans(user):
    """Plans with agency and years. Two queries, and one for the memberships."""
    agency_ids = permissions.roles_by_agency(user)
    if not agency_ids:
        return []
    return list(Plan.objects.filter(agency__in=agency_ids).select_related("agency").prefetch_related("years"))


def plan_years(plan):
    """The plan's PlanYears without the baseline, in order."""
    return [row for row in plan.years.all() if row.year >= plan.first_year]


def default_year(plan):
    """Gregorian: the earliest open year, else the last closed one, else the first. None for a plan without years."""
    years = plan_years(plan)
    opened = [row.year for row in years if row.is_open]
    closed = [row.year for row in years if row.is_closed]
    if opened:
        return min(opened)
    if closed:
        return max(closed)
    return min((row.year for row in years), default=None)


def get_edition(request, slug, year):
    """404 unless the person may see the plan and the plan has that year."""
    plans = visible_plans(request.user)
    plan = next((plan for plan in plans if plan.slug == slug), None)
    if plan is None or year not in [row.year for row in plan_years(plan)]:
        raise Http404
    for row in plan.years.all():
        row.plan = plan
    request.edition = EditionAccess(plan, year, plans)
    return request.edition


def get_edition_to_review(request, slug, year):
    """403 for members who do not review."""
    edition = get_edition(request, slug, year)
    permissions.check_can_review(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_edit_strategy(request, slug, year):
    """403 for members who do not edit objectives and links."""
    edition = get_edition(request, slug, year)
    permissions.check_can_edit_strategy(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_manage(request, slug, year):
    """403 for members who do not manage the agency."""
    edition = get_edition(request, slug, year)
    permissions.check_can_manage(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_report(request, slug, year):
    """403 for members who do not report for any division."""
    edition = get_edition(request, slug, year)
    permissions.check_can_report(request.user, edition.plan.agency_id)
    return edition


def get_agency_to_manage(request, slug):
    """404 for strangers, 403 for members who do not manage the agency."""
    agency = _get_agency(request, slug)
    permissions.check_can_keep_members(request.user, agency.pk)
    return agency


def get_agency_to_edit_strategy(request, slug):
    """404 for strangers, 403 for members who do not edit its plans."""
    agency = _get_agency(request, slug)
    permissions.check_can_edit_strategy(request.user, agency.pk)
    return agency


def get_agency_of_security_events(request, slug):
    """404 for strangers, 403 for members who do not manage the agency."""
    agency = _get_agency(request, slug)
    permissions.check_can_see_security_events(request.user, agency.pk)
    return agency


def check_is_operator(request):
    """404 for everyone but the operator."""
    if not request.user.is_superuser:
        raise Http404


def get_agency(request, slug):
    """404 for strangers."""
    return _get_agency(request, slug)


def visible_deputyships(request, agency):
    """Of the agency for those who keep its members; else those that the person named, or in which they stand in."""
    rows = Deputyship.objects.with_people().filter(agency=agency)
    if permissions.can_keep_members(request.user, agency.pk):
        return rows
    return rows.filter(Q(person=request.user) | Q(deputy=request.user))


def _get_agency(request, slug):
    """404 for strangers. The navigation shows the agency's newest plan in its default year."""
    agency = get_object_or_404(Agency, slug=slug, pk__in=permissions.roles_by_agency(request.user))
    plans = visible_plans(request.user)
    for plan in plans:
        if plan.agency_id == agency.pk and default_year(plan) is not None:
            request.edition = EditionAccess(plan, default_year(plan), plans)
            break
    return agency


def get_own_division(request, edition, division_id):
    """The division of a reporting table; 404 for everyone but its own staff."""
    division = get_object_or_404(Division, pk=division_id, agency=edition.plan.agency_id)
    if not permissions.can_report_for(request.user, division):
        raise Http404
    return division


def get_edition_of_receipts(request, slug, year):
    """403 for members who neither report nor review."""
    edition = get_edition(request, slug, year)
    permissions.check_can_see_receipts(request.user, edition.plan.agency_id)
    return edition


def visible_receipts(request, edition):
    """Receipts of the year, latest first: all for reviewers, their divisions' for staff, none for others."""
    receipts = Submission.objects.for_year(edition.plan, edition.year)
    if permissions.can_review(request.user, edition.plan.agency_id):
        return receipts
    if not permissions.can_report(request.user, edition.plan.agency_id):
        return receipts.none()
    return receipts.filter(division__in=permissions.roles_by_agency(request.user)[edition.plan.agency_id].division_ids)


def get_receipt(request, edition, serial):
    """404 for whoever may not see it."""
    return get_object_or_404(visible_receipts(request, edition), serial=serial)

"""Views get their objects here: 404 if the person may not see it, 403 if they may see but not do it.

get_edition() stores an EditionAccess as request.edition; the navigation is drawn from it.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from scorecard import permissions
from scorecard.domain.choices import YearState
from scorecard.models import Agency, Deputyship, Division, Plan, PlanYear, Submission


@dataclass(frozen=True)
class Edition:
    """An agency's plan in one of its years."""

    plan: Plan
    plan_year: PlanYear

    @property
    def agency(self):
        return self.plan.agency

    @property
    def year(self):
        """Gregorian."""
        return self.plan_year.year

    @property
    def state(self):
        return YearState(self.plan_year.state)

    @property
    def is_open(self):
        return self.plan_year.is_open

    @property
    def is_closed(self):
        return self.plan_year.is_closed

    @property
    def due_date(self):
        """None unless the year is or was open."""
        return self.plan_year.due_date

    @property
    def is_used(self):
        """Whether the year was ever opened."""
        return self.state != YearState.NOT_OPEN


@dataclass
class EditionAccess:
    """The plan and Gregorian year of a request. editions: all that the person may see."""

    plan: Plan
    year: int
    editions: list[Edition] = field(default_factory=list)

    @property
    def agency(self):
        return self.plan.agency

    @cached_property
    def plan_year(self):
        return next(row for row in self.plan.years.all() if row.year == self.year)

    @property
    def of_agency(self):
        """The agency's editions in the order of years."""
        return [edition for edition in self.editions if edition.agency == self.agency]

    @property
    def of_other_agencies(self):
        """{agency: its editions}."""
        found = {}
        for edition in self.editions:
            if edition.agency != self.agency:
                found.setdefault(edition.agency, []).append(edition)
        return found


def visible_editions(user):
    """One for each agency and year, in this order. Two queries, and one for the memberships."""
    found = {}
    for plan in _visible_plans(user):
        for row in plan_years(plan):
            row.plan = plan
            key, edition = (plan.agency.name, plan.agency_id, row.year), Edition(plan, row)
            if key not in found or _precedence(edition) > _precedence(found[key]):
                found[key] = edition
    return [found[key] for key in sorted(found)]


def _precedence(edition):
    """Of the plans of one agency that hold the year: the one in which it was opened, else the one that begins later."""
    return edition.is_used, edition.plan.first_year, -edition.plan.pk


def _visible_plans(user):
    """Plans with agency and years."""
    agency_ids = permissions.roles_by_agency(user)
    if not agency_ids:
        return []
    return list(Plan.objects.filter(agency__in=agency_ids).select_related("agency").prefetch_related("years"))


def plan_years(plan):
    """The plan's PlanYears without the baseline, in order."""
    return [row for row in plan.years.all() if row.year >= plan.first_year]


def default_edition(editions):
    """Of at least one: the earliest open, else the last closed, else that in which the newest plan begins."""
    opened = [edition for edition in editions if edition.is_open]
    closed = [edition for edition in editions if edition.is_closed]
    if opened:
        return min(opened, key=lambda edition: edition.year)
    if closed:
        return max(closed, key=lambda edition: edition.year)
    return max(editions, key=lambda edition: (edition.year == edition.plan.first_year, edition.year))


def get_edition(request, agency, year):
    """404 unless the person may see the agency and it has that year. agency: its slug."""
    editions = visible_editions(request.user)
    for edition in editions:
        if (edition.agency.slug, edition.year) == (agency, year):
            request.edition = EditionAccess(edition.plan, year, editions)
            return request.edition
    raise Http404


def get_edition_of_former_address(request, former_slug, year):
    """404 unless the person may see the plan that had the address, and it has that year."""
    plan = next((plan for plan in _visible_plans(request.user) if plan.slug == former_slug), None)
    if plan is None or year not in [row.year for row in plan_years(plan)]:
        raise Http404
    return get_edition(request, plan.agency.slug, year)


def get_edition_to_review(request, agency, year):
    """403 for members who do not review."""
    edition = get_edition(request, agency, year)
    permissions.check_can_review(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_edit_strategy(request, agency, year):
    """403 for members who do not edit objectives and links."""
    edition = get_edition(request, agency, year)
    permissions.check_can_edit_strategy(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_manage(request, agency, year):
    """403 for members who do not manage the agency."""
    edition = get_edition(request, agency, year)
    permissions.check_can_manage(request.user, edition.plan.agency_id)
    return edition


def get_edition_to_report(request, agency, year):
    """403 for members who do not report for any division."""
    edition = get_edition(request, agency, year)
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
    """404 for strangers. The navigation shows the agency's default edition."""
    agency = get_object_or_404(Agency, slug=slug, pk__in=permissions.roles_by_agency(request.user))
    editions = visible_editions(request.user)
    own = [edition for edition in editions if edition.agency == agency]
    if own:
        shown = default_edition(own)
        request.edition = EditionAccess(shown.plan, shown.year, editions)
    return agency


def get_own_division(request, edition, division_id):
    """The division of a reporting table; 404 for everyone but its own staff."""
    division = get_object_or_404(Division, pk=division_id, agency=edition.plan.agency_id)
    if not permissions.can_report_for(request.user, division):
        raise Http404
    return division


def get_edition_of_receipts(request, agency, year):
    """403 for members who neither report nor review."""
    edition = get_edition(request, agency, year)
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

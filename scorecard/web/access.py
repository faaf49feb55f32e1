"""Views get their objects here: 404 if the person may not see it, 403 if they may see but not do it.

get_edition() stores an EditionAccess as request.edition; the navigation is drawn from it.
"""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from scorecard import permissions
from scorecard.domain.choices import PlanState, Role
from scorecard.models import KPI, Agency, Correction, Deputyship, Division, Plan, Submission


@dataclass
class EditionAccess:
    """The edition of a request. editions: all that the person may see.

    codes: {plan id: the code there of what the page is about}, where its view has read them already.
    """

    plan: Plan
    editions: list[Plan] = field(default_factory=list)
    codes: dict[int, str] | None = None

    @property
    def agency(self):
        return self.plan.agency

    @property
    def year(self):
        """Gregorian."""
        return self.plan.year

    @property
    def of_agency(self):
        """The agency's editions in the order of years."""
        return [plan for plan in self.editions if plan.agency_id == self.plan.agency_id]

    @property
    def up_to_now(self):
        """The agency's editions up to this one, in the order of years; drafts before it left out."""
        return [each for each in self.of_agency if each == self.plan or (each.year < self.year and not each.is_draft)]

    @property
    def predecessor(self):
        """As Plan.predecessor. No query."""
        return self.up_to_now[-2] if len(self.up_to_now) > 1 else None

    @property
    def of_other_agencies(self):
        """{agency: its editions}."""
        found = {}
        for plan in self.editions:
            if plan.agency_id != self.plan.agency_id:
                found.setdefault(plan.agency, []).append(plan)
        return found


def visible_editions(user):
    """By agency and year, with agency, version and has_corrections; drafts where the person may edit strategy.

    One query, and one for the memberships.
    """
    agency_ids = permissions.roles_by_agency(user)
    if not agency_ids:
        return []
    keepers = [agency_id for agency_id in agency_ids if permissions.can_see_drafts(user, agency_id)]
    plans = Plan.objects.filter(~Q(state=PlanState.DRAFT) | Q(agency__in=keepers), agency__in=agency_ids)
    corrected = Exists(Correction.objects.filter(plan=OuterRef("pk")))
    rows = plans.select_related("agency", "version").annotate(has_corrections=corrected)
    return list(rows.order_by("agency__name", "agency", "year"))


def default_edition(editions):
    """Of at least one: the earliest open, else the latest closed, else the latest adopted, else the latest draft."""
    opened = [plan for plan in editions if plan.is_open]
    if opened:
        return min(opened, key=lambda plan: plan.year)
    for state in (PlanState.CLOSED, PlanState.ADOPTED):
        found = [plan for plan in editions if plan.state == state]
        if found:
            return max(found, key=lambda plan: plan.year)
    return max(editions, key=lambda plan: plan.year)


def get_edition(request, agency, year):
    """404 unless the person may see the agency and it has an edition of that year. agency: its slug."""
    editions = visible_editions(request.user)
    for plan in editions:
        if (plan.agency.slug, plan.year) == (agency, year):
            request.edition = EditionAccess(plan, editions)
            return request.edition
    raise Http404


def get_edition_of_former_address(request, former_slug, year):
    """404 unless the person may see an edition that was part of the plan with that address.

    Of a year without an edition the agency's latest earlier one; 404 for the years before the plan began.
    """
    editions = visible_editions(request.user)
    of_plan = [plan for plan in editions if plan.former_slug == former_slug]
    if not of_plan or year < min(plan.year for plan in of_plan) or year > max(plan.last_year for plan in of_plan):
        raise Http404
    own = [plan for plan in editions if plan.agency_id == of_plan[0].agency_id and plan.year <= year]
    request.edition = EditionAccess(own[-1], editions)
    return request.edition


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


def get_edition_to_share(request, agency, year):
    """403 for members who do not share drafts with divisions."""
    edition = get_edition(request, agency, year)
    permissions.check_can_share_drafts(request.user, edition.plan.agency_id)
    return edition


def get_consulted_edition(request, agency, year):
    """The edition that divisions are consulted on: for reviewers and admins whatever its state.

    For staff the draft alone, while it is shared and as far as their divisions have KPIs in it; 404 for all others. The
    navigation shows staff their agency's default edition, since of the draft they see nothing else.
    """
    editions = visible_editions(request.user)
    for plan in editions:
        if (plan.agency.slug, plan.year) == (agency, year):
            if not permissions.can_see_drafts(request.user, plan.agency_id):
                raise Http404
            request.edition = EditionAccess(plan, editions)
            return plan
    own = permissions.roles_by_agency(request.user)
    shared = Plan.objects.shared_on(timezone.localdate()).select_related("agency", "version")
    plan = get_object_or_404(shared, agency__slug=agency, year=year, agency__in=own)
    role = own[plan.agency_id]
    if role.role != Role.STAFF or not KPI.objects.filter(plan=plan, division__in=role.division_ids).exists():
        raise Http404
    of_agency = [edition for edition in editions if edition.agency_id == plan.agency_id]
    if of_agency:
        request.edition = EditionAccess(default_edition(of_agency), editions)
    return plan


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
    own = [plan for plan in editions if plan.agency_id == agency.pk]
    if own:
        request.edition = EditionAccess(default_edition(own), editions)
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
    receipts = Submission.objects.of_plan(edition.plan)
    if permissions.can_review(request.user, edition.plan.agency_id):
        return receipts
    if not permissions.can_report(request.user, edition.plan.agency_id):
        return receipts.none()
    return receipts.filter(division__in=permissions.roles_by_agency(request.user)[edition.plan.agency_id].division_ids)


def get_receipt(request, edition, serial):
    """404 for whoever may not see it."""
    return get_object_or_404(visible_receipts(request, edition), serial=serial)

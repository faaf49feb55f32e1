"""For every named constraint a row that keeps it and one that breaks it; tests/models/test_constraints.py uses them."""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction, PlanState, Role
from scorecard.models import (
    KPI,
    Agency,
    Division,
    Invitation,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    Theme,
    User,
)
from tests import factories

PAIRS = {}


@dataclass(frozen=True)
class World:
    """What the rows of a pair hang on."""

    plan: Plan
    kpi: KPI
    cause: Objective
    effect: Objective
    user: User
    other: User


def make_world():
    """A plan whose first KPI has no report, two objectives without a link, two people."""
    plan = factories.make_plan(kpis=5)
    by_code = {objective.code: objective for objective in plan.objectives.all()}
    return World(
        plan,
        factories.kpi(plan, "AC1.1"),
        by_code["AF1"],
        by_code["AC1"],
        factories.make_user("one"),
        factories.make_user("two"),
    )


def pair(name):
    """Register a function that returns a row which keeps the constraint and one which breaks it, both unsaved."""

    def register(function):
        PAIRS[name] = function
        return function

    return register


# Organisation


@pair("agency_not_its_own_parent")
def _(world):
    own = world.plan.agency
    own.parent = own
    return Agency(name="新機關", slug="new", parent=Agency.objects.get(pk=own.pk)), own


@pair("division_name_unique_in_agency")
def _(world):
    return Division(agency=world.plan.agency, name="新組"), Division(agency=world.plan.agency, name="甲組")


@pair("division_not_its_own_successor")
def _(world):
    first, second = world.plan.agency.divisions.all()[:2]
    first.successor = second
    second.successor = second
    return first, second


@pair("agency_slug_not_reserved")
def _(world):
    return Agency(name="新機關", slug="planner"), Agency(name="新機關", slug="plans")


@pair("one_membership_per_person_and_agency")
def _(world):
    agency = world.plan.agency
    Membership.objects.create(user=world.user, agency=agency, role=Role.VIEWER)
    return (
        Membership(user=world.user, agency=agency.parent, role=Role.ADMIN),
        Membership(user=world.user, agency=agency, role=Role.ADMIN),
    )


@pair("membership_role_known")
def _(world):
    agency = world.plan.agency
    return (
        Membership(user=world.user, agency=agency, role=Role.REVIEWER),
        Membership(user=world.user, agency=agency, role="king"),
    )


def an_invitation(world, **fields):
    whose = {"agency": world.plan.agency, "invited_by": world.user}
    return Invitation(**whose | {"email": "x@example.gov.tw", "name": "某", "role": Role.VIEWER} | fields)


@pair("one_invitation_per_address_and_agency")
def _(world):
    an_invitation(world).save()
    return an_invitation(world, email="y@example.gov.tw"), an_invitation(world, role=Role.ADMIN)


@pair("invitation_role_known")
def _(world):
    return an_invitation(world), an_invitation(world, role="king")


# Strategy


def a_plan(world, **fields):
    """Of 107, a year without an edition."""
    years = {"year": 2018, "baseline_from": 2015, "last_year": 2020}
    return Plan(**{"agency": world.plan.agency} | years | fields)


@pair("one_edition_per_agency_and_year")
def _(world):
    return a_plan(world), a_plan(world, year=2016)


@pair("plan_years_in_order")
def _(world):
    return a_plan(world, baseline_from=2018, last_year=2018), a_plan(world, baseline_from=2019)


@pair("plan_state_known")
def _(world):
    return a_plan(world), a_plan(world, state="half")


@pair("open_plan_has_due_date")
def _(world):
    plan, bad = world.plan, Plan.objects.get(pk=world.plan.pk)
    plan.state = bad.state = PlanState.OPEN
    plan.due_date = factories.DUE
    return plan, bad


@pair("only_a_draft_is_shared")
def _(world):
    plan, bad = world.plan, Plan.objects.get(pk=world.plan.pk)
    plan.state = PlanState.DRAFT
    plan.consultation_until = bad.consultation_until = factories.DUE
    return plan, bad


@pair("plan_warning_threshold_is_a_share")
def _(world):
    return a_plan(world, warning_threshold=Decimal(1)), a_plan(world, warning_threshold=Decimal("1.0001"))


@pair("plan_display_cap_known")
def _(world):
    return a_plan(world, display_cap=150), a_plan(world, display_cap=110)


@pair("perspective_code_unique_in_plan")
def _(world):
    return Perspective(plan=world.plan, code="Z", name="新"), Perspective(plan=world.plan, code="C", name="新")


@pair("perspective_lineage_once_in_plan")
def _(world):
    return Perspective(plan=world.plan, code="Z", name="新"), Perspective(
        plan=world.plan, code="Z", name="新", lineage=world.cause.perspective.lineage
    )


@pair("perspective_weight_positive")
def _(world):
    return (
        Perspective(plan=world.plan, code="Z", name="新", weight=Decimal("0.001")),
        Perspective(plan=world.plan, code="Z", name="新", weight=0),
    )


@pair("theme_code_unique_in_plan")
def _(world):
    return Theme(plan=world.plan, code="Z", name="新"), Theme(plan=world.plan, code="A", name="新")


@pair("theme_lineage_once_in_plan")
def _(world):
    return Theme(plan=world.plan, code="Z", name="新"), Theme(
        plan=world.plan, code="Z", name="新", lineage=world.cause.theme.lineage
    )


@pair("theme_code_fits_an_address")
def _(world):
    return Theme(plan=world.plan, code="甲-1.", name="新"), Theme(plan=world.plan, code="甲/1", name="新")


def an_objective(world, **fields):
    cell = {"theme": world.cause.theme, "perspective": world.cause.perspective}
    return Objective(**{"plan": world.plan, "code": "新1", "name": "新", **cell, **fields})


@pair("objective_code_unique_in_plan")
def _(world):
    return an_objective(world), an_objective(world, code="AC1")


@pair("objective_lineage_once_in_plan")
def _(world):
    return an_objective(world), an_objective(world, lineage=world.cause.lineage)


@pair("objective_code_fits_an_address")
def _(world):
    return an_objective(world, code="新 1"), an_objective(world, code="..")


@pair("objective_weight_positive")
def _(world):
    return an_objective(world, weight=2), an_objective(world, weight=-1)


def a_link(world, **fields):
    return ObjectiveLink(
        **{"plan": world.plan, "cause": world.cause, "effect": world.effect, "reason": "因此", **fields}
    )


@pair("link_once_per_pair")
def _(world):
    a_link(world).save()
    return a_link(world, cause=world.effect, effect=world.cause), a_link(world)


@pair("link_never_to_itself")
def _(world):
    return a_link(world), a_link(world, effect=world.cause)


@pair("link_has_a_reason")
def _(world):
    return a_link(world), a_link(world, reason="")


@pair("support_once_per_pair")
def _(world):
    supported = Objective.objects.get(plan__agency=world.plan.agency.parent)
    return (
        ObjectiveSupport(objective=world.cause, supported=supported),
        ObjectiveSupport(objective=world.effect, supported=supported),
    )


# KPIs and measures


def a_kpi(world, **fields):
    owner = {"objective": world.cause, "division": world.kpi.division}
    return KPI(**{"plan": world.plan, "code": "新1.1", "name": "新", **owner, **fields})


@pair("kpi_code_unique_in_plan")
def _(world):
    return a_kpi(world), a_kpi(world, code="AC1.1")


@pair("kpi_lineage_once_in_plan")
def _(world):
    return a_kpi(world), a_kpi(world, lineage=world.kpi.lineage)


@pair("kpi_code_fits_an_address")
def _(world):
    return a_kpi(world, code="新1.1"), a_kpi(world, code="/新1.1")


@pair("kpi_weight_positive")
def _(world):
    return a_kpi(world, weight=Decimal("0.5")), a_kpi(world, weight=0)


def a_measure(world, **fields):
    return Measure(**{"kpi": world.kpi, "unit": "件", "position": 9, **fields})


@pair("measure_position_unique_in_kpi")
def _(world):
    return a_measure(world), a_measure(world, position=1)


@pair("measure_lineage_once_in_kpi")
def _(world):
    return a_measure(world), a_measure(world, lineage=world.kpi.measures.get().lineage)


@pair("measure_direction_known")
def _(world):
    return a_measure(world), a_measure(world, direction="up")


@pair("measure_tolerance_exactly_for_band")
def _(world):
    return (
        a_measure(world, direction=Direction.BAND, tolerance=0),
        a_measure(world, direction=Direction.BAND, tolerance=None),
    )


@pair("measure_ratio_names_both_parts")
def _(world):
    return (
        a_measure(world, numerator_label="線上簽核數", denominator_label="公文總數"),
        a_measure(world, numerator_label="線上簽核數"),
    )


@pair("measure_factor_positive")
def _(world):
    return a_measure(world, factor=1), a_measure(world, factor=0)


@pair("measure_weight_positive")
def _(world):
    return a_measure(world, weight=1), a_measure(world, weight=0)

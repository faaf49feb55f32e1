"""For every named constraint a row that keeps it and one that breaks it; tests/models/test_constraints.py uses them."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from scorecard.domain.choices import Direction, Question, Role, YearState
from scorecard.models import (
    KPI,
    Agency,
    Division,
    FigureConfirmation,
    Invitation,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    PlanYear,
    Theme,
    User,
    YearlyValue,
    YearSnapshot,
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
    return Plan(**{"agency": world.plan.agency, "slug": "new", "first_year": 2016, "last_year": 2018, **fields})


@pair("plan_years_in_order")
def _(world):
    return a_plan(world, last_year=2016), a_plan(world, last_year=2015)


@pair("plan_warning_threshold_is_a_share")
def _(world):
    return a_plan(world, warning_threshold=Decimal(1)), a_plan(world, warning_threshold=Decimal("1.0001"))


@pair("plan_display_cap_known")
def _(world):
    return a_plan(world, display_cap=150), a_plan(world, display_cap=110)


@pair("perspective_code_unique_in_plan")
def _(world):
    return Perspective(plan=world.plan, code="Z", name="新"), Perspective(plan=world.plan, code="C", name="新")


@pair("perspective_weight_positive")
def _(world):
    return (
        Perspective(plan=world.plan, code="Z", name="新", weight=Decimal("0.001")),
        Perspective(plan=world.plan, code="Z", name="新", weight=0),
    )


@pair("theme_code_unique_in_plan")
def _(world):
    return Theme(plan=world.plan, code="Z", name="新"), Theme(plan=world.plan, code="A", name="新")


@pair("theme_code_fits_an_address")
def _(world):
    return Theme(plan=world.plan, code="甲-1.", name="新"), Theme(plan=world.plan, code="甲/1", name="新")


def an_objective(world, **fields):
    cell = {"theme": world.cause.theme, "perspective": world.cause.perspective}
    return Objective(**{"plan": world.plan, "code": "新1", "name": "新", **cell, **fields})


@pair("objective_code_unique_in_plan")
def _(world):
    return an_objective(world), an_objective(world, code="AC1")


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


# KPIs and measures


def a_kpi(world, **fields):
    owner = {"objective": world.cause, "division": world.kpi.division}
    return KPI(**{"plan": world.plan, "code": "新1.1", "name": "新", **owner, **fields})


@pair("kpi_code_unique_in_plan")
def _(world):
    return a_kpi(world), a_kpi(world, code="AC1.1")


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


# Years and values


@pair("plan_year_once")
def _(world):
    return PlanYear(plan=world.plan, year=2019), PlanYear(plan=world.plan, year=2016)


@pair("plan_year_in_range")
def _(world):
    return PlanYear(plan=world.plan, year=1912), PlanYear(plan=world.plan, year=1911)


@pair("plan_year_state_known")
def _(world):
    return (
        PlanYear(plan=world.plan, year=2012, state=YearState.CLOSED),
        PlanYear(plan=world.plan, year=2019, state="half"),
    )


@pair("open_year_has_due_date")
def _(world):
    year = {"plan": world.plan, "year": 2019, "state": YearState.OPEN}
    return PlanYear(**year, due_date=factories.DUE), PlanYear(**year)


def a_snapshot(world, **fields):
    """Of 2016, which is open."""
    year = world.plan.years.get(year=2016)
    year.state, year.due_date = YearState.OPEN, factories.DUE
    year.save()
    files = dict.fromkeys(("document", "report", "workbook"), b"x")
    versions = {"data_version": 1, "audit_number": 0, "closed_by": world.user, "closed_at": timezone.now()}
    return YearSnapshot(**{"plan_year": year, "number": 1, **files, **versions, **fields})


@pair("one_snapshot_per_closing")
def _(world):
    other = PlanYear.objects.create(plan=world.plan, year=2019, state=YearState.OPEN, due_date=factories.DUE)
    a_snapshot(world).save()
    return a_snapshot(world, plan_year=other), a_snapshot(world)


def a_value(world, **fields):
    return YearlyValue(**{"measure": world.kpi.measures.get(), "year": 2019, **fields})


@pair("one_value_per_measure_and_year")
def _(world):
    return a_value(world), a_value(world, year=2016)


@pair("yearly_value_year_in_range")
def _(world):
    return a_value(world, year=2200), a_value(world, year=2201)


@pair("value_or_note_where_reported")
def _(world):
    return a_value(world, unmeasured=True, actual_note="無統計"), a_value(world, unmeasured=True)


@pair("denominator_not_zero")
def _(world):
    return a_value(world, numerator=0, denominator=7, actual=0), a_value(world, numerator=1, denominator=0, actual=0)


@pair("ratio_has_both_parts_and_its_quotient")
def _(world):
    return a_value(world, numerator=1, denominator=2, actual=50), a_value(world, numerator=1, denominator=2)


def a_confirmation(world, **fields):
    value = YearlyValue.objects.get(measure__kpi=world.kpi, year=2016)
    asked = {"value": value, "question": Question.WORST, "actual": 5, "confirmed_by": world.user}
    return FigureConfirmation(**asked | fields)


@pair("question_about_a_figure_answered_once")
def _(world):
    a_confirmation(world).save()
    return a_confirmation(world, actual=6), a_confirmation(world)


@pair("question_known")
def _(world):
    return a_confirmation(world), a_confirmation(world, question="why")

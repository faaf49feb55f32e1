"""What every test of a service starts from."""

import pytest

from scorecard.choices import Role
from scorecard.models import User
from tests import factories

ROLES = ("viewer", "staff", "other_staff", "reviewer", "admin", "outsider", "superuser")


@pytest.fixture
def plan(db):
    """A small plan whose years are not open."""
    return factories.make_plan()


@pytest.fixture
def cast(plan):
    """One person per role in the plan's agency, and strangers."""
    return factories.make_cast(plan)


@pytest.fixture
def open_plan(plan, cast):
    """The plan with 2016 open."""
    factories.open_year(cast.admin, plan)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def kpi(open_plan):
    """AC1.1 of the open plan, which the cast's staff report for: target 100, higher is better."""
    return factories.kpi(open_plan, "AC1.1")


def in_another_role(user, role):
    """The same person after their membership became another one, as a new request would meet them."""
    user.memberships.update(role=Role(role))
    return User.objects.get(pk=user.pk)

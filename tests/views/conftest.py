"""What every test of a page starts from."""

import pytest

from scorecard.choices import Role
from tests import factories, secretariat


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
    return plan


@pytest.fixture
def kpi(open_plan):
    """AC1.1 of the open plan, which the cast's staff report for: target 100, higher is better."""
    return factories.kpi(open_plan, "AC1.1")


@pytest.fixture
def submitted(cast, kpi):
    """AC1.1's report of 2016, submitted by the cast's staff."""
    factories.fill(cast.staff, kpi)
    return factories.submit(cast.staff, kpi)


@pytest.fixture
def secretariat_plan(db):
    """The Secretariat's own plan."""
    return secretariat.load_plan()


@pytest.fixture
def secretary(secretariat_plan):
    """A viewer of the Secretariat's plan."""
    return factories.make_member("secretary", secretariat_plan.agency, Role.VIEWER)

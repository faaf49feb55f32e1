"""What every test of a page starts from."""

from scorecard.choices import Role
from tests import factories, secretariat
from tests.layers import layer


@layer
def submitted(cast, kpi):
    """AC1.1's report of 2016, submitted by the cast's staff."""
    factories.fill(cast.staff, kpi)
    return factories.submit(cast.staff, kpi)


@layer
def secretariat_plan():
    """The Secretariat's own plan."""
    return secretariat.load_plan()


@layer
def secretary(secretariat_plan):
    """A viewer of the Secretariat's plan."""
    return factories.make_member("secretary", secretariat_plan.agency, Role.VIEWER)

"""What every test of a page starts from."""

from scorecard.domain.choices import Role
from tests import factories, secretariat_facts
from tests.shared_rows import layer


@layer
def secretariat_plan():
    """The Secretariat's own plan."""
    return secretariat_facts.load_plan()


@layer
def secretary(secretariat_plan):
    """A viewer of the Secretariat's plan."""
    return factories.make_member("secretary", secretariat_plan.agency, Role.VIEWER)

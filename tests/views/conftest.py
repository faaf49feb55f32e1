"""What every test of a page starts from."""

import pytest

from scorecard.domain.choices import Role
from tests import factories, secretariat_facts
from tests.page_reading import address, client_of
from tests.shared_rows import layer


@layer
def secretariat_plan():
    """The Secretariat's own plan."""
    return secretariat_facts.load_plan()


@layer
def secretary(secretariat_plan):
    """A viewer of the Secretariat's plan."""
    return factories.make_member("secretary", secretariat_plan.agency, Role.VIEWER)


@layer
def later(open_plan, cast):
    """The edition of 106, carried forward from the open one of 105 and adopted."""
    return factories.next_edition(cast.admin, open_plan)


@pytest.fixture
def staff(cast):
    """A client of the staff member."""
    return client_of(cast.staff)


@pytest.fixture
def reviewer(cast):
    """A client of the reviewer."""
    return client_of(cast.reviewer)


@pytest.fixture
def table(open_plan):
    """The address of the table of the staff's division."""
    return address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)


@pytest.fixture
def check(open_plan):
    """The address of the check page of the staff's division."""
    return address(open_plan, "reporting_check", division_id=open_plan.agency.divisions.first().pk)


@pytest.fixture
def look(open_plan, cast):
    """Open a page of 105 as the viewer."""
    client = client_of(cast.viewer)
    return lambda name, query=None: client.get(address(open_plan, name), query)

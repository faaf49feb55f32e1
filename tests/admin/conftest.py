"""What every test of the admin starts from."""

import pytest

from scorecard.domain.choices import Role
from scorecard.models import KPI, Agency, Division, Membership, Objective, Perspective, Plan, Theme
from tests import factories
from tests.page_reading import client_of
from tests.shared_rows import layer

FOREIGN = "外機關"


@layer
def cast(plan):
    """One person per role, and strangers; whatever belongs to the other agency says so in its name."""
    cast = factories.make_cast(plan)
    other = cast.other_plan
    Agency.objects.filter(pk=other.agency_id).update(name=FOREIGN)
    for model, rows in (
        (Division, {"agency": other.agency}),
        *((model, {"plan": other}) for model in (Perspective, Theme, Objective, KPI)),
    ):
        for row in model.objects.filter(**rows):
            model.objects.filter(pk=row.pk).update(name=f"{FOREIGN} {row.pk}")
    Plan.objects.filter(pk=other.pk).update(agency_name=FOREIGN)
    factories.User.objects.filter(pk=cast.outsider.pk).update(name=f"{FOREIGN}管理者")
    return cast


@pytest.fixture
def admin(cast):
    """A client of the agency's admin."""
    return client_of(cast.admin)


@pytest.fixture
def reviewer(cast):
    """A client of the agency's reviewer."""
    return client_of(cast.reviewer)


@pytest.fixture
def half_admin(cast):
    """A client of somebody who is admin of this agency, but only reviewer of the other one."""
    Membership.objects.create(user=cast.admin, agency=cast.other_plan.agency, role=Role.REVIEWER)
    return client_of(cast.admin)

"""Restoring a value of an edition, also one that was written before there were editions."""

from decimal import Decimal

import pytest

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, YearlyValue
from scorecard.services.value_restore import plan_restoration, restore
from tests import factories
from tests.factories import fill, next_edition, open_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(cast, open_plan):
    """AC1.1 in 105 and in 106, both open."""
    later = open_year(cast.admin, next_edition(cast.admin, open_plan))
    return factories.kpi(open_plan, "AC1.1"), factories.kpi(later, "AC1.1")


def event_from_before(by, kpi, year, old, new):
    """As it was written when the plan of 105 to 107 had one row for the KPI: it names 105's row, whatever the year."""
    where = {"field": "actual", "measure": kpi.measures.get().pk}
    event = AuditEvent(action=AuditAction.SAVED, agency_id=kpi.plan.agency_id, plan=kpi.plan, kpi=kpi)
    event.actor, event.actor_name = by, str(by)
    event.year, event.target, event.changes = year, str(kpi), [{"what": "實際值", "old": old, "new": new, **where}]
    event.save()
    return event


def test_a_value_written_before_the_migration_is_restored_in_the_edition_of_its_year_by_lineage(cast, pair):
    first, later = pair
    fill(cast.staff, later, actuals=97)
    event_from_before(cast.staff, first, 2017, None, "95")
    event = event_from_before(cast.staff, first, 2017, "95", "96")
    assert plan_restoration(first, event, 0) is None
    restoration = plan_restoration(later, event, 0)
    assert restoration.differences == (("實際值", "97", "95"),)
    restore(by=cast.staff, restoration=restoration, version=1)
    assert YearlyValue.objects.get(measure__kpi=later, year=2017).actual == Decimal(95)
    assert not YearlyValue.objects.filter(measure__kpi=first).filter(year__gte=2016).reported().exists()
    newest = AuditEvent.objects.of_kpi(later).first()
    assert (newest.action, newest.kpi, newest.year) == (AuditAction.RESTORED, later, 2017)
    # What was written since in the edition's own row counts as later, too.
    assert plan_restoration(later, newest, 0).differences == (("實際值", "95", "97"),)


def test_a_value_of_another_years_edition_is_not_restored_here(cast, pair):
    first, later = pair
    fill(cast.staff, first, actuals=91)
    own = AuditEvent.objects.get(kpi=first, action=AuditAction.SAVED)
    assert plan_restoration(later, own, 0) is None
    assert plan_restoration(first, own, 0).differences == (("實際值", "91", None),)

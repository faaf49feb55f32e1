"""The test data itself: what the other tests take for granted."""

import pytest

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models import KPI, ActionPlan, Measure, Objective, YearlyValue
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kpis", [10, 100])
def test_a_plan_has_as_many_kpis_as_asked_and_the_rest_in_proportion(kpis):
    plan = factories.make_plan(kpis=kpis)
    themes = kpis // factories.KPIS_PER_THEME
    assert KPI.objects.filter(plan=plan).count() == kpis
    assert plan.themes.count() == themes
    assert Objective.objects.filter(plan=plan).count() == 4 * themes + 1
    assert Measure.objects.filter(kpi__plan=plan).count() == 6 * themes
    assert YearlyValue.objects.filter(measure__kpi__plan=plan).count() == 36 * themes
    assert ActionPlan.objects.filter(plan=plan).count() == kpis + 1


def test_a_report_can_be_led_through_the_whole_year():
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    plan = factories.open_year(cast.admin, plan)
    kpi = factories.kpi(plan, "AC1.1")
    report = factories.fill(cast.staff, kpi)
    assert factories.send_back(cast.reviewer, factories.submit(cast.staff, kpi)).state == ReportState.RETURNED
    factories.submit(cast.staff, kpi)
    assert factories.approve(cast.reviewer, report).state == ReportState.APPROVED
    closed = factories.close_year(cast.admin, plan, reason="測試")
    assert (closed.is_closed, closed.closings) == (True, 1)
    later = factories.next_edition(cast.admin, closed)
    assert (later.year, later.state) == (factories.MIDDLE_YEAR, PlanState.ADOPTED)


def test_every_member_of_the_cast_has_the_same_password():
    cast = factories.make_cast(factories.make_plan())
    for user in (cast.viewer, cast.staff, cast.other_staff, cast.reviewer, cast.admin, cast.outsider, cast.superuser):
        assert user.check_password(factories.PASSWORD)

"""Divisions that a closed edition or a receipt names are not renamed: another one takes over from them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from scorecard import permissions
from scorecard.domain.choices import Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionPlan, AuditEvent, Division, Invitation, Plan, Theme, UnsavedEntries, User
from scorecard.services import divisions, members, years
from scorecard.services.reminders import due_reminders
from tests import factories
from tests.factories import DUE, close_year, fill, next_edition, open_year
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


def division(plan, name="甲組"):
    return Division.objects.get(agency=plan.agency_id, name=name)


def again(user):
    """The person in a new request."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def closed_and_open(cast, open_plan):
    """(105 closed, 106 open)."""
    close_year(cast.admin, open_plan, reason="提前關閉")
    return open_plan, open_year(cast.admin, next_edition(cast.admin, open_plan))


def test_a_division_that_nothing_frozen_names_just_gets_the_new_name(cast, open_plan):
    old = division(open_plan)
    assert divisions.rename(by=cast.admin, division=old, name="總務組") == old
    assert factories.kpi(open_plan, "AC1.1").division.name == "總務組"
    event = AuditEvent.objects.first()
    assert (event.agency, event.year, event.changes) == (
        open_plan.agency,
        None,
        [{"what": "名稱", "old": "甲組", "new": "總務組"}],
    )
    with nothing_written():
        divisions.rename(by=cast.admin, division=old, name="總務組")
    with nothing_written(), pytest.raises(RuleBroken, match="已有「乙組」"):
        divisions.rename(by=cast.admin, division=old, name="乙組")


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("admin", "superuser")])
def test_only_admins_and_the_operator_rename_and_hand_over(cast, plan, role):
    by, old = getattr(cast, role), division(plan)
    with nothing_written(), pytest.raises(PermissionDenied):
        divisions.rename(by=by, division=old, name="總務組")
    with nothing_written(), pytest.raises(PermissionDenied):
        divisions.hand_over(by=by, division=old, to=division(plan, "乙組"))
    assert divisions.rename(by=cast.superuser, division=old, name="總務組") == old


def test_one_that_a_closed_year_names_gets_a_successor_who_reports_and_the_closed_year_keeps_the_name(
    cast, closed_and_open
):
    closed, later = closed_and_open
    old = division(closed)
    invitation = Invitation.objects.create(
        agency=closed.agency, email="new@example.gov.tw", name="新人", role=Role.STAFF, invited_by=cast.admin
    )
    invitation.divisions.add(old)
    kpi = factories.kpi(later, "AC1.1")
    unsaved = UnsavedEntries.objects.create(user=cast.staff, plan=later, division=old, rows={str(kpi.pk): {}})
    with pytest.raises(IntegrityError, match="division_named_in_closed_plan"), transaction.atomic():
        Division.objects.filter(pk=old.pk).update(name="總務組")
    new = divisions.rename(by=cast.admin, division=old, name="總務組")
    assert (new.pk != old.pk, new.position, division(closed).successor) == (True, old.position, new)
    assert factories.kpi(closed, "AC1.1").division == old
    assert Theme.objects.get(plan=closed, code="A").lead_division == old
    assert factories.kpi(later, "AC1.1").division == new
    assert Theme.objects.get(plan=later, code="A").lead_division == new
    assert not KPI.objects.filter(plan=later, division=old).exists()
    assert not ActionPlan.objects.filter(plan=later, owner_division=old).exists()
    assert list(cast.staff.memberships.get().divisions.all()) == list(invitation.divisions.all()) == [new]
    unsaved.refresh_from_db()
    assert unsaved.division == new
    assert list(Division.objects.present().filter(agency=closed.agency, name__in=["甲組", "總務組"])) == [new]
    # The staff of the successor correct the reopened year, and are reminded of it.
    staff = again(cast.staff)
    assert permissions.can_report_for(staff, old) and permissions.can_report_for(staff, new)
    assert not permissions.can_report_for(again(cast.other_staff), old)
    years.reopen_year(by=cast.admin, plan=closed, due_date=DUE, reason="更正")
    assert fill(staff, factories.kpi(closed, "AC1.1"), actuals=92).version == 1
    assert fill(staff, factories.kpi(later, "AC1.1"), actuals=93).version == 1
    User.objects.filter(pk=staff.pk).update(email="staff@example.gov.tw")
    notice = next(notice for notice in due_reminders(day=DUE).notices if notice.user == staff)
    assert ["105 年度填報" in section or "106 年度填報" in section for section in notice.sections] == [True, True]
    assert "甲組還有" in notice.sections[0] and "總務組還有" in notice.sections[1]
    formerly = division(closed)
    with nothing_written(), pytest.raises(RuleBroken, match="請改選「總務組」"):
        members.change(by=cast.admin, membership=cast.staff.memberships.get(), role=Role.STAFF, divisions=[formerly])


def test_a_second_new_name_points_the_first_division_on_and_a_former_name_is_not_given_again(cast, closed_and_open):
    closed, _ = closed_and_open
    second = divisions.rename(by=cast.admin, division=division(closed), name="總務組")
    assert divisions.rename(by=cast.admin, division=second, name="庶務組") == second
    with nothing_written(), pytest.raises(RuleBroken, match="以前的名稱"):
        divisions.rename(by=cast.admin, division=second, name="甲組")
    later = Plan.objects.get(agency=closed.agency, year=2017)
    close_year(cast.admin, later, reason="提前關閉")
    third = divisions.rename(by=cast.admin, division=second, name="行政組")
    assert {row.successor for row in Division.objects.filter(name__in=["甲組", "庶務組"])} == {third}
    assert permissions.can_report_for(again(cast.staff), division(closed))
    with nothing_written(), pytest.raises(RuleBroken, match="已由「行政組」承接"):
        divisions.rename(by=cast.admin, division=division(closed), name="別名")


def test_a_receipt_alone_keeps_the_name_and_its_division_sees_it(cast, kpi):
    fill(cast.staff, kpi)
    factories.submit(cast.staff, kpi)
    new = divisions.rename(by=cast.admin, division=division(kpi.plan), name="總務組")
    ids = permissions.roles_by_agency(again(cast.staff))[kpi.plan.agency_id].division_ids
    assert ids == {new.pk, division(kpi.plan).pk}


def test_another_division_takes_over_members_kpis_and_all(cast, closed_and_open):
    closed, later = closed_and_open
    first, second, theirs = division(closed), division(closed, "乙組"), division(cast.other_plan)
    KPI.objects.get(plan=later, code="BC1.1").supporting_divisions.add(first)
    with nothing_written(), pytest.raises(RuleBroken, match="同一個機關"):
        divisions.hand_over(by=cast.admin, division=first, to=theirs)
    with nothing_written(), pytest.raises(RuleBroken, match="同一個機關的另一個"):
        divisions.hand_over(by=cast.admin, division=first, to=first)
    divisions.hand_over(by=cast.admin, division=first, to=second)
    assert KPI.objects.filter(plan=later, division=second).count() == 10
    assert KPI.objects.filter(plan=closed, division=first).count() == 5
    for person in (cast.staff, cast.other_staff):
        assert permissions.can_report_for(again(person), second)
        assert permissions.can_report_for(again(person), first)
    assert [event.reason for event in AuditEvent.objects.order_by("-pk")[:2]] == ["承接", "承接"]

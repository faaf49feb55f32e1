"""Members of an agency: changed, switched off and let go, and an agency is never left without an admin."""

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied

from scorecard.domain.choices import AuditAction, NoticeKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Comment, Membership, User, YearlyReport
from scorecard.services import members
from scorecard.services.notices import tell
from tests import factories
from tests.admin.form_data import page, send
from tests.factories import fill, send_back, submit
from tests.page_reading import client_of
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(plan):
    """The plan's agency."""
    return plan.agency


def newest():
    """The latest event's act and changes."""
    event = AuditEvent.objects.first()
    return event.action, [(change["what"], change["old"], change["new"]) for change in event.changes]


def test_role_and_divisions_change_with_old_and_new_told(cast, agency):
    own = cast.viewer.memberships.get()
    second = agency.divisions.all()[1]
    members.change(by=cast.admin, membership=own, role=Role.STAFF, divisions=[second])
    assert newest() == (AuditAction.CHANGED, [("角色", "檢視", "填報"), ("填報科室", None, "乙組")])
    members.change(by=cast.admin, membership=own, role=Role.REVIEWER, divisions=[second])
    assert newest()[1] == [("角色", "填報", "審核"), ("填報科室", "乙組", None)]
    count = AuditEvent.objects.count()
    members.change(by=cast.admin, membership=own, role=Role.REVIEWER)
    assert AuditEvent.objects.count() == count


def last_admin_acts(cast):
    own = cast.admin.memberships.get()
    return {
        "demote": lambda: members.change(by=cast.admin, membership=own, role=Role.VIEWER),
        "remove": lambda: members.remove(by=cast.admin, membership=own),
    }


@pytest.mark.parametrize("act", ["demote", "remove"])
def test_the_last_admin_who_can_come_in_stays_one(cast, agency, act):
    factories.make_member("never-entered", agency, Role.ADMIN, password=make_password(None))
    factories.make_member("off-admin", agency, Role.ADMIN, is_active=False)
    factories.make_member("off-member", agency, Role.ADMIN).memberships.update(is_active=False)
    with pytest.raises(RuleBroken, match="唯一可以登入的管理者"):
        last_admin_acts(cast)[act]()
    factories.make_member("second", agency, Role.ADMIN)
    last_admin_acts(cast)[act]()
    assert not Membership.objects.filter(user=cast.admin, role=Role.ADMIN).exists()


def test_a_member_let_go_loses_the_agency_and_leaves_what_they_wrote(cast, agency, kpi):
    fill(cast.staff, kpi)
    send_back(cast.reviewer, submit(cast.staff, kpi))
    members.remove(by=cast.admin, membership=cast.staff.memberships.get())
    assert newest() == (AuditAction.DELETED, [("角色", "填報", None), ("填報科室", "甲組", None)])
    assert YearlyReport.objects.get().submitted_by == cast.staff
    assert Comment.objects.exists() and User.objects.filter(pk=cast.staff.pk, is_active=True).exists()
    assert client_of(cast.staff).get(f"/{kpi.plan.agency.slug}/105/map/").status_code == 404


def test_a_membership_is_switched_off_and_on_and_no_other_agency_of_the_person_notices(cast, agency):
    """Even a member of another agency, whom its admin invited to keep this agency from switching them off."""
    own = cast.viewer.memberships.get()
    cast.viewer.memberships.create(agency=cast.other_plan.agency, role=Role.VIEWER)
    here, there = (f"/{row.slug}/105/map/" for row in (agency, cast.other_plan.agency))
    for is_active, status in ((False, 404), (True, 200)):
        members.switch(by=cast.admin, membership=own, is_active=is_active)
        assert newest() == (AuditAction.CHANGED, [("有效", *(("否", "是") if is_active else ("是", "否")))])
        client = client_of(cast.viewer)
        assert (client.get(here).status_code, client.get(there).status_code) == (status, 200)
    assert User.objects.get(pk=cast.viewer.pk).is_active


def test_a_page_seen_before_is_not_confirmed_to_somebody_switched_off_since(cast, agency):
    client, url = client_of(cast.viewer), f"/{agency.slug}/105/map/"
    etag = client.get(url)["ETag"]
    members.switch(by=cast.admin, membership=cast.viewer.memberships.get(), is_active=False)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 404


def test_nobody_switches_themselves_or_the_last_admin_off(cast, agency):
    own = cast.admin.memberships.get()
    with pytest.raises(RuleBroken, match="自己"):
        members.switch(by=cast.admin, membership=own, is_active=False)
    second = factories.make_member("second", agency, Role.ADMIN)
    members.switch(by=second, membership=own, is_active=False)
    with pytest.raises(PermissionDenied):
        members.switch(by=User.objects.get(pk=cast.admin.pk), membership=second.memberships.get(), is_active=False)


@pytest.mark.parametrize("role", ["viewer", "staff", "reviewer", "outsider", "superuser"])
def test_only_the_agencys_admins_keep_its_members(cast, agency, role):
    by, own = getattr(cast, role), cast.viewer.memberships.get()
    for act in (
        lambda: members.change(by=by, membership=own, role=Role.ADMIN),
        lambda: members.remove(by=by, membership=own),
        lambda: members.switch(by=by, membership=own, is_active=False),
    ):
        with nothing_written(), pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("way", ["removed", "switched off", "removed in the admin", "switched off in the admin"])
def test_what_the_agency_told_somebody_goes_with_their_membership(cast, agency, way):
    """Neither the list nor the mail of the next morning shows it to whoever may not see the agency any more."""
    own = cast.viewer.memberships.get()
    for key, told_by in (("here", agency), ("there", cast.other_agency), ("account", None)):
        tell(recipient=cast.viewer, kind=NoticeKind.COMMENT, key=key, subject=key, agency=told_by)
    operator = client_of(cast.superuser)
    if way == "removed":
        members.remove(by=cast.admin, membership=own)
    elif way == "switched off":
        members.switch(by=cast.admin, membership=own, is_active=False)
    elif way == "removed in the admin":
        operator.post(page("membership_delete", own), {"post": "yes"})
    else:
        send(operator, page("membership_change", own), is_active=None)
    assert set(cast.viewer.notices.values_list("key", flat=True)) == {"there", "account"}

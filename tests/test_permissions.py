"""Who may do what: the table of domain.md §6, role by role."""

import inspect

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from scorecard import permissions
from scorecard.domain.choices import ReportState, Role
from scorecard.models import Membership, User, YearlyReport
from tests import factories
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

ALL = ("viewer", "staff", "other_staff", "reviewer", "admin", "outsider", "superuser", "anonymous")
MEMBERS = {"viewer", "staff", "other_staff", "reviewer", "admin"}
REVIEWERS = {"reviewer", "admin"}

NOBODY = frozenset()
# What a person may not see answers 404, so nobody is told.
SEEING = {"view", "see_drafts"}

# Rule → what it is asked about (a tuple: several things), and who may. staff belongs to the division of AC1.1,
# other_staff to another one.
TABLE = {
    "view": (lambda kpi: kpi.plan.agency_id, MEMBERS),
    "see_drafts": (lambda kpi: kpi.plan.agency_id, REVIEWERS),
    "report": (lambda kpi: kpi.plan.agency_id, {"staff", "other_staff"}),
    "report_for": (lambda kpi: kpi.division, {"staff"}),
    "fill_in": (lambda kpi: kpi.division, {"staff"} | REVIEWERS),
    "see_receipts": (lambda kpi: kpi.plan.agency_id, {"staff", "other_staff"} | REVIEWERS),
    "review": (lambda kpi: kpi.plan.agency_id, REVIEWERS),
    "approve": (lambda kpi: (YearlyReport(kpi=kpi, state=ReportState.SUBMITTED), NOBODY), REVIEWERS),
    "comment": (lambda kpi: kpi, {"staff"} | REVIEWERS),
    "edit_strategy": (lambda kpi: kpi.plan.agency_id, REVIEWERS),
    "be_consulted": (lambda kpi: kpi, {"staff"}),
    "answer": (lambda kpi: kpi.plan.agency_id, {"staff", "other_staff"}),
    "share_drafts": (lambda kpi: kpi.plan.agency_id, {"admin"}),
    "comment_on_edition": (lambda kpi: kpi.plan.agency_id, REVIEWERS),
    "send_for_adoption": (lambda kpi: kpi.plan.agency_id, {"reviewer"}),
    "manage": (lambda kpi: kpi.plan.agency_id, {"admin"}),
    "name_deputy": (lambda kpi: (kpi.plan.agency_id, User.objects.get(username="staff")), {"staff", "admin"}),
    "keep_members": (lambda kpi: kpi.plan.agency_id, {"admin"}),
    "see_security_events": (lambda kpi: kpi.plan.agency_id, {"admin"}),
    "invite": (lambda kpi: kpi.plan.agency_id, {"admin", "superuser"}),
}


@layer
def kpi():
    """AC1.1, of the first division."""
    return factories.kpi(factories.make_plan(), "AC1.1")


@pytest.fixture
def people(kpi):
    """Everyone by role, the anonymous visitor included."""
    cast = factories.make_cast(kpi.plan)
    return {role: AnonymousUser() if role == "anonymous" else getattr(cast, role) for role in ALL}


def rules(prefix):
    """The functions of the module that begin with the prefix, by what follows."""
    return {
        name.removeprefix(prefix): function
        for name, function in inspect.getmembers(permissions, inspect.isfunction)
        if name.startswith(prefix)
    }


def things(asked):
    """What a rule is asked about, as its arguments."""
    return asked if isinstance(asked, tuple) else (asked,)


def test_every_rule_stands_in_the_table_and_every_one_but_seeing_has_its_check():
    assert set(rules("can_")) == set(TABLE)
    assert set(rules("check_can_")) == set(TABLE) - SEEING


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize("rule", TABLE)
def test_the_answer_is_that_of_the_table(people, kpi, rule, role):
    about, allowed = TABLE[rule]
    assert rules("can_")[rule](people[role], *things(about(kpi))) == (role in allowed)


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize("rule", [rule for rule in TABLE if rule not in SEEING])
def test_the_check_raises_with_a_sentence_exactly_where_the_answer_is_no(people, kpi, rule, role):
    about, allowed = TABLE[rule]
    check = rules("check_can_")[rule]
    if role in allowed:
        check(people[role], *things(about(kpi)))
    else:
        with pytest.raises(PermissionDenied) as raised:
            check(people[role], *things(about(kpi)))
        assert str(raised.value).endswith("。")


@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_nobody_approves_what_they_submitted_or_had_a_hand_in(people, kpi, role):
    plain = YearlyReport(kpi=kpi, state=ReportState.SUBMITTED)
    assert not permissions.can_approve(people[role], plain, {people[role].pk})
    with pytest.raises(PermissionDenied, match="AC1.1 上次審核通過之後有您"):
        permissions.check_can_approve(people[role], plain, {people[role].pk})
    own = YearlyReport(kpi=kpi, state=ReportState.SUBMITTED, submitted_by=people[role])
    assert not permissions.can_approve(people[role], own, NOBODY)
    with pytest.raises(PermissionDenied, match="AC1.1 是您自己送出的"):
        permissions.check_can_approve(people[role], own, NOBODY)


@pytest.mark.parametrize("role", [role for role in ALL if role != "anonymous"])
def test_an_account_that_is_switched_off_may_nothing(people, kpi, role):
    people[role].is_active = False
    asked = {rule: things(about(kpi)) for rule, (about, _) in TABLE.items()}
    assert [rule for rule, about in asked.items() if rules("can_")[rule](people[role], *about)] == []


def test_memberships_are_read_with_one_query_and_kept(people, kpi, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(3):
            permissions.can_view(people["staff"], kpi.plan.agency_id)
            permissions.can_report_for(people["staff"], kpi.division)


def test_the_anonymous_visitor_costs_no_query(people, kpi, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert permissions.roles_by_agency(people["anonymous"]) == {}


def test_staff_report_for_each_of_their_divisions(kpi):
    first, second, third = kpi.plan.agency.divisions.all()
    user = factories.make_member("both", kpi.plan.agency, Role.STAFF, first, second)
    assert [permissions.can_report_for(user, division) for division in (first, second, third)] == [True, True, False]


def test_staff_without_a_division_report_for_none(kpi):
    user = factories.make_member("none", kpi.plan.agency, Role.STAFF)
    assert permissions.can_report(user, kpi.plan.agency_id)
    assert not permissions.can_report_for(user, kpi.division)


def test_divisions_count_for_staff_alone(kpi):
    user = factories.make_member("reviewer", kpi.plan.agency, Role.REVIEWER, kpi.division)
    assert not permissions.can_report_for(user, kpi.division)


def test_a_division_named_in_another_agencys_membership_gives_nothing(people, kpi):
    elsewhere = Membership.objects.get(user=people["outsider"])
    elsewhere.role = Role.STAFF
    elsewhere.save()
    elsewhere.divisions.add(kpi.division)
    assert not permissions.can_report_for(User.objects.get(pk=people["outsider"].pk), kpi.division)


def test_a_role_counts_in_its_own_agency_only(kpi):
    other = factories.make_agency("other")
    user = factories.make_member("two", kpi.plan.agency, Role.VIEWER)
    Membership.objects.create(user=user, agency=other, role=Role.ADMIN)
    assert permissions.can_manage(user, other.pk)
    assert not permissions.can_manage(user, kpi.plan.agency_id)
    assert permissions.agencies_with_role(user, Role.ADMIN, Role.REVIEWER) == {other.pk}
    assert permissions.agencies_with_role(user, Role.ADMIN, Role.VIEWER) == {other.pk, kpi.plan.agency_id}

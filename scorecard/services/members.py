"""Changes, switches off and removes members of an agency; invitations.py brings them in. What people wrote stays.

Every write locks the agency's row first: two admins must not remove each other at the same moment.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, Role, SecurityEventKind
from scorecard.domain.policies import RuleBroken
from scorecard.models import Agency, Division, Membership, User
from scorecard.services import audit
from scorecard.services.notices import take_back

DIVISIONS = "填報科室"


def _lock(by: User, agency: Agency) -> Agency:
    permissions.check_can_keep_members(by, agency.pk)
    return Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)


def _lock_membership(by: User, membership: Membership) -> Membership:
    _lock(by, membership.agency)
    locked = Membership.objects.with_people().filter(pk=membership.pk).first()
    if locked is None:
        raise RuleBroken(f"{membership.user} 已經不是這個機關的成員，沒有變更。")
    return locked


def names_of(divisions: Iterable[Division]) -> str:
    return "、".join(division.name for division in divisions)


def divisions_for(agency: Agency, role: str, divisions: Collection[Division]) -> list[Division]:
    """The divisions that the membership gets: staff have some, other roles none.

    Raises RuleBroken for another agency's: the operator's form offers those of all agencies; and for one that another
    division took over from.
    """
    if any(division.agency_id != agency.pk for division in divisions):
        raise RuleBroken("填報科室須屬於同一個機關；請重新選擇。")
    for division in divisions:
        policies.check_division_is_present(division)
    policies.check_staff_have_divisions(role == Role.STAFF, divisions)
    return list(divisions) if role == Role.STAFF else []


def _check_admin_remains(membership: Membership) -> None:
    if membership.role == Role.ADMIN:
        others = Membership.objects.filter(agency=membership.agency_id).able_admins().exclude(pk=membership.pk)
        policies.check_an_admin_remains(others.count())


@contextmanager
def admins_kept(agencies: Collection[int]) -> Iterator[None]:
    """Raise RuleBroken if the block takes the last able admin from one of the agencies (ids).

    For changes that this module does not make itself. Other changes to these agencies' members wait.
    """
    list(Agency.objects.select_for_update(no_key=True).filter(pk__in=agencies).order_by("pk"))
    able = Membership.objects.filter(agency__in=agencies).able_admins()
    had = set(able.values_list("agency", flat=True))
    yield
    for agency in had:
        policies.check_an_admin_remains(able.filter(agency=agency).count())


def check_role_may_change(by: User, membership: Membership) -> None:
    """Raises RuleBroken for a deputy's own role or divisions: they would outlast the days of standing in."""
    if by.acting_for is not None and membership.user_id == by.pk:
        raise RuleBroken("代理別人時不能變更自己的角色；請由本人或另一位管理者處理。")


def check_may_switch(by: User, membership: Membership) -> None:
    """Raises RuleBroken for one's own membership and that of the person one stands in for."""
    if membership.user in (by, by.acting_for):
        raise RuleBroken("不能停用自己或被代理人的成員資格；請由另一位管理者處理。")


def check_may_remove(by: User, membership: Membership) -> None:
    """Raises RuleBroken for that of the person one stands in for."""
    if membership.user == by.acting_for:
        raise RuleBroken("不能移除被代理人；請由本人或另一位管理者處理。")


@transaction.atomic
def change(*, by: User, membership: Membership, role: str, divisions: Collection[Division] = ()) -> Membership:
    """Change role or divisions.

    Raises RuleBroken where this takes the role from the last admin, and for a deputy's own.
    """
    membership = _lock_membership(by, membership)
    check_role_may_change(by, membership)
    divisions = divisions_for(membership.agency, role, divisions)
    if role != Role.ADMIN:
        _check_admin_remains(membership)
    had = list(membership.divisions.all())
    changes = []
    # Named before it changes.
    target = str(membership)
    if role != membership.role:
        changes.append(("角色", membership.get_role_display(), Role(role).label))
    if {row.pk for row in had} != {row.pk for row in divisions}:
        changes.append((DIVISIONS, names_of(had), names_of(divisions)))
    if changes:
        membership.role = role
        membership.save(update_fields=["role"])
        membership.divisions.set(divisions)
        audit.record(
            by=by,
            action=AuditAction.CHANGED,
            target=target,
            agency=membership.agency,
            changes=changes,
            security=SecurityEventKind.ROLE_CHANGED,
        )
    return membership


@transaction.atomic
def remove(*, by: User, membership: Membership) -> None:
    """End a membership; the account stays. Raises RuleBroken for the last admin's and a deputy's person's."""
    membership = _lock_membership(by, membership)
    check_may_remove(by, membership)
    _check_admin_remains(membership)
    changes = [("角色", membership.get_role_display(), None)]
    divisions = membership.divisions.all()
    if divisions:
        changes.append((DIVISIONS, names_of(divisions), None))
    audit.record(by=by, action=AuditAction.DELETED, target=membership, agency=membership.agency, changes=changes)
    take_back(user=membership.user, agency=membership.agency)
    membership.delete()


@transaction.atomic
def switch(*, by: User, membership: Membership, is_active: bool) -> None:
    """Switch a membership on or off. Raises RuleBroken for one's own and for the last admin's.

    The person's account and their memberships of other agencies are not touched.
    """
    membership = _lock_membership(by, membership)
    check_may_switch(by, membership)
    if membership.is_active == is_active:
        return
    if not is_active:
        _check_admin_remains(membership)
    membership.is_active = is_active
    membership.save(update_fields=["is_active"])
    if not is_active:
        take_back(user=membership.user, agency=membership.agency)
    audit.record(
        by=by,
        action=AuditAction.CHANGED,
        target=membership,
        agency=membership.agency,
        changes=[("有效", not is_active, is_active)],
        security=SecurityEventKind.ACCOUNT_CHANGED,
    )

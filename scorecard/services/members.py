"""Invites, changes, switches off and removes members of an agency. What people wrote always stays.

Every write locks the agency's row first: two admins must not remove each other at the same moment.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, MailKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import Agency, Division, Membership, User
from scorecard.services import audit, mail, mail_texts
from scorecard.services.passwords import SECONDS_BETWEEN_MAILS, link_days

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


def _names(divisions: Iterable[Division]) -> str:
    return "、".join(division.name for division in divisions)


def _check_divisions(agency: Agency, role: str, divisions: Collection[Division]) -> list[Division]:
    """The divisions that the membership gets: staff have some, other roles none."""
    if any(division.agency_id != agency.pk for division in divisions):
        raise ValueError("A division of another agency.")
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


@transaction.atomic
@audit.held_back()
def invite(
    *,
    by: User,
    agency: Agency,
    email: str,
    name: str,
    role: str,
    divisions: Collection[Division] = (),
    username: str = "",
) -> Membership:
    """Make a person a member and send them an invitation.

    A person without an account gets one without a password; the link in the mail sets it. username: of a new account;
    "" takes the address. Raises RuleBroken where the person is a member already or is switched off, or where somebody
    else has the address or the name.
    """
    agency = _lock(by, agency)
    divisions = _check_divisions(agency, role, divisions)
    user = _account_of(email) or _make_account(email, name, username or email.lower())
    if not user.is_active:
        raise RuleBroken(f"{email} 的帳號已停用；請先啟用帳號，或洽系統操作者。")
    if user.memberships.filter(agency=agency).exists():
        raise RuleBroken(f"{email} 已是這個機關的成員；請在下方清單修改角色或重寄邀請。")
    membership = Membership.objects.create(user=user, agency=agency, role=role)
    membership.divisions.set(divisions)
    changes = [("電子郵件", None, email), ("角色", None, membership.get_role_display())]
    if divisions:
        changes.append((DIVISIONS, None, _names(divisions)))
    audit.record(by=by, action=AuditAction.INVITED, target=membership, agency=agency, changes=changes)
    _write(by, membership, f"invitation:{membership.pk}")
    return membership


def _account_of(email: str) -> User | None:
    """Raises RuleBroken where several accounts have the address."""
    found = list(User.objects.filter(email__iexact=email)[:2])
    if len(found) > 1:
        raise RuleBroken(f"有幾個帳號都使用 {email}；請在「資料管理」選擇帳號新增成員。")
    return found[0] if found else None


def _make_account(email: str, name: str, username: str) -> User:
    if User.objects.filter(username__iexact=username).exists():
        raise RuleBroken(f"帳號「{username}」已有人使用，但電子郵件不是 {email}；請在「資料管理」確認後新增成員。")
    user = User(username=username, email=email, name=name, password=make_password(None))
    user.full_clean()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise RuleBroken(f"帳號「{username}」剛剛由別人建立；請再試一次。") from error
    return user


def _write(by: User, membership: Membership, key: str) -> bool:
    """Write the invitation, and return whether it is the first with this key."""
    user = membership.user
    uses_sso = bool(settings.SSO_USER_HEADER)
    subject, body = mail_texts.invitation(
        user=user,
        agency=membership.agency,
        role=membership.get_role_display(),
        inviter=by,
        has_account=not user.is_invited,
        uses_sso=uses_sso,
        days=link_days(),
    )
    letter, is_new = mail.write(
        kind=MailKind.INVITATION, key=key, recipient=user, agency=membership.agency, subject=subject, body=body
    )
    if is_new:
        mail.send_after_commit(letter)
    return is_new


@transaction.atomic
def invite_again(*, by: User, membership: Membership) -> None:
    """Raises RuleBroken where the person has logged in already, or got a mail within the last ten minutes."""
    membership = _lock_membership(by, membership)
    if not membership.user.is_invited:
        raise RuleBroken(f"{membership.user} 已經登入過或已停用，不需要再邀請。")
    lately = int(timezone.now().timestamp()) // SECONDS_BETWEEN_MAILS
    if not _write(by, membership, f"invitation:{membership.pk}:{lately}"):
        raise RuleBroken("十分鐘內已經重寄過，請稍後再試。")
    audit.record(by=by, action=AuditAction.INVITED, target=membership, agency=membership.agency)


@transaction.atomic
def change(*, by: User, membership: Membership, role: str, divisions: Collection[Division] = ()) -> Membership:
    """Change role or divisions. Raises RuleBroken where this takes the role from the last admin."""
    membership = _lock_membership(by, membership)
    divisions = _check_divisions(membership.agency, role, divisions)
    if role != Role.ADMIN:
        _check_admin_remains(membership)
    had = list(membership.divisions.all())
    changes = []
    # Named before it changes.
    target = str(membership)
    if role != membership.role:
        changes.append(("角色", membership.get_role_display(), Role(role).label))
    if {row.pk for row in had} != {row.pk for row in divisions}:
        changes.append((DIVISIONS, _names(had), _names(divisions)))
    if changes:
        membership.role = role
        membership.save(update_fields=["role"])
        membership.divisions.set(divisions)
        audit.record(by=by, action=AuditAction.CHANGED, target=target, agency=membership.agency, changes=changes)
    return membership


@transaction.atomic
def remove(*, by: User, membership: Membership) -> None:
    """End a membership; the account stays. Raises RuleBroken for the last admin's."""
    membership = _lock_membership(by, membership)
    _check_admin_remains(membership)
    changes = [("角色", membership.get_role_display(), None)]
    divisions = membership.divisions.all()
    if divisions:
        changes.append((DIVISIONS, _names(divisions), None))
    audit.record(by=by, action=AuditAction.DELETED, target=membership, agency=membership.agency, changes=changes)
    membership.delete()


@transaction.atomic
def switch(*, by: User, membership: Membership, is_active: bool) -> None:
    """Switch an account on or off. Raises RuleBroken for one's own, the last admin's, and one with other agencies."""
    membership = _lock_membership(by, membership)
    user = User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    if user.pk == by.pk:
        raise RuleBroken("不能停用自己的帳號；請由另一位管理者處理。")
    if user.is_superuser or user.memberships.exclude(agency=membership.agency_id).exists():
        raise RuleBroken("這個帳號不只屬於這個機關，不能在此停用或啟用；可以移除成員資格。")
    if user.is_active == is_active:
        return
    if not is_active:
        _check_admin_remains(membership)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    changes = [("有效", not is_active, is_active)]
    audit.record(by=by, action=AuditAction.CHANGED, target=user, agency=membership.agency, changes=changes)

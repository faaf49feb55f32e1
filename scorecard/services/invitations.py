"""Asks people to join an agency. They become members when they accept, and not before (decision 0019).

Nothing here asks whether an address has an account before its owner has followed the link: an invitation costs the same
queries and shows the same to the inviter in both cases. Every write locks the agency's row first.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from scorecard import permissions
from scorecard.domain.choices import AuditAction, MailKind, NoticeKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import Agency, Division, Invitation, Membership, OutgoingMail, User
from scorecard.services import audit, mail, mail_texts, notices
from scorecard.services.members import DIVISIONS, divisions_for, names_of
from scorecard.services.passwords import SECONDS_BETWEEN_MAILS, link_days

GONE = "這份邀請已經接受、婉拒或撤回；如仍需加入，請洽機關管理者重新邀請。"


def link_lasts() -> timedelta:
    """For how long the link of an invitation works."""
    return timedelta(days=link_days())


def _lock(agency: Agency) -> Agency:
    return Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)


def _lock_invitation(invitation: Invitation) -> Invitation:
    """Raises RuleBroken where it is gone."""
    _lock(invitation.agency)
    found = Invitation.objects.with_divisions().filter(pk=invitation.pk).first()
    if found is None:
        raise RuleBroken(GONE)
    return found


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
) -> Invitation:
    """Invite an address and write to it. username: with single sign-on, the only account that may accept.

    Raises RuleBroken where the agency has a member or an invitation with the address.
    """
    permissions.check_can_invite(by, agency.pk)
    if settings.USES_SSO and not username:
        raise RuleBroken("使用單一登入時，請填寫對方的單一登入帳號；只有這個帳號可以接受邀請。")
    agency = _lock(agency)
    divisions = divisions_for(agency, role, divisions)
    if Membership.objects.filter(agency=agency, user__email__iexact=email).exists():
        raise RuleBroken(f"{email} 已是這個機關的成員；請在成員清單修改角色。")
    if Invitation.objects.filter(agency=agency, email=email.lower()).exists():
        raise RuleBroken(f"{email} 已在邀請中；請在「邀請中」重寄或撤回。")
    invitation = Invitation.objects.create(
        agency=agency, email=email.lower(), name=name, username=username, role=role, invited_by=by
    )
    invitation.divisions.set(divisions)
    changes = [("電子郵件", None, invitation.email), ("角色", None, invitation.get_role_display())]
    if divisions:
        changes.append((DIVISIONS, None, names_of(divisions)))
    audit.record(by=by, action=AuditAction.INVITED, target=invitation, agency=agency, changes=changes)
    _write(invitation, f"invitation:{invitation.nonce}")
    return invitation


def _write(invitation: Invitation, key: str) -> bool:
    """Write the mail, and return whether it is the first with this key."""
    subject, body = mail_texts.invitation(invitation=invitation, days=link_days())
    letter, is_new = mail.write(
        kind=MailKind.INVITATION,
        key=key,
        recipient=None,
        invitation=invitation,
        agency=invitation.agency,
        subject=subject,
        body=body,
    )
    if is_new:
        mail.send_after_commit(letter)
    return is_new


@transaction.atomic
def send_again(*, by: User, invitation: Invitation) -> None:
    """Raises RuleBroken where the address got a mail within the last ten minutes. The sender becomes the inviter."""
    permissions.check_can_invite(by, invitation.agency_id)
    invitation = _lock_invitation(invitation)
    now = timezone.now()
    invitation.invited_by = by
    lately = int(now.timestamp()) // SECONDS_BETWEEN_MAILS
    if not _write(invitation, f"invitation:{invitation.nonce}:{lately}"):
        raise RuleBroken("十分鐘內已經重寄過，請稍後再試。")
    invitation.sent_at = now
    invitation.save(update_fields=["invited_by", "sent_at"])
    audit.record(by=by, action=AuditAction.INVITED, target=invitation, agency=invitation.agency)


@transaction.atomic
def withdraw(*, by: User, invitation: Invitation) -> None:
    permissions.check_can_invite(by, invitation.agency_id)
    invitation = _lock_invitation(invitation)
    _end(invitation, "邀請已撤回。")
    changes = [("邀請", invitation.get_role_display(), "已撤回")]
    audit.record(by=by, action=AuditAction.DELETED, target=invitation, agency=invitation.agency, changes=changes)


@transaction.atomic
def decline(*, by: User | None, invitation: Invitation) -> None:
    """by: None for whoever has the link and no account."""
    invitation = _lock_invitation(invitation)
    _end(invitation, "對方已婉拒邀請。")
    _tell_inviter(invitation, "婉拒邀請")
    changes = [("邀請", invitation.get_role_display(), "已婉拒")]
    audit.record(by=by, action=AuditAction.DELETED, target=invitation, agency=invitation.agency, changes=changes)


def _end(invitation: Invitation, failure: str) -> None:
    """Delete the invitation; mails of it that have not gone out never will."""
    OutgoingMail.objects.filter(invitation=invitation, sent_at__isnull=True).update(address="", failure=failure)
    # A copy keeps its key for the texts that are still to be written.
    Invitation.objects.filter(pk=invitation.pk).delete()


def accounts_of(email: str) -> list[User]:
    """Accounts with the address, those switched off included."""
    found = User.objects.filter(email__iexact=email).order_by("pk")
    # A database may take different letters for equal; a mail server does not.
    return [user for user in found if user.email.casefold() == email.casefold()]


def may_accept(user: User, invitation: Invitation) -> bool:
    """Whether the invitation is this person's: by their address, or with single sign-on by their account."""
    if settings.USES_SSO:
        return user.username == invitation.username
    return user.email.casefold() == invitation.email.casefold()


@transaction.atomic
@audit.held_back()
def accept(*, by: User, invitation: Invitation) -> Membership:
    """Make the person a member. Only for a request that came by the link, which proves the address.

    Raises RuleBroken where the invitation is gone, is somebody else's or cannot take effect any more.
    """
    invitation = _lock_invitation(invitation)
    if not may_accept(by, invitation):
        raise RuleBroken("這份邀請不是寄給您目前登入的帳號。")
    if not by.email:
        # With single sign-on an account may have had none; the link has proven this one.
        by.email = invitation.email
        by.save(update_fields=["email"])
    return _join(by, invitation)


@transaction.atomic
@audit.held_back()
def accept_with_new_account(*, invitation: Invitation, name: str, password: str | None) -> Membership:
    """Make an account for the address, and make it a member. Only for a request that came by the link.

    password: already checked by the validators; None with single sign-on, where the caller has seen that it names
    invitation.username. Raises RuleBroken where the address has an account: its owner logs in and accepts.
    """
    invitation = _lock_invitation(invitation)
    user = _new_account(invitation, name)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise RuleBroken("這個電子郵件剛剛建立了帳號；請登入後再開啟信中的連結。") from error
    audit.record(by=user, action=AuditAction.CREATED, target=user, agency=invitation.agency)
    return _join(user, invitation)


def _new_account(invitation: Invitation, name: str) -> User:
    """Not saved. An account that nobody ever entered is the one, since only a link to its address could open it."""
    if settings.USES_SSO:
        if User.objects.filter(username=invitation.username).exists():
            raise RuleBroken("這個單一登入帳號已在系統中；請登入後再開啟信中的連結。")
        return User(username=invitation.username, email=invitation.email, name=name)
    found = accounts_of(invitation.email)
    if len(found) == 1 and found[0].is_invited:
        found[0].name = name
        return found[0]
    if found:
        raise RuleBroken("這個電子郵件已有帳號；請登入後再開啟信中的連結。")
    return User(username=_free_username(invitation.email), email=invitation.email, name=name)


def _free_username(email: str) -> str:
    """The address, or the address with a number where another account has it for its name."""
    longest = User._meta.get_field("username").max_length or 0
    taken = set(User.objects.filter(username__istartswith=email[: longest - 4]).values_list("username", flat=True))
    folded = {name.casefold() for name in taken}
    names = [email[:longest], *(f"{email[: longest - 4]}-{number}" for number in range(2, 1000))]
    return next(name for name in names if name.casefold() not in folded)


def _join(user: User, invitation: Invitation) -> Membership:
    agency = invitation.agency
    if not permissions.can_invite(invitation.invited_by, agency.pk):
        raise RuleBroken("邀請您的人已不是這個機關的管理者；請洽機關管理者重寄邀請。")
    if Membership.objects.filter(user=user, agency=agency).exists():
        raise RuleBroken("您已是這個機關的成員；如看不到機關的頁面，請洽機關管理者啟用。")
    divisions = list(invitation.divisions.all())
    if invitation.role == Role.STAFF and not divisions:
        raise RuleBroken("邀請所列的填報科室已不存在；請洽機關管理者重新邀請。")
    membership = Membership.objects.create(user=user, agency=agency, role=invitation.role)
    membership.divisions.set(divisions)
    _end(invitation, "對方已接受邀請。")
    changes = [("電子郵件", None, invitation.email), ("角色", None, membership.get_role_display())]
    if divisions:
        changes.append((DIVISIONS, None, names_of(divisions)))
    audit.record(by=user, action=AuditAction.CREATED, target=membership, agency=agency, changes=changes)
    _tell_inviter(invitation, "接受邀請")
    return membership


def _tell_inviter(invitation: Invitation, what: str) -> None:
    notices.tell(
        recipient=invitation.invited_by,
        kind=NoticeKind.INVITATION,
        key=f"invitation:{invitation.nonce}",
        subject=f"{invitation.name}（{invitation.email}）{what}加入{invitation.agency}",
        path=reverse("members", args=[invitation.agency.slug]),
        agency=invitation.agency,
    )

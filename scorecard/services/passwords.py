"""Sets a person's own password, and mails a link to those who forgot theirs."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from scorecard.domain.choices import AuditAction, MailKind, SecurityEventKind
from scorecard.models import LoginSession, User
from scorecard.services import audit, devices, login_attempts, logins, mail, mail_texts

SECONDS_A_DAY = 24 * 60 * 60
# An account gets at most one mail in this time, however often somebody asks.
SECONDS_BETWEEN_MAILS = 10 * 60


def link_days() -> int:
    """For how many days a link to set a password works."""
    return settings.PASSWORD_RESET_TIMEOUT // SECONDS_A_DAY


@transaction.atomic
def set_own_password(*, by: User, password: str) -> User:
    """password: already checked by the validators. A password change that was demanded is done then.

    Every login of the person ends and no device is known any more; the caller renews the one at hand.
    """
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    changes = [("密碼", None, "本人已變更")]
    kind = SecurityEventKind.PASSWORD_CHANGED
    audit.record(by=by, action=AuditAction.CHANGED, target=by, changes=changes, security=kind)
    LoginSession.objects.filter(user=by).delete()
    devices.revoke_all(by)
    login_attempts.forget(user=by)
    logins.tell_of_new_password(by)
    return by


@transaction.atomic
def mail_new_password_link(*, email: str, now: datetime) -> None:
    """Write to every active account with this address and a password of its own.

    Returns nothing, so a caller cannot show whether there is an account. An account gets one mail in ten minutes.
    """
    users = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")
    letters = []
    for user in users:
        # A database may take different letters for equal; a mail server does not. So the addresses are compared again.
        if user.has_usable_password() and user.email.casefold() == email.casefold():
            subject, body = mail_texts.forgotten_password(user=user, days=link_days())
            key = f"password:{user.pk}:{int(now.timestamp()) // SECONDS_BETWEEN_MAILS}"
            letter, is_new = mail.write(kind=MailKind.PASSWORD, key=key, recipient=user, subject=subject, body=body)
            if is_new:
                letters.append(letter)
    mail.send_after_commit(*letters)

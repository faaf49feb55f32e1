"""Passwords of people's own accounts: a new one, and the mail for those who forgot theirs."""

from django.conf import settings
from django.db import transaction

from scorecard.domain.choices import AuditAction, MailKind
from scorecard.models import User
from scorecard.services import audit, mail, mail_texts

SECONDS_A_DAY = 24 * 60 * 60
# However often somebody asks, one mail in this time.
SECONDS_BETWEEN_MAILS = 10 * 60


def link_days():
    """For how many days a link to set a password holds."""
    return settings.PASSWORD_RESET_TIMEOUT // SECONDS_A_DAY


@transaction.atomic
def set_own_password(*, by, password):
    """Give the person the password they chose, which the validators have judged; a change demanded is then done."""
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    audit.record(by=by, action=AuditAction.CHANGED, target=by, changes=[("密碼", None, "本人已變更")])
    return by


def is_initial(*, by, user):
    """Whether a password that was just set is somebody else's choice; demo accounts share one that everybody knows."""
    return user.has_usable_password() and user.pk != by.pk and not user.is_demo


@transaction.atomic
def note_reset(*, by, user):
    """Record that somebody set this account's password, and demand another one where it was not its owner."""
    User.objects.filter(pk=user.pk).update(must_change_password=is_initial(by=by, user=user))
    audit.record(by=by, action=AuditAction.CHANGED, target=user, changes=[("密碼", None, "已重設")])


@transaction.atomic
def mail_new_password_link(*, email, now):
    """Write to every active account with this address and a password of its own; says nothing of whether there is one.

    now: a moment; within ten minutes an account gets one such mail.
    """
    users = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")
    letters = []
    for user in users:
        # The database's idea of equal letters is wider than that of mail servers: the address is compared once more.
        if user.has_usable_password() and user.email.casefold() == email.casefold():
            subject, body = mail_texts.forgotten_password(user=user, days=link_days())
            key = f"password:{user.pk}:{int(now.timestamp()) // SECONDS_BETWEEN_MAILS}"
            letter, is_new = mail.write(kind=MailKind.PASSWORD, key=key, recipient=user, subject=subject, body=body)
            letters += [letter] * is_new
    mail.send_after_commit(*letters)

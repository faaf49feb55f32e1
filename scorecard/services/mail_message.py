"""A row of the outbox as a message, with the headers that automatic mail carries."""

from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from scorecard.domain.choices import MailKind
from scorecard.models import OutgoingMail


def message_of(mail: OutgoingMail, text: str) -> EmailMessage:
    """text: the body as sent. A repeated message has the same id and date, so that a second copy is known as one."""
    headers = {
        "Date": format_datetime(timezone.localtime(mail.created_at)),
        "Message-ID": _message_id(mail),
        # RFC 3834: nobody's notice of absence answers it; the second is the same to Exchange.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if mail.kind == MailKind.REMINDER:
        # Written to many at once. Other mails are about one person's own affair.
        headers["Precedence"] = "bulk"
    replies = [address for address in mail.reply_to.split(",") if address]
    return EmailMessage(mail.subject, text, to=[mail.address], reply_to=replies, headers=headers)


def _message_id(mail: OutgoingMail) -> str:
    cause = sha256(f"{mail.key} {mail.created_at.isoformat()}".encode()).hexdigest()[:16]
    return f"<{mail.kind}.{mail.pk}.{cause}@{urlsplit(settings.SITE_URL).hostname}>"

"""The mail server as mails meet it: it takes one, defers it, or refuses it for good."""

import smtplib
from enum import Enum

from django.core.mail import EmailMessage, get_connection

# RFC 5321: codes from 500 on are for good; 421 says that the server closes the connection.
FIRST_PERMANENT = 500
CLOSING = 421
LIMITS_IN_A_ROW = 3


class Outcome(Enum):
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


class MailServer:
    """One connection, opened again once where the server drops it.

    takes_mails: False where trying further mails is of no use for now.
    """

    def __init__(self) -> None:
        self.takes_mails = True
        self._connection = get_connection()
        # In a row, without a mail taken between them.
        self._dropped = self._limits = 0

    def open(self) -> None:
        """Raises what the server or the network answers."""
        self._connection.open()

    def close(self) -> None:
        self._connection.close()

    def send(self, message: EmailMessage) -> tuple[Outcome, Exception | None]:
        """The outcome, and the error behind it."""
        message.connection = self._connection
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if CLOSING in codes:
                self._reopen()
            return _recipient_outcome(codes), error
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= FIRST_PERMANENT:
                return Outcome.REFUSED, error
            self._limited(error.smtp_code)
            return Outcome.DEFERRED, error
        except smtplib.SMTPResponseException as error:
            # Of the sender, whom all mails share: what is wrong is the server or its settings, not this mail.
            self._limited(error.smtp_code)
            return Outcome.DEFERRED, error
        except (smtplib.SMTPException, OSError) as error:
            self._reopen()
            return Outcome.DEFERRED, error
        except ValueError as error:
            # A message that cannot be made, such as one with a line break in its subject.
            return Outcome.REFUSED, error
        self._dropped = self._limits = 0
        return Outcome.SENT, None

    def _limited(self, code: int) -> None:
        """It may be this one mail that the server dislikes; a limit is met by the next ones as well."""
        self._limits += 1
        if self._limits >= LIMITS_IN_A_ROW:
            self.takes_mails = False
        elif code == CLOSING:
            self._reopen()

    def _reopen(self) -> None:
        """A server that limits the mails of one connection takes more in the next."""
        self._dropped += 1
        self._connection.close()
        if self._dropped > 1:
            self.takes_mails = False
            return
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError):
            self.takes_mails = False


def _recipient_outcome(codes: list[int]) -> Outcome:
    is_refused = bool(codes) and all(code >= FIRST_PERMANENT for code in codes)
    return Outcome.REFUSED if is_refused else Outcome.DEFERRED

"""What every line of the log has besides its message. Django imports this before there are models."""

import logging

from scorecard.domain.request_origin import current
from scorecard.domain.secret_links import without_secrets


class AddRequestID(logging.Filter):
    """Adds request_id to a record; "-" outside requests."""

    def filter(self, record):
        of_request = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = current.get().request_id or of_request or "-"
        return True


class LineWithoutSecrets(logging.Formatter):
    """Leaves links that open an account out of the whole line: its message, and a traceback below it.

    Not a filter that asks for the page: Django also names addresses that lead to none, and those of other pages.
    """

    def format(self, record):
        return without_secrets(super().format(record))

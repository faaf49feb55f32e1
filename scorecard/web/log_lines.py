"""What every line of the log has besides its message. Django imports this before there are models."""

import logging

from scorecard.domain.request_origin import current
from scorecard.web.secret_paths import without_tokens


class AddRequestID(logging.Filter):
    """Adds request_id to a record; "-" outside requests."""

    def filter(self, record):
        of_request = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = current.get().request_id or of_request or "-"
        return True


class HideTokens(logging.Filter):
    """Leaves the tokens of links out of the lines in which Django names the address of a refused request."""

    def filter(self, record):
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        if match is not None and isinstance(record.args, tuple):
            record.args = tuple(without_tokens(part, match) if isinstance(part, str) else part for part in record.args)
        return True

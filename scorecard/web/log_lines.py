"""What every line of the log has besides its message. Django imports this before there are models."""

import logging

from scorecard.domain.request_origin import current


class AddRequestID(logging.Filter):
    """Adds request_id to a record; "-" outside requests."""

    def filter(self, record):
        record.request_id = current.get().request_id or "-"
        return True

"""The number of the request in every line of the log, so that a reference from an error page finds its lines."""

import logging
from contextvars import ContextVar

request_ids: ContextVar[str] = ContextVar("request_ids", default="-")
"""The number of the request that is being answered; a dash outside of requests."""


class RequestNumbers(logging.Filter):
    """Lets every record through, with the number of its request as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the request."""
        record.request_id = request_ids.get()
        return True

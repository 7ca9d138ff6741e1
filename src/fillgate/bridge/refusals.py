"""What is wrong with a request, by code. Nothing was sent to the venue for one that is refused."""

from collections.abc import Mapping
from typing import Final

import msgspec

from fillgate.plugins.ccxt_http.protocol import Refused
from fillgate.service.http import Reply

__all__ = ["STATUSES", "Refusal"]

STATUSES: Final[Mapping[str, int]] = {
    "MALFORMED": 400,
    "UNAUTHENTICATED": 401,
    "STALE": 401,
    "REPLAYED": 401,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "BODY_TOO_SLOW": 408,
    "UNDER_WAY": 409,
    "BODY_TOO_LARGE": 413,
    "WRONG_EXCHANGE": 422,
    "INTERNAL_ERROR": 500,
    "NOT_SUPPORTED": 501,
    "VENUE_FAILED": 502,
    "ACCOUNT_DOWN": 503,
    "TIME_OUT": 504,
}
"""The HTTP status of each code."""


class Refusal(Exception):
    """A request that is not answered as asked."""

    def __init__(self, code: str, text: str) -> None:
        """Say what is wrong.

        Args:
            code: one of `STATUSES`.
            text: what was wrong, and what would be right.
        """
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text

    def reply(self) -> Reply:
        """Return it as a reply."""
        body = msgspec.json.encode(Refused(code=self.code, message=self.text))
        return Reply(STATUSES[self.code], body)

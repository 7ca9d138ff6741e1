"""Keys and fingerprints that are claimed, as far as memory goes.

The journal's uniqueness decides in the end; this index lets the second of two deliveries join the
first while it is still on its way.

Invariants:

1. A ticket under way is always found by its claim.
2. A number of finished ones is remembered; older ones are in the journal.
"""

from collections import OrderedDict
from typing import Final

from fillgate.engine.tickets import Ticket

__all__ = ["FINGERPRINT_PREFIX", "KEY_PREFIX", "Claims"]

KEY_PREFIX: Final = "id:"
"""Stands before keys that sources gave: these are claimed for ever."""
FINGERPRINT_PREFIX: Final = "fingerprint:"
"""Stands before fingerprints: these are claimed for a while."""

ClaimKey = tuple[str, str]
"""(source, key)"""


class Claims:
    """Tickets by (source, key)."""

    def __init__(self, *, remembered: int) -> None:
        """Start empty.

        Args:
            remembered: how many settled tickets are kept.
        """
        self._remembered = remembered
        self._tickets: OrderedDict[ClaimKey, Ticket] = OrderedDict()

    def find(self, source: str, key: str, now: int) -> Ticket | None:
        """Return the ticket that holds this key now (Unix microseconds), if memory has it."""
        ticket = self._tickets.get((source, key))
        if ticket is None:
            return None
        if ticket.claim_ends is not None and ticket.claim_ends <= now:
            del self._tickets[source, key]
            return None
        return ticket

    def hold(self, ticket: Ticket, key: str, expires: int | None) -> None:
        """Let a ticket hold a key; for ever, or until `expires` (Unix microseconds)."""
        ticket.claim_ends = expires
        self._tickets[ticket.source, key] = ticket
        if len(self._tickets) > self._remembered:
            self._forget_one()

    def release(self, ticket: Ticket, key: str) -> None:
        """Give the key back if this ticket holds it: it was never claimed durably."""
        if self._tickets.get((ticket.source, key)) is ticket:
            del self._tickets[ticket.source, key]

    def _forget_one(self) -> None:
        oldest = next(iter(self._tickets))
        if self._tickets[oldest].is_settled:
            del self._tickets[oldest]
        else:
            # Still under way: look at it again after a full round.
            self._tickets.move_to_end(oldest)

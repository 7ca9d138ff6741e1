"""What others take at the touch of a made market: it fills what rests there, in the queue's order.

Invariants:

1. What is taken at an instant depends on seed, key, activity and the instant only; its price on
   the quote.
2. It is at most half of what is offered at the touch, times the activity; often nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Quote

__all__ = ["ONE_IN", "Activity"]

ONE_IN: Final = 4
"""Others take at one instant in so many, on average."""

_TWO_BYTES: Final = 1 << 16


class Activity:
    """Who takes in one symbol beside the venue's clients."""

    def __init__(self, seed: int, key: str, touch_lots: int, activity: Decimal) -> None:
        """Choose what they take.

        Args:
            seed: of the whole market.
            key: names this market within it.
            touch_lots: what is offered at the touch as a rule.
            activity: how much they take beside what is usual, 1 for that; 0 for nothing.
        """
        self._hash = blake2b(f"{seed}|{key}|flow".encode(), digest_size=4)
        top, bottom = activity.as_integer_ratio()
        self._largest = touch_lots * top // (2 * bottom)

    def at(self, number: int, quote: Quote) -> Sequence[Flow]:
        """Return what is taken at an instant, given by its number, where this is the quote."""
        if not self._largest:
            return ()
        hashed = self._hash.copy()
        hashed.update(b"%d" % number)
        turn, way, high, low = hashed.digest()
        if turn % ONE_IN:
            return ()
        # Rounded up: where the touch is a few lots, others take single ones.
        lots = -(-self._largest * ((high << 8) + low) // _TWO_BYTES)
        side, ticks = (Side.BUY, quote.ask) if way % 2 else (Side.SELL, quote.bid)
        return (Flow(side, ticks, lots),) if lots else ()

"""How a made market quotes around a price: its spread, and the quantities that it offers.

Invariants:

1. 0 < bid <= last <= ask and bid < ask, whatever the price; and none of the three falls when the
   price rises.
2. What is offered depends on seed, key, terms, the quote and the number of its instant only.
3. An offer is between 1 - `depth_variation` and 1 + `depth_variation` of what the profile has, and
   at least one lot.
"""

from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from fillgate.domain.numbers import multiply
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Level, Quote
from fillgate.market.feeds.depth import DepthProfile
from fillgate.market.listings import Listing

__all__ = ["Quoting", "QuotingTerms"]

# Bytes of chance for the offers of each side; further out they come again.
_DRAWN: Final = {Side.BUY: slice(0, 16), Side.SELL: slice(16, 32)}
_MOST: Final = 255
_SCALE: Final = 16
"""Bits after the point of a factor."""


class QuotingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How a made market quotes. Parts are of 1: 0.0002 is 2 basis points."""

    seed: int = 0
    """Chooses all that is left to chance."""
    spread: Decimal = Decimal("0.0002")
    """From bid to ask, as a part of the price; below 2. At least a tick all the same."""
    impact: Decimal = Decimal("0.001")
    """What an order worth `depth.DEPTH` pays beyond the touch on average, as a part of the price;
    others by the square root of their size."""
    depth_variation: Decimal = Decimal("0.5")
    """By how much what is offered differs at most from what is usual, as a part of it; 0 to 1."""


class Quoting:
    """Who quotes in one symbol."""

    def __init__(self, listing: Listing, terms: QuotingTerms) -> None:
        """Take over a market."""
        top, bottom = terms.spread.as_integer_ratio()
        self._lower, self._whole, self._upper = 2 * bottom - top, 2 * bottom, 2 * bottom + top
        self.profile = DepthProfile(terms.impact, multiply(listing.dollars, listing.lot))
        self._hash = blake2b(f"{terms.seed}|{listing.key}|depth".encode(), digest_size=32)
        top, bottom = terms.depth_variation.as_integer_ratio()
        span = (top << _SCALE) // bottom
        least = (1 << _SCALE) - span
        self._factors = [least + 2 * span * byte // _MOST for byte in range(_MOST + 1)]
        self._varies = bool(span)
        self._drawn_for: int | None = None
        self._drawn = b""

    def around(self, top: int, bottom: int = 1) -> Quote:
        """Return the quote around a price.

        Args:
            top: the price in ticks, times `bottom`; above 0.
            bottom: above 0.
        """
        whole = self._whole * bottom
        # A price of less than a tick is one tick.
        bid = top * self._lower // whole or 1
        last = top // bottom or 1
        ask = -(-top * self._upper // whole)
        return Quote(bid, last, ask if ask > bid else bid + 1)

    def levels(self, side: Side, quote: Quote, number: int) -> Iterator[Level]:
        """Return the offers of a side, best first; bids until the price would reach zero.

        Args:
            side: BUY for bids.
            quote: the best of them.
            number: of the instant.
        """
        touch, sign = (quote.bid, -1) if side is Side.BUY else (quote.ask, 1)
        drawn = self._draw(number)[_DRAWN[side]] if self._varies else bytes(1)
        factors, kinds = self._factors, len(drawn)
        for count, (offset, lots) in enumerate(self.profile.offsets(touch)):
            ticks = touch + sign * offset
            if ticks <= 0:
                return
            yield Level(ticks, lots * factors[drawn[count % kinds]] >> _SCALE or 1)

    def displayed(self, side: Side, quote: Quote, ticks: int, number: int) -> int:
        """Return what is offered at one price alone; nothing before the best one.

        Args:
            side: BUY for bids.
            quote: the best of them.
            ticks: the price.
            number: of the instant.
        """
        offset = (quote.bid - ticks) if side is Side.BUY else (ticks - quote.ask)
        if offset < 0:
            return 0
        lots = self.profile.lots_at(quote.best(side), offset)
        if not self._varies:
            return lots
        return lots * self._factors[self._draw(number)[_DRAWN[side]][0]] >> _SCALE

    def _draw(self, number: int) -> bytes:
        if number != self._drawn_for:
            hashed = self._hash.copy()
            hashed.update(b"%d" % number)
            self._drawn, self._drawn_for = hashed.digest(), number
        return self._drawn

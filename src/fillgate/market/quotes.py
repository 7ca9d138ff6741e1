"""Quotes: bid, last and ask of one market, in ticks.

Invariants:

1. 0 < bid <= last <= ask and bid < ask, always.
2. Each of the three never falls when the position of the path rises. So "the ask is at 100 or
   below" is the same as "the position is at some level or below".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from fillgate.domain.numbers import canonical, multiply
from fillgate.market.listings import Listing
from fillgate.market.path import ONE, PricePath

__all__ = ["Market", "Quote"]


class Quote(NamedTuple):
    """Prices at one instant, in ticks."""

    bid: int
    last: int
    ask: int


class Market:
    """One symbol's market: where its price stands, and what is bid and asked."""

    def __init__(self, listing: Listing, path: PricePath, spread: Decimal) -> None:
        """Put together a market.

        Args:
            listing: what is traded.
            path: how its price moves.
            spread: from bid to ask, as a part of the price; below 2. At least a tick all the same.
        """
        self.listing = listing
        self.path = path
        top, bottom = spread.as_integer_ratio()
        self._lower, self._whole, self._upper = 2 * bottom - top, 2 * bottom, 2 * bottom + top

    def quote(self, time: int) -> Quote:
        """Return the quote at a time in Unix microseconds."""
        return self.quote_at(self.path.at(time))

    def quote_at(self, position: int) -> Quote:
        """Return the quote where the path has this position."""
        # Doubling one way and halving the other: positive wherever the path goes.
        rise, scale = (ONE + position, ONE) if position >= 0 else (ONE, ONE - position)
        price, whole = self.listing.base_ticks * rise, self._whole * scale
        # A price of less than a tick is one tick.
        bid = price * self._lower // whole or 1
        last = price // scale or 1
        ask = -(-price * self._upper // whole)
        return Quote(bid, last, ask if ask > bid else bid + 1)

    def price(self, ticks: int) -> Decimal:
        """Return a number of ticks as a price."""
        return canonical(multiply(Decimal(ticks), self.listing.tick))

    def ticks(self, price: Decimal) -> tuple[int, bool]:
        """Return a price in whole ticks, rounded down, and whether that was exact."""
        (top, bottom), step = price.as_integer_ratio(), self.listing.tick.as_integer_ratio()
        ticks, rest = divmod(top * step[1], bottom * step[0])
        return ticks, not rest

    def highest_position(self, component: Callable[[Quote], int], ticks: int) -> int:
        """Return the highest position at which the component is not above so many ticks."""
        positions = self._positions()
        return positions[0] + bisect_right(positions, ticks, key=self._by(component)) - 1

    def lowest_position(self, component: Callable[[Quote], int], ticks: int) -> int:
        """Return the lowest position at which the component is not below so many ticks."""
        positions = self._positions()
        return positions[0] + bisect_left(positions, ticks, key=self._by(component))

    def _positions(self) -> range:
        return range(-self.path.reach, self.path.reach + 1)

    def _by(self, component: Callable[[Quote], int]) -> Callable[[int], int]:
        return lambda position: component(self.quote_at(position))

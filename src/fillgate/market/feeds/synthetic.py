"""A made market: a random walk with jumps, a spread, a depth, and others who trade.

Nothing runs: all of it is a function of seed, key and time, so that a venue that was down for a
year knows at once what happened meanwhile. The market quotes anew at every instant of the grid,
four times a second, and stands still between.

Invariants:

1. The same seed and key give the same answers, in whatever order is asked.
2. 0 < bid <= last <= ask and bid < ask, always; and none of the three falls when the position of
   the price rises. So "the ask is at 100 or below" is "the position is at some level or below".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from fillgate.domain.numbers import multiply
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Component, Flow, Level, Quote, Watch
from fillgate.market.feeds.depth import DepthProfile
from fillgate.market.feeds.jumps import Jumps
from fillgate.market.feeds.path import GRID, ONE, PricePath
from fillgate.market.listings import Listing

__all__ = ["SyntheticFeed", "SyntheticTerms"]

_FLOW_TURNS: Final = 4
"""Of so many instants others trade at one, on average."""
_BYTE: Final = 256
_LARGEST_FLOW: Final = 512
_POSITIONS_KEPT: Final = 4096
_FLOW_BYTES: Final = slice(0, 4)


class SyntheticTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How a made market behaves. All parts are of 1, not per cent."""

    seed: int = 0
    volatility: Decimal = Decimal("0.5")
    """Roughly the standard deviation of a year's returns."""
    jumps_per_day: Decimal = Decimal(0)
    jump: Decimal = Decimal("0.01")
    """The root mean square of a jump."""
    spread: Decimal = Decimal("0.0002")
    """From bid to ask, as a part of the price; below 2. At least a tick all the same."""
    impact: Decimal = Decimal("0.001")
    """By which an order worth `depth.DEPTH` moves the price on average."""
    activity: Decimal = Decimal(1)
    """How much others take at the touch, beside what is usual; 0: nothing."""


class SyntheticFeed:
    """The made market of one symbol; a `Feed`."""

    renews = True

    def __init__(self, listing: Listing, terms: SyntheticTerms) -> None:
        """Make a market around the listed price."""
        self._path = PricePath(terms.seed, listing.key, terms.volatility)
        self._jumps = None
        if terms.jumps_per_day and terms.jump:
            self._jumps = Jumps(terms.seed, listing.key, terms.jumps_per_day, terms.jump)
        self._reach = self._path.reach + (self._jumps.reach if self._jumps else 0)
        self._base_ticks = listing.base_ticks
        top, bottom = terms.spread.as_integer_ratio()
        self._lower, self._whole, self._upper = 2 * bottom - top, 2 * bottom, 2 * bottom + top
        lot_dollars = multiply(listing.dollars, listing.lot)
        self._profile = DepthProfile(terms.impact, lot_dollars)
        self._largest_flow = int(self._profile.touch_lots * terms.activity)
        self._hash = blake2b(f"{terms.seed}|{listing.key}|depth".encode(), digest_size=32)
        self._current = -1
        self._quote = Quote(1, 1, 2)
        self._drawn = b""
        self._positions: dict[Watch, int] = {}

    def instant(self, at: int) -> int:
        """Return the instant of the grid at or before a time."""
        return at - at % GRID

    def quote(self, at: int) -> Quote:
        """Return the quote of the instant at or before a time."""
        self._turn(at // GRID)
        return self._quote

    def _turn(self, index: int) -> None:
        if index == self._current:
            return
        position = self._path.on_grid(index)
        if self._jumps is not None:
            position += self._jumps.at(index).level
        self._quote = self.quote_at(position)
        self._current = index
        self._drawn = b""

    def _draw(self, index: int) -> bytes:
        """Return the random bytes of an instant."""
        self._turn(index)
        if not self._drawn:
            hashed = self._hash.copy()
            hashed.update(b"%d" % index)
            self._drawn = hashed.digest()
        return self._drawn

    def quote_at(self, position: int) -> Quote:
        """Return the quote where the path has this position."""
        # Doubling one way and halving the other: positive wherever the path goes.
        rise, scale = (ONE + position, ONE) if position >= 0 else (ONE, ONE - position)
        price, whole = self._base_ticks * rise, self._whole * scale
        # A price of less than a tick is one tick.
        bid = price * self._lower // whole or 1
        last = price // scale or 1
        ask = -(-price * self._upper // whole)
        return Quote(bid, last, ask if ask > bid else bid + 1)

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return the first instant in (after, until] at which one of these holds."""
        first, last = after // GRID, until // GRID
        if not watches or last <= first:
            return None
        low, high = self._bounds(watches)
        if self._jumps is None:
            found = self._path.first_exit(first, last, low, high)
            return None if found is None else found * GRID
        for stretch in self._jumps.stretches(first, last):
            level = stretch.level
            found = self._path.first_exit(
                stretch.first - 1, stretch.last, low - level, high - level
            )
            if found is not None:
                return found * GRID
        return None

    def _bounds(self, watches: Sequence[Watch]) -> tuple[int, int]:
        low, high = -self._reach - 1, self._reach + 1
        for watch in watches:
            position = self._position(watch)
            if watch.rises:
                high = min(high, position)
            else:
                low = max(low, position)
        return low, high

    def _position(self, watch: Watch) -> int:
        """Return the position from which on it holds."""
        known = self._positions.get(watch)
        if known is not None:
            return known
        by, positions = self._by(watch.component), range(-self._reach, self._reach + 1)
        if watch.rises:
            found = positions[0] + bisect_left(positions, watch.ticks, key=by)
        else:
            found = positions[0] + bisect_right(positions, watch.ticks, key=by) - 1
        if len(self._positions) >= _POSITIONS_KEPT:
            self._positions.clear()
        self._positions[watch] = found
        return found

    def _by(self, component: Component) -> Callable[[int], int]:
        return lambda position: component.of(self.quote_at(position))

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return the offers of a side: the profile, each between half and one and a half of it."""
        drawn, quote = self._draw(at // GRID), self.quote(at)
        touch, sign = (quote.bid, -1) if side is Side.BUY else (quote.ask, 1)
        for count, (offset, lots) in enumerate(self._profile.offsets(touch)):
            ticks = touch + sign * offset
            if ticks <= 0:
                return
            yield Level(ticks, _varied(lots, drawn[count % len(drawn)]))

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how much is offered at a price; nothing within the spread."""
        drawn, quote = self._draw(at // GRID), self.quote(at)
        touch, offset = (
            (quote.bid, quote.bid - ticks) if side is Side.BUY else (quote.ask, ticks - quote.ask)
        )
        if offset < 0:
            return 0
        return _varied(self._profile.lots_at(touch, offset), drawn[0])

    def flow(self, at: int) -> Sequence[Flow]:
        """Return what others take: mostly nothing, else up to what is offered at the touch."""
        if at % GRID or not self._largest_flow:
            return ()
        turn, way, *size = self._draw(at // GRID)[_FLOW_BYTES]
        lots = self._largest_flow * (size[0] * _BYTE + size[1]) // _BYTE**2 // 2
        if turn % _FLOW_TURNS or not lots:
            return ()
        quote = self.quote(at)
        if way % 2:
            return (Flow(Side.BUY, quote.ask, lots),)
        return (Flow(Side.SELL, quote.bid, lots),)


def _varied(lots: int, byte: int) -> int:
    return max(1, lots * (_BYTE // 2 + byte) // _BYTE)

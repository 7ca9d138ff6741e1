"""A market that is made altogether: a random walk with jumps, a spread, a depth, others who trade.

Nothing runs: all of it is a function of seed, key and time, so that a venue that was down for a
year knows at once what happened meanwhile. The market quotes anew at every instant of the grid,
four times a second, and stands still between.

Invariants:

1. The same seed and key give the same answers, in whatever order is asked.
2. 0 < bid <= last <= ask and bid < ask, always; and none of the three falls when the position of
   the price rises. So "the ask is at 100 or below" is "the position is at some level or below".
3. There are prices at every time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.activity import Activity
from fillgate.market.feeds.base import Component, Flow, Level, Quote, Watch
from fillgate.market.feeds.jumps import Jumps
from fillgate.market.feeds.path import GRID, ONE, PricePath
from fillgate.market.feeds.quoting import Quoting, QuotingTerms
from fillgate.market.feeds.walk import Walk
from fillgate.market.listings import Listing

__all__ = ["SyntheticFeed", "SyntheticTerms"]

_POSITIONS_KEPT: Final = 4096


class SyntheticTerms(QuotingTerms, frozen=True, kw_only=True):
    """How a made market behaves. Parts are of 1: 0.01 is 1 %."""

    volatility: Decimal = Decimal("0.5")
    """Roughly the standard deviation of a year's returns; 0: the price stands still."""
    jumps_per_day: Decimal = Decimal(0)
    """How many jumps there are on average."""
    jump: Decimal = Decimal("0.01")
    """The root mean square of a jump, as a part of the price."""
    activity: Decimal = Decimal(1)
    """How much others take at the touch, beside what is usual; 0: nothing."""


class SyntheticFeed:
    """The made market of one symbol; a `Feed`."""

    renews = True

    def __init__(self, listing: Listing, terms: SyntheticTerms) -> None:
        """Make a market around the listed price."""
        self._walk = _walk(listing.key, terms)
        self._quoting = Quoting(listing, terms)
        touch_lots = self._quoting.profile.touch_lots
        self._activity = Activity(terms.seed, listing.key, touch_lots, terms.activity)
        self._base_ticks = listing.base_ticks
        self._known: tuple[int, Quote] | None = None
        self._positions: dict[Watch, int] = {}

    def instant(self, at: int) -> int:
        """Return the instant of the grid at or before a time."""
        return at - at % GRID

    def quote(self, at: int) -> Quote:
        """Return the quote of the instant of the grid at or before a time."""
        index = at // GRID
        known = self._known
        if known is None or known[0] != index:
            known = self._known = (index, self.quote_at(self._walk.at(index)))
        return known[1]

    def quote_at(self, position: int) -> Quote:
        """Return the quote where the price has this position."""
        # Doubling one way and halving the other: positive wherever the price goes.
        if position >= 0:
            return self._quoting.around(self._base_ticks * (ONE + position), ONE)
        return self._quoting.around(self._base_ticks * ONE, ONE - position)

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return the first instant of the grid in (after, until] at which one of these holds."""
        if not watches:
            return None
        beyond = self._walk.reach + 1
        low = max((self._position(each) for each in watches if not each.rises), default=-beyond)
        high = min((self._position(each) for each in watches if each.rises), default=beyond)
        found = self._walk.first_exit(after // GRID, until // GRID, low, high)
        return None if found is None else found * GRID

    def _position(self, watch: Watch) -> int:
        """Return the position from which on it holds."""
        known = self._positions.get(watch)
        if known is None:
            if len(self._positions) >= _POSITIONS_KEPT:
                self._positions.clear()
            known = self._positions[watch] = self._find_position(watch)
        return known

    def _find_position(self, watch: Watch) -> int:
        by, reach = self._by(watch.component), self._walk.reach
        positions = range(-reach, reach + 1)
        if watch.rises:
            return bisect_left(positions, watch.ticks, key=by) - reach
        return bisect_right(positions, watch.ticks, key=by) - 1 - reach

    def _by(self, component: Component) -> Callable[[int], int]:
        return lambda position: component.of(self.quote_at(position))

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return the offers of a side, best first, practically without end."""
        return self._quoting.levels(side, self.quote(at), at // GRID)

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at a price; nothing within the spread."""
        return self._quoting.displayed(side, self.quote(at), ticks, at // GRID)

    def flow(self, at: int) -> Sequence[Flow]:
        """Return what others take at the touch at exactly this instant; mostly nothing."""
        index, between = divmod(at, GRID)
        return () if between else self._activity.at(index, self.quote(at))


def _walk(key: str, terms: SyntheticTerms) -> Walk:
    path, jumps = PricePath(terms.seed, key, terms.volatility), None
    if terms.jumps_per_day and terms.jump:
        jumps = Jumps(terms.seed, key, terms.jumps_per_day, terms.jump)
    return Walk(path, jumps)

"""A price that walks and jumps, as a function of time: the sum of a path and of jumps.

Invariants:

1. No position is further than `reach` from 0.
2. `first_exit` is exact, and passes over years in which nothing can be reached.
"""

from fillgate.market.feeds.jumps import Jumps
from fillgate.market.feeds.path import PricePath

__all__ = ["Walk"]


class Walk:
    """Where a price stands at each instant of the grid. Positions are those of `PricePath`."""

    def __init__(self, path: PricePath, jumps: Jumps | None) -> None:
        """Add up a path and jumps; None: it never jumps."""
        self._path = path
        self._jumps = jumps
        self.reach = path.reach if jumps is None else path.reach + jumps.reach

    def at(self, index: int) -> int:
        """Return the position at an instant of the grid, given by its number."""
        position = self._path.at(index)
        return position if self._jumps is None else position + self._jumps.at(index).level

    def first_exit(self, after: int, until: int, low: int, high: int) -> int | None:
        """Return the first instant at which the position is at `low` or below, `high` or above.

        Args:
            after: number of the last instant of the grid that does not count.
            until: number of the last one that does.
            low: the lower bound.
            high: the upper bound.
        """
        jumps = self._jumps
        if jumps is None:
            return self._path.first_exit(after, until, low, high)
        while after < until:
            # Before this not even the largest jump leads there.
            near = self._path.first_exit(after, until, low + jumps.reach, high - jumps.reach)
            if near is None:
                return None
            _, last, level = jumps.at(near)
            after = min(last, until)
            found = self._path.first_exit(near - 1, after, low - level, high - level)
            if found is not None:
                return found
        return None

"""The price of a symbol as a function of time: seeded value noise, counted in integers.

The noise is a sum of octaves. Octave k has a random knot every 4**k grid steps, twice as high as
those of octave k - 1, and is straight between its knots; so the path looks like a random walk up
to the longest octave (12 days) and stays within a fixed distance of its base beyond.

Invariants:

1. The position at a time depends on seed, key and volatility only: not on what was asked before.
2. Every knot of octave k is a multiple of 4**k, so that positions on the grid are exact integers.
3. Between two instants of the grid the path is straight. So what it does not reach on the grid it
   does not reach between.
"""

from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from math import isqrt
from typing import Final

__all__ = ["GRID", "ONE", "PricePath"]

GRID: Final = 250_000
"""Microseconds between two instants of the grid, which is anchored at 1970-01-01T00:00Z."""

ONE: Final = 1 << 48
"""The position at which the price is twice its base; at -ONE it is half of it."""

_OCTAVES: Final = 12
_YEAR: Final = 31_557_600_000_000
_STEPS: Final = range(4)


class PricePath:
    """Where the price of one market stands at each time. Positions are integers, see `ONE`."""

    def __init__(self, seed: int, key: str, volatility: Decimal) -> None:
        """Choose the path.

        Args:
            seed: of the whole market.
            key: names this market within it.
            volatility: roughly the standard deviation of a year's returns: 0.5 for 50 %.
        """
        self._hash = blake2b(f"{seed}|{key}".encode(), digest_size=8)
        numerator, denominator = volatility.as_integer_ratio()
        height = isqrt(ONE * ONE * GRID // _YEAR) * numerator // denominator
        # Octave k is `height << k` high; its knots are counted in units of 4**k.
        self._heights = [height >> octave for octave in range(_OCTAVES)]
        self._cells = [(-1, 0, 0)] * _OCTAVES
        self._segment = (-1, 0, 0)
        self._reach = [0] * (_OCTAVES + 1)
        for octave in range(_OCTAVES):
            self._reach[octave + 1] = self._reach[octave] + (self._heights[octave] << 2 * octave)

    @property
    def reach(self) -> int:
        """No position is further than this from 0."""
        return self._reach[_OCTAVES]

    def at(self, time: int) -> int:
        """Return the position at a time in Unix microseconds."""
        index, rest = divmod(time, GRID)
        known, start, end = self._segment
        if index != known:
            start, end = self.on_grid(index), self.on_grid(index + 1)
            self._segment = (index, start, end)
        return start + (end - start) * rest // GRID

    def on_grid(self, index: int) -> int:
        """Return the position at an instant of the grid, given by its number."""
        return self._coarse(0, index)

    def first_exit(self, after: int, until: int, low: int, high: int) -> int | None:
        """Return the first instant at which the position is at `low` or below, `high` or above.

        Exact, and cheap for years: parts of the path that cannot reach either are not looked into.

        Args:
            after: number of the last instant of the grid that does not count.
            until: number of the last one that does.
            low: the lower bound.
            high: the upper bound.
        """
        if until <= after:
            return None
        level = 0
        while level < _OCTAVES and (until - after - 1) >> 2 * level:
            level += 1
        span = 1 << 2 * level
        for block in range((after + 1) >> 2 * level, (until >> 2 * level) + 1):
            start = self._coarse(level, block * span)
            end = self._coarse(level, (block + 1) * span)
            search = _Search(self, after=after, until=until, low=low, high=high)
            found = search.descend(level, block, start, end)
            if found is not None:
                return found
        return None

    def _coarse(self, lowest: int, index: int) -> int:
        """Return the sum of the octaves from `lowest` on, at an instant of the grid."""
        position = 0
        for octave in range(lowest, _OCTAVES):
            shift = 2 * octave
            cell = index >> shift
            known, start, end = self._cells[octave]
            if cell != known:
                start, end = self.knot(octave, cell), self.knot(octave, cell + 1)
                self._cells[octave] = (cell, start, end)
            position += (start << shift) + (end - start) * (index - (cell << shift))
        return position

    def knot(self, octave: int, number: int) -> int:
        """Return a knot of an octave, in units of 4**octave."""
        height = self._heights[octave]
        hashed = self._hash.copy()
        hashed.update(b"%d|%d" % (octave, number))
        return int.from_bytes(hashed.digest(), "big") % (2 * height + 1) - height

    def could_exit(self, level: int, start: int, end: int, low: int, high: int) -> bool:
        """Tell whether a block of 4**level instants might leave the open range (low, high).

        Args:
            level: the octaves below are not in `start` and `end`.
            start: position at the block's beginning, of the octaves from `level` on.
            end: the same at the beginning of the next block.
            low: the lower bound.
            high: the upper bound.
        """
        reach = self._reach[level]
        return min(start, end) - reach <= low or max(start, end) + reach >= high

    def divide_block(
        self, level: int, block: int, start: int, end: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yield the four parts of a block: number, position at the beginning, and at the end."""
        slope = (end - start) >> 2
        finer, shift = level - 1, 2 * (level - 1)
        position = start + (self.knot(finer, 4 * block) << shift)
        for step in _STEPS:
            knot = self.knot(finer, 4 * block + step + 1) << shift
            following = start + slope * (step + 1) + knot
            yield 4 * block + step, position, following
            position = following


class _Search:
    """The search for the first exit, from coarse blocks down to single instants."""

    __slots__ = ("_after", "_high", "_low", "_path", "_until")

    def __init__(self, path: PricePath, *, after: int, until: int, low: int, high: int) -> None:
        self._path, self._after, self._until = path, after, until
        self._low, self._high = low, high

    def descend(self, level: int, block: int, start: int, end: int) -> int | None:
        if level == 0:
            return block if self._is_exit(block, start) else None
        first, beyond = block << 2 * level, (block + 1) << 2 * level
        if beyond - 1 <= self._after or first > self._until:
            return None
        if not self._path.could_exit(level, start, end, self._low, self._high):
            return None
        for part, part_start, part_end in self._path.divide_block(level, block, start, end):
            found = self.descend(level - 1, part, part_start, part_end)
            if found is not None:
                return found
        return None

    def _is_exit(self, index: int, position: int) -> bool:
        inside = self._low < position < self._high
        return self._after < index <= self._until and not inside

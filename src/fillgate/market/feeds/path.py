"""The price of a symbol as a function of time: seeded value noise, counted in integers.

The noise is a sum of octaves. Octave k has a random knot every 4**k grid steps, twice as high as
those of octave k - 1, and is straight between its knots; so the path looks like a random walk up
to the longest octave (12 days) and stays within a fixed distance of its base beyond.

Invariants:

1. The position at a time depends on seed, key and volatility only: not on what was asked before.
2. Every knot of octave k is a multiple of 4**k, so that positions on the grid are exact integers.
3. There are positions on the grid only; a price stands still from one instant to the next.
"""

from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from math import isqrt
from typing import Final, NamedTuple

__all__ = ["GRID", "ONE", "PricePath"]

GRID: Final = 250_000
"""Microseconds between two instants of the grid, which is anchored at 1970-01-01T00:00Z."""

ONE: Final = 1 << 48
"""The position at which the price is twice its base; at -ONE it is half of it."""

_OCTAVES: Final = 12
_YEAR: Final = 31_557_600_000_000
# The line of a cell that was not computed yet: no time has a number next to this one.
_NOWHERE: Final = (-(1 << 99), 0, 0, 0)


class PricePath:
    """Where the price of one market stands at each instant. Positions are integers, see `ONE`."""

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
        # For each octave the last cell that was asked for: its number, the knot at its end, and
        # the line (offset, slope) that this octave and the coarser ones follow in it.
        self._lines = [_NOWHERE] * _OCTAVES
        self._reach = [0] * (_OCTAVES + 1)
        for octave in range(_OCTAVES):
            self._reach[octave + 1] = self._reach[octave] + (self._heights[octave] << 2 * octave)

    @property
    def reach(self) -> int:
        """No position is further than this from 0."""
        return self._reach[_OCTAVES]

    def at(self, index: int) -> int:
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
        wanted = _Wanted(after, until, low, high)
        for block in range((after + 1) >> 2 * level, (until >> 2 * level) + 1):
            start = self._coarse(level, block << 2 * level)
            end = self._coarse(level, (block + 1) << 2 * level)
            found = self._search(wanted, level, block, start, end)
            if found is not None:
                return found
        return None

    def _search(
        self, wanted: "_Wanted", level: int, block: int, start: int, end: int
    ) -> int | None:
        """Search a block of 4**level instants.

        `start` and `end` are the positions at its beginning and at that of the next block, without
        the octaves below the level.
        """
        first, beyond = block << 2 * level, (block + 1) << 2 * level
        if beyond <= wanted.after + 1 or first > wanted.until:
            return None
        if level == 0:
            return None if wanted.low < start < wanted.high else block
        reach = self._reach[level]
        if wanted.low < min(start, end) - reach and max(start, end) + reach < wanted.high:
            return None
        for part, part_start, part_end in self._parts(level, block, start, end):
            found = self._search(wanted, level - 1, part, part_start, part_end)
            if found is not None:
                return found
        return None

    def _parts(
        self, level: int, block: int, start: int, end: int
    ) -> Iterator[tuple[int, int, int]]:
        finer = level - 1
        # Exact: the coarser octaves rise by a multiple of 4 over the block (invariant 2).
        slope, shift = (end - start) >> 2, 2 * finer
        part_start = start + (self._knot(finer, 4 * block) << shift)
        for part in range(4 * block, 4 * block + 4):
            start += slope
            part_end = start + (self._knot(finer, part + 1) << shift)
            yield part, part_start, part_end
            part_start = part_end

    def _coarse(self, lowest: int, index: int) -> int:
        """Return the sum of the octaves from `lowest` on, at an instant of the grid."""
        offset, slope = self._line(lowest, index)
        return offset + slope * index

    def _line(self, lowest: int, index: int) -> tuple[int, int]:
        """Return the line that this sum follows up to the next instant, as offset and slope.

        It is the same for the whole cell between two knots of the octave `lowest`.
        """
        if lowest == _OCTAVES:
            return 0, 0
        cell = index >> 2 * lowest
        known, end, offset, slope = self._lines[lowest]
        if cell != known:
            start = end if cell == known + 1 else self._knot(lowest, cell)
            end = self._knot(lowest, cell + 1)
            offset, slope = self._line(lowest + 1, index)
            offset += (start - (end - start) * cell) << 2 * lowest
            slope += end - start
            self._lines[lowest] = (cell, end, offset, slope)
        return offset, slope

    def _knot(self, octave: int, number: int) -> int:
        """Return a knot of an octave, in units of 4**octave."""
        height = self._heights[octave]
        hashed = self._hash.copy()
        hashed.update(b"%d|%d" % (octave, number))
        return int.from_bytes(hashed.digest(), "big") % (2 * height + 1) - height


class _Wanted(NamedTuple):
    """What `first_exit` looks for."""

    after: int
    until: int
    low: int
    high: int

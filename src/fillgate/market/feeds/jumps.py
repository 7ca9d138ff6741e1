"""Jumps of a price: a step function of time, seeded.

Time is cut into cells of equal length. In each the price jumps once, at an instant of chance, to a
level of chance. So jumps come so many a day on average, never in great numbers, and do not add up:
the price stays as close to its path as the largest of them.

Invariants:

1. The level at an instant depends on seed, key and the two settings only.
2. Levels are at most `reach` from 0.
3. Stretches follow each other without gap: every instant lies in exactly one.
"""

from decimal import Decimal
from hashlib import blake2b
from math import isqrt
from typing import Final, NamedTuple

from fillgate.market.feeds.path import GRID, ONE

__all__ = ["Jumps", "Stretch"]

_DAY: Final = 86_400_000_000 // GRID


class Stretch(NamedTuple):
    """The instants of the grid from a jump to the last one before the next."""

    first: int
    last: int
    level: int
    """What is added to the position there."""


class Jumps:
    """Where the jumps of a price have led at each instant of the grid."""

    def __init__(self, seed: int, key: str, per_day: Decimal, size: Decimal) -> None:
        """Choose the jumps.

        Args:
            seed: of the whole market.
            key: names this market within it.
            per_day: how many there are on average; above 0.
            size: the root mean square of a jump, as a part of the price: 0.01 for 1 %.
        """
        self._hash = blake2b(f"{seed}|{key}|jumps".encode(), digest_size=16)
        top, bottom = per_day.as_integer_ratio()
        self._cell = max(1, _DAY * bottom // top)
        top, bottom = size.as_integer_ratio()
        # The difference of two levels that are uniform in +-reach has the mean square 2/3 reach**2.
        self.reach = isqrt(3 * (ONE * top // bottom) ** 2 // 2)
        self._known = Stretch(0, -1, 0)

    def at(self, index: int) -> Stretch:
        """Return the stretch in which an instant lies, given by its number."""
        known = self._known
        if not known.first <= index <= known.last:
            known = self._known = self._stretch(index)
        return known

    def _stretch(self, index: int) -> Stretch:
        cell = index // self._cell
        jump, level = self._jump(cell)
        if index < jump:
            before, level = self._jump(cell - 1)
            return Stretch(before, jump - 1, level)
        return Stretch(jump, self._jump(cell + 1)[0] - 1, level)

    def _jump(self, cell: int) -> tuple[int, int]:
        """Return the instant of a cell's jump, and the level after it."""
        hashed = self._hash.copy()
        hashed.update(b"%d" % cell)
        digest = hashed.digest()
        when = int.from_bytes(digest[:8], "big") % self._cell
        level = int.from_bytes(digest[8:], "big") % (2 * self.reach + 1) - self.reach
        return cell * self._cell + when, level

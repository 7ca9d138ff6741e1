"""A sorted set of integers that changes: the prices at which somebody waits.

They lie in sorted blocks of limited length, of which the greatest are known, so that finding one is
two bisections and adding one moves a block at most.

Invariants:

1. No block is empty or longer than `LONGEST`; all of a block is below all of the next.
2. What was removed leaves nothing behind: memory and time follow what is there now. (A heap whose
   removed entries are skipped has to wade through them on the way to the second best.)
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final

__all__ = ["LONGEST", "Prices"]

LONGEST: Final = 512


class Prices:
    """Distinct integers, of which the greatest counts as the best."""

    __slots__ = ("_blocks", "_greatest")

    def __init__(self) -> None:
        """Start empty."""
        self._blocks: list[list[int]] = []
        self._greatest: list[int] = []
        """Of each block."""

    @property
    def best(self) -> int | None:
        """The greatest; None if there is none."""
        return self._greatest[-1] if self._greatest else None

    def __iter__(self) -> Iterator[int]:
        """Go from the greatest to the least; nothing may be added or removed meanwhile."""
        for block in reversed(self._blocks):
            yield from reversed(block)

    def add(self, price: int) -> None:
        """Add a price that is not there."""
        if not self._blocks:
            self._blocks.append([price])
            self._greatest.append(price)
            return
        at = min(bisect_left(self._greatest, price), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, price)
        self._greatest[at] = block[-1]
        if len(block) > LONGEST:
            self._split(at)

    def _split(self, at: int) -> None:
        block = self._blocks[at]
        upper = block[LONGEST // 2 :]
        del block[LONGEST // 2 :]
        self._greatest[at] = block[-1]
        self._blocks.insert(at + 1, upper)
        self._greatest.insert(at + 1, upper[-1])

    def remove(self, price: int) -> None:
        """Remove a price that is there."""
        at = bisect_left(self._greatest, price)
        block = self._blocks[at]
        del block[bisect_left(block, price)]
        if block:
            self._greatest[at] = block[-1]
        else:
            del self._blocks[at], self._greatest[at]

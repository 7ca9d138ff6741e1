"""The search for the first recorded quote at which a watch holds, a block of rows at a time.

Invariants:

1. The search is exact: a block is passed over only where not even the highest and the lowest of its
   prices would do.
"""

from array import array
from collections.abc import Sequence
from typing import Final

from fillgate.market.feeds.base import Quote, Watch
from fillgate.market.feeds.recordings.tape import QuoteTape

__all__ = ["Extremes"]

_BLOCK: Final = 256
"""Rows."""


class Extremes:
    """The highest and the lowest prices of each block of a tape."""

    def __init__(self, tape: QuoteTape) -> None:
        """Look through a whole tape."""
        self._tape = tape
        columns = tape.bids, tape.lasts, tape.asks
        blocks = range(0, len(tape), _BLOCK)
        self._lowest, self._highest = (
            [array("q", (best(column[row : row + _BLOCK]) for row in blocks)) for column in columns]
            for best in (min, max)
        )

    def first(self, row: int, last: int, watches: Sequence[Watch]) -> int | None:
        """Return the first of the rows from `row` to `last` at which one of these holds."""
        while row <= last:
            block = row // _BLOCK
            end = min(last, (block + 1) * _BLOCK - 1)
            if self._may_hold(block, watches):
                found = self._scan(row, end, watches)
                if found is not None:
                    return found
            row = end + 1
        return None

    def _may_hold(self, block: int, watches: Sequence[Watch]) -> bool:
        lowest = Quote(*(column[block] for column in self._lowest))
        highest = Quote(*(column[block] for column in self._highest))
        return any(watch.holds(highest if watch.rises else lowest) for watch in watches)

    def _scan(self, row: int, end: int, watches: Sequence[Watch]) -> int | None:
        quote = self._tape.quote
        for candidate in range(row, end + 1):
            found = quote(candidate)
            if any(watch.holds(found) for watch in watches):
                return candidate
        return None

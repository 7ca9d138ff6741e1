"""Recorded quotes and prints as columns of integers: some fifty bytes a row.

Invariants:

1. Columns of one tape have the same length; times never go back.
2. 0 < bid < ask in every row.
"""

from array import array
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Quote

__all__ = ["LARGEST", "PrintTape", "QuoteTape"]

LARGEST: Final = (1 << 62) - 1
"""The most ticks or lots that a row holds."""


class QuoteTape:
    """Quotes in the order of time."""

    def __init__(self, *, sizes: bool) -> None:
        """Begin without any.

        Args:
            sizes: whether it is known how much was displayed.
        """
        self.times = array("q")
        self.bids = array("q")
        self.lasts = array("q")
        self.asks = array("q")
        self.sizes = {side: array("q") for side in Side} if sizes else None
        """What was displayed, in lots; BUY for the bid."""

    def __len__(self) -> int:
        return len(self.times)

    def append(self, time: int, quote: Quote) -> None:
        """Add a quote at a time, Unix microseconds; where sizes are known, add them as well."""
        self.times.append(time)
        self.bids.append(quote.bid)
        self.lasts.append(quote.last)
        self.asks.append(quote.ask)

    def append_sizes(self, bid_lots: int, ask_lots: int) -> None:
        """Add what was displayed in the last quote."""
        assert self.sizes is not None
        self.sizes[Side.BUY].append(bid_lots)
        self.sizes[Side.SELL].append(ask_lots)

    def quote(self, row: int) -> Quote:
        """Return the quote of a row."""
        return Quote(self.bids[row], self.lasts[row], self.asks[row])


class PrintTape:
    """Trades in the order of time."""

    def __init__(self, times: "array[int] | None" = None) -> None:
        """Begin without any.

        Args:
            times: those of the tape of quotes whose rows are the prints; then these are not added.
        """
        self._has_own_times = times is None
        self.times = array("q") if times is None else times
        self._ticks = array("q")
        # Below 0 where the taker sold.
        self._lots = array("q")

    def append(self, time: int, flow: Flow) -> None:
        """Add a print at a time, Unix microseconds; one of no lots keeps its row."""
        if self._has_own_times:
            self.times.append(time)
        self._ticks.append(flow.ticks)
        self._lots.append(flow.side.sign * flow.lots)

    def flow(self, row: int) -> Flow:
        """Return the print of a row."""
        lots = self._lots[row]
        return Flow(Side.BUY if lots > 0 else Side.SELL, self._ticks[row], abs(lots))

"""A market whose quotes come from elsewhere as they happen: from another account's venue.

Invariants:

1. A quote counts from the time at which it arrived, until the next one arrives or it is too old: by
   its own time stamp or by its arrival, whichever is earlier.
2. The first quote that can be used decides for good: if it tells how much is displayed then what
   is told is what is offered, and only growth is new (a side of which nothing is told offers
   nothing); else a made depth stands around all quotes.
3. The last `QUOTES_KEPT` quotes are known; what was before them is forgotten.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from fillgate.domain.market import MarketData
from fillgate.domain.numbers import ZERO, NumberError, parse_decimal
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Lack, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.listings import Listing

__all__ = ["QUOTES_KEPT", "STALE_AFTER", "BorrowedFeed"]

QUOTES_KEPT: Final = 1024
"""From these to twice as many quotes are known."""

STALE_AFTER: Final = 5_000_000
"""Microseconds after which a quote is too old to be traded on, unless another limit is given."""

_SIZES: Final = {Side.BUY: "bid_size", Side.SELL: "ask_size"}


class _Arrival(NamedTuple):
    """A quote that arrived."""

    since: int
    """From when on its age counts, Unix microseconds."""
    quote: Quote | None
    """None if it cannot be used."""
    words: str
    """Why not."""
    lots: dict[Side, int]
    """What was displayed, where that was told."""


class BorrowedFeed:
    """The market of one symbol as another account sees it; a `Feed`."""

    def __init__(
        self, listing: Listing, quoting: Quoting, *, stale_after: int = STALE_AFTER
    ) -> None:
        """Begin without a quote.

        Args:
            listing: what the symbol is here.
            quoting: offers what is not told.
            stale_after: microseconds after which a quote is too old.
        """
        self._listing = listing
        self._quoting = quoting
        self._stale_after = stale_after
        self._times: list[int] = []
        self._arrivals: list[_Arrival] = []
        self._displays: bool | None = None

    @property
    def renews(self) -> bool:
        """Whether at each quote everything is offered anew: where sizes are not told."""
        return not self._displays

    def push(self, at: int, data: MarketData) -> None:
        """Take in a quote.

        Args:
            at: when it arrived, Unix microseconds; counts as after the last one in any case.
            data: the quote; `extra` may hold `bid_size` and `ask_size`, in units of the symbol.
        """
        arrival = self._arrival(at, data)
        if self._displays is None and arrival.quote is not None:
            self._displays = bool(arrival.lots)
        if self._times:
            # An instant of its own: what was asked of an earlier one stays true.
            at = max(at, self._times[-1] + 1)
        if len(self._times) >= 2 * QUOTES_KEPT:
            del self._times[:QUOTES_KEPT], self._arrivals[:QUOTES_KEPT]
        self._times.append(at)
        self._arrivals.append(arrival)

    def _arrival(self, at: int, data: MarketData) -> _Arrival:
        words = _wrong(data)
        quote = None if words else self._quote(data)
        if quote is not None and quote.bid <= 0:
            quote, words = None, f"The bid {data.bid} is less than a tick, {self._listing.tick}."
        return _Arrival(min(at, data.timestamp * 1000), quote, words, self._lots(data))

    def _lots(self, data: MarketData) -> dict[Side, int]:
        told = {side: _number(data.extra.get(name)) for side, name in _SIZES.items()}
        return {
            side: self._listing.lots(max(ZERO, size))[0]
            for side, size in told.items()
            if size is not None
        }

    def _quote(self, data: MarketData) -> Quote:
        assert data.bid is not None
        assert data.ask is not None
        bid, _ = self._listing.ticks(data.bid)
        ask, exact = self._listing.ticks(data.ask)
        ask += not exact
        last = (bid + ask) // 2 if data.last is None else self._listing.ticks(data.last)[0]
        return Quote(bid, last, ask)

    def instant(self, at: int) -> int:
        """Return when the last quote at or before a time arrived.

        Raises:
            NoPrices: none did.
        """
        return self._times[self._index(at)]

    def _index(self, at: int) -> int:
        index = bisect_right(self._times, at) - 1
        if index < 0:
            raise NoPrices("No quote has arrived yet.", Lack.NONE_YET)
        return index

    def quote(self, at: int) -> Quote:
        """Return the last quote that arrived at or before a time.

        Raises:
            NoPrices: none did, or it is too old, crossed or incomplete.
        """
        arrival = self._arrivals[self._index(at)]
        if arrival.quote is None:
            raise NoPrices(arrival.words, Lack.UNUSABLE)
        age = at - arrival.since
        if age > self._stale_after:
            raise NoPrices.stale(age, self._stale_after)
        return arrival.quote

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return when in (after, until] the first quote arrived at which one of these holds.

        Where sizes are told, the first quote of all. Those that cannot be traded on do not count.
        """
        first, beyond = bisect_right(self._times, after), bisect_right(self._times, until)
        for at, arrival in zip(
            self._times[first:beyond], self._arrivals[first:beyond], strict=True
        ):
            quote = arrival.quote
            if quote is None or at - arrival.since > self._stale_after:
                continue
            if not self.renews or any(watch.holds(quote) for watch in watches):
                return at
        return None

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return what is told to be displayed on a side; where nothing is told, a made depth."""
        quote = self.quote(at)
        if self.renews:
            return self._quoting.levels(side, quote, self.instant(at))
        lots = self._arrivals[self._index(at)].lots.get(side, 0)
        return iter((Level(quote.best(side), lots),) if lots else ())

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at a price: what is told, else of the made depth."""
        quote = self.quote(at)
        if self.renews:
            return self._quoting.displayed(side, quote, ticks, self.instant(at))
        lots = self._arrivals[self._index(at)].lots.get(side, 0)
        return lots if ticks == quote.best(side) else 0

    def flow(self, at: int) -> Sequence[Flow]:
        """Return nothing: quotes do not tell what was taken."""
        return ()


def _wrong(data: MarketData) -> str:
    """Return why a quote cannot be used; nothing if it can."""
    if data.bid is None or data.ask is None:
        missing = "bid" if data.bid is None else "ask"
        return f"The last quote of {data.symbol} has no {missing}."
    if data.bid >= data.ask:
        return f"The last quote of {data.symbol} is crossed: bid {data.bid}, ask {data.ask}."
    return ""


def _number(value: Any) -> Decimal | None:
    try:
        return parse_decimal(value)
    except NumberError:
        return None

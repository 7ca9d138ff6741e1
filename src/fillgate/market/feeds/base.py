"""What a feed is: where the prices of one symbol come from, and what others offer and take there.

Times are Unix microseconds, prices ticks, quantities lots.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from fillgate.domain.orders import Side

__all__ = ["Component", "Feed", "Flow", "Level", "NoPrices", "Quote", "Watch"]


class NoPrices(Exception):
    """There is no quote that may be traded on; the text says why."""


class Quote(NamedTuple):
    """Prices at one instant: 0 < bid <= last <= ask and bid < ask in a made market; a recorded
    `last` may be anywhere.
    """

    bid: int
    last: int
    ask: int


class Level(NamedTuple):
    """What is offered at one price."""

    ticks: int
    lots: int


class Flow(NamedTuple):
    """Somebody outside takes."""

    side: Side
    """The taker's."""
    ticks: int
    """The worst price that is taken."""
    lots: int


class Component(Enum):
    """Which price of a quote counts."""

    BID = "bid"
    LAST = "last"
    ASK = "ask"
    MID = "mid"
    """The middle of bid and ask, rounded down to a tick."""

    def of(self, quote: Quote) -> int:
        """Return this price."""
        if self is Component.LAST:
            return quote.last
        if self is Component.BID:
            return quote.bid
        return quote.ask if self is Component.ASK else (quote.bid + quote.ask) // 2


class Watch(NamedTuple):
    """Something that is waited for: that a price is at a level or beyond it."""

    component: Component
    ticks: int
    rises: bool
    """Whether beyond is above; else below."""

    def holds(self, quote: Quote) -> bool:
        """Tell whether it is so at this quote."""
        value = self.component.of(quote)
        return value >= self.ticks if self.rises else value <= self.ticks


class Feed(Protocol):
    """What the market outside does in one symbol."""

    renews: bool
    """True: at each instant everything is offered anew. False: what was offered before is still the
    same offer, and only what a price has more than before is new."""

    def instant(self, at: int) -> int:
        """Return the instant since which the quote stands that is current at a time.

        Raises:
            NoPrices: there is none yet.
        """
        ...

    def quote(self, at: int) -> Quote:
        """Return the quote that is current at a time.

        Raises:
            NoPrices: there is none, or none that may be traded on.
        """
        ...

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return the first instant in (after, until] that matters to those who wait for these.

        None at which one of them holds is left out; those at which none does may be.
        """
        ...

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return what is offered on a side at a time, the best price first.

        Args:
            side: BUY for bids, SELL for asks.
            at: the time.
        """
        ...

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at exactly this price: what is ahead of who joins."""
        ...

    def flow(self, at: int) -> Sequence[Flow]:
        """Return what is taken outside at exactly this instant."""
        ...

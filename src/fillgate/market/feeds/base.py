"""What a feed is: where the prices of one symbol come from, and what others offer and take there.

Times are Unix microseconds and handed in; prices are ticks, quantities lots.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, NamedTuple, Protocol

from fillgate.domain.numbers import decimal_text, divide
from fillgate.domain.orders import Side

__all__ = ["Component", "Feed", "Flow", "Lack", "Level", "NoPrices", "Quote", "Watch"]

_SECOND: Final = Decimal(1_000_000)


class Lack(StrEnum):
    """Why there are no prices."""

    NONE_YET = "NONE_YET"
    """There was no quote so far."""
    STALE = "STALE"
    """The last quote is too old to be traded on."""
    OVER = "OVER"
    """The recording has ended."""
    UNUSABLE = "UNUSABLE"
    """The last quote has no bid or no ask, or they are crossed."""


class NoPrices(Exception):
    """There is no quote that may be traded on; the text says why, with age and limit."""

    def __init__(self, words: str, lack: Lack = Lack.NONE_YET) -> None:
        """Say why.

        Args:
            words: for people.
            lack: for programs.
        """
        super().__init__(words)
        self.lack = lack

    @classmethod
    def stale(cls, age: int, limit: int) -> "NoPrices":
        """Return that the last quote is so old, and what the limit is, in microseconds."""
        words = f"The last quote is {_seconds(age)} s old; at most {_seconds(limit)} s are allowed."
        return cls(words, Lack.STALE)


def _seconds(microseconds: int) -> str:
    return decimal_text(divide(Decimal(microseconds), _SECOND))


class Quote(NamedTuple):
    """Prices at one instant, in ticks: 0 < bid < ask.

    In a made market `last` is between them. One that was recorded or borrowed may be anywhere.
    """

    bid: int
    last: int
    ask: int

    def best(self, side: Side) -> int:
        """Return the best price that is offered on a side: the bid for BUY."""
        return self.bid if side is Side.BUY else self.ask


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
        """Return this price, in ticks."""
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

    @property
    def renews(self) -> bool:
        """Whether at each instant everything is offered anew.

        Else what was offered before is still the same offer: only what a price has more than before
        is new, and `levels` comes to an end.
        """
        ...

    def instant(self, at: int) -> int:
        """Return the instant since which the quote stands that is current at a time.

        Raises:
            NoPrices: there was none so far.
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

        None at which one of them holds is left out, and none at which what is offered grows where
        the feed does not renew. Those at which nothing of the kind happens may be left out. At an
        instant that is returned there is a quote.
        """
        ...

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return what is offered on a side at a time, the best price first.

        Args:
            side: BUY for bids, SELL for asks.
            at: the time.

        Raises:
            NoPrices: there is no quote that may be traded on.
        """
        ...

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at exactly this price: what is ahead of who joins.

        Raises:
            NoPrices: there is no quote that may be traded on.
        """
        ...

    def flow(self, at: int) -> Sequence[Flow]:
        """Return what is taken outside at exactly this instant."""
        ...

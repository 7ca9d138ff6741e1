"""A feed whose quotes and trades a test writes down, and a venue over it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.feeds.base import Feed, Flow, Level, NoPrices, Quote, Watch
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.market.listings import Amendment
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.records import Record
from fillgate.market.state import VenueState
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder

__all__ = ["Moment", "Scripted", "executions", "folded", "limit", "order", "reopened", "venue_over"]

B, S = Side.BUY, Side.SELL


class Moment(NamedTuple):
    """What the market outside shows from a second on."""

    bids: Sequence[tuple[int, int]]
    """Price and quantity, best first; in units of the symbol."""
    asks: Sequence[tuple[int, int]]
    last: int | None = None
    """The middle of bid and ask, rounded down, if it is not said."""
    flow: Sequence[tuple[Side, int, int]] = ()
    """Taker's side, worst price, quantity."""


class Scripted:
    """A `Feed` of moments, one for each second from 0 on; the last one stays."""

    def __init__(self, moments: Sequence[Moment], *, renews: bool = True) -> None:
        self.moments = moments
        self.renews = renews

    def instant(self, at: int) -> int:
        if at < 0:
            raise NoPrices("none yet")
        return min(at // 1_000_000, len(self.moments) - 1) * 1_000_000

    def _moment(self, at: int) -> Moment:
        return self.moments[self.instant(at) // 1_000_000]

    def quote(self, at: int) -> Quote:
        moment = self._moment(at)
        bid, ask = moment.bids[0][0], moment.asks[0][0]
        return Quote(bid, (bid + ask) // 2 if moment.last is None else moment.last, ask)

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        following = self.instant(after) + 1_000_000
        return following if following <= until and following == self.instant(following) else None

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        moment = self._moment(at)
        return (Level(*each) for each in (moment.bids if side is B else moment.asks))

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        return sum(level.lots for level in self.levels(side, at) if level.ticks == ticks)

    def flow(self, at: int) -> Sequence[Flow]:
        return [Flow(*each) for each in self._moment(at).flow] if at == self.instant(at) else ()


def venue_over(
    feed: Feed | Sequence[Moment],
    *,
    maker: str = "0",
    taker: str = "0",
    prevention: SelfTradePrevention = SelfTradePrevention.CANCEL_OLDEST,
    minimum: int = 0,
) -> Venue:
    """Return a venue whose only symbol is X: a tick and a lot are 1."""
    made = feed if not isinstance(feed, Sequence) else Scripted(feed)
    one = Decimal(1)
    terms = Terms(
        lambda symbol, listing: made,
        fees=FeeSchedule([FeeTier(maker=Decimal(maker), taker=Decimal(taker))]),
        prevention=prevention,
        amendments={"X": Amendment(tick=one, lot=one, minimum_notional=Decimal(minimum))},
    )
    written: list[Sequence[Record]] = []
    return Venue(terms, lambda records: written.append(tuple(records)), lambda: folded(written))


def folded(written: Sequence[Sequence[Record]], state: VenueState | None = None) -> VenueState:
    state = state or VenueState()
    for records in written:
        for record in records:
            state.apply(record)
    return state


def reopened(venue: Venue) -> Venue:
    """Return the venue as it is after a restart: it knows what was written."""
    return Venue(venue._terms, venue._sink, venue._reload)


def order(name: str = "a", side: Side = B, quantity: int = 1, **fields: Any) -> Order:
    basis = {"account": "m", "symbol": "X"} | fields
    return Order(client_order_id=name, side=side, quantity=Decimal(quantity), **basis)


def limit(price: int, name: str = "a", side: Side = B, quantity: int = 1, **fields: Any) -> Order:
    terms = {"order_type": OrderType.LIMIT, "price": Decimal(price)} | fields
    return order(name, side, quantity, **terms)


def executions(held: VenueOrder) -> list[tuple[int, int]]:
    """Return the executions of an order as price and quantity."""
    return [(int(fill.price), int(fill.quantity)) for fill in held.fills]

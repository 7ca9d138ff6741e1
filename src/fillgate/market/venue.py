"""The simulated venue: takes orders, moves with the time, and is asked.

Invariants:

1. What happens is written down (`Terms.sink`) before it is true: a record that could not be written
   changed nothing.
2. Every look at a symbol first brings it up to date, in the order of time, so that what happens
   does not depend on who looks when. (Only which numbers the protecting orders of several symbols
   get does.)
3. Every order that arrives gets a number of its own and works, also under a client order id that
   arrived before.
4. Orders that protect an entry work as a pair: when one ends, so does the other.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.book import Book, Moment
from fillgate.market.execution import Execution
from fillgate.market.levels import level_of
from fillgate.market.listings import listing
from fillgate.market.path import PricePath
from fillgate.market.quotes import Market, Quote
from fillgate.market.records import Arrived, Attached, Closed, Filled, Record, Replaced, Triggered
from fillgate.market.replacing import replace_refusal
from fillgate.market.rules import Circumstances, Refusal, expiry, refusal_of
from fillgate.market.slippage import Impact
from fillgate.market.state import VenueState
from fillgate.market.venue_order import VenueOrder

__all__ = ["Sink", "Terms", "Venue"]

Sink = Callable[[Sequence[Record]], None]
"""Writes down what happened in one step; raises if it could not."""

_MARKETS_KEPT = 1024
_UNCONDITIONAL: Final = frozenset({OrderType.MARKET, OrderType.LIMIT})


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated market behaves. All parts are of 1, not per cent."""

    seed: int
    volatility: Decimal
    """Roughly the standard deviation of a year's returns."""
    spread: Decimal
    """From bid to ask, as a part of the price."""
    impact: Decimal
    """By which an order worth `slippage.DEPTH` moves the price."""
    fee: Decimal
    """Of the worth of every execution."""


class Venue:
    """A venue without a clock: every method is told the time, in Unix microseconds."""

    def __init__(self, terms: Terms, state: VenueState, sink: Sink) -> None:
        """Open the venue.

        Args:
            terms: how its market behaves.
            state: what it knows from before.
            sink: writes down what happens from now on.
        """
        self.state = state
        self._terms = terms
        self._sink = sink
        self._execution = Execution(Impact(terms.impact), terms.fee)
        self.hear: Callable[[Collection[VenueOrder]], None] | None = None
        """Hears of the orders that changed in one step, as they are after it, if set."""
        self._markets: dict[str, Market] = {}
        self._books: dict[str, Book] = {}
        for symbol in state.open:
            self._rebuild(symbol)

    def market(self, symbol: str) -> Market:
        """Return the market of a symbol.

        Raises:
            BadSymbol: the text cannot be one.
        """
        market = self._markets.get(symbol)
        if market is None:
            market = self._make_market(symbol)
        return market

    def _make_market(self, symbol: str) -> Market:
        listed = listing(symbol)
        path = PricePath(self._terms.seed, listed.key, self._terms.volatility)
        if len(self._markets) >= _MARKETS_KEPT:
            # They hold nothing that could not be made again.
            self._markets.clear()
        market = self._markets[symbol] = Market(listed, path, self._terms.spread)
        return market

    def quote(self, symbol: str, now: int) -> Quote:
        """Return the quote of a symbol and bring its orders up to date.

        Raises:
            BadSymbol: the text cannot be one.
        """
        self.advance(symbol, now)
        return self.market(symbol).quote(now)

    def place(self, order: Order, now: int, refusal: Refusal | None = None) -> VenueOrder:
        """Take an order and return what it is now: filled, resting or refused.

        Args:
            order: as the client sent it.
            now: when it arrives.
            refusal: to be refused with, whatever the order is.

        Raises:
            BadSymbol: its symbol cannot be one; there is no record of the order.
        """
        market = self.market(order.symbol)
        self.advance(order.symbol, now)
        arrived = Arrived(at=now, number=self.state.next_number, order=order)
        records = self._admit(VenueOrder.arriving(arrived), market, refusal)
        return self._commit([arrived, *records])[arrived.number]

    def _admit(self, held: VenueOrder, market: Market, refusal: Refusal | None) -> list[Record]:
        order, at, quote = held.order, held.arrived, market.quote(held.arrived)
        position = self.state.position(order.symbol)
        refusal = refusal or refusal_of(Circumstances(order, at, market, quote, position))
        if refusal is not None:
            return [_refused(held, refusal)]
        return self._meet(held, at, market, quote, position)

    def _meet(
        self, held: VenueOrder, at: int, market: Market, quote: Quote, position: Decimal
    ) -> list[Record]:
        """Let an order meet the market for the first time, or again when its price has come."""
        records: list[Record] = []
        if not held.triggered and held.order.order_type not in _UNCONDITIONAL:
            if not level_of(held, market).reached(quote):
                return records
            records.append(Triggered(at=at, number=held.number))
        taken = self._execution.take(held, at, market, quote, position)
        return records + self._with_consequences(held, taken)

    def _with_consequences(self, held: VenueOrder, records: list[Record]) -> list[Record]:
        """Add what the end or the execution of an order means for those that belong to it."""
        if not records:
            return records
        last = records[-1]
        if held.entry is not None:
            records += [_cancelled(other, last.at) for other in self.state.siblings(held)]
        elif isinstance(last, Filled) and _has_stops(held.order):
            records += self._attachments(held, last.at)
        return records

    def _attachments(self, entry: VenueOrder, at: int) -> list[Record]:
        first = max(self.state.next_number, entry.number + 1)
        return [
            Attached(at=at, number=number, order=order, entry=entry.number)
            for number, order in enumerate(_protection(entry.order), start=first)
        ]

    def advance(self, symbol: str, now: int) -> None:
        """Let happen what happens in a symbol up to a time."""
        try:
            while (book := self._books.get(symbol)) is not None:
                moment = book.next_moment(now)
                if moment is None:
                    break
                self._pass(moment, symbol, book.market)
        except BaseException:
            # What the book has let go of was not written down: it has to come again.
            self._rebuild(symbol)
            raise

    def _rebuild(self, symbol: str) -> None:
        self._books.pop(symbol, None)
        for held in self.state.open.get(symbol, {}).values():
            # Of the orders that fired at the last instant some may not have been written down.
            self._rest(held, self.state.touched[symbol] - 1)

    def _pass(self, moment: Moment, symbol: str, market: Market) -> None:
        quote = market.quote(moment.at)
        for number in moment.numbers:
            held = self.state.open.get(symbol, {}).get(number)
            if held is None:
                continue
            if moment.expires or held.updated < moment.at:
                self._happen(market, held, moment, quote)
            else:
                # Only in a rebuilt book: what it waits for began at this very instant.
                self._rest(held, moment.at)

    def advance_all(self, now: int) -> None:
        """Let happen what happens in all symbols up to a time."""
        for symbol in tuple(self._books):
            self.advance(symbol, now)

    def _happen(self, market: Market, held: VenueOrder, moment: Moment, quote: Quote) -> None:
        if moment.expires:
            closed = Closed(at=moment.at, number=held.number, status=OrderStatus.EXPIRED)
            self._commit(self._with_consequences(held, [closed]))
            return
        position = self.state.position(held.order.symbol)
        if held.triggered or held.order.order_type is OrderType.LIMIT:
            records = self._execution.make(held, moment.at, market, position)
            self._commit(self._with_consequences(held, records))
        else:
            self._commit(self._meet(held, moment.at, market, quote, position))

    def cancel(self, held: VenueOrder, now: int) -> VenueOrder:
        """Cancel an order and return what it is afterwards; a final one stays what it is."""
        symbol = held.order.symbol
        self.advance(symbol, now)
        held = self.state.orders[held.number]
        if held.status.is_final:
            return held
        records = self._with_consequences(held, [_cancelled(held, now)])
        return self._commit(records)[held.number]

    def replace(self, held: VenueOrder, order: Order, now: int) -> VenueOrder | Refusal:
        """Give an order other terms in one step; a final one stays what it is.

        It meets the market with them at once, as if it arrived.

        Args:
            held: the order.
            order: as it is to be; its client order id is that of the request, and new.
            now: when the request arrives.

        Returns:
            The order as it is afterwards; or why it keeps its terms.
        """
        symbol = held.order.symbol
        self.advance(symbol, now)
        held = self.state.orders[held.number]
        if held.status.is_final:
            return held
        if order.client_order_id in self.state.arrivals:
            return Refusal("INVALID_CLIENT_ORDER_ID", "Duplicate client order id.")
        market, position = self.market(symbol), self.state.position(symbol)
        quote = market.quote(now)
        refusal = replace_refusal(held, Circumstances(order, now, market, quote, position))
        if refusal is not None:
            return refusal
        replaced = Replaced(at=now, number=held.number, order=order)
        records = self._meet(held.after(replaced), now, market, quote, position)
        return self._commit([replaced, *records])[held.number]

    def find(
        self, client_order_id: str, order_id: str | None, symbol: str, now: int
    ) -> VenueOrder | None:
        """Return an order; None if there is none that fits all that is given.

        Args:
            client_order_id: of several orders under it the last that arrived is meant.
            order_id: the venue's id, where it is known.
            symbol: the order's.
            now: the time up to which things happen first.
        """
        self.advance(symbol, now)
        for number in reversed(self.state.arrivals.get(client_order_id, [])):
            held = self.state.orders[number]
            if held.order.symbol == symbol and order_id in {None, held.order_id}:
                return held
        return None

    def _commit(self, records: Sequence[Record]) -> Mapping[int, VenueOrder]:
        self._sink(records)
        changed = self.state.apply(records)
        if self.hear is not None:
            self.hear(changed.values())
        for held in changed.values():
            if not held.status.is_final:
                self._rest(held, records[-1].at)
            elif (book := self._books.get(held.order.symbol)) is not None:
                self._forget(held, book)
        return changed

    def _forget(self, held: VenueOrder, book: Book) -> None:
        book.discard(held.number)
        if not book:
            del self._books[held.order.symbol]

    def _rest(self, held: VenueOrder, since: int) -> None:
        symbol = held.order.symbol
        book = self._books.get(symbol)
        if book is None:
            book = self._books[symbol] = Book(self.market(symbol), since)
        level = level_of(held, book.market)
        end = expiry(held.order, held.arrived)
        if end is not None:
            book.expire(held.number, end)
        book.watch(held.number, level.position(book.market), rises=level.rises)


def _has_stops(order: Order) -> bool:
    return order.stop_loss is not None or order.take_profit is not None


def _protection(entry: Order) -> list[Order]:
    """Return the orders that close what an entry opens, at its stop loss and take profit."""
    stops = (
        (OrderType.STOP_LOSS, "sl", entry.stop_loss),
        (OrderType.TAKE_PROFIT, "tp", entry.take_profit),
    )
    return [
        Order(
            client_order_id=f"{entry.client_order_id}-{suffix}",
            account=entry.account,
            symbol=entry.symbol,
            side=Side.SELL if entry.side is Side.BUY else Side.BUY,
            order_type=order_type,
            quantity=entry.quantity,
            quantity_unit=entry.quantity_unit,
            stop_price=price,
            reduce_only=True,
            strategy=entry.strategy,
            parent=entry.client_order_id,
        )
        for order_type, suffix, price in stops
        if price is not None
    ]


def _cancelled(held: VenueOrder, at: int) -> Closed:
    return Closed(at=at, number=held.number, status=OrderStatus.CANCELED)


def _refused(held: VenueOrder, refusal: Refusal) -> Closed:
    return Closed(
        at=held.arrived,
        number=held.number,
        status=OrderStatus.REJECTED,
        code=refusal.code,
        text=refusal.text,
    )

"""The simulated venue: takes orders, moves with the time, and is asked.

Invariants:

1. What happens in one step is written down (`sink`) as one, and answered after that. Where it could
   not be written nothing of it happened: the venue knows again what `reload` tells.
2. Every look at a symbol first brings it up to date, in the order of time, so that what happens
   does not depend on who looks when; and with it all others, where orders of one may use up what
   those of another need. (Only which numbers the protecting orders of several symbols
   get does.)
3. Every order that arrives gets a number of its own and works, also under a client order id that
   arrived before.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.accounts import AccountKind
from fillgate.market.accounts.funding import FUNDING_INTERVAL
from fillgate.market.affording import unaffordable
from fillgate.market.execution import Execution
from fillgate.market.feeds.base import NoPrices, Quote
from fillgate.market.listings import Listing
from fillgate.market.margin_calls import change_leverage, fund, set_leverage, watch_position
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.records import Arrived, Opened, Replaced
from fillgate.market.replacing import keeps_its_place, replace_refusal
from fillgate.market.rules import (
    POST_ONLY_CROSSES,
    Circumstances,
    Refusal,
    pair_refusal,
    refusal_of,
)
from fillgate.market.state import VenueState
from fillgate.market.symbol_market import SymbolMarket
from fillgate.market.terms import Terms
from fillgate.market.transaction import Hear, Sink, Transaction
from fillgate.market.venue_order import VenueOrder

__all__ = ["Reload", "Sink", "Venue"]

Reload = Callable[[], VenueState]
"""Returns what is written down."""

_MARKETS_KEPT: Final = 1024


class Venue:
    """A venue without a clock: every method is told the time, in Unix microseconds."""

    def __init__(self, terms: Terms, sink: Sink, reload: Reload) -> None:
        """Open the venue with what is written down.

        Args:
            terms: how its market behaves.
            sink: writes down what happens from now on.
            reload: reads it.
        """
        self.state = reload()
        self._terms = terms
        self._sink = sink
        self._reload = reload
        self.hear: Hear | None = None
        """Hears of the orders that changed in one step, if set."""
        self._markets: dict[str, SymbolMarket] = {}

    # Markets

    def listing(self, symbol: str) -> Listing:
        """Return what a symbol is here.

        Raises:
            BadSymbol: the text cannot be one.
        """
        return self._terms.listing(symbol)

    def market(self, symbol: str, now: int) -> SymbolMarket:
        """Return the market of a symbol, up to date.

        Raises:
            BadSymbol: the text cannot be one.
        """
        market = self._known(symbol, now)
        if self.state.ownership.is_shared:
            others = {each: self._known(each, now) for each in self.state.symbols()}
            self._advance({symbol: market, **others}, now)
        elif market.done < now:
            self._advance({symbol: market}, now)
        return market

    def _known(self, symbol: str, now: int) -> SymbolMarket:
        return self._markets.get(symbol) or self._make_market(symbol, now)

    def _make_market(self, symbol: str, now: int) -> SymbolMarket:
        listing = self._terms.listing(symbol)
        feed = self._terms.feed(symbol, listing)
        working = self.state.working(symbol)
        # What a symbol's orders wait for began when something last happened to one of them.
        holders = self.state.holders(symbol)
        since = self.state.touched[symbol] if working or holders else now
        market = SymbolMarket(symbol, listing, feed, since)
        watching = self._made_step(market, since)
        market.resume(working, self.state.owner, watching.lots_of)
        for account, _ in holders:
            watch_position(watching, account)
        self._resume_outside(market, since)
        if len(self._markets) >= _MARKETS_KEPT:
            self._drop_idle()
        self._markets[symbol] = market
        return market

    def _resume_outside(self, market: SymbolMarket, since: int) -> None:
        """Take from the market's offers what was taken of the present ones before."""
        try:
            instant = market.feed.instant(since)
        except NoPrices:
            return
        market.outside.resume(since, self.state.taken(market.listing, market.symbol, instant))

    def _drop_idle(self) -> None:
        # They hold nothing that could not be made again.
        for symbol in [symbol for symbol, market in self._markets.items() if market.is_idle]:
            del self._markets[symbol]

    def quote(self, symbol: str, now: int) -> Quote:
        """Return the quote of a symbol and bring its orders up to date.

        Raises:
            BadSymbol: the text cannot be one.
            NoPrices: there is none that may be traded on.
        """
        return self.market(symbol, now).quote(now)

    # Time

    def advance_all(self, now: int) -> None:
        """Let happen what happens in all symbols up to a time."""
        self._advance({each: self._known(each, now) for each in self.state.symbols()}, now)

    def _advance(self, markets: Mapping[str, SymbolMarket], now: int) -> None:
        """Let happen what happens in these symbols up to a time, in the order of time."""
        moments: list[tuple[int, str]] = []

        def look_ahead(market: SymbolMarket) -> None:
            if (at := market.next_instant(now)) is not None:
                heappush(moments, (at, market.symbol))

        for market in markets.values():
            look_ahead(market)
        while moments:
            at, symbol = heappop(moments)
            self._reach(markets[symbol], at)
            look_ahead(markets[symbol])
        for market in markets.values():
            market.done = max(market.done, now)

    def _reach(self, market: SymbolMarket, at: int) -> None:
        """Let happen what happens in a symbol at an instant."""
        with self._step(market, at) as step:
            for number in market.ended(at):
                step.expire(number)
            if not market.outside.is_at(at):
                self._pass(step)
            if at % FUNDING_INTERVAL == 0 and market.listing.perpetual and self._terms.funding:
                self._fund(step)
        market.done = at

    def _pass(self, step: Execution) -> None:
        """Let the market outside do what it does at an instant."""
        market, at = step.market, step.at
        step.turn()
        for flow in market.outside.flow(at):
            step.flow(flow)
        quote = market.quote(at)
        step.fire(quote)
        self._liquidate(step, quote)

    def _fund(self, step: Execution) -> None:
        try:
            quote = step.market.quote(step.at)
        except NoPrices:
            # Nobody knows what the positions are worth.
            return
        fund(step, self._terms.funding, quote)
        self._liquidate(step, quote)

    def _liquidate(self, step: Execution, quote: Quote) -> None:
        for account in step.market.liquidated(quote):
            step.liquidate(account)

    # Accounts

    def open_account(
        self, name: str, kind: AccountKind, balances: Mapping[str, Decimal], now: int
    ) -> AccountKind:
        """Open an account unless it was opened before; return how it may trade.

        Args:
            name: the account's.
            kind: how it is to trade.
            balances: what it owns at the beginning, by asset.
            now: the time.
        """
        if not self.state.ownership.is_open(name):
            opened = Opened(at=now, account=name, kind=kind.value, balances=dict(balances))
            self._sink([opened])
            self.state.apply(opened)
        return self.state.ownership.account(name).kind

    def change_leverage(self, name: str, symbol: str, to: Decimal, now: int) -> Refusal | None:
        """Set an account's leverage of a symbol; return why it keeps the one that it has.

        Raises:
            BadSymbol: the text cannot be one.
        """
        with self._step(self.market(symbol, now), now) as step:
            return change_leverage(step, name, to, self._terms.margin)

    # Requests

    def place(
        self,
        order: Order,
        now: int,
        refusal: Refusal | None = None,
        prevention: SelfTradePrevention | None = None,
    ) -> VenueOrder:
        """Take an order and return what it is now: filled, resting or refused.

        Args:
            order: as the client sent it.
            now: when it arrives.
            refusal: to be refused with, whatever the order is.
            prevention: for what happens now, instead of the terms'.

        Raises:
            BadSymbol: its symbol cannot be one; there is no record of the order.
        """
        with self._step(self.market(order.symbol, now), now) as step:
            step.prevention = prevention or step.prevention
            refusal = self._unquoted(step) or refusal or self._refusal(step, order)
            held = self._arrive(step, order)
            if refusal is None:
                set_leverage(step, order)
                step.meet(held)
            else:
                step.refuse(held, refusal)
        return self.state.orders[held.number]

    def place_pair(self, first: Order, second: Order, now: int) -> tuple[VenueOrder, VenueOrder]:
        """Take two orders of which one cancels the other (OCO): both or none.

        As soon as one is executed, even in part, or ends, the other ends. What both would use up is
        locked once.

        Args:
            first: one of them.
            second: the other, of the same account, symbol, side, quantity and leverage.
            now: when they arrive.

        Raises:
            BadSymbol: the symbol cannot be one; there is no record of the orders.
        """
        with self._step(self.market(first.symbol, now), now) as step:
            refusal = self._unquoted(step) or pair_refusal(first, second)
            for order in (first, second):
                refusal = refusal or self._refusal(step, order)
            pair = self.state.next_number
            numbers = [self._arrive(step, each, pair).number for each in (first, second)]
            if refusal is None:
                set_leverage(step, first)
            for number in numbers:
                held = self.state.orders[number]
                if refusal is not None:
                    step.refuse(held, refusal, with_others=False)
                elif not held.status.is_final:
                    step.meet(held)
        one, other = (self.state.orders[number] for number in numbers)
        return one, other

    def quantity_worth(self, symbol: str, side: Side, worth: Decimal, now: int) -> Decimal:
        """Return what a market order can have of a symbol for so much of its quote currency.

        Raises:
            BadSymbol: the text cannot be one.
            NoPrices: there are none that may be traded on.
        """
        with self._step(self.market(symbol, now), now) as step:
            step.turn()
            return step.market.listing.quantity(step.lots_worth(side, worth))

    def _arrive(self, step: Execution, order: Order, pair: int | None = None) -> VenueOrder:
        number = self.state.next_number
        return step.told(Arrived(at=step.at, number=number, order=order, pair=pair))

    def _unquoted(self, step: Execution) -> Refusal | None:
        """Let the market outside offer what it does now; tell why nothing can be traded on it."""
        try:
            step.turn()
            # What is offered may have become too old to be traded on.
            step.market.quote(step.at)
        except NoPrices as error:
            return Refusal("NO_PRICES", str(error))
        return None

    def _refusal(self, step: Execution, order: Order) -> Refusal | None:
        refusal = refusal_of(self._circumstances(step, order))
        return refusal or unaffordable(step, order, self._terms.margin)

    def _circumstances(self, step: Execution, order: Order) -> Circumstances:
        market, position = step.market, self.state.position(order.account, order.symbol)
        return Circumstances(order, step.at, market.listing, market.quote(step.at), position)

    def cancel(self, held: VenueOrder, now: int) -> VenueOrder:
        """Cancel an order and return what it is afterwards; a final one stays what it is."""
        market = self.market(held.order.symbol, now)
        held = self.state.orders[held.number]
        if held.status.is_final:
            return held
        with self._step(market, now) as step:
            step.close(held, OrderStatus.CANCELED)
        return self.state.orders[held.number]

    def replace(self, held: VenueOrder, order: Order, now: int) -> VenueOrder | Refusal:
        """Give an order other terms in one step; a final one stays what it is.

        It meets the market with them at once, as if it arrived; with a smaller quantity alone it
        keeps its place in the queue.

        Args:
            held: the order.
            order: as it is to be; its client order id is a new one, or the one that it has.
            now: when the request arrives.

        Returns:
            The order as it is afterwards; or why it keeps its terms.
        """
        market = self.market(held.order.symbol, now)
        held = self.state.orders[held.number]
        if held.status.is_final:
            return held
        with self._step(market, now) as step:
            refusal = self._unquoted(step) or self._replace_refusal(step, held, order)
            if refusal is None:
                self._renew(step, held, order)
        return refusal or self.state.orders[held.number]

    def _replace_refusal(self, step: Execution, held: VenueOrder, order: Order) -> Refusal | None:
        renamed = order.client_order_id != held.order.client_order_id
        if renamed and order.client_order_id in self.state.arrivals:
            return Refusal("INVALID_CLIENT_ORDER_ID", "Duplicate client order id.")
        refusal = replace_refusal(held, self._circumstances(step, order))
        refusal = refusal or unaffordable(step, order, self._terms.margin, held)
        works = held.triggered or order.order_type is OrderType.LIMIT
        crosses = works and order.post_only and refusal is None and step.would_take(order)
        return POST_ONLY_CROSSES if crosses else refusal

    def _renew(self, step: Execution, held: VenueOrder, order: Order) -> None:
        stays = keeps_its_place(held, order)
        replaced = step.told(Replaced(at=step.at, number=held.number, order=order))
        if stays:
            step.shorten(replaced)
        else:
            step.market.book.cancel(held.number)
            step.meet(replaced)

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
        if symbol in self.state.open:
            self.market(symbol, now)
        return self.state.newest(client_order_id, order_id, symbol)

    # Steps

    def _made_step(self, market: SymbolMarket, at: int) -> Execution:
        return Execution(self.state, market, at, self._terms.fees, self._terms.prevention)

    def _step(self, market: SymbolMarket, at: int) -> Transaction:
        step = self._made_step(market, at)
        return Transaction(step, self._sink, undo=self._undo, hear=self.hear)

    def _undo(self) -> None:
        self.state = self._reload()
        self._markets.clear()

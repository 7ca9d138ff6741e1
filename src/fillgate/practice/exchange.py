"""The practice exchange itself: the simulated market, with Binance's rules around it.

Invariants:

1. Each request has a time of its own: `now` never gives one twice, and none goes back.
2. A client order id is refused while a working order of the account has it, and taken again once
   that has ended; a lookup by it finds the newest.
3. What happens to orders is heard once, in its order (`hear`): at the request that causes it, or
   when the exchange is brought up to date.
4. Nothing is looked for by going through what was before, but in lists that are asked for whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.market.accounts import AccountKind
from fillgate.market.accounts.wallet import Holding
from fillgate.market.feeds.base import NoPrices
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.market.records import Record
from fillgate.market.state import VenueState
from fillgate.market.step import Change
from fillgate.market.symbol_market import SymbolMarket
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.errors import (
    Refused,
    cancel_rejected,
    duplicate_order,
    filter_failure,
    market_closed,
    no_such_order,
    order_refused,
    would_trigger,
)
from fillgate.practice.filters import Offered, check_filters
from fillgate.practice.new_order import PREVENTION, NewOrder
from fillgate.practice.order_index import OrderIndex
from fillgate.practice.pages import Page
from fillgate.practice.prices import Prices
from fillgate.practice.receipts import Receipts
from fillgate.practice.symbols import Symbols
from fillgate.practice.trades import Trade, Trades
from fillgate.practice.users import User, Users
from fillgate.practice.views import OrderView

__all__ = ["Exchange", "News", "Rules"]

_REFUSALS: Final[Mapping[str, Callable[[], Refused]]] = {
    "INSUFFICIENT_FUNDS": lambda: order_refused(
        "Account has insufficient balance for requested action."
    ),
    "POST_ONLY_WOULD_CROSS": lambda: order_refused("Order would immediately match and take."),
    "NO_PRICES": market_closed,
    "INVALID_QUANTITY": lambda: filter_failure("LOT_SIZE"),
    "INVALID_PRICE": lambda: filter_failure("PRICE_FILTER"),
}
"""What the market's refusals are on Binance."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How the exchange behaves."""

    prices: SyntheticTerms = SyntheticTerms()
    maker: Decimal = Decimal("0.001")
    """Of the worth of what rested."""
    taker: Decimal = Decimal("0.001")


class News(msgspec.Struct, frozen=True, kw_only=True):
    """An order changed."""

    view: OrderView
    executions: int
    """How many of its trades are new."""
    is_new: bool
    cancel_id: str | None


class Exchange:
    """Takes orders, and is asked."""

    name = "spot"
    """What receipts call it."""

    def __init__(
        self,
        clock: Clock,
        users: Users,
        prices: Prices,
        *,
        symbols: Symbols | None = None,
        rules: Rules | None = None,
    ) -> None:
        """Open, with what the users own at the beginning.

        Args:
            clock: tells the time, with which the market moves.
            users: who may trade.
            prices: what the market outside offers.
            symbols: what is listed.
            rules: how it behaves.
        """
        self.symbols = symbols or Symbols()
        self.rules = rules or Rules()
        self.users = users
        self.prices = prices
        self.trades = Trades()
        self.receipts = Receipts()
        self.late = 0
        """Microseconds for which lookups do not see an order yet."""
        self.hear: Callable[[News], None] | None = None
        """Hears of each order that changed, if set."""
        self._clock = clock
        self._last = 0
        self._index = OrderIndex()
        self._asked: dict[int, NewOrder] = {}
        self._placing: NewOrder | None = None
        self._cancel_id: str | None = None
        self._state = VenueState()
        self._venue = self._opened()

    def _opened(self) -> Venue:
        terms = self._terms()
        self._state = terms.new_state()
        venue = Venue(terms, self._write_down, lambda: self._state)
        for user in self.users.all:
            venue.open_account(user.name, *self._opening(user), self.now())
        venue.hear = self._changed
        return venue

    def _terms(self, **more: Any) -> Terms:
        fees = FeeTier(maker=self.rules.maker, taker=self.rules.taker)
        terms: dict[str, Any] = {
            "fees": FeeSchedule([fees], of_received=True),
            "amendments": {name: each.amendment for name, each in self.symbols.by_name.items()},
        }
        return Terms(lambda symbol, _: self.prices.feeds[symbol], **terms | more)

    def _opening(self, user: User) -> tuple[AccountKind, Mapping[str, Decimal]]:
        return AccountKind.SPOT, user.balances

    # Time

    def now(self) -> int:
        """Return the time in Unix microseconds, later than it was before."""
        self._last = max(self._clock.now(), self._last + 1)
        return self._last

    def advance(self) -> int:
        """Let happen what happens up to now; return the time."""
        now = self.now()
        self._venue.advance_all(now)
        return now

    # What happens

    def _write_down(self, records: Sequence[Record]) -> None:
        self.trades.take_in(records, self._state.orders)

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            held = change.held
            if held.status is OrderStatus.REJECTED:
                continue
            is_new = held.number not in self._asked
            if is_new:
                self._asked[held.number] = self._asked_for(held)
                self._index.add(held)
            if held.status.is_final:
                self._index.end(held)
            if self.hear is not None:
                told = News(
                    view=self._view(held),
                    executions=change.executions,
                    is_new=is_new,
                    cancel_id=self._cancel_id if held.status is OrderStatus.CANCELED else None,
                )
                self.hear(told)

    def _asked_for(self, _held: VenueOrder) -> NewOrder:
        """Return what an order that has just come was asked for as."""
        assert self._placing is not None
        return self._placing

    def _view(self, held: VenueOrder) -> OrderView:
        return OrderView(held, self._asked[held.number], self.trades.of_order(held.number))

    # Prices

    def last_price(self, symbol: str) -> Decimal:
        """Return the last price.

        Raises:
            Refused: the symbol is not listed, or is closed.
        """
        self.symbols.find(symbol)
        try:
            quote = self._venue.quote(symbol, self.now())
        except NoPrices:
            raise market_closed() from None
        return self._venue.listing(symbol).price(quote.last)

    def market(self, symbol: str) -> tuple[SymbolMarket, int]:
        """Return the market of a listed symbol, up to date, and the time.

        Raises:
            Refused: the symbol is not listed.
        """
        self.symbols.find(symbol)
        now = self.now()
        return self._venue.market(symbol, now), now

    # Orders

    def check(self, user: User, new: NewOrder) -> Decimal | None:
        """Refuse an order that cannot be placed as it is; return its quantity, if it has one.

        Raises:
            Refused: with Binance's code.
        """
        symbol, last = self.symbols.find(new.symbol), self.last_price(new.symbol)
        working = list(self._index.working(user.name, new.symbol))
        check_filters(
            Offered(
                symbol=symbol,
                at_market=new.at_market,
                quantity=new.quantity,
                worth=new.quote_quantity,
                price=new.price,
                stop_price=new.stop_price,
                last=last,
                open_orders=len(working),
                open_stops=sum(self._asked[number].is_stop for number in working),
                is_stop=new.is_stop,
            )
        )
        if new.client_order_id and self._index.is_working(user.name, new.client_order_id):
            raise duplicate_order()
        if new.triggers(last):
            raise would_trigger()
        return new.quantity

    def place(self, user: User, new: NewOrder) -> OrderView:
        """Take an order, and return what it is then.

        Raises:
            Refused: with Binance's code; there is no such order.
        """
        quantity = self.check(user, new) or self._quantity_worth(new)
        now = self.now()
        name = new.client_order_id or f"fg{now:020d}"
        self._placing = new
        held = self._venue.place(
            new.order(user.name, name, quantity), now, prevention=PREVENTION[new.prevention]
        )
        if held.status is OrderStatus.REJECTED:
            refused = _REFUSALS.get(held.code)
            raise order_refused(held.text) if refused is None else refused()
        return self._view(held)

    def _quantity_worth(self, new: NewOrder) -> Decimal:
        assert new.quote_quantity is not None
        quantity = self._venue.quantity_worth(new.symbol, new.side, new.quote_quantity, self.now())
        if not quantity:
            raise filter_failure("LOT_SIZE")
        return quantity

    def cancel(self, view: OrderView, cancel_id: str | None = None) -> tuple[OrderView, str]:
        """Cancel a working order; return it, and the client order id of the cancel.

        Args:
            view: the order.
            cancel_id: the client order id that the cancel is to have.

        Raises:
            Refused: it has ended (-2011).
        """
        now = self.now()
        self._cancel_id = cancel_id or f"fg{now:020d}"
        try:
            before = self._state.orders[view.held.number].status
            held = self._venue.cancel(view.held, now)
            if before.is_final or held.status is not OrderStatus.CANCELED:
                raise cancel_rejected()
            return self._view(held), self._cancel_id
        finally:
            self._cancel_id = None

    # Lookups

    def find(
        self, user: User, symbol: str, order_id: int | None, client_order_id: str | None
    ) -> OrderView | None:
        """Return an order as it is now, whether or not lookups see it yet; None if there is none.

        Args:
            user: whose it is.
            symbol: the order's.
            order_id: the exchange's id; where both are given both have to fit.
            client_order_id: the newest under it is meant.

        Raises:
            Refused: the symbol is not listed.
        """
        self.market(symbol)
        number = order_id
        if number is None and client_order_id is not None:
            number = self._index.newest(user.name, symbol, client_order_id)
        if number not in self._asked:
            return None
        view = self._view(self._state.orders[number])
        order = view.held.order
        ours = (order.account, order.symbol) == (user.name, symbol)
        named = client_order_id in {None, order.client_order_id}
        return view if ours and named else None

    def look_up(
        self, user: User, symbol: str, order_id: int | None, client_order_id: str | None
    ) -> OrderView:
        """Return an order that lookups see.

        Raises:
            Refused: there is none (-2013), or the symbol is not listed.
        """
        view = self.find(user, symbol, order_id, client_order_id)
        if view is None or not self._is_seen(view):
            raise no_such_order()
        return view

    def _is_seen(self, view: OrderView) -> bool:
        return self._last - view.held.arrived >= self.late

    def working(
        self, user: User, symbol: str | None = None, *, seen_only: bool = True
    ) -> list[OrderView]:
        """Return the working orders, oldest first; those that lookups see, or all."""
        self.advance()
        views = [self._view(self._state.orders[n]) for n in self._index.working(user.name, symbol)]
        return [view for view in views if self._is_seen(view)] if seen_only else views

    def all_orders(self, user: User, symbol: str, page: Page) -> list[OrderView]:
        """Return a page of the orders of a symbol that lookups see, oldest first."""
        self.market(symbol)
        orders = self._state.orders
        numbers = page.of(
            self._index.of_symbol(user.name, symbol),
            at=lambda number: orders[number].arrived,
            name=lambda number: number,
        )
        return list(self._seen(numbers))

    def _seen(self, numbers: Iterable[int]) -> Iterator[OrderView]:
        views = (self._view(self._state.orders[number]) for number in numbers)
        return (view for view in views if self._is_seen(view))

    def my_trades(self, user: User, symbol: str, page: Page) -> list[Trade]:
        """Return a page of an account's trades that lookups see, oldest first."""
        self.market(symbol)
        trades = self.trades.of_account(user.name, symbol)
        found = page.of(trades, at=lambda each: each.at, name=lambda each: each.trade_id)
        return [each for each in found if self._last - each.at >= self.late]

    def holdings(self, user: User) -> list[Holding]:
        """Return what an account owns, by asset; of listed assets also nothing."""
        self.advance()
        found = {each.asset: each for each in self._holdings(user.name)}
        nothing = Decimal(0)
        return [
            found.get(asset, Holding(asset, nothing, nothing))
            for asset in sorted({*self.symbols.assets, *found})
        ]

    def _holdings(self, account: str) -> Sequence[Holding]:
        return self._state.ownership.account(account).holdings()

    def holdings_of(self, view: OrderView) -> list[Holding]:
        """Return what an order's account owns of the two assets that it exchanges."""
        symbol = self.symbols.find(view.asked.symbol)
        return [
            each
            for each in self._holdings(view.held.order.account)
            if each.asset in {symbol.base, symbol.quote}
        ]

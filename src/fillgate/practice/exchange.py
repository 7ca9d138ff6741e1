"""The practice exchange itself: the simulated market, with Binance's rules around it.

Invariants:

1. A client order id is refused while a working order of the account has it, and taken again once
   that has ended; a lookup by it finds the newest.
2. Nothing is looked for by going through what was before, but in lists that are asked for whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.market.accounts.wallet import Holding
from fillgate.market.symbol_market import SymbolMarket
from fillgate.practice.checks import Checks, refusal_of
from fillgate.practice.desk import Desk, News, Rules
from fillgate.practice.errors import cancel_rejected, no_such_order
from fillgate.practice.new_order import NewOrder
from fillgate.practice.order_lists import ListNews, ListView, OrderLists
from fillgate.practice.pages import Page
from fillgate.practice.prices import Prices
from fillgate.practice.receipts import Receipts
from fillgate.practice.symbols import Symbols
from fillgate.practice.trades import Trade
from fillgate.practice.users import User, Users
from fillgate.practice.views import OrderView

__all__ = ["Exchange", "ListNews", "News", "Rules"]


class Exchange:
    """Takes orders, and is asked."""

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
        self.receipts = Receipts()
        self.late = 0
        """Microseconds for which lookups do not see an order yet."""
        self._desk = Desk(clock, users, prices, self.symbols, self.rules)
        self._checks = Checks(self._desk)
        self.lists = OrderLists(self._desk, self._checks)
        self.trades = self._desk.trades
        self._orders = self._desk.orders

    def hear(self, hear: Callable[[News | ListNews], None]) -> None:
        """Let somebody hear of each order and each list that changed."""
        self._desk.hear = hear
        self.lists.hear = hear

    # Time and prices

    def now(self) -> int:
        """Return the time in Unix microseconds, later than it was before."""
        return self._desk.now()

    def advance(self) -> int:
        """Let happen what happens up to now; return the time."""
        return self._desk.advance()

    def last_price(self, symbol: str) -> Decimal:
        """Return the last price.

        Raises:
            Refused: the symbol is not listed, or is closed.
        """
        return self._desk.last_price(symbol)

    def market(self, symbol: str) -> tuple[SymbolMarket, int]:
        """Return the market of a listed symbol, up to date, and the time.

        Raises:
            Refused: the symbol is not listed.
        """
        return self._desk.market(symbol)

    # Orders

    def check(self, user: User, new: NewOrder) -> Decimal | None:
        """Refuse an order that cannot be placed as it is; return its quantity, if it has one.

        Raises:
            Refused: with Binance's code.
        """
        return self._checks.check(user, new)

    def place(self, user: User, new: NewOrder) -> OrderView:
        """Take an order, and return what it is then.

        Raises:
            Refused: with Binance's code; there is no such order.
        """
        quantity = self.check(user, new) or self._quantity_worth(new)
        known = self._desk.announce(user, new, quantity)
        held = self._desk.send(known)
        if held.status is OrderStatus.REJECTED:
            raise refusal_of(held)
        view = self._orders.view(known.order_id)
        self._desk.settle()
        return view

    def _quantity_worth(self, new: NewOrder) -> Decimal:
        assert new.quote_quantity is not None
        return self._desk.quantity_worth(new.symbol, new.side, new.quote_quantity)

    def cancel(
        self, view: OrderView, cancel_id: str | None = None
    ) -> tuple[OrderView | ListView, str]:
        """Cancel a working order, and with it the list that it belongs to.

        Args:
            view: the order.
            cancel_id: the client order id that the cancel is to have.

        Returns:
            The order, or the list of which it is part; and the client order id of the cancel.

        Raises:
            Refused: it has ended (-2011).
        """
        name = cancel_id or f"fg{self.now():020d}"
        of_list = self.lists.of_order(view)
        if of_list is not None:
            if view.held.status.is_final:
                raise cancel_rejected()
            return self.lists.cancel(of_list, name), name
        if not self._desk.cancel(view, name):
            raise cancel_rejected()
        return self._orders.view(view.order_id), name

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
        return self._orders.find(user.name, symbol, order_id, client_order_id)

    def look_up(
        self, user: User, symbol: str, order_id: int | None, client_order_id: str | None
    ) -> OrderView:
        """Return an order that lookups see.

        Raises:
            Refused: there is none (-2013), or the symbol is not listed.
        """
        view = self.find(user, symbol, order_id, client_order_id)
        if view is None or not self.is_seen(view.created):
            raise no_such_order()
        return view

    def is_seen(self, created: int) -> bool:
        """Tell whether lookups see what was made at a time, Unix microseconds."""
        return self._desk.last_now - created >= self.late

    def working(
        self, user: User, symbol: str | None = None, *, seen_only: bool = True
    ) -> list[OrderView]:
        """Return the working orders, oldest first; those that lookups see, or all."""
        self.advance()
        views = list(self._orders.working(user.name, symbol))
        return [view for view in views if self.is_seen(view.created)] if seen_only else views

    def all_orders(self, user: User, symbol: str, page: Page) -> list[OrderView]:
        """Return a page of the orders of a symbol that lookups see, oldest first."""
        self.market(symbol)
        found = page.of(
            self._orders.index.of_symbol(user.name, symbol),
            at=self._orders.created,
            name=lambda order_id: order_id,
        )
        return list(self._seen(found))

    def _seen(self, order_ids: Iterable[int]) -> Iterator[OrderView]:
        views = (self._orders.view(order_id) for order_id in order_ids)
        return (view for view in views if self.is_seen(view.created))

    def my_trades(self, user: User, symbol: str, page: Page) -> list[Trade]:
        """Return a page of an account's trades that lookups see, oldest first."""
        self.market(symbol)
        trades = self.trades.of_account(user.name, symbol)
        found = page.of(trades, at=lambda each: each.at, name=lambda each: each.trade_id)
        return [each for each in found if self.is_seen(each.at)]

    def list_of(self, trade: Trade) -> int:
        """Return the id of the list whose order was executed; -1 if it belongs to none."""
        return self._orders.list_of(trade.order_id)

    def holdings(self, user: User) -> list[Holding]:
        """Return what an account owns, by asset; of listed assets also nothing."""
        self.advance()
        found = {each.asset: each for each in self._desk.holdings(user.name)}
        nothing = Decimal(0)
        return [
            found.get(asset, Holding(asset, nothing, nothing))
            for asset in sorted({*self.symbols.assets, *found})
        ]

    def holdings_of(self, view: OrderView) -> Sequence[Holding]:
        """Return what an order's account owns of the two assets that it exchanges."""
        symbol = self.symbols.find(view.asked.symbol)
        return [
            each
            for each in self._desk.holdings(view.held.order.account)
            if each.asset in {symbol.base, symbol.quote}
        ]

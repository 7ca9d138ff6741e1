"""What the spot and the futures exchange share: orders that are taken, cancelled and looked up.

Invariants:

1. A client order id is refused while a working order of the account has it, and taken again once
   that has ended; a lookup by it finds the newest.
2. Nothing is looked for by going through what was before, but in lists that are asked for whole.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import ClassVar

from fillgate.market.accounts.wallet import Holding
from fillgate.market.symbol_market import SymbolMarket
from fillgate.practice.desk import Desk, News, Rules
from fillgate.practice.errors import cancel_rejected, no_such_order
from fillgate.practice.new_order import NewOrder
from fillgate.practice.order_lists import ListNews, ListView
from fillgate.practice.pages import Page
from fillgate.practice.prices import Prices
from fillgate.practice.receipts import Receipts
from fillgate.practice.trades import Trade
from fillgate.practice.users import User, Users
from fillgate.practice.views import OrderView

__all__ = ["Exchange", "ListNews", "News", "Rules"]


class Exchange:
    """Takes orders, and is asked; see `Spot` and `Futures`."""

    name: ClassVar[str]
    """What receipts call it."""

    def __init__(
        self, desk: Desk, users: Users, prices: Prices, rules: Rules, receipts: Receipts
    ) -> None:
        """Open.

        Args:
            desk: its market.
            users: who may trade.
            prices: what the market outside offers.
            rules: what executions cost.
            receipts: take in all requests for orders.
        """
        self.symbols = desk.symbols
        self.rules = rules
        self.users = users
        self.prices = prices
        self.receipts = receipts
        self.late = 0
        """Microseconds for which lookups do not see an order yet."""
        self.trades = desk.trades
        self._desk = desk
        self._orders = desk.orders

    def hear(self, hear: Callable[[News | ListNews], None]) -> None:
        """Let somebody hear of each order and each list that changed."""
        self._desk.hear = hear

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
        raise NotImplementedError

    def place(self, user: User, new: NewOrder) -> OrderView:
        """Take an order, and return what it is then.

        Raises:
            Refused: with Binance's code; there is no such order.
        """
        raise NotImplementedError

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

    def holdings(self, user: User) -> list[Holding]:
        """Return what an account owns, by asset; of listed assets also nothing."""
        self.advance()
        found = {each.asset: each for each in self._desk.holdings(user.name)}
        nothing = Decimal(0)
        return [
            found.get(asset, Holding(asset, nothing, nothing))
            for asset in sorted({*self.symbols.assets, *found})
        ]

"""The spot exchange: the simulated market, with the rules of Binance's spot around it."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.market.accounts import AccountKind
from fillgate.market.accounts.wallet import Holding
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.practice.checks import Checks, refusal_of
from fillgate.practice.desk import Desk, News, Rules, terms_of
from fillgate.practice.errors import cancel_rejected
from fillgate.practice.exchange import Exchange
from fillgate.practice.new_order import NewOrder
from fillgate.practice.order_lists import ListNews, ListView, OrderLists
from fillgate.practice.prices import Prices
from fillgate.practice.receipts import Receipts
from fillgate.practice.symbols import Symbols
from fillgate.practice.trades import Trade
from fillgate.practice.users import User, Users
from fillgate.practice.views import OrderView

__all__ = ["Spot"]


class Spot(Exchange):
    """Takes orders and lists of orders, and is asked."""

    name = "spot"

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
        symbols, rules = symbols or Symbols(), rules or Rules()
        fees = FeeSchedule([FeeTier(maker=rules.maker, taker=rules.taker)], of_received=True)
        owned = [(each.name, AccountKind.SPOT, each.balances) for each in users.all]
        desk = Desk(clock, symbols, terms_of(prices, symbols, fees=fees), owned)
        super().__init__(desk, users, prices, rules, Receipts())
        self._checks = Checks(desk)
        self.lists = OrderLists(desk, self._checks)

    def hear(self, hear: Callable[[News | ListNews], None]) -> None:
        """Let somebody hear of each order and each list that changed."""
        super().hear(hear)
        self.lists.hear = hear

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

    def list_of(self, trade: Trade) -> int:
        """Return the id of the list whose order was executed; -1 if it belongs to none."""
        return self._orders.list_of(trade.order_id)

    def holdings_of(self, view: OrderView) -> Sequence[Holding]:
        """Return what an order's account owns of the two assets that it exchanges."""
        symbol = self.symbols.find(view.asked.symbol)
        return [
            each
            for each in self._desk.holdings(view.held.order.account)
            if each.asset in {symbol.base, symbol.quote}
        ]

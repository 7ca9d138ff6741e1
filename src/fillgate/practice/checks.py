"""Which new orders the exchange refuses, before they come to the market and there."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from fillgate.domain.orders import Side
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.desk import Desk
from fillgate.practice.errors import (
    Refused,
    duplicate_order,
    filter_failure,
    market_closed,
    order_refused,
    would_trigger,
)
from fillgate.practice.filters import Offered, check_filters
from fillgate.practice.new_order import Kind, NewOrder
from fillgate.practice.users import User

__all__ = ["Checks", "refusal_of", "reject_reason", "triggers"]


class _Reason(NamedTuple):
    refused: Callable[[], Refused]
    word: str = "NONE"
    """Of reports on what could not come to the market after it had waited."""


_REFUSALS: Final[Mapping[str, _Reason]] = {
    "INSUFFICIENT_FUNDS": _Reason(
        lambda: order_refused("Account has insufficient balance for requested action."),
        "INSUFFICIENT_BALANCES",
    ),
    "POST_ONLY_WOULD_CROSS": _Reason(
        lambda: order_refused("Order would immediately match and take."),
        "WOULD_MATCH_IMMEDIATELY",
    ),
    "NO_PRICES": _Reason(market_closed),
    "INVALID_QUANTITY": _Reason(lambda: filter_failure("LOT_SIZE")),
    "INVALID_PRICE": _Reason(lambda: filter_failure("PRICE_FILTER")),
}
"""What the market's refusals are on Binance."""


def refusal_of(held: VenueOrder) -> Refused:
    """Return why the market refused an order."""
    known = _REFUSALS.get(held.code)
    return order_refused(held.text) if known is None else known.refused()


def reject_reason(held: VenueOrder) -> str:
    """Return the word for it."""
    known = _REFUSALS.get(held.code)
    return "NONE" if known is None else known.word


class Checks:
    """Looks at new orders."""

    def __init__(self, desk: Desk) -> None:
        """Know the market and the orders that work."""
        self._desk = desk

    def check(self, user: User, new: NewOrder) -> Decimal | None:
        """Refuse an order that cannot be placed as it is; return its quantity, if it has one.

        Raises:
            Refused: with Binance's code.
        """
        self.check_filters(user, [new])
        self.check_names(user, [new.client_order_id])
        if triggers(new, self._desk.last_price(new.symbol)):
            raise would_trigger()
        return new.quantity

    def check_filters(
        self, user: User, orders: Sequence[NewOrder], lists: int | None = None
    ) -> None:
        """Refuse orders that come together if one does not pass the filters of its symbol.

        Args:
            user: whose they are.
            orders: of one symbol.
            lists: how many lists of the account work there; None if these come by themselves.
        """
        symbol = self._desk.symbols.find(orders[0].symbol)
        last = self._desk.last_price(symbol.name)
        working = list(self._desk.orders.working(user.name, symbol.name))
        stops = sum(view.asked.is_stop for view in working)
        for before, new in enumerate(orders):
            check_filters(
                Offered(
                    symbol=symbol,
                    at_market=new.at_market,
                    quantity=new.quantity,
                    worth=new.quote_quantity,
                    price=new.price,
                    stop_price=new.stop_price,
                    last=last,
                    open_orders=len(working) + before,
                    open_stops=stops,
                    is_stop=new.is_stop,
                    open_lists=lists,
                )
            )
            stops += new.is_stop

    def check_names(self, user: User, names: Sequence[str | None]) -> None:
        """Refuse client order ids that working orders have, or that come twice.

        Raises:
            Refused: -2010.
        """
        given = [name for name in names if name is not None]
        taken = (self._desk.orders.index.is_working(user.name, name) for name in given)
        if len(set(given)) < len(given) or any(taken):
            raise duplicate_order()


def triggers(new: NewOrder, last: Decimal) -> bool:
    """Tell whether a stop's price has come already."""
    if new.stop_price is None:
        return False
    takes_profit = new.kind in {Kind.TAKE_PROFIT, Kind.TAKE_PROFIT_LIMIT}
    rises = (new.side is Side.BUY) is not takes_profit
    return last >= new.stop_price if rises else last <= new.stop_price

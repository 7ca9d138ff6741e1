"""What this account's orders were called: our symbols for ccxt's, and the orders that were sent.

Venues tell of orders under symbols of their own, and fillgate compares them with the order's.

Invariants:

1. An order that was sent, asked for or cancelled since the account was opened is told of under the
   very symbol that it has.
2. Anything else is told of under the symbol that was used last for the same market, and under
   ccxt's symbol where none was used.
3. An order whose ids were told together is known by the venue's id, too: executions often name
   that alone.
4. Memory is bounded; what was noted first is forgotten first.
"""

from collections import OrderedDict
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from fillgate.domain.ids import order_of
from fillgate.domain.orders import Order

__all__ = ["Known", "Sent"]

K = TypeVar("K")
V = TypeVar("V")

_MOST: Final = 20_000


class Sent(NamedTuple):
    """An order that was sent."""

    order: Order
    quantity: Decimal
    """In ccxt's unit, after rounding to the market's step."""


class Known:
    """What is known of symbols and orders."""

    def __init__(self, most: int = _MOST) -> None:
        """Remember so many orders."""
        self._most = most
        self._symbols: dict[str, str] = {}
        self._of_orders: OrderedDict[str, str] = OrderedDict()
        self._orders: OrderedDict[str, Sent] = OrderedDict()
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    def note_order(self, order: Order, market: str, quantity: Decimal) -> None:
        """Remember an order that is sent to a market (ccxt's symbol) with a quantity of ccxt's."""
        sent = Sent(order, quantity)
        _put(self._orders, order_of(order.client_order_id), sent, self._most)
        self.note(order.symbol, market, order.client_order_id)

    def note(self, symbol: str, market: str, client_order_id: str | None = None) -> None:
        """Remember that a market (ccxt's symbol) was called by a symbol, perhaps for an order."""
        self._symbols[market] = symbol
        if client_order_id is not None:
            _put(self._of_orders, order_of(client_order_id), symbol, self._most)

    def symbol(self, market: str, client_order_id: str | None = None) -> str:
        """Return our symbol for a market, for an order of it if one is meant."""
        if client_order_id is not None:
            own = self._of_orders.get(order_of(client_order_id))
            if own is not None:
                return own
        return self._symbols.get(market, market)

    def note_id(self, market: str, order_id: str, client_order_id: str | None) -> None:
        """Remember which client order id the venue's id of an order stands for, if any is told."""
        if client_order_id is not None:
            _put(self._names, (market, order_id), client_order_id, self._most)

    def name(self, market: str, order_id: str) -> str | None:
        """Return the client order id of an order by the venue's id; None if it is not known."""
        return self._names.get((market, order_id))

    def order(self, client_order_id: str | None) -> Sent | None:
        """Return an order that was sent; None if it is not known."""
        return None if client_order_id is None else self._orders.get(order_of(client_order_id))

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets that were used, by ccxt's symbols."""
        return tuple(self._symbols)


def _put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)

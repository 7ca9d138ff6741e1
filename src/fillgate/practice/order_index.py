"""Where the orders of an account are found: by client order id, by symbol, by whether they work.

Invariants:

1. Orders that were refused are not in it: the exchange never had them.
2. A client order id leads to the newest order under it; it may be used again once that has ended.
"""

from collections.abc import Iterator, Sequence

from fillgate.domain.orders import Order

__all__ = ["OrderIndex"]


class OrderIndex:
    """The ids of the orders of all accounts."""

    def __init__(self) -> None:
        """None so far."""
        self._newest: dict[tuple[str, str, str], int] = {}
        self._of_symbol: dict[tuple[str, str], list[int]] = {}
        self._working: dict[str, dict[int, str]] = {}
        self._names: dict[tuple[str, str], int] = {}

    def add(self, order_id: int, order: Order) -> None:
        """Take in an order that was taken, and works."""
        self._newest[order.account, order.symbol, order.client_order_id] = order_id
        self._of_symbol.setdefault((order.account, order.symbol), []).append(order_id)
        self._working.setdefault(order.account, {})[order_id] = order.symbol
        self._names[order.account, order.client_order_id] = order_id

    def end(self, order_id: int, order: Order) -> None:
        """Hear that an order has ended."""
        if self._working.get(order.account, {}).pop(order_id, None) is not None:
            self._names.pop((order.account, order.client_order_id), None)

    def is_working(self, account: str, client_order_id: str) -> bool:
        """Tell whether a working order has this client order id."""
        return (account, client_order_id) in self._names

    def newest(self, account: str, symbol: str, client_order_id: str) -> int | None:
        """Return the id of the newest order under a client order id."""
        return self._newest.get((account, symbol, client_order_id))

    def of_symbol(self, account: str, symbol: str) -> Sequence[int]:
        """Return all orders of a symbol, oldest first."""
        return self._of_symbol.get((account, symbol), ())

    def working(self, account: str, symbol: str | None = None) -> Iterator[int]:
        """Return the orders that work, oldest first."""
        found = self._working.get(account, {})
        return (order_id for order_id, at in found.items() if symbol in {None, at})

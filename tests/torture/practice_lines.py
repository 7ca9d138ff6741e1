"""What truly happened at the practice exchange, by its receipts and lists, as lines of a ledger."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from tests.torture.ledger import Accepted, Arrived, Canceled, CancelSeen, Filled, Line, Refused

__all__ = ["Receipts", "lines_of"]

Row = Mapping[str, Any]

_ENDED: Final = frozenset({"CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"})


class Receipts:
    """The receipts of orders and cancels, with the client order ids that orders came under.

    Binance shows a cancelled order under the id of its cancel.
    """

    def __init__(self, orders: Sequence[Row], cancels: Sequence[Row]) -> None:
        """Take in what `GET /practice/orders` and `GET /practice/cancels` told."""
        self._orders = orders
        self._cancels = cancels
        self.names: Mapping[int, str] = {
            each["order_id"]: group["clientOrderId"]
            for group in orders
            for each in group["requests"]
            if each["order_id"] is not None
        }

    def lines(self) -> Iterator[Line]:
        """Return what came."""
        for group in self._orders:
            for each in group["requests"]:
                yield from _arrival(each, group["clientOrderId"])
        for each in self._cancels:
            yield CancelSeen(
                at=each["at"], client_order_id=self._meant(each), done=each["code"] is None
            )

    def _meant(self, cancel: Row) -> str:
        """Return the client order id of the order that was to be cancelled."""
        sent = cancel["parameters"]
        order_id = sent.get("orderId")
        named = None if order_id is None else self.names.get(int(order_id))
        return str(named or sent.get("origClientOrderId", ""))


def _arrival(receipt: Row, name: str) -> Iterator[Line]:
    yield Arrived(at=receipt["at"], request="new", client_order_id=name, fault="")
    if receipt["code"] is not None:
        yield Refused(at=receipt["at"], client_order_id=name, code=str(receipt["code"]))


def lines_of(
    symbol: str, orders: Sequence[Row], trades: Sequence[Row], names: Mapping[int, str]
) -> Iterator[Line]:
    """Return the lines of a symbol's orders.

    Args:
        symbol: as fillgate calls it.
        orders: as `allOrders` lists them.
        trades: as `myTrades` lists them.
        names: the client order ids under which orders came, by the exchange's ids.
    """
    for row in orders:
        yield _order(symbol, row, names)
    yield from map(_trade, trades)
    for row in orders:
        if row["status"] in _ENDED:
            yield Canceled(at=row["updateTime"], order_id=str(row["orderId"]), request="")


def _order(symbol: str, row: Row, names: Mapping[int, str]) -> Line:
    kind = row["type"].lower()
    return Accepted(
        at=row["time"],
        client_order_id=names.get(row["orderId"], row["clientOrderId"]),
        order_id=str(row["orderId"]),
        symbol=symbol,
        side=row["side"].lower(),
        order_type=kind,
        quantity=Decimal(row["origQty"]),
        price=Decimal(row["price"]) if kind == "limit" else None,
    )


def _trade(row: Row) -> Line:
    return Filled(
        at=row["time"],
        order_id=str(row["orderId"]),
        fill_id=str(row["id"]),
        quantity=Decimal(row["qty"]),
        price=Decimal(row["price"]),
        fee=Decimal(row["commission"]),
    )

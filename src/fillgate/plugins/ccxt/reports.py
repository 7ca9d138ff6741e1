"""From ccxt's unified orders, trades and positions to what fillgate hears.

Invariants:

1. Quantities are in our unit: what the venue counts in contracts is multiplied by their size.
2. Our client order ids are read back from the venue's form; those of others stay what they are.
3. What cannot be told for certain is left out (None) or is no answer (`BrokenAnswer`).
4. An order that was rounded to the market's step is told of with the quantity that it has here. Of
   one of ours that another process sent, no quantity is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.errors import Rejected
from fillgate.domain.fills import Fill
from fillgate.domain.ids import tag_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, divide, multiply
from fillgate.domain.orders import Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.base import VenueFill, VenuePosition
from fillgate.plugins.ccxt.client_ids import decode
from fillgate.plugins.ccxt.known import Known
from fillgate.plugins.ccxt.values import (
    BrokenAnswer,
    Fields,
    fees_of,
    number,
    positive,
    text,
    time_of,
)
from fillgate.plugins.ccxt.venues import ClientIdForm

__all__ = ["Reader", "names_id"]

_ENDED: Final[Mapping[str, OrderStatus]] = {
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
# The queued ones are Coinbase's, which ccxt hands on as they are.
_WORKING: Final = frozenset(
    {"open", "canceling", "pending", "queued", "cancel_queued", "edit_queued"}
)
_WAITING: Final = "pending_new"
"""ccxt hands on this word of Binance's for an order that waits for another one of its list."""
_CHANGED: Final = ("lastUpdateTimestamp", "lastTradeTimestamp", "timestamp")
_SIDES: Final[Mapping[Any, Side]] = {"buy": Side.BUY, "sell": Side.SELL}
_DISTANCES: Final = ("+", "-", "#")
_NO_ID: Final = frozenset({"none", "null", "undefined"})


def names_id(order: Any) -> str | None:
    """Return the venue's id in what ccxt made of an answer; None if there is none."""
    found = text(order, "id") if isinstance(order, Mapping) else None
    return None if found is None or found.lower() in _NO_ID else found


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what one account is told."""

    form: ClientIdForm
    known: Known
    unit: Callable[[str], Decimal]
    """How much of our unit one of ccxt's is, by ccxt's symbol."""
    now: Callable[[], int]
    """The time, Unix milliseconds."""

    def result(self, order: Fields) -> ExecutionResult:
        """Return the result that an answer to a submission amounts to, with the venue's id.

        Raises:
            Rejected: the venue took the order and refused it at once.
            BrokenAnswer: a value cannot be.
        """
        order_id = names_id(order)
        assert order_id is not None
        market = text(order, "symbol") or ""
        self.known.note_id(market, order_id, self.client_order_id(order))
        size = self.unit(market)
        filled = self._filled(order, size)
        status = _status(order, filled, self._in_base(order, "amount", size))
        if status is OrderStatus.REJECTED:
            raise Rejected("INVALID_ORDER", f"the venue gave it the id {order_id} and refused it")
        if status in _WITH_A_FILL and not filled:
            # Taken; what was filled is asked for.
            status = OrderStatus.NEW
        return ExecutionResult(
            success=True,
            order_id=order_id,
            filled_quantity=filled,
            average_price=_average(order, filled),
            timestamp=time_of(order, *_CHANGED) or self.now(),
            status=status,
            fees=fees_of(order),
            fills=self._fills(order, size),
        )

    def report(self, order: Fields, client_order_id: str | None = None) -> ExecutionReport:
        """Return what the venue tells of an order.

        Args:
            order: the order in ccxt's structure.
            client_order_id: which order was asked about, where the answer names another: that to a
                cancel may have the request's own id.

        Raises:
            BrokenAnswer: what has to be told is not.
        """
        order_id, market, side = names_id(order), text(order, "symbol"), order.get("side")
        if order_id is None or market is None or side not in _SIDES:
            raise BrokenAnswer("an order without id, symbol or side")
        size, name = self.unit(market), client_order_id or self.client_order_id(order)
        filled, amount = self._filled(order, size), self._in_base(order, "amount", size)
        status = _status(order, filled, amount)
        if status is None:
            raise BrokenAnswer(f"the order {order_id} has the status {order.get('status')!r}")
        self.known.note_id(market, order_id, name)
        return ExecutionReport(
            client_order_id=name,
            order_id=order_id,
            symbol=self.known.symbol(market, name),
            side=_SIDES[side],
            quantity=self._quantity(order, name, amount),
            price=_limit(order),
            stop_price=positive(order, "triggerPrice") or positive(order, "stopPrice"),
            status=status,
            filled_quantity=filled,
            average_price=_average(order, filled),
            fees=fees_of(order),
            fills=self._fills(order, size),
            created=time_of(order, "timestamp"),
            timestamp=time_of(order, *_CHANGED) or self.now(),
        )

    def client_order_id(self, fields: Fields) -> str | None:
        """Return our id of an order, or another's as it is; None where it is not told."""
        told = text(fields, "clientOrderId")
        return None if told is None else decode(self.form, told) or told

    def fill(self, trade: Fields) -> VenueFill:
        """Return one of the account's executions.

        Raises:
            BrokenAnswer: what has to be told is not.
        """
        order_id, market, side = text(trade, "order"), text(trade, "symbol"), trade.get("side")
        if order_id is None or market is None or side not in _SIDES:
            raise BrokenAnswer("a trade without symbol, side or the id of its order")
        fill = _fill(trade, self.unit(market), time_of(trade, "timestamp"))
        if fill is None:
            raise BrokenAnswer("a trade without id, quantity, price or time")
        name = self.known.name(market, order_id)
        return VenueFill(
            order_id=order_id,
            client_order_id=name,
            symbol=self.known.symbol(market, name),
            side=_SIDES[side],
            fill=fill,
        )

    def position(self, position: Fields) -> VenuePosition | None:
        """Return a position; None if it is flat.

        Raises:
            BrokenAnswer: its symbol is not told, or a value cannot be.
        """
        market, contracts = text(position, "symbol"), number(position, "contracts")
        if market is None:
            raise BrokenAnswer("a position without a symbol")
        if not contracts:
            return None
        held = multiply(abs(contracts), self.unit(market))
        is_short = position.get("side") == "short" or contracts < ZERO
        return VenuePosition(
            symbol=self.known.symbol(market),
            quantity=-held if is_short else held,
            average_price=positive(position, "entryPrice"),
        )

    def _filled(self, order: Fields, size: Decimal) -> Decimal:
        told = self._in_base(order, "filled", size) or ZERO
        if told < ZERO:
            raise BrokenAnswer(f"a filled quantity of {told}")
        return told

    def _in_base(self, order: Fields, name: str, size: Decimal) -> Decimal | None:
        told = number(order, name)
        return None if told is None else multiply(told, size)

    def _quantity(self, order: Fields, name: str | None, amount: Decimal | None) -> Decimal | None:
        sent = self.known.order(name)
        if sent is None:
            # Whether one of ours was rounded, or was by cost, is not known any more.
            return None if name is not None and tag_of(name) is not None else amount
        if sent.order.quote_quantity is not None:
            return None
        return sent.order.quantity if number(order, "amount") == sent.quantity else amount

    def _fills(self, order: Fields, size: Decimal) -> tuple[Fill, ...]:
        at = time_of(order, *_CHANGED) or self.now()
        trades = order.get("trades") or ()
        named = (_fill(trade, size, time_of(trade, "timestamp") or at) for trade in trades)
        return tuple(fill for fill in named if fill is not None)


_WITH_A_FILL: Final = frozenset({OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED})


def _status(order: Fields, filled: Decimal, amount: Decimal | None) -> OrderStatus | None:
    """Return what ccxt's status means with these quantities; None if it tells nothing."""
    told = (text(order, "status") or "").lower()
    if told == _WAITING:
        return OrderStatus.PENDING_NEW
    if told in _WORKING:
        if filled and amount is not None and filled >= amount:
            return OrderStatus.FILLED
        return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.NEW
    if told == "closed":
        if not filled:
            # Nothing of it was executed, or nobody says what was.
            return OrderStatus.CANCELED if number(order, "filled") is not None else None
        is_whole = amount is None or filled >= amount or "market" in (text(order, "type") or "")
        return OrderStatus.FILLED if is_whole else OrderStatus.CANCELED
    return _ENDED.get(told)


def _limit(order: Fields) -> Decimal | None:
    if "limit" not in (text(order, "type") or "limit"):
        return None
    # Kraken tells that of an order that trails as a distance.
    return None if str(order.get("price")).startswith(_DISTANCES) else positive(order, "price")


def _average(order: Fields, filled: Decimal) -> Decimal | None:
    told = positive(order, "average")
    if told is not None or not filled:
        return told
    cost = positive(order, "cost")
    return None if cost is None else divide(cost, filled)


def _fill(trade: Fields, size: Decimal, at: int | None) -> Fill | None:
    identity, quantity, price = text(trade, "id"), positive(trade, "amount"), number(trade, "price")
    if identity is None or quantity is None or price is None or at is None:
        return None
    return Fill(
        fill_id=identity,
        quantity=multiply(quantity, size),
        price=price,
        fees=fees_of(trade),
        timestamp=at,
    )

"""An order as the venue has it.

Invariants: it is changed by records only (`after`); a final order changes no more.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, add, divide, multiply
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport
from fillgate.market.records import (
    Arrived,
    Attached,
    Closed,
    Filled,
    Liquidated,
    MovedUp,
    OrderRecord,
    Queued,
    Replaced,
    Restated,
    Trailed,
    Triggered,
)

__all__ = ["VenueOrder"]


class VenueOrder(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order and what became of it."""

    number: int
    """Counts the orders of the venue, from 1."""
    order: Order
    """As it is now; under the client order id that the last replace gave it."""
    former: tuple[str, ...] = ()
    """The client order ids that it had before, oldest first."""
    arrived: int
    """When the venue took it, Unix microseconds."""
    updated: int
    """When it last changed, Unix microseconds."""
    status: OrderStatus = OrderStatus.NEW
    triggered: bool = False
    """Its stop was reached."""
    best: int | None = None
    """Of a trailing stop: the best price so far, in ticks."""
    ahead: int = 0
    """Lots of the market outside that are executed before it at its price."""
    place: int = 0
    """Counts those that join queues; whoever has the lower one came first. 0: in no queue."""
    entry: int | None = None
    """Number of the order that it protects, for one the venue itself placed."""
    pair: int | None = None
    """The same for orders that are one-cancels-the-other."""
    filled_quantity: Decimal = ZERO
    """What was executed, in the order's unit."""
    worth: Decimal = ZERO
    """What that cost or earned, in the quote currency, without fees."""
    fills: tuple[Fill, ...] = ()
    code: str = ""
    text: str = ""

    @classmethod
    def arriving(cls, record: Arrived | Attached | Liquidated) -> "VenueOrder":
        """Return the order that a record begins."""
        return cls(
            number=record.number,
            order=record.order,
            arrived=record.at,
            updated=record.at,
            entry=record.entry,
            pair=record.pair,
        )

    def after(self, record: OrderRecord) -> "VenueOrder":
        """Return the order as it is after a record.

        Raises:
            ValueError: the record begins an order.
        """
        change = _CHANGES.get(type(record))
        if change is None:
            raise ValueError(f"order {self.number} arrived twice")
        return change(self, record)

    @property
    def order_id(self) -> str:
        """The venue's id."""
        return f"mock-{self.number}"

    @property
    def arrived_as(self) -> str:
        """The client order id that it arrived under."""
        return self.former[0] if self.former else self.order.client_order_id

    @property
    def average_price(self) -> Decimal | None:
        """At what price; None while nothing is executed."""
        if len(self.fills) == 1:
            return self.fills[0].price
        return divide(self.worth, self.filled_quantity) if self.fills else None

    @property
    def fees(self) -> tuple[Fee, ...]:
        """What the venue charged, by asset."""
        if len(self.fills) == 1:
            return self.fills[0].fees
        totals: dict[str, Decimal] = {}
        for fill in self.fills:
            for fee in fill.fees:
                totals[fee.asset] = add(totals.get(fee.asset, ZERO), fee.amount)
        return tuple(Fee(asset, amount) for asset, amount in totals.items())

    def report(self, since: int = 0) -> ExecutionReport:
        """Return what the venue says of the order.

        Args:
            since: how many of its executions were told before; they are not told by name again.
        """
        return ExecutionReport(
            client_order_id=self.order.client_order_id,
            order_id=self.order_id,
            symbol=self.order.symbol,
            side=self.order.side,
            quantity=self.order.quantity,
            price=self.order.price,
            stop_price=self.order.stop_price,
            status=self.status,
            filled_quantity=self.filled_quantity,
            average_price=self.average_price,
            fees=self.fees,
            fills=self.fills[since:],
            created=self.arrived // 1000,
            timestamp=self.updated // 1000,
            text=self.text or None,
        )


def _filled(held: VenueOrder, record: Filled) -> VenueOrder:
    fill = record.fill
    done = add(held.filled_quantity, fill.quantity)
    whole = done >= held.order.quantity
    return replace(
        held,
        status=OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED,
        filled_quantity=done,
        worth=add(held.worth, multiply(fill.quantity, fill.price)),
        fills=(*held.fills, fill),
        updated=record.at,
    )


def _triggered(held: VenueOrder, record: Triggered) -> VenueOrder:
    return replace(held, triggered=True, updated=record.at)


def _trailed(held: VenueOrder, record: Trailed) -> VenueOrder:
    return replace(held, best=record.best)


def _queued(held: VenueOrder, record: Queued | MovedUp) -> VenueOrder:
    return replace(held, ahead=record.ahead)


def _replaced(held: VenueOrder, record: Replaced) -> VenueOrder:
    name, former = held.order.client_order_id, held.former
    if record.order.client_order_id != name:
        former = (*former, name)
    return replace(held, order=record.order, former=former, updated=record.at)


def _restated(held: VenueOrder, record: Restated) -> VenueOrder:
    return replace(held, order=replace(held.order, quantity=record.quantity), updated=record.at)


def _closed(held: VenueOrder, record: Closed) -> VenueOrder:
    return replace(
        held, status=record.status, code=record.code, text=record.text, updated=record.at
    )


_CHANGES: Final[Mapping[type, Callable[[VenueOrder, Any], VenueOrder]]] = {
    Filled: _filled,
    Triggered: _triggered,
    Trailed: _trailed,
    Queued: _queued,
    MovedUp: _queued,
    Replaced: _replaced,
    Restated: _restated,
    Closed: _closed,
}

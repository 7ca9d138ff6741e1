"""An order as the venue has it.

Invariants: it is changed by records only (`after`); a final order changes no more.
"""

from decimal import Decimal

import msgspec

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport
from fillgate.market.records import Arrived, Attached, Closed, Filled, Record, Replaced, Triggered

__all__ = ["VenueOrder"]


class VenueOrder(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order and what became of it."""

    number: int
    """Counts the orders of the venue, from 1."""
    order: Order
    """As it is now; under the client order id of the last request that replaced it."""
    former: tuple[str, ...] = ()
    """The client order ids that it had before, oldest first."""
    arrived: int
    """When the venue took it, Unix microseconds."""
    updated: int
    """When it last changed, Unix microseconds."""
    status: OrderStatus = OrderStatus.NEW
    triggered: bool = False
    """Its stop was reached."""
    entry: int | None = None
    """Number of the order that it protects, for one the venue itself placed."""
    fills: tuple[Fill, ...] = ()
    code: str = ""
    text: str = ""

    @classmethod
    def arriving(cls, record: Arrived | Attached) -> "VenueOrder":
        """Return the order that a record begins."""
        return cls(
            number=record.number,
            order=record.order,
            arrived=record.at,
            updated=record.at,
            entry=record.entry,
        )

    def after(self, record: Record) -> "VenueOrder":
        """Return the order as it is after a record."""
        match record:
            case Filled():
                return self._filled(record)
            case Triggered():
                return msgspec.structs.replace(self, triggered=True, updated=record.at)
            case Replaced():
                return msgspec.structs.replace(
                    self,
                    order=record.order,
                    former=(*self.former, self.order.client_order_id),
                    updated=record.at,
                )
            case Closed():
                return msgspec.structs.replace(
                    self,
                    status=record.status,
                    code=record.code,
                    text=record.text,
                    updated=record.at,
                )
            case _:
                msg = f"order {self.number} arrived twice"
                raise ValueError(msg)

    def _filled(self, record: Filled) -> "VenueOrder":
        # An order is executed in one piece, or cut short by `reduce_only`.
        whole = record.fill.quantity >= self.order.quantity
        return msgspec.structs.replace(
            self,
            status=OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED,
            fills=(*self.fills, record.fill),
            updated=record.at,
        )

    @property
    def order_id(self) -> str:
        """The venue's id."""
        return f"mock-{self.number}"

    @property
    def arrived_as(self) -> str:
        """The client order id that it arrived under."""
        return self.former[0] if self.former else self.order.client_order_id

    @property
    def filled_quantity(self) -> Decimal:
        """What was executed, in the order's unit."""
        return self.fills[0].quantity if self.fills else ZERO

    @property
    def average_price(self) -> Decimal | None:
        """At what price; None while nothing is executed."""
        return self.fills[0].price if self.fills else None

    @property
    def fees(self) -> tuple[Fee, ...]:
        """What the venue charged."""
        return self.fills[0].fees if self.fills else ()

    def report(self) -> ExecutionReport:
        """Return what the venue says of the order."""
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
            fills=self.fills,
            created=self.arrived // 1000,
            timestamp=self.updated // 1000,
            text=self.text or None,
        )

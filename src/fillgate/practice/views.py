"""An order as the exchange shows it: as it is, as it was asked for, and its trades."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from fillgate.domain.life_cycle import OrderStatus
from fillgate.market.execution import OWN_ORDER
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.new_order import NewOrder
from fillgate.practice.trades import Trade

__all__ = ["NO_LIST", "OrderView"]

NO_LIST: Final = -1
"""Stands where an order belongs to no list."""

_STATUSES: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.PENDING_NEW: "PENDING_NEW",
    OrderStatus.NEW: "NEW",
    OrderStatus.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
    OrderStatus.REJECTED: "REJECTED",
}


class OrderView(NamedTuple):
    """One order."""

    order_id: int
    held: VenueOrder
    """As it is in the market, or would be there."""
    asked: NewOrder
    trades: Sequence[Trade]
    created: int
    """Unix microseconds."""
    list_id: int = NO_LIST
    gave_way: bool = False
    """The exchange ended it for another one of its list."""
    reject_reason: str = "NONE"
    """Why it could not come to the market after it had waited."""

    @property
    def status(self) -> str:
        """Its status in Binance's words."""
        held = self.held
        if held.status.is_final and held.text == OWN_ORDER:
            return "EXPIRED_IN_MATCH"
        if held.status is OrderStatus.CANCELED and (held.code or self.gave_way):
            # The exchange ended it: also a stop without money when it was triggered.
            return "EXPIRED"
        return _STATUSES[held.status]

    @property
    def waits(self) -> bool:
        """Whether it waits for another order of its list."""
        return self.held.status is OrderStatus.PENDING_NEW

    @property
    def is_working(self) -> bool:
        """Whether it is, or was, in the book: a stop only once it was triggered."""
        return self.held.number > 0 and (self.held.triggered or not self.asked.is_stop)

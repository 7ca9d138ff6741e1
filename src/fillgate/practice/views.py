"""An order as the exchange shows it: as it is, as it was asked for, and its trades."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from fillgate.domain.life_cycle import OrderStatus
from fillgate.market.execution import OWN_ORDER
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.new_order import NewOrder
from fillgate.practice.trades import Trade

__all__ = ["OrderView"]

_STATUSES: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.NEW: "NEW",
    OrderStatus.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
    OrderStatus.REJECTED: "REJECTED",
}


class OrderView(NamedTuple):
    """One order."""

    held: VenueOrder
    asked: NewOrder
    trades: Sequence[Trade]

    @property
    def status(self) -> str:
        """Its status in Binance's words."""
        held = self.held
        if held.status.is_final and held.text == OWN_ORDER:
            return "EXPIRED_IN_MATCH"
        if held.status is OrderStatus.CANCELED and held.code:
            # The exchange ended it: a stop for which there was no money when it was triggered.
            return "EXPIRED"
        return _STATUSES[held.status]

    @property
    def is_working(self) -> bool:
        """Whether it is, or was, in the book: a stop only once it was triggered."""
        return self.held.triggered or not self.asked.is_stop

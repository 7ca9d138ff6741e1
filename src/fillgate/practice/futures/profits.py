"""What each execution of a contract earned: the part of a position that it closed.

Invariant: an order that opens a position, or adds to one, earns nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from fillgate.domain.numbers import ZERO
from fillgate.market.accounts.contracts import FLAT, Contracts
from fillgate.market.records import Filled, Record
from fillgate.market.venue_order import VenueOrder

__all__ = ["Profits"]

_ONE = Decimal(1)


class Profits:
    """The realised profits of all executions."""

    def __init__(self) -> None:
        """None so far."""
        self._held: dict[tuple[str, str], Contracts] = {}
        self._earned: dict[tuple[int, str], Decimal] = {}

    def take_in(
        self,
        records: Sequence[Record],
        orders: Mapping[int, VenueOrder],
        id_of: Callable[[int], int],
    ) -> None:
        """Take in the executions of one step.

        Args:
            records: what happened.
            orders: the orders in the market, by its numbers.
            id_of: tells the exchange's id of an order.
        """
        for record in records:
            if isinstance(record, Filled):
                order, fill = orders[record.number].order, record.fill
                at = (order.account, order.symbol)
                held = self._held.get(at, FLAT)
                self._held[at], earned = held.executed(order.side, fill.quantity, fill.price, _ONE)
                self._earned[id_of(record.number), fill.fill_id] = earned

    def of(self, order_id: int, fill_id: str) -> Decimal:
        """Return what an execution of an order earned, without fees."""
        return self._earned.get((order_id, fill_id), ZERO)

"""All that the venue knows, folded from its records.

Invariants:

1. `VenueState` is changed by `apply` only; the same records give the same state.
2. Numbers of orders are given once, in ascending order.
"""

from bisect import insort
from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, multiply
from fillgate.market.records import Arrived, Attached, Filled, Record
from fillgate.market.venue_order import VenueOrder

__all__ = ["VenueState"]


class VenueState:
    """Orders, executions and positions of the venue."""

    def __init__(self) -> None:
        self.orders: dict[int, VenueOrder] = {}
        """All orders by number, oldest first."""
        self.arrivals: dict[str, list[int]] = {}
        """For each client order id the numbers of its orders, in the order of arrival."""
        self.open: dict[str, dict[int, VenueOrder]] = {}
        """The working orders of each symbol that has some, by number."""
        self.positions: dict[str, Decimal] = {}
        """Net quantity of each symbol that was traded; negative when short."""
        self.touched: dict[str, int] = {}
        """When something last happened in a symbol, Unix microseconds."""
        self._fills: list[tuple[int, int, str, Fill]] = []

    @property
    def next_number(self) -> int:
        """The number of the next order."""
        return len(self.orders) + 1

    def apply(self, records: Sequence[Record]) -> None:
        """Take in what happened in one step."""
        for record in records:
            if isinstance(record, Arrived | Attached):
                self._begin(record)
            else:
                held = self.orders[record.number].after(record)
                self.orders[record.number] = held
                if isinstance(record, Filled):
                    self._count(held, record)
        for number in {record.number for record in records}:
            self._sort_in(self.orders[number])

    def _begin(self, record: Arrived | Attached) -> None:
        held = VenueOrder.arriving(record)
        if held.number != self.next_number:
            raise ValueError(f"order {held.number} came where {self.next_number} was expected")
        self.orders[held.number] = held
        self.arrivals.setdefault(held.order.client_order_id, []).append(held.number)

    def _sort_in(self, held: VenueOrder) -> None:
        symbol, number = held.order.symbol, held.number
        self.touched[symbol] = max(held.updated, self.touched.get(symbol, 0))
        if not held.status.is_final:
            self.open.setdefault(symbol, {})[number] = held
        elif (working := self.open.get(symbol)) is not None:
            working.pop(number, None)
            if not working:
                del self.open[symbol]

    def _count(self, held: VenueOrder, record: Filled) -> None:
        symbol, fill = held.order.symbol, record.fill
        change = multiply(fill.quantity, Decimal(held.order.side.sign))
        self.positions[symbol] = add(self.position(symbol), change)
        entry = (record.at, held.number, symbol, fill)
        # Nearly always the newest; symbols are brought up to date one by one.
        if not self._fills or self._fills[-1][0] <= record.at:
            self._fills.append(entry)
        else:
            insort(self._fills, entry, key=itemgetter(0))

    def position(self, symbol: str) -> Decimal:
        """Return the net quantity held of a symbol."""
        return self.positions.get(symbol, ZERO)

    def fills(self, symbol: str | None, since: int) -> list[tuple[VenueOrder, Fill]]:
        """Return executions from a time on (Unix microseconds) with their orders, oldest first."""
        found: list[tuple[VenueOrder, Fill]] = []
        for at, number, traded, fill in reversed(self._fills):
            if at < since:
                break
            if symbol is None or symbol == traded:
                found.append((self.orders[number], fill))
        return found[::-1]

    def siblings(self, held: VenueOrder) -> list[VenueOrder]:
        """Return the other working orders that protect the same entry."""
        if held.entry is None:
            return []
        working = self.open.get(held.order.symbol, {}).values()
        return [
            other for other in working if other.entry == held.entry and other.number != held.number
        ]

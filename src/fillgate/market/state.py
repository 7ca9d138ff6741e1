"""All that the venue knows, folded from its records.

Invariants:

1. `VenueState` is changed by `apply` only; the same records give the same state.
2. Numbers of orders are given once, in ascending order.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Final

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, subtract
from fillgate.domain.orders import Side
from fillgate.market.records import Arrived, Attached, Filled, Record, Replaced
from fillgate.market.venue_order import VenueOrder

__all__ = ["VenueState"]

_BEGINNINGS: Final = (Arrived, Attached)
# What an execution makes of a position.
_MOVED: Final = {Side.BUY: add, Side.SELL: subtract}


class VenueState:
    """Orders, executions and positions of the venue."""

    def __init__(self) -> None:
        self.orders: dict[int, VenueOrder] = {}
        """All orders by number, oldest first."""
        self.arrivals: dict[str, list[int]] = {}
        """For each client order id the numbers of its orders, in the order in which they got it."""
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

    def apply(self, records: Sequence[Record]) -> Mapping[int, VenueOrder]:
        """Take in what happened in one step.

        Returns:
            The orders that it changed as they are now, by number.
        """
        changed: dict[int, VenueOrder] = {}
        for record in records:
            number = record.number
            if isinstance(record, _BEGINNINGS):
                held = self._begin(record)
            else:
                held = self.orders[number].after(record)
                if isinstance(record, Filled):
                    self._count(held, record)
                elif isinstance(record, Replaced):
                    self.arrivals.setdefault(record.order.client_order_id, []).append(number)
            self.orders[number] = changed[number] = held
        # In the order of a set, which that of the symbols in `open` follows: ledgers depend on it.
        for number in {*changed}:
            self._sort_in(changed[number])
        return changed

    def _begin(self, record: Arrived | Attached) -> VenueOrder:
        number = record.number
        if number != self.next_number:
            raise ValueError(f"order {number} came where {self.next_number} was expected")
        self.arrivals.setdefault(record.order.client_order_id, []).append(number)
        return VenueOrder.arriving(record)

    def _sort_in(self, held: VenueOrder) -> None:
        symbol = held.order.symbol
        if held.updated > self.touched.setdefault(symbol, 0):
            self.touched[symbol] = held.updated
        if not held.status.is_final:
            self.open.setdefault(symbol, {})[held.number] = held
        elif (working := self.open.get(symbol)) is not None:
            working.pop(held.number, None)
            if not working:
                del self.open[symbol]

    def _count(self, held: VenueOrder, record: Filled) -> None:
        symbol, fill = held.order.symbol, record.fill
        self.positions[symbol] = _MOVED[held.order.side](self.position(symbol), fill.quantity)
        fills, entry = self._fills, (record.at, held.number, symbol, fill)
        # Nearly always the newest; symbols are brought up to date one by one.
        if fills and record.at < fills[-1][0]:
            insort(fills, entry, key=itemgetter(0))
        else:
            fills.append(entry)

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

"""All that the venue knows, folded from its records.

Invariants:

1. `VenueState` is changed by `apply` only; the same records give the same state.
2. Numbers of orders are given once, in ascending order; so are places in queues.
"""

from bisect import insort
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, subtract
from fillgate.domain.orders import Side
from fillgate.market.accounts import MarginAccount
from fillgate.market.listings import Listing
from fillgate.market.ownership import Ownership
from fillgate.market.records import (
    AccountRecord,
    Arrived,
    Attached,
    Filled,
    Liquidated,
    OrderRecord,
    Queued,
    Record,
    Replaced,
)
from fillgate.market.venue_order import VenueOrder

__all__ = ["Execution", "VenueState"]

_BEGINNINGS: Final = (Arrived, Attached, Liquidated)
# What an execution makes of a position.
_MOVED: Final = {Side.BUY: add, Side.SELL: subtract}


class Execution(msgspec.Struct, frozen=True, gc=False):
    """One execution of an order."""

    at: int
    number: int
    fill: Fill
    maker: bool
    against: int


class VenueState:
    """Orders, executions, positions and accounts of the venue."""

    def __init__(self, ownership: Ownership | None = None) -> None:
        """Know nothing.

        Args:
            ownership: of accounts that know nothing either; None for one without fees.
        """
        self.orders: dict[int, VenueOrder] = {}
        """All orders by number, oldest first."""
        self.arrivals: dict[str, tuple[int, ...]] = {}
        """For each client order id the numbers of its orders, in the order in which they got it."""
        self.open: dict[str, dict[int, VenueOrder]] = {}
        """The working orders of each symbol that has some, by number."""
        self.positions: dict[tuple[str, str], Decimal] = {}
        """Net quantity by account and symbol; negative when short."""
        self.touched: dict[str, int] = {}
        """When something last happened in a symbol, Unix microseconds."""
        self.ownership = ownership or Ownership()
        """What the accounts own."""
        self._executions: list[Execution] = []
        self._places = 0
        self._owners: dict[str, int] = {}

    @property
    def next_number(self) -> int:
        """The number of the next order."""
        return len(self.orders) + 1

    def apply(self, record: Record) -> VenueOrder | None:
        """Take in what happened; return the order that it changed, as it is now."""
        if isinstance(record, AccountRecord):
            self.ownership.take(record)
            return None
        before, held = self._changed(record)
        self.orders[record.number] = held
        self.ownership.follow(before, held, record)
        self._sort_in(held, record.at)
        return held

    def _changed(self, record: OrderRecord) -> tuple[VenueOrder | None, VenueOrder]:
        if isinstance(record, _BEGINNINGS):
            return None, self._begin(record)
        before = self.orders[record.number]
        held = before.after(record)
        if isinstance(record, Filled):
            self._count(held, record)
        elif isinstance(record, Queued):
            self._places += 1
            held = msgspec.structs.replace(held, place=self._places)
        elif isinstance(record, Replaced) and held.former != before.former:
            self._name(held)
        return before, held

    def _begin(self, record: Arrived | Attached | Liquidated) -> VenueOrder:
        number = record.number
        if number != self.next_number:
            raise ValueError(f"order {number} came where {self.next_number} was expected")
        held = VenueOrder.arriving(record)
        self._name(held)
        return held

    def _name(self, held: VenueOrder) -> None:
        name = held.order.client_order_id
        self.arrivals[name] = (*self.arrivals.get(name, ()), held.number)

    def _sort_in(self, held: VenueOrder, at: int) -> None:
        symbol = held.order.symbol
        if at >= self.touched.get(symbol, 0):
            self.touched[symbol] = at
        if not held.status.is_final:
            self.open.setdefault(symbol, {})[held.number] = held
        elif (working := self.open.get(symbol)) is not None:
            working.pop(held.number, None)
            if not working:
                del self.open[symbol]

    def _count(self, held: VenueOrder, record: Filled) -> None:
        order, fill = held.order, record.fill
        key = (order.account, order.symbol)
        self.positions[key] = _MOVED[order.side](self.positions.get(key, ZERO), fill.quantity)
        executions = self._executions
        entry = Execution(record.at, held.number, fill, record.maker, record.against)
        # Nearly always the newest; symbols are brought up to date one by one.
        if executions and record.at < executions[-1].at:
            insort(executions, entry, key=attrgetter("at"))
        else:
            executions.append(entry)

    def owner(self, account: str) -> int:
        """Return the number of an account; they count from 1, in the order of first orders."""
        return self._owners.setdefault(account, len(self._owners) + 1)

    def position(self, account: str, symbol: str) -> Decimal:
        """Return the net quantity that an account holds of a symbol."""
        return self.positions.get((account, symbol), ZERO)

    def executions(self, symbol: str | None, since: int) -> list[Execution]:
        """Return executions from a time on (Unix microseconds), oldest first."""
        found: list[Execution] = []
        for execution in reversed(self._executions):
            if execution.at < since:
                break
            if symbol is None or symbol == self.orders[execution.number].order.symbol:
                found.append(execution)
        return found[::-1]

    def taken(self, listed: Listing, symbol: str, since: int) -> dict[tuple[Side, int], int]:
        """Return the lots of the market outside that were taken, by its side and price in ticks.

        Args:
            listed: what the symbol is.
            symbol: the orders'.
            since: from when on, Unix microseconds.
        """
        taken: dict[tuple[Side, int], int] = {}
        for execution in self.executions(symbol, since):
            if execution.maker or execution.against:
                continue
            side = self.orders[execution.number].order.side.opposite
            key = (side, listed.ticks(execution.fill.price)[0])
            taken[key] = taken.get(key, 0) + listed.lots(execution.fill.quantity)[0]
        return taken

    def newest(self, client_order_id: str, order_id: str | None, symbol: str) -> VenueOrder | None:
        """Return the last order that arrived under an id and fits; None if there is none."""
        for number in reversed(self.arrivals.get(client_order_id, [])):
            held = self.orders[number]
            if held.order.symbol == symbol and order_id in {None, held.order_id}:
                return held
        return None

    def working(self, symbol: str) -> Sequence[VenueOrder]:
        """Return the working orders of a symbol, oldest first."""
        orders = self.open.get(symbol, {})
        return [orders[number] for number in sorted(orders)]

    def symbols(self) -> Sequence[str]:
        """Return the symbols in which time changes something: orders work or margin is at risk."""
        held = (
            symbol
            for _, account in self.ownership.margin_accounts()
            for symbol, _ in account.positions()
        )
        return tuple(dict.fromkeys([*self.open, *held]))

    def holders(self, symbol: str) -> Sequence[tuple[str, MarginAccount]]:
        """Return the margin accounts that have a position in a symbol, by name."""
        accounts = self.ownership.margin_accounts()
        return [each for each in accounts if each[1].position(symbol).quantity]

    def siblings(self, held: VenueOrder) -> list[VenueOrder]:
        """Return the other working orders that end when this one is executed or ends."""
        if held.entry is None and held.pair is None:
            return []
        return [
            other
            for other in self.working(held.order.symbol)
            if other.number != held.number and _belong_together(held, other)
        ]

    def protection(self, entry: VenueOrder) -> list[VenueOrder]:
        """Return the working orders that protect what an order opened."""
        working = self.working(entry.order.symbol)
        return [held for held in working if held.entry == entry.number]


def _belong_together(held: VenueOrder, other: VenueOrder) -> bool:
    if held.entry is not None:
        return held.entry == other.entry
    return held.pair == other.pair

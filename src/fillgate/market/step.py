"""What happens to one symbol at one time, as records.

Invariants:

1. A record is true in the state as soon as it is told here, and written down with all the others of
   its step.
2. Of orders that belong together the others end as soon as one is executed or ends.
"""

from typing import Final, NamedTuple

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import ExecutionReport
from fillgate.market.fees import FeeSchedule
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.records import (
    AccountRecord,
    Closed,
    Filled,
    MovedUp,
    Queued,
    Record,
    Trailed,
)
from fillgate.market.rules import Refusal
from fillgate.market.state import VenueState
from fillgate.market.symbol_market import SymbolMarket
from fillgate.market.venue_order import VenueOrder

__all__ = ["Change", "Step"]

# What happens to orders without anybody's seeing it.
_UNSEEN: Final = frozenset[type]((Queued, MovedUp, Trailed))


class Change(NamedTuple):
    """An order that changed in a step."""

    held: VenueOrder
    """As it is after it."""
    executions: int
    """How many of its executions are new, the last ones."""

    def report(self) -> ExecutionReport:
        """Return what the venue says of it: totals, and the new executions by name."""
        return self.held.report(since=len(self.held.fills) - self.executions)


class Step:
    """What happens to one symbol at one time. Made anew for each step."""

    __slots__ = ("at", "fees", "market", "prevention", "records", "state")

    def __init__(
        self,
        state: VenueState,
        market: SymbolMarket,
        at: int,
        fees: FeeSchedule,
        prevention: SelfTradePrevention,
    ) -> None:
        """Begin with nothing.

        Args:
            state: takes in each record at once.
            market: of the symbol.
            at: the time, Unix microseconds.
            fees: what executions cost.
            prevention: what happens when orders of one account would meet.
        """
        self.state = state
        self.fees = fees
        self.prevention = prevention
        self.market = market
        self.at = at
        self.records: list[Record] = []

    def happen(self, record: Record) -> VenueOrder | None:
        """Let something be true."""
        held = self.state.apply(record)
        self.records.append(record)
        if held is not None and held.status.is_final:
            self.market.forget(held.number)
        return held

    def told(self, record: Record) -> VenueOrder:
        """Let something be true of an order, and return the order as it is then."""
        held = self.happen(record)
        assert held is not None
        return held

    def changes(self) -> list[Change]:
        """Return the orders that others can see to have changed, and their new executions."""
        executed: dict[int, int] = {}
        for record in self.records:
            if isinstance(record, AccountRecord) or type(record) in _UNSEEN:
                continue
            new = type(record) is Filled
            executed[record.number] = executed.get(record.number, 0) + new
        orders = self.state.orders
        return [Change(orders[number], new) for number, new in executed.items()]

    def refuse(self, held: VenueOrder, refusal: Refusal, *, with_others: bool = True) -> None:
        """Reject an order, and end what belongs to it."""
        text, code = refusal.text, refusal.code
        self.close(held, OrderStatus.REJECTED, text, code=code, with_others=with_others)

    def close(
        self,
        held: VenueOrder,
        status: OrderStatus,
        text: str = "",
        *,
        code: str = "",
        with_others: bool = True,
    ) -> None:
        """End an order other than by its execution, and with it what belongs to it."""
        closed = Closed(at=self.at, number=held.number, status=status, code=code, text=text)
        held = self.told(closed)
        if with_others:
            self.end_others(held)

    def end_others(self, held: VenueOrder) -> None:
        """End the orders of which only one is to be executed, and this one was or has ended."""
        for other in self.state.siblings(held):
            self.close(other, OrderStatus.CANCELED, with_others=False)

    def expire(self, number: int) -> None:
        """End an order whose time is over."""
        held = self.state.orders[number]
        if not held.status.is_final:
            self.close(held, OrderStatus.EXPIRED)

"""A venue that outlives restarts: what truly happened to each order, and how it is told."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw

from fillgate.domain.errors import NotSent, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from tests.engine.venue import Venue, report

PRICE = Decimal(100)
MOST_MISSES = 2
"""One fewer than what counts as absence: a venue that hides an order for longer lies."""

BEHAVIOURS = {
    "filled": 6,
    "partial": 3,
    "resting": 3,
    "rejected": 2,
    "not sent": 2,
    "lost": 1,
    "hangs": 1,
    "takes and raises": 3,
    "takes and hangs": 2,
    "late": 2,
    "nonsense": 2,
    "takes and talks nonsense": 2,
}

NONSENSE: tuple[Any, ...] = (
    None,
    "ok",
    ExecutionResult(success=True, timestamp=1),
    ExecutionResult(success=False, error="busy", timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("NaN"), timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("1E+99999"), timestamp=1),
)


@dataclass
class Truth:
    """One order as the venue has it."""

    order: Order
    behaviour: str
    filled: Decimal = Decimal(0)
    taken: bool = True
    misses: int = 0

    @property
    def status(self) -> OrderStatus:
        """What the venue would say of it."""
        if not self.filled:
            return OrderStatus.NEW
        whole = self.filled == self.order.quantity
        return OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED

    def told(self, **changes: Any) -> ExecutionReport:
        """Return the report that a lookup gives."""
        return report(self.order, self.status, str(self.filled), **changes)

    def result(self) -> ExecutionResult:
        """Return what the submission answers."""
        return ExecutionResult(
            success=True,
            order_id=f"v-{self.order.client_order_id}",
            filled_quantity=self.filled,
            average_price=PRICE if self.filled else None,
            timestamp=1,
        )


def _somebody_elses(order: Order) -> ExecutionReport:
    more = order.quantity + 1
    return report(order, OrderStatus.FILLED, str(more), quantity=more)


@dataclass
class World:
    """The venue's side of a history."""

    dice: random.Random
    journal: Path
    watches_journal: bool
    orders: dict[str, Truth] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    """How often each client order id was submitted, whatever became of it."""
    wrongs: list[str] = field(default_factory=list)
    """What an arrival found that must not be."""
    lookups: str = "tell"
    holders: Callable[[str], bool] = lambda symbol: False
    """Whether an UNKNOWN order holds the lane of a symbol."""
    busy: dict[str, str] = field(default_factory=dict)
    """For each symbol the order whose submission is under way."""

    def attach(self, venue: Venue) -> None:
        """Be the world behind the venue of a new process."""
        self.busy.clear()
        venue.execute_order = self.execute_order  # type: ignore[method-assign]
        venue.fetch_order = self.fetch_order  # type: ignore[method-assign]

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Take an order and answer as the dice fall."""
        identity = order.client_order_id
        self.calls[identity] += 1
        self._look_at_journal(identity)
        if order.symbol in self.busy:
            self.wrongs.append(f"{identity} arrived during {self.busy[order.symbol]}")
        if not order.reduce_only and self.holders(order.symbol):
            self.wrongs.append(f"{identity} passed an UNKNOWN order")
        self.busy[order.symbol] = identity
        try:
            return await self._answer(order)
        finally:
            self._leave(order)

    def _leave(self, order: Order) -> None:
        if self.busy.get(order.symbol) == order.client_order_id:
            del self.busy[order.symbol]

    def _look_at_journal(self, identity: str) -> None:
        if not self.watches_journal:
            return
        connection = apsw.Connection(str(self.journal), flags=apsw.SQLITE_OPEN_READONLY)
        query = """
            SELECT data FROM events WHERE kind = 'order-sending'
            OR kind = 'order-intended' AND json_extract(CAST(data AS TEXT), '$.sending')
        """
        if not any(identity.encode() in bytes(data) for (data,) in connection.execute(query)):
            self.wrongs.append(f"{identity} arrived before it was durable")
        connection.close()

    async def _answer(self, order: Order) -> ExecutionResult:
        names, weights = zip(*BEHAVIOURS.items(), strict=True)
        behaviour = self.dice.choices(names, weights)[0]
        truth = Truth(order, behaviour)
        self.orders[order.client_order_id] = truth
        truth.taken = behaviour not in {"rejected", "not sent", "lost", "hangs", "nonsense"}
        if truth.taken and behaviour != "resting":
            parts = {"partial": (2,), "filled": (1,)}.get(behaviour, (0, 1, 2))
            part = self.dice.choice(parts)
            truth.filled = order.quantity / part if part else Decimal(0)
        await asyncio.sleep(0)
        result: ExecutionResult = await self._say(truth)
        return result

    async def _say(self, truth: Truth) -> Any:
        match truth.behaviour:
            case "rejected":
                raise Rejected("NO_FUNDS", "not enough")
            case "not sent":
                raise NotSent("REFUSED", "connection refused")
            case "lost" | "takes and raises":
                raise ConnectionError("reset")
            case "hangs" | "takes and hangs":
                await asyncio.get_running_loop().create_future()
            case "nonsense" | "takes and talks nonsense":
                return self.dice.choice(NONSENSE)
            case "late":
                await self._ignore_cancellation(truth.order)
        return truth.result()

    async def _ignore_cancellation(self, order: Order) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self._leave(order)
        await asyncio.sleep(0)

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Tell of an order in the way that is set."""
        truth = self.orders.get(client_order_id)
        found = truth if truth is not None and truth.taken else None
        match self.lookups:
            case "fail":
                raise ConnectionError("venue down")
            case "miss" if found is not None and found.misses < MOST_MISSES:
                found.misses += 1
                return NotFound()
            case "other" if found is not None:
                return Found(_somebody_elses(found.order))
        return NotFound() if found is None else Found(found.told())

    def resting(self) -> list[Truth]:
        """Return the orders that can still be filled."""
        return [
            truth
            for truth in self.orders.values()
            if truth.taken and truth.status is not OrderStatus.FILLED
        ]

    def position(self, symbol: str) -> Decimal:
        """Return the sum of the true fills of a symbol."""
        own = [truth for truth in self.orders.values() if truth.order.symbol == symbol]
        return sum((truth.order.side.sign * truth.filled for truth in own), Decimal(0))

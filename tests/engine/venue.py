"""A venue for tests of the engine: takes orders and answers as it was told to, order by order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, OrderType, TimeInForce
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.plugins.base import ExecutionPlugin, PluginContext

Answer = Callable[[Order], Awaitable[Any]]


class Venue(ExecutionPlugin):
    """Keeps every order that arrives; what it answers is scripted by symbol."""

    capabilities = Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
        time_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
        attached_stops=True,
        reduce_only=True,
        fetch_order=True,
        settle_seconds=0.05,
    )

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self.arrived: list[Order] = []
        self.answers: dict[str, Answer] = {}
        self.lookups: list[str] = []
        self.found: dict[str, ExecutionReport] = {}
        self.lookup_error: Exception | None = None
        self.init_error: Exception | None = None
        self.healthy = True
        self.closed = 0

    async def init(self, config: Mapping[str, Any]) -> None:
        if self.init_error is not None:
            raise self.init_error

    async def execute_order(self, order: Order) -> ExecutionResult:
        self.arrived.append(order)
        answer = self.answers.get(order.symbol, filled)
        result: ExecutionResult = await answer(order)
        return result

    async def fetch_data(self, symbol: str) -> MarketData:
        return MarketData(symbol=symbol, last=Decimal(100), timestamp=0)

    async def health_check(self) -> bool:
        return self.healthy

    async def close(self) -> None:
        self.closed += 1

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        self.lookups.append(client_order_id)
        if self.lookup_error is not None:
            raise self.lookup_error
        report = self.found.get(client_order_id)
        return NotFound() if report is None else Found(report)


async def filled(order: Order) -> ExecutionResult:
    """Fill it whole at 100."""
    return ExecutionResult(
        success=True,
        order_id=f"v-{order.client_order_id}",
        filled_quantity=order.quantity,
        average_price=Decimal(100),
        timestamp=1,
    )


async def resting(order: Order) -> ExecutionResult:
    """Take it and let it rest."""
    return ExecutionResult(success=True, order_id=f"v-{order.client_order_id}", timestamp=1)


async def never(order: Order) -> ExecutionResult:
    """Take it and never answer."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError


def raises(error: Exception) -> Answer:
    """Raise that."""

    async def answer(order: Order) -> ExecutionResult:
        raise error

    return answer


def returns(result: Any) -> Answer:
    """Return that, whatever it is."""

    async def answer(order: Order) -> Any:
        return result

    return answer


def gated(gate: asyncio.Event, then: Answer = filled) -> Answer:
    """Answer once the gate is open."""

    async def answer(order: Order) -> Any:
        await gate.wait()
        return await then(order)

    return answer


def report(
    order: Order, status: OrderStatus, filled_quantity: str = "0", **more: Any
) -> ExecutionReport:
    """Return what a lookup tells of an order."""
    told: dict[str, Any] = {
        "client_order_id": order.client_order_id,
        "order_id": f"v-{order.client_order_id}",
        "symbol": order.symbol,
        "side": order.side,
        "quantity": order.quantity,
        "status": status,
        "filled_quantity": Decimal(filled_quantity),
        "average_price": Decimal(100) if Decimal(filled_quantity) else None,
        "timestamp": 2,
    }
    return ExecutionReport(**(told | more))

"""A venue for tests of the engine: takes orders and answers as it was told to, order by order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.fills import Fill
from fillgate.domain.ids import order_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.plugins.base import ExecutionPlugin, PluginContext, VenueFill, VenuePosition

Answer = Callable[[Order], Awaitable[Any]]
T = TypeVar("T")


class Asked(NamedTuple):
    """A request to cancel or replace as it arrived."""

    order: Order
    """As it was sent; for a replace as it is to be."""
    client_order_id: str
    order_id: str | None
    request_id: str


RequestAnswer = Callable[[Asked], Awaitable[Any]]


class Venue(ExecutionPlugin):
    """Keeps every order that arrives; what it answers is scripted by symbol."""

    capabilities = Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
        time_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
        attached_stops=True,
        reduce_only=True,
        fetch_order=True,
        cancel_order=True,
        replace_order=True,
        settle_seconds=0.05,
    )

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self.arrived: list[Order] = []
        self.answers: dict[str, Answer] = {}
        self.lookups: list[str] = []
        self.cancels: list[Asked] = []
        self.replaces: list[Asked] = []
        self.cancel_answer: RequestAnswer = canceled
        self.replace_answer: RequestAnswer = replaced
        self.found: dict[str, ExecutionReport] = {}
        self.lookup_error: Exception | None = None
        self.init_error: Exception | None = None
        self.healthy = True
        self.recalled: list[tuple[list[str], list[str]]] = []
        """What it was told of orders and positions from before: ids, and symbols."""
        self.closed = 0
        self.working: list[ExecutionReport] = []
        """What `open_orders` lists."""
        self.traded: list[VenueFill] = []
        self.held: list[VenuePosition] = []
        self.asked: list[str] = []
        """The questions about all of the account, in their order."""
        self.faults: dict[str, Answer] = {}
        """For a question what it does instead."""
        self.feed: asyncio.Queue[Any] = asyncio.Queue()
        """What the stream tells; an exception breaks it, None ends it."""
        self.since: int | None = None
        """From when on fills were asked for last."""
        self.streams = 0
        """How often the stream was opened."""

    def can(self, **capabilities: Any) -> None:
        """Be able to do this, too."""
        self.capabilities = msgspec.structs.replace(self.capabilities, **capabilities)

    def reconcilable(self) -> None:
        """Be able to list everything."""
        self.can(open_orders=True, fills=True, positions=True)

    async def init(self, config: Mapping[str, Any]) -> None:
        if self.init_error is not None:
            raise self.init_error

    async def recall(self, orders: Sequence[Order], symbols: Sequence[str]) -> None:
        self.recalled.append(([order.client_order_id for order in orders], list(symbols)))

    async def execute_order(self, order: Order) -> ExecutionResult:
        self.arrived.append(order)
        answer = self.answers.get(order.symbol, filled)
        result: ExecutionResult = await answer(order)
        return result

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        asked = Asked(self._order(client_order_id), client_order_id, order_id, request_id)
        self.cancels.append(asked)
        result: ExecutionReport = await self.cancel_answer(asked)
        return result

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        asked = Asked(order, client_order_id, order_id, order.client_order_id)
        self.replaces.append(asked)
        result: ExecutionReport = await self.replace_answer(asked)
        return result

    def _order(self, client_order_id: str) -> Order:
        name = order_of(client_order_id)
        return next(order for order in self.arrived if order.client_order_id == name)

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

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        return await self._answer("open-orders", self.working)

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        self.since = since
        return await self._answer("fills", [t for t in self.traded if t.fill.timestamp >= since])

    async def positions(self) -> Sequence[VenuePosition]:
        return await self._answer("positions", self.held)

    async def _answer(self, question: str, told: Sequence[T]) -> Sequence[T]:
        self.asked.append(question)
        if question in self.faults:
            answer: Sequence[T] = await self.faults[question](None)  # type: ignore[arg-type]  # unread
            return answer
        return tuple(told)

    async def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        self.streams += 1
        while (told := await self.feed.get()) is not None:
            if isinstance(told, Exception):
                raise told
            yield told


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


async def never(asked: Any) -> Any:
    """Take it and never answer."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError


def raises(error: Exception) -> Callable[[Any], Awaitable[Any]]:
    """Raise that."""

    async def answer(asked: Any) -> Any:
        raise error

    return answer


def returns(result: Any) -> Callable[[Any], Awaitable[Any]]:
    """Return that, whatever it is."""

    async def answer(asked: Any) -> Any:
        return result

    return answer


def gated(
    gate: asyncio.Event, then: Callable[[Any], Awaitable[Any]] = filled
) -> Callable[[Any], Awaitable[Any]]:
    """Answer once the gate is open."""

    async def answer(asked: Any) -> Any:
        await gate.wait()
        return await then(asked)

    return answer


def deaf(
    gate: asyncio.Event, then: Callable[[Any], Awaitable[Any]] = filled
) -> Callable[[Any], Awaitable[Any]]:
    """Answer once the gate is open, though nobody waits for it any more."""

    async def answer(asked: Any) -> Any:
        while not gate.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await gate.wait()
        return await then(asked)

    return answer


async def canceled(asked: Asked) -> ExecutionReport:
    """Cancel it."""
    return report(asked.order, OrderStatus.CANCELED, order_id=_venue_id(asked))


async def replaced(asked: Asked) -> ExecutionReport:
    """Replace it."""
    return report(asked.order, OrderStatus.NEW, order_id=_venue_id(asked))


def tells(status: OrderStatus, filled_quantity: str = "0", **more: Any) -> RequestAnswer:
    """Answer a request with this of the order."""

    async def answer(asked: Asked) -> ExecutionReport:
        told = {"order_id": _venue_id(asked)} | more
        return report(asked.order, status, filled_quantity, **told)

    return answer


def _venue_id(asked: Asked) -> str:
    return f"v-{order_of(asked.client_order_id)}"


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


def fill(name: str, quantity: str = "1", price: str = "100", timestamp: int = 2) -> Fill:
    """Return an execution."""
    return Fill(fill_id=name, quantity=Decimal(quantity), price=Decimal(price), timestamp=timestamp)


def venue_fill(order: Order, one: Fill, **more: Any) -> VenueFill:
    """Return an execution of an order as the account's list of fills has it."""
    told: dict[str, Any] = {
        "client_order_id": order.client_order_id,
        "order_id": f"v-{order.client_order_id}",
        "symbol": order.symbol,
        "side": order.side,
        "fill": one,
    }
    return VenueFill(**(told | more))


def foreign_report(**more: Any) -> ExecutionReport:
    """Return what is told of an order of somebody else."""
    told: dict[str, Any] = {
        "client_order_id": "by-hand",
        "order_id": "v-foreign",
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "quantity": Decimal(5),
        "price": Decimal(90),
        "status": OrderStatus.NEW,
        "timestamp": 2,
    }
    return ExecutionReport(**(told | more))

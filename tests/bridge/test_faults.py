"""The wire breaks after the bridge has taken an order: UNKNOWN, and a lookup finds it, once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.domain.errors import Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.plugins.base import PluginContext
from fillgate.plugins.ccxt_http import CcxtHttpPlugin, ServiceFailure
from fillgate.plugins.mock import MockPlugin
from tests.acceptance.world import eventually
from tests.bridge.breaking import BreakingWire
from tests.bridge.running import SECRET, Bridge, client_of
from tests.plugins.ccxt_http.conftest import an_order
from tests.plugins.ccxt_http.service import (
    Behaviour,
    answer,
    send_and_close,
    send_and_hang,
    send_and_reset,
)

pytestmark = pytest.mark.anyio

PAGE = b"<html><body>The service is not there</body></html>"


def half_of(wire: BreakingWire) -> bytes:
    body = wire.answer.partition(b"\r\n\r\n")[2]
    return body[: len(body) // 2]


WAYS: dict[str, Callable[[BreakingWire], Behaviour]] = {
    "hang": lambda _: send_and_hang(),
    "hang in the middle": lambda wire: send_and_hang(wire.answer[:-20]),
    "close": lambda _: send_and_close(),
    "reset": lambda _: send_and_reset(),
    "reset in the middle": lambda wire: send_and_reset(wire.answer[:-20]),
    "truncated": lambda wire: send_and_close(wire.answer[:-20]),
    "half a body that says it is whole": lambda wire: answer(half_of(wire)),
    "a page": lambda _: answer(PAGE, headers={"Content-Type": "text/html"}),
    "a page of a proxy": lambda _: answer(PAGE, status=502),
    "a refusal of a proxy": lambda _: answer(PAGE, status=403),
    "empty": lambda _: answer(b""),
    "an empty object": lambda _: answer({}),
    "a time-out of a proxy": lambda _: answer(b"", status=504),
    "another service": lambda _: answer({"detail": "Not Found"}, status=404),
    "an ending without a result": lambda _: answer({"status": "executed", "ending": "result"}),
    "an ending that is none": lambda _: answer({"status": "executed", "ending": "perhaps"}),
}


@asynccontextmanager
async def at_a_breaking_wire(
    bridge: Bridge, stack: AsyncExitStack
) -> AsyncIterator[tuple[BreakingWire, CcxtHttpPlugin]]:
    async with BreakingWire(secret=SECRET, to=bridge.url) as wire:
        plugin, _ = await client_of(wire.url, stack, answer_timeout=0.3)
        yield wire, plugin


def broken(wire: BreakingWire, way: str) -> Behaviour:
    """Return a behaviour that is made when the bridge has answered."""

    async def behave(peer: object, request: object) -> None:
        await WAYS[way](wire)(peer, request)  # type: ignore[arg-type]  # handed through

    return behave


@pytest.mark.parametrize("way", WAYS)
async def test_an_order_whose_answer_is_lost(
    way: str, bridge: Bridge, stack: AsyncExitStack
) -> None:
    order = an_order(quantity=Decimal("0.01"))
    async with at_a_breaking_wire(bridge, stack) as (wire, plugin):
        wire.breaks, wire.broken = "/webhook", broken(wire, way)
        with pytest.raises(Unknown) as caught:
            await plugin.execute_order(order)
        assert SECRET not in str(caught.value)
        found = await plugin.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert isinstance(found, Found)
        assert found.report.status is OrderStatus.FILLED
        assert bridge.arrivals(order.client_order_id) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_cancel_whose_answer_is_lost(
    way: str, bridge: Bridge, stack: AsyncExitStack
) -> None:
    order = an_order(quantity=Decimal("0.01"), order_type=OrderType.LIMIT, price=Decimal(40_000))
    async with at_a_breaking_wire(bridge, stack) as (wire, plugin):
        await plugin.execute_order(order)
        wire.breaks, wire.broken = "/v1/order/cancel", broken(wire, way)
        with pytest.raises(Unknown):
            await plugin.cancel_order(
                client_order_id=order.client_order_id,
                symbol=order.symbol,
                request_id=f"{order.client_order_id}001",
            )
        found = await plugin.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert isinstance(found, Found)
        assert found.report.status is OrderStatus.CANCELED


@pytest.mark.parametrize("way", ["reset", "a page", "empty"])
async def test_a_replace_whose_answer_is_lost(
    way: str, bridge: Bridge, stack: AsyncExitStack
) -> None:
    order = an_order(quantity=Decimal("0.01"), order_type=OrderType.LIMIT, price=Decimal(40_000))
    wanted = msgspec.structs.replace(
        order, client_order_id=f"{order.client_order_id}001", price=Decimal(41_000)
    )
    async with at_a_breaking_wire(bridge, stack) as (wire, plugin):
        await plugin.execute_order(order)
        wire.breaks, wire.broken = "/v1/order/replace", broken(wire, way)
        with pytest.raises(Unknown):
            await plugin.replace_order(client_order_id=order.client_order_id, order=wanted)
        found = await plugin.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert isinstance(found, Found)
        assert found.report.price == wanted.price


@pytest.mark.parametrize("way", WAYS)
async def test_a_lookup_whose_answer_is_lost_is_no_answer(
    way: str, bridge: Bridge, stack: AsyncExitStack
) -> None:
    order = an_order(quantity=Decimal("0.01"))
    async with BreakingWire(secret=SECRET, to=bridge.url) as wire:
        plugin, _ = await client_of(wire.url, stack, data_timeout=0.3)
        await plugin.execute_order(order)
        wire.breaks, wire.broken = "/v1/order", broken(wire, way)
        asked: dict[str, Any] = {"client_order_id": order.client_order_id, "symbol": order.symbol}
        for ask in (lambda: plugin.fetch_order(**asked), plugin.open_orders):
            with pytest.raises(ServiceFailure, match="GET"):
                await ask()


class HeldPlugin(MockPlugin):
    """Its requests wait on their way to the venue until the gate opens, and may be lost there."""

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self.gate = asyncio.Event()
        self.loses = False

    async def execute_order(self, order: Order) -> ExecutionResult:
        await self.gate.wait()
        if self.loses:
            raise Unknown("TIME_OUT", "the venue did not answer")
        return await super().execute_order(order)

    async def cancel_order(self, **asked: Any) -> ExecutionReport:
        await self.gate.wait()
        return await super().cancel_order(**asked)


@pytest.fixture
async def held(tmp_path: Path) -> AsyncIterator[Bridge]:
    async with Bridge(tmp_path, kind=HeldPlugin) as running:
        yield running


def inside(bridge: Bridge) -> HeldPlugin:
    assert isinstance(bridge.plugin, HeldPlugin)
    return bridge.plugin


async def test_a_client_that_hangs_up_cancels_nothing(held: Bridge, stack: AsyncExitStack) -> None:
    plugin, _ = await client_of(held.url, stack, answer_timeout=0.05)
    order = an_order(quantity=Decimal("0.01"))
    with pytest.raises(Unknown, match="READ_TIME_OUT"):
        await plugin.execute_order(order)
    # While it is on its way, that the venue does not know it proves nothing.
    asked: dict[str, Any] = {"client_order_id": order.client_order_id, "symbol": order.symbol}
    with pytest.raises(ServiceFailure, match="UNDER_WAY"):
        await plugin.fetch_order(**asked)
    assert held.arrivals(order.client_order_id) == 0
    stopping = asyncio.create_task(held.stop())
    inside(held).gate.set()
    await stopping
    assert held.arrivals(order.client_order_id) == 1


async def test_stopping_waits_for_what_was_answered_too_early(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = Bridge(tmp_path, kind=HeldPlugin, settings={"submit_deadline": 0.05})
    await stack.enter_async_context(bridge)
    plugin, _ = await client_of(bridge.url, stack)
    order = an_order(quantity=Decimal("0.01"))
    with pytest.raises(Unknown, match=r"TIME_OUT: no answer of the venue within 0\.05 s"):
        await plugin.execute_order(order)
    stopping = asyncio.create_task(bridge.stop())
    done, _ = await asyncio.wait({stopping}, timeout=0.6)
    assert not done
    inside(bridge).gate.set()
    await stopping
    assert bridge.arrivals(order.client_order_id) == 1


async def test_a_miss_proves_nothing_right_after_a_lost_answer(
    held: Bridge, stack: AsyncExitStack
) -> None:
    plugin, _ = await client_of(held.url, stack)
    order = an_order(quantity=Decimal("0.01"))
    inside(held).gate.set()
    inside(held).loses = True
    with pytest.raises(Unknown, match="TIME_OUT: the venue did not answer"):
        await plugin.execute_order(order)
    asked: dict[str, Any] = {"client_order_id": order.client_order_id, "symbol": order.symbol}
    with pytest.raises(ServiceFailure, match="UNDER_WAY"):
        await plugin.fetch_order(**asked)
    # The venue needs a second by what its plugin declares.
    ended = time.monotonic()

    async def look_up() -> Lookup | None:
        try:
            return await plugin.fetch_order(**asked)
        except ServiceFailure:
            return None

    assert await eventually(look_up, lambda told: told is not None, "a miss counts") == NotFound()
    assert time.monotonic() - ended > 0.8


async def test_what_an_order_is_during_a_cancel_is_no_answer(
    held: Bridge, stack: AsyncExitStack
) -> None:
    plugin, _ = await client_of(held.url, stack, answer_timeout=0.1)
    order = an_order(quantity=Decimal("0.01"), order_type=OrderType.LIMIT, price=Decimal(40_000))
    inside(held).gate.set()
    await plugin.execute_order(order)
    inside(held).gate.clear()
    asked: dict[str, Any] = {"client_order_id": order.client_order_id, "symbol": order.symbol}
    with pytest.raises(Unknown):
        await plugin.cancel_order(**asked, request_id="a-request")
    with pytest.raises(ServiceFailure, match="UNDER_WAY"):
        await plugin.fetch_order(**asked)
    inside(held).gate.set()
    found = await eventually(plugin.open_orders, lambda told: not told, "it is cancelled")
    assert not found
    lookup = await plugin.fetch_order(**asked)
    assert isinstance(lookup, Found)
    assert lookup.report.status is OrderStatus.CANCELED

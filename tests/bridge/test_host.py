"""A bridge as a whole: how it starts, stays and stops."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fillgate.domain.errors import ConfigurationError, NotSent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import OrderType
from fillgate.domain.reports import ExecutionReport
from fillgate.engine.clock import SystemClock
from fillgate.plugins.base import PluginContext
from fillgate.plugins.ccxt_http import CcxtHttpPlugin, ServiceFailure
from fillgate.plugins.mock import MockPlugin
from fillgate.testing import VirtualClock, plugin_context
from tests.acceptance.world import SYMBOL, eventually
from tests.bridge.running import SECRET, Bridge, client_of
from tests.plugins.ccxt_http.conftest import an_order

pytestmark = pytest.mark.anyio


class Moody(MockPlugin):
    """Its venue is not there at first, and not always well."""

    failures = 1
    words: str | None = None
    streams = 0
    told = 0

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self.left = self.failures

    async def init(self, config: Any) -> None:
        if self.left:
            self.left -= 1
            raise ConnectionError("the exchange is not there")
        await super().init(config)

    async def health_check(self) -> bool:
        self.told += 1
        if self.words is not None:
            raise ConnectionError(self.words)
        return await super().health_check()


class Well(Moody):
    """It is there at once."""

    failures = 0


class Streaming(MockPlugin):
    """Its streams are counted, and end when told to."""

    open = 0
    breaks: asyncio.Event

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self.breaks = asyncio.Event()

    def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        return self._counted()

    async def _counted(self) -> AsyncIterator[ExecutionReport]:
        self.open += 1
        try:
            await self.breaks.wait()
            raise ConnectionError("the exchange hung up")
            yield
        finally:
            self.open -= 1


async def health(bridge: Bridge) -> tuple[int, dict[str, Any]]:
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.get(bridge.url + "/health")
    return answer.status_code, answer.json()


async def test_an_account_that_cannot_be_opened_is_tried_again(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = await stack.enter_async_context(Bridge(tmp_path, kind=Moody))
    status, told = await health(bridge)
    assert (status, told["status"]) == (503, "down")
    assert "the exchange is not there" in told["message"]
    with pytest.raises(ServiceFailure, match="HTTP 503 the exchange"):
        await client_of(bridge.url, stack)
    await eventually(lambda: health(bridge), lambda each: each[0] == 200, "it is up")
    plugin, _ = await client_of(bridge.url, stack)
    assert (await plugin.execute_order(an_order(quantity=Decimal("0.01")))).success


async def test_an_order_for_an_account_that_is_not_open_is_not_sent(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = await stack.enter_async_context(Bridge(tmp_path))
    plugin, _ = await client_of(bridge.url, stack)
    await bridge.stop()
    bridge.kind = Moody
    await bridge.start()
    with pytest.raises(NotSent, match="ACCOUNT_DOWN"):
        await plugin.execute_order(an_order())
    with pytest.raises(ServiceFailure, match="ACCOUNT_DOWN"):
        await plugin.balances()


async def test_health_is_the_accounts_and_asked_for_once_a_second(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = await stack.enter_async_context(Bridge(tmp_path, kind=Well))
    assert isinstance(bridge.plugin, Well)
    answers = await asyncio.gather(*(health(bridge) for _ in range(10)))
    assert {status for status, _ in answers} == {200}
    assert bridge.plugin.told == 1
    bridge.plugin.words = "maintenance"
    _, told = await eventually(lambda: health(bridge), lambda each: each[0] == 503, "it is down")
    assert told["message"] == "maintenance"


@pytest.mark.parametrize(
    ("secret", "seconds", "words"),
    [("another secret", 0, "UNAUTHENTICATED"), (SECRET, 2, "STALE"), (SECRET, -11, "STALE")],
)
async def test_a_wrong_secret_or_clock_keeps_the_account_down(
    bridge: Bridge, secret: str, seconds: int, words: str
) -> None:
    clock = VirtualClock(start=SystemClock().now() + seconds * 1_000_000)
    plugin = CcxtHttpPlugin("acme", plugin_context(clock=clock))
    with pytest.raises(ServiceFailure, match=f"GET /health: HTTP 401 .*{words}"):
        await plugin.init({"base_url": bridge.url, "webhook_secret": secret})


async def test_what_a_venue_quotes_is_told_without_the_secret(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = await stack.enter_async_context(Bridge(tmp_path, kind=Well))
    assert isinstance(bridge.plugin, Well)
    bridge.plugin.words = f"{'x' * 487} the key {SECRET} is wrong"
    _, told = await health(bridge)
    assert told["message"].endswith("the key [red")
    bridge.plugin.words = f"the key {SECRET} is wrong"
    _, told = await eventually(
        lambda: health(bridge), lambda each: "x" not in each[1]["message"], "it is asked again"
    )
    assert told["message"] == "the key [redacted] is wrong"


async def test_a_wrong_setting_of_the_account_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.paper\.volatility`"):
        await Bridge(tmp_path, options={"volatility": 11}).start()


async def test_an_address_that_is_taken_ends_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match="cannot listen on"):
            await Bridge(tmp_path, listen=listen).start()


async def test_a_stream_is_given_back_when_either_side_ends(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    bridge = await stack.enter_async_context(Bridge(tmp_path, kind=Streaming))
    plugin, _ = await client_of(bridge.url, stack)
    inside = bridge.plugin
    assert isinstance(inside, Streaming)

    async def streams() -> int:
        return inside.open

    async def follow() -> None:
        reports = plugin.stream_reports()
        async with aclosing(reports):  # type: ignore[type-var]  # it is a generator
            await anext(reports)

    following = asyncio.create_task(follow())
    await eventually(streams, lambda count: count == 1, "it is open")
    following.cancel()
    await eventually(streams, lambda count: count == 0, "it is closed")
    following = asyncio.create_task(follow())
    await eventually(streams, lambda count: count == 1, "it is open again")
    inside.breaks.set()
    with pytest.raises(ServiceFailure, match="ConnectionError: the exchange hung up"):
        await following
    assert inside.open == 0


async def test_a_stream_lives_through_silence(
    bridge: Bridge, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.bridge.reports.SIGN_OF_LIFE_SECONDS", 0.05)
    monkeypatch.setattr("fillgate.plugins.ccxt_http.plugin._SILENCE_SECONDS", 0.3)
    plugin, _ = await client_of(bridge.url, stack)
    reports = plugin.stream_reports()
    first = asyncio.ensure_future(anext(reports))
    done, _ = await asyncio.wait({first}, timeout=0.6)
    assert not done
    order = an_order(quantity=Decimal("0.01"), order_type=OrderType.LIMIT, price=Decimal(40_000))
    await plugin.execute_order(order)
    await plugin.cancel_order(
        client_order_id=order.client_order_id, symbol=SYMBOL, request_id="a-request"
    )
    report = await first
    assert (report.client_order_id, report.status) == (
        order.client_order_id,
        OrderStatus.CANCELED,
    )


async def test_stopping_ends_streams_at_once(bridge: Bridge, stack: AsyncExitStack) -> None:
    plugin, _ = await client_of(bridge.url, stack)
    reports = plugin.stream_reports()
    first = asyncio.ensure_future(anext(reports))
    inside = bridge.plugin
    assert isinstance(inside, MockPlugin)

    async def streams() -> int:
        return len(inside._streams)

    await eventually(streams, lambda count: count == 1, "it is open")
    async with asyncio.timeout(5):
        await bridge.stop()
    with pytest.raises((StopAsyncIteration, ServiceFailure)):
        await first

"""The reports that the mock venue pushes."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest

from fillgate.domain.errors import NotSent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Side
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.mock import MockPlugin
from fillgate.plugins.mock.reports import ReportQueue
from fillgate.testing import VirtualClock
from tests.plugins.mock.test_plugin import (
    HOUR,
    STILL,
    found,
    limit,
    make_order,
    on_tick,
    open_plugin,
)
from tests.plugins.mock.test_replacing import changed, replace

S = OrderStatus


async def take(stream: AsyncIterator[ExecutionReport], many: int) -> list[ExecutionReport]:
    async with asyncio.timeout(5):
        return [await anext(stream) for _ in range(many)]


async def rest(stream: AsyncIterator[ExecutionReport]) -> list[ExecutionReport]:
    async with asyncio.timeout(5):
        return [report async for report in stream]


async def cancel(plugin: MockPlugin, name: str) -> ExecutionReport:
    return await plugin.cancel_order(client_order_id=name, symbol="BTCUSDT", request_id="c")


async def test_each_change_of_an_order_is_reported_once_as_lookups_tell_it() -> None:
    plugin = await open_plugin(**STILL)
    stream = plugin.stream_reports()
    order = limit("5")
    seen = []
    await plugin.execute_order(order)
    seen.append(await replace(plugin, "a", changed(order, "a001", price=Decimal(6))))
    seen.append(await cancel(plugin, "a001"))
    assert [report.status for report in seen] == [S.NEW, S.CANCELED]
    assert await take(stream, 2) == seen
    await plugin.close()
    assert await rest(stream) == []


async def test_what_the_answer_to_a_submission_tells_is_not_reported_too() -> None:
    plugin = await open_plugin(**STILL)
    stream = plugin.stream_reports()
    await plugin.execute_order(make_order("filled"))
    await plugin.execute_order(make_order("refused", quantity=Decimal(0)))
    await plugin.execute_order(limit("5"))
    await plugin.close()
    assert await rest(stream) == []


async def test_what_happened_before_is_not_reported() -> None:
    plugin = await open_plugin(**STILL)
    for name in ("a", "b"):
        await plugin.execute_order(limit("5", name))
    await cancel(plugin, "a")
    stream = plugin.stream_reports()
    await cancel(plugin, "b")
    [report] = await take(stream, 1)
    assert report.client_order_id == "b"
    await plugin.close()


async def test_fills_come_by_the_venue_s_own_time_though_nobody_asks() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, volatility=10)
    last = (await plugin.fetch_data("BTCUSDT")).last
    assert last is not None
    stream = plugin.stream_reports()
    await plugin.execute_order(limit(str(on_tick(last * Decimal("0.9995")))))
    reports: list[ExecutionReport] = []
    while not reports or reports[-1].status is not S.FILLED:
        waiting = asyncio.create_task(take(stream, 1))
        while not waiting.done():
            await asyncio.sleep(0)
            clock.advance(0.05)
        reports += waiting.result()
    filled = reports[-1]
    whole = await found(plugin)
    # Each execution is told by name once; totals are told each time.
    assert [fill for report in reports for fill in report.fills] == list(whole.fills)
    assert filled == msgspec.structs.replace(whole, fills=filled.fills)
    assert clock.now() // 1000 - 500 < filled.timestamp <= clock.now() // 1000
    await plugin.close()


async def test_protection_is_reported_too() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, volatility=10)
    last = (await plugin.fetch_data("BTCUSDT")).last
    assert last is not None
    stream = plugin.stream_reports()
    stops = {
        "stop_loss": on_tick(last * Decimal("0.999")),
        "take_profit": on_tick(last * Decimal("1.001")),
    }
    await plugin.execute_order(make_order("b", side=Side.BUY, **stops))
    begun = await take(stream, 2)
    assert [report.client_order_id for report in begun] == ["b-sl", "b-tp"]
    clock.advance(HOUR)
    ended = await take(stream, 2)
    assert {report.status for report in ended} == {S.FILLED, S.CANCELED}
    await plugin.close()


async def test_several_streams_hear_the_same() -> None:
    plugin = await open_plugin(**STILL)
    streams = [plugin.stream_reports() for _ in range(2)]
    for name in ("a", "b"):
        await plugin.execute_order(limit("5", name))
        await cancel(plugin, name)
    one, two = [await take(stream, 2) for stream in streams]
    assert one == two
    await plugin.close()


async def test_a_stream_ends_when_the_account_is_opened_anew() -> None:
    plugin = await open_plugin(**STILL)
    stream = plugin.stream_reports()
    waiting = asyncio.create_task(rest(stream))
    await asyncio.sleep(0)
    await plugin.init(STILL)
    assert await waiting == []
    await plugin.close()


async def test_a_closed_account_has_none() -> None:
    plugin = await open_plugin()
    await plugin.close()
    with pytest.raises(NotSent):
        plugin.stream_reports()


async def test_who_reads_too_slowly_hears_that_something_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ReportQueue.__init__, "__defaults__", (3,))
    plugin = await open_plugin(**STILL)
    stream = plugin.stream_reports()
    for name in "abcd":
        await plugin.execute_order(limit("5", name))
        await cancel(plugin, name)
    with pytest.raises(ConnectionError, match="more than 3 reports behind"):
        await take(stream, 1)
    assert plugin._streams == []
    await plugin.close()


async def test_who_is_gone_is_forgotten() -> None:
    plugin: MockPlugin = await open_plugin(**STILL)
    stream = plugin.stream_reports()
    await plugin.execute_order(limit("5"))
    await cancel(plugin, "a")
    await take(stream, 1)
    assert hasattr(stream, "aclose")
    await stream.aclose()
    assert plugin._streams == []
    await plugin.close()


async def test_a_report_travels_as_long_as_an_answer() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, latency_ms=100, **STILL)
    placing = asyncio.create_task(plugin.execute_order(limit("5")))
    while not placing.done():
        await asyncio.sleep(0)
        clock.advance(0.01)
    stream = plugin.stream_reports()
    begin = clock.now()
    canceling = asyncio.create_task(cancel(plugin, "a"))
    taking = asyncio.create_task(take(stream, 1))
    while not taking.done():
        await asyncio.sleep(0)
        clock.advance(0.01)
    assert 100 <= (clock.now() - begin) // 1000 <= 150
    await canceling
    await plugin.close()

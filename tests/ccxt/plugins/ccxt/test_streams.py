"""The streams of an account at the practice exchange: nothing is lost, and what breaks is told."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import OrderType
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.plugins.ccxt.plugin import ExchangeFailure
from tests.acceptance.world import eventually
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.practising import Practising, practising
from tests.practice.serving import ALICE

pytestmark = pytest.mark.anyio

PATIENCE = 10


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Practising]:
    async with practising(tmp_path, stream_timeout=5) as running:
        yield running


@dataclasses.dataclass
class Reader:
    """Reads a stream, as slowly as it is let."""

    heard: list[ExecutionReport] = dataclasses.field(default_factory=list)
    may_read: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    async def read(self, account: CcxtPlugin) -> None:
        async for report in account.stream_reports():
            self.heard.append(report)
            await self.may_read.wait()
            await asyncio.sleep(0)


async def until(holds: Callable[[], bool], what: str) -> None:
    async def ask() -> bool:
        return holds()

    await eventually(ask, bool, what)


async def until_listening(there: Practising) -> None:
    """Return when the exchange has somebody to tell of orders, both as such and as executions."""
    users = there.served.practice.hub._users
    await until(lambda: len(users.get(ALICE.name, ())) > 0, "somebody listens")


def limits(count: int) -> list[str]:
    return [f"fgstream{number:05}00" for number in range(count)]


async def place_limits(there: Practising, names: list[str]) -> None:
    price, quantity = Decimal(50_000), Decimal("0.001")
    orders = [
        an_order(client_order_id=name, order_type=OrderType.LIMIT, price=price, quantity=quantity)
        for name in names
    ]
    await asyncio.gather(*map(there.account.execute_order, orders))


async def test_a_slow_reader_hears_of_every_order(there: Practising) -> None:
    reader, names = Reader(), limits(12)
    reading = asyncio.create_task(reader.read(there.account))
    try:
        await until_listening(there)
        await place_limits(there, names)
        await there.account.fetch_data("BTCUSDT")
        reader.may_read.set()
        await until(lambda: len(reader.heard) >= len(names), "each was heard of")
        assert sorted(str(each.client_order_id) for each in reader.heard) == names
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_an_execution_comes_with_its_fee(there: Practising) -> None:
    reader = Reader()
    reader.may_read.set()
    reading = asyncio.create_task(reader.read(there.account))
    try:
        await until_listening(there)
        result = await there.account.execute_order(an_order(quantity=Decimal("0.1")))
        fills = {each.fill_id: each for each in result.fills}

        def told() -> list[str]:
            return [fill.fill_id for each in reader.heard for fill in each.fills]

        await until(lambda: set(told()) == set(fills), "all executions are told")
        await until(lambda: reader.heard[-1].status is OrderStatus.FILLED, "it is told filled")
        assert {each.order_id for each in reader.heard} == {result.order_id}
        assert {each.symbol for each in reader.heard} == {"BTC/USDT"}
        for report in reader.heard:
            for fill in report.fills:
                assert fill.fees
                assert fill.fees == fills[fill.fill_id].fees
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_a_dropped_connection_ends_the_reports(there: Practising) -> None:
    reading = asyncio.create_task(Reader().read(there.account))
    await until_listening(there)
    assert there.served.practice.hub.drop_all()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ExchangeFailure):
            await reading


async def test_a_dropped_connection_ends_the_quotes(there: Practising) -> None:
    heard: list[MarketData] = []

    async def read() -> None:
        async for quote in there.account.stream_data(["BTCUSDT"]):
            heard.append(quote)
            there.served.practice.hub.drop_all()
            # Once more, to whoever has not noticed yet.
            await asyncio.sleep(0)
            there.served.practice.hub.drop_all()

    task = asyncio.create_task(read())
    streams = there.served.practice.hub._streams
    await until(lambda: bool(streams), "somebody listens")
    there.set_price("100001")
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ExchangeFailure):
            await task
    assert heard
    assert {quote.symbol for quote in heard} == {"BTCUSDT"}
    assert all(quote.bid and quote.ask for quote in heard)


async def test_no_task_and_no_connection_is_left(there: Practising) -> None:
    before = asyncio.all_tasks()
    reports = there.account.stream_reports()
    coming = asyncio.ensure_future(anext(reports))
    await until_listening(there)
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    await reports.aclose()  # type: ignore[attr-defined]
    hub = there.served.practice.hub
    await until(lambda: not hub.connections and asyncio.all_tasks() <= before, "all is let go")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ('{"p": 0.12345678901234567890, "n": 7}', {"p": "0.12345678901234567890", "n": 7}),
        (b'[1.50, {"q": 1e-8}]', ["1.50", {"q": "1e-8"}]),
        ("pong", "pong"),
        (b"pong", "pong"),
        ("{broken", "{broken"),
    ],
)
async def test_what_is_pushed_keeps_its_digits(
    there: Practising, frame: str | bytes, expected: object
) -> None:
    heard: list[object] = []
    desk = there.account._desk
    assert desk is not None
    async with desk.streams._connected() as exchange:
        client = exchange.client("wss://stream.binance.com/nowhere")
        client.on_message_callback = lambda _, message: heard.append(message)
        client.handle_text_or_binary_message(frame)
    assert heard == [expected]

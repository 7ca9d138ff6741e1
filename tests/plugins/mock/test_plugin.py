"""The mock plugin, as the engine meets it."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import ConfigurationError, NotSent, Rejected
from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport, Found, NotFound
from fillgate.plugins.base import VenuePosition
from fillgate.plugins.mock import MockPlugin
from fillgate.testing import VirtualClock, plugin_context

pytestmark = pytest.mark.anyio

S, T = OrderStatus, OrderType
ONE = Decimal(1)
STILL: dict[str, Any] = {"volatility": 0}
"""Prices that stand still."""
HOUR = 3600.0


def make_order(name: str = "a", **fields: Any) -> Order:
    basis: dict[str, Any] = {"account": "m", "symbol": "BTCUSDT", "side": Side.BUY}
    return Order(client_order_id=name, **{**basis, "quantity": Decimal(1), **fields})


def on_tick(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01"))


def limit(price: str, name: str = "a", **fields: Any) -> Order:
    return make_order(name, order_type=T.LIMIT, price=Decimal(price), **fields)


async def open_plugin(clock: VirtualClock | None = None, **config: Any) -> MockPlugin:
    plugin = MockPlugin("m", plugin_context(clock=clock))
    await plugin.init(config)
    return plugin


async def found(plugin: MockPlugin, name: str = "a", **fields: Any) -> ExecutionReport:
    answer = await plugin.fetch_order(client_order_id=name, **{"symbol": "BTCUSDT", **fields})
    assert isinstance(answer, Found)
    return answer.report


def run_without_loop(work: Awaitable[Any]) -> Any:
    """Run what never has to wait; fails if it does."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something")


# Market data


async def test_a_quote() -> None:
    clock = VirtualClock()
    data = await (await open_plugin(clock)).fetch_data("BINANCE:BTCUSDT.P")
    assert data.symbol == "BINANCE:BTCUSDT.P"
    assert data.bid is not None
    assert data.last is not None
    assert data.ask is not None
    assert 30_000 < data.bid <= data.last <= data.ask < 120_000
    assert data.bid < data.ask
    assert data.timestamp == clock.now() // 1000


async def test_prices_move_with_the_clock_and_only_with_it() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock)
    first = await plugin.fetch_data("BTCUSDT")
    assert await plugin.fetch_data("BTCUSDT") == first
    seen = set()
    for _ in range(20):
        clock.advance(1)
        seen.add((await plugin.fetch_data("BTCUSDT")).last)
    assert len(seen) > 15


async def test_the_seed_chooses_the_prices() -> None:
    quotes = [await (await open_plugin(seed=seed)).fetch_data("BTCUSDT") for seed in (1, 1, 2)]
    assert quotes[0] == quotes[1] != quotes[2]


@given(st.text(max_size=70))
def test_any_text_is_quoted_or_refused(symbol: str) -> None:
    plugin = run_without_loop(open_plugin())
    if symbol.isprintable() and symbol == symbol.strip() and 0 < len(symbol) <= 64:
        data = run_without_loop(plugin.fetch_data(symbol))
        assert 0 < data.bid < data.ask
    else:
        with pytest.raises(Rejected, match="INVALID_SYMBOL"):
            run_without_loop(plugin.fetch_data(symbol))


# Orders


async def test_a_market_order_is_filled_at_once_and_in_full() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock)
    quote = await plugin.fetch_data("BTCUSDT")
    result = await plugin.execute_order(make_order())
    assert result.success
    assert (result.order_id, result.status, result.error) == ("mock-1", S.FILLED, None)
    assert result.filled_quantity == 1
    assert result.average_price is not None
    assert quote.ask is not None
    assert result.average_price > quote.ask
    assert sum(fill.quantity for fill in result.fills) == 1
    assert sum(fill.quantity * fill.price for fill in result.fills) == result.average_price
    prices = [fill.price for fill in result.fills]
    # It walked the book: the touch first, then what is worse.
    assert prices == sorted(set(prices))
    assert prices[0] == quote.ask
    assert {fill.timestamp for fill in result.fills} == {result.timestamp}
    assert result.timestamp == clock.now() // 1000


@given(st.sampled_from(Side), st.lists(st.decimals("0.0001", "5000", places=4), min_size=2))
def test_slippage_is_against_the_order_and_grows_with_it(
    side: Side, quantities: list[Decimal]
) -> None:
    plugin = run_without_loop(open_plugin())
    quote = run_without_loop(plugin.fetch_data("BTCUSDT"))
    got = [
        run_without_loop(plugin.execute_order(make_order(side=side, quantity=quantity)))
        for quantity in sorted(quantities)
    ]
    worse = [result.average_price * side.sign for result in got]
    assert worse == sorted(worse)
    assert worse[0] >= (quote.ask if side is Side.BUY else -quote.bid)


async def test_fees_are_in_the_result_and_in_the_report() -> None:
    plugin = await open_plugin(**STILL, spread_bps=0, impact_bps=0, taker_fee_bps=10)
    result = await plugin.execute_order(make_order(side=Side.SELL))
    assert result.average_price == 60_000
    assert result.fees == result.fills[0].fees == (Fee("USDT", Decimal(60)),)
    assert (await found(plugin)).fees == result.fees


async def test_a_limit_order_rests_until_the_price_comes_to_it() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock)
    quote = await plugin.fetch_data("BTCUSDT")
    assert quote.bid is not None
    price = on_tick(quote.bid * Decimal("0.999"))
    result = await plugin.execute_order(make_order(order_type=T.LIMIT, price=price))
    assert (result.success, result.status, result.filled_quantity) == (True, S.NEW, ZERO)
    [working] = await plugin.open_orders("BTCUSDT")
    assert (working.order_id, working.quantity, working.status) == ("mock-1", ONE, S.NEW)
    assert await plugin.open_orders("ETHUSDT") == []
    clock.advance(24 * HOUR)
    report = await found(plugin)
    assert (report.status, report.average_price, report.filled_quantity) == (S.FILLED, price, ONE)
    assert report.created == result.timestamp < report.timestamp < clock.now() // 1000
    assert await plugin.open_orders() == []
    fills = await plugin.fills(since=result.timestamp)
    assert [done.fill for done in fills] == list(report.fills)
    assert {(done.order_id, done.client_order_id) for done in fills} == {("mock-1", "a")}
    assert {(done.symbol, done.side) for done in fills} == {(report.symbol, report.side)}
    assert await plugin.fills(since=report.timestamp + 1) == []


async def test_a_bracket_is_kept_by_the_venue_and_ends_as_a_pair() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock)
    quote = await plugin.fetch_data("BTCUSDT")
    assert quote.last is not None
    stops: dict[str, Any] = {
        "stop_loss": on_tick(quote.last * Decimal("0.999")),
        "take_profit": on_tick(quote.last * Decimal("1.001")),
    }
    await plugin.execute_order(make_order(**stops))
    pair = await plugin.open_orders("BTCUSDT")
    assert [held.client_order_id for held in pair] == ["a-sl", "a-tp"]
    assert [held.order_id for held in pair] == ["mock-2", "mock-3"]
    clock.advance(24 * HOUR)
    ended = {(await found(plugin, name)).status for name in ("a-sl", "a-tp")}
    assert ended == {S.FILLED, S.CANCELED}
    fills = await plugin.fills(symbol="BTCUSDT", since=0)
    opened = [done.fill.quantity for done in fills if done.order_id == "mock-1"]
    closed = [done.fill.quantity for done in fills if done.order_id != "mock-1"]
    assert (sum(opened), sum(closed)) == (1, 1)
    assert len({done.client_order_id for done in fills}) == 2
    assert await plugin.positions() == []


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
async def test_what_may_not_rest_expires(time_in_force: TimeInForce) -> None:
    plugin = await open_plugin()
    result = await plugin.execute_order(limit("1", time_in_force=time_in_force))
    assert (result.success, result.status) == (True, S.EXPIRED)


async def test_a_day_order_ends_with_the_day() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, **STILL)
    await plugin.execute_order(limit("1", time_in_force=TimeInForce.DAY))
    clock.advance(24 * HOUR - 1)
    assert (await found(plugin)).status is S.NEW
    clock.advance(1)
    assert (await found(plugin)).status is S.EXPIRED


async def test_positions_are_net_and_flat_ones_are_left_out() -> None:
    plugin = await open_plugin()
    await plugin.execute_order(make_order(side=Side.SELL, quantity=Decimal("2.5")))
    await plugin.execute_order(make_order(symbol="ETHUSDT"))
    await plugin.execute_order(make_order(symbol="ETHUSDT", side=Side.SELL))
    assert await plugin.positions() == [VenuePosition(symbol="BTCUSDT", quantity=Decimal("-2.5"))]


async def test_reduce_only_is_enforced() -> None:
    plugin = await open_plugin()
    refused = await plugin.execute_order(make_order(side=Side.SELL, reduce_only=True))
    assert (refused.success, refused.code) == (False, "REDUCE_ONLY_REJECTED")
    await plugin.execute_order(make_order())
    closing = make_order(side=Side.SELL, reduce_only=True, quantity=Decimal(5))
    closed = await plugin.execute_order(closing)
    assert (closed.status, closed.filled_quantity) == (S.CANCELED, ONE)
    assert await plugin.positions() == []


# Refusals


async def test_a_refusal_is_a_result_in_the_venues_words() -> None:
    plugin = await open_plugin()
    result = await plugin.execute_order(limit("999999", post_only=True))
    assert (result.success, result.status) == (False, S.REJECTED)
    assert result.code == "POST_ONLY_WOULD_CROSS"
    assert result.error == "Order would immediately match and take."
    report = await found(plugin)
    assert (report.status, report.text) == (S.REJECTED, result.error)


@pytest.mark.parametrize("symbol", ["", " ", "BTC\x00", "BTC\n", "\ud800", "X" * 65])
async def test_a_symbol_that_cannot_be_one_is_refused(symbol: str) -> None:
    plugin = await open_plugin()
    with pytest.raises(Rejected) as caught:
        await plugin.execute_order(make_order(symbol=symbol))
    assert caught.value.code == "INVALID_SYMBOL"
    assert await plugin.fetch_order(client_order_id="a", symbol=symbol) == NotFound()


@pytest.mark.parametrize("name", ["", "\n", "\ud800"])
async def test_a_client_order_id_that_cannot_be_one_is_refused(name: str) -> None:
    plugin = await open_plugin()
    with pytest.raises(Rejected) as caught:
        await plugin.execute_order(make_order(name))
    assert caught.value.code == "INVALID_CLIENT_ORDER_ID"


async def test_the_part_of_orders_that_was_asked_for_is_refused() -> None:
    def refused(plugin: MockPlugin, names: range) -> set[int]:
        orders = {number: make_order(f"order-{number}") for number in names}
        results = {
            number: run_without_loop(plugin.execute_order(order))
            for number, order in orders.items()
        }
        return {number for number, result in results.items() if not result.success}

    names = range(3000)
    hit = refused(await open_plugin(reject_rate=0.2, seed=5), names)
    # Four standard deviations are 88.
    assert abs(len(hit) - 600) < 88
    assert refused(await open_plugin(reject_rate=0.2, seed=5), names[::-1]) == hit
    assert refused(await open_plugin(reject_rate=0.2, seed=6), names) != hit
    assert refused(await open_plugin(reject_rate=0), names) == set()
    assert refused(await open_plugin(reject_rate=1), names) == set(names)


async def test_a_refusal_for_want_of_funds() -> None:
    plugin = await open_plugin(reject_rate=1)
    result = await plugin.execute_order(make_order())
    assert (result.success, result.status, result.code) == (
        False,
        S.REJECTED,
        "INSUFFICIENT_FUNDS",
    )
    assert result.error == "Account has insufficient balance for requested action."
    assert await plugin.positions() == []


# Orders that are never answered


async def test_the_part_of_orders_that_was_asked_for_is_taken_and_never_answered() -> None:
    plugin = await open_plugin(unknown_rate=0.3)
    tasks = {
        f"order-{number}": asyncio.create_task(plugin.execute_order(make_order(f"order-{number}")))
        for number in range(1000)
    }
    for _ in range(5):
        await asyncio.sleep(0)
    silent = [name for name, task in tasks.items() if not task.done()]
    # Four standard deviations are 58.
    assert abs(len(silent) - 300) < 58
    for name in silent:
        tasks[name].cancel()
    ends = await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert sum(isinstance(end, asyncio.CancelledError) for end in ends) == len(silent)
    for name in tasks:
        assert (await found(plugin, name)).status is S.FILLED


async def test_a_deadline_ends_the_waiting_and_the_order_is_there() -> None:
    plugin = await open_plugin(unknown_rate=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await plugin.execute_order(limit("5"))
    assert (await found(plugin)).status is S.NEW


# Latency


async def test_half_of_the_latency_passes_on_the_way_and_half_on_the_way_back() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, latency_ms=100)
    task = asyncio.create_task(plugin.execute_order(make_order()))
    await clock.elapse(0.049)
    observer = plugin._venue
    assert observer is not None
    assert not observer.state.orders
    await clock.elapse(0.001)
    assert len(observer.state.orders) == 1
    await clock.elapse(0.049)
    assert not task.done()
    await clock.elapse(0.001)
    result = task.result()
    assert result.timestamp - result.fills[0].timestamp == 50


async def test_an_order_that_is_given_up_on_its_way_never_arrives() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, latency_ms=100)
    task = asyncio.create_task(plugin.execute_order(make_order()))
    await clock.elapse(0.04)
    task.cancel()
    await clock.elapse(1)
    lookup = asyncio.create_task(plugin.fetch_order(client_order_id="a", symbol="BTCUSDT"))
    await clock.elapse(0.1)
    assert lookup.result() == NotFound()


REQUESTS: dict[str, Callable[[MockPlugin], Awaitable[Any]]] = {
    "execute_order": lambda plugin: plugin.execute_order(make_order()),
    "fetch_data": lambda plugin: plugin.fetch_data("BTCUSDT"),
    "fetch_order": lambda plugin: plugin.fetch_order(client_order_id="a", symbol="BTCUSDT"),
    "cancel_order": lambda plugin: plugin.cancel_order(
        client_order_id="z", symbol="BTCUSDT", request_id="r"
    ),
    "open_orders": lambda plugin: plugin.open_orders(),
    "fills": lambda plugin: plugin.fills(since=0),
    "positions": lambda plugin: plugin.positions(),
}


@pytest.mark.parametrize("request_name", set(REQUESTS) - {"cancel_order"})
async def test_every_request_takes_its_time(request_name: str) -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, latency_ms=10)
    task = asyncio.ensure_future(REQUESTS[request_name](plugin))
    await clock.elapse(0.009)
    assert not task.done()
    await clock.elapse(0.001)
    assert task.done()
    await task


@pytest.mark.parametrize("request_name", REQUESTS)
async def test_without_latency_nothing_waits(request_name: str) -> None:
    plugin = await open_plugin()
    await plugin.execute_order(make_order("z"))
    run_without_loop(REQUESTS[request_name](plugin))


# Cancels and lookups


@pytest.mark.parametrize(
    ("order", "after"),
    [
        (make_order(), S.FILLED),
        (limit("5"), S.CANCELED),
        (limit("5", time_in_force=TimeInForce.IOC), S.EXPIRED),
        (make_order(quantity=Decimal(0)), S.REJECTED),
        (make_order(order_type=T.STOP, stop_price=Decimal(10**6)), S.CANCELED),
    ],
)
async def test_what_a_cancelled_order_is_afterwards(order: Order, after: OrderStatus) -> None:
    plugin = await open_plugin()
    await plugin.execute_order(order)
    first = await plugin.cancel_order(client_order_id="a", symbol="BTCUSDT", request_id="r")
    again = await plugin.cancel_order(
        client_order_id="a", order_id="mock-1", symbol="BTCUSDT", request_id="r"
    )
    assert first == again == await found(plugin)
    assert first.status is after


@pytest.mark.parametrize(
    ("name", "order_id", "symbol"),
    [("b", None, "BTCUSDT"), ("a", "mock-2", "BTCUSDT"), ("a", None, "ETHUSDT"), ("a", "1", "\n")],
)
async def test_what_the_venue_does_not_know(name: str, order_id: str | None, symbol: str) -> None:
    plugin = await open_plugin()
    await plugin.execute_order(limit("5"))
    lookup = await plugin.fetch_order(client_order_id=name, order_id=order_id, symbol=symbol)
    assert lookup == NotFound()
    with pytest.raises(Rejected) as caught:
        await plugin.cancel_order(
            client_order_id=name, order_id=order_id, symbol=symbol, request_id="r"
        )
    assert caught.value.code == "UNKNOWN_ORDER"
    assert (await found(plugin)).status is S.NEW


async def test_a_second_arrival_is_executed_again() -> None:
    plugin = await open_plugin()
    results = [await plugin.execute_order(make_order()) for _ in range(2)]
    assert [result.order_id for result in results] == ["mock-1", "mock-2"]
    assert await plugin.positions() == [VenuePosition(symbol="BTCUSDT", quantity=Decimal(2))]
    assert (await found(plugin)).order_id == "mock-2"
    assert (await found(plugin, order_id="mock-1")).order_id == "mock-1"


# The life of the account


async def test_an_account_that_is_not_open_sends_nothing() -> None:
    plugin = MockPlugin("m", plugin_context())
    assert not await plugin.health_check()
    with pytest.raises(NotSent):
        await plugin.execute_order(make_order())
    await plugin.init({})
    assert await plugin.health_check()
    await plugin.execute_order(make_order())
    await plugin.close()
    await plugin.close()
    assert not await plugin.health_check()
    with pytest.raises(NotSent):
        await plugin.execute_order(make_order())


async def test_a_wrong_setting_leaves_the_account_closed_until_it_is_right() -> None:
    plugin = MockPlugin("m", plugin_context())
    with pytest.raises(ConfigurationError, match=r"accounts\.m\.seed"):
        await plugin.init({"seed": "x"})
    assert not await plugin.health_check()
    await plugin.init({"seed": 1})
    assert await plugin.health_check()


async def test_what_it_declares_is_what_works() -> None:
    plugin = await open_plugin()
    await plugin.execute_order(limit("5"))
    for name in ("open_orders", "fills", "positions", "cancel_order", "fetch_order"):
        assert getattr(plugin.capabilities, name)
    assert plugin.capabilities.replace_order
    assert plugin.capabilities.stream_reports
    assert plugin.capabilities.balances
    assert plugin.capabilities.instruments
    assert not plugin.capabilities.stream_data
    assert not plugin.capabilities.quote_quantity


@pytest.mark.parametrize("order_type", T)
async def test_a_type_is_taken_if_it_is_declared(order_type: OrderType) -> None:
    plugin = await open_plugin()
    prices: dict[str, Any] = {
        "price": Decimal(50_000),
        "stop_price": Decimal(65_000),
        "trail": Decimal(5),
    }
    given = {} if order_type is T.MARKET else prices
    order = make_order(order_type=order_type, **given)
    result = await plugin.execute_order(order)
    assert result.success == (order_type in plugin.capabilities.order_types)
    if not result.success:
        assert result.code == "UNSUPPORTED_ORDER_TYPE"


async def test_it_starts_no_tasks() -> None:
    plugin = await open_plugin()
    before = asyncio.all_tasks()
    for number in range(20):
        await plugin.execute_order(make_order(f"{number}"))
    assert asyncio.all_tasks() == before

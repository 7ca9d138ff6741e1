"""The account at the practice exchange: the real ccxt, real sockets, orders that match."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.domain.errors import CodedError, Denied, FillgateError, Rejected, Unknown
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport, Found, NotFound
from fillgate.plugins.ccxt import ExchangeFailure
from fillgate.practice.faults import Fault, FaultKind
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.practising import Practising, practising, until

_NUMBERS: Final = count(1)
LIMIT: Final = {"order_type": OrderType.LIMIT, "price": Decimal(99_000)}


def new_order(**changes: Any) -> Order:
    name = client_order_id("test", next(_NUMBERS))
    return an_order(**({"client_order_id": name, "quantity": Decimal("0.01")} | changes))


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Practising]:
    async with practising(tmp_path) as opened:
        yield opened


async def looked_up(there: Practising, order: Order) -> ExecutionReport:
    answer = await there.account.fetch_order(
        client_order_id=order.client_order_id, symbol=order.symbol
    )
    assert isinstance(answer, Found)
    return answer.report


async def refusal(there: Practising, order: Order) -> CodedError:
    with pytest.raises(CodedError) as raised:
        await there.account.execute_order(order)
    return raised.value


async def test_fills_are_told_under_the_symbol_and_the_name_of_their_order(
    there: Practising,
) -> None:
    orders = [new_order(symbol=each) for each in ("BINANCE:BTCUSDT", "BTCUSDT", "BTC/USDT")]
    for order in orders:
        await there.account.execute_order(order)
    told = {fill.client_order_id: fill.symbol for fill in await there.account.fills(since=0)}
    assert told == {order.client_order_id: order.symbol for order in orders}


async def test_fills_from_before_an_account_was_opened_have_the_names_of_their_orders(
    there: Practising,
) -> None:
    ours, resting = new_order(symbol="BINANCE:BTCUSDT"), new_order(symbol="BTCUSDT", **LIMIT)
    for order in (ours, resting):
        await there.account.execute_order(order)
    await there.account.init(there.config)
    await there.account.recall([resting], [])
    (fill,) = await there.account.fills(since=0)
    assert fill.client_order_id == ours.client_order_id


async def test_a_market_order_is_filled_and_found_under_its_own_symbol(there: Practising) -> None:
    order = new_order(symbol="BINANCE:BTCUSDT", quantity=Decimal("0.0123456"))
    result = await there.account.execute_order(order)
    assert (result.status, result.filled_quantity) == (OrderStatus.FILLED, Decimal("0.01234"))
    assert result.fees
    assert sum(fill.quantity for fill in result.fills) == Decimal("0.01234")
    report = await looked_up(there, order)
    assert (report.client_order_id, report.symbol) == (order.client_order_id, order.symbol)
    assert (report.order_id, report.quantity) == (result.order_id, order.quantity)


async def test_an_amount_of_money_is_spent(there: Practising) -> None:
    order = new_order(quantity=Decimal(0), quote_quantity=Decimal(500))
    result = await there.account.execute_order(order)
    assert result.status is OrderStatus.FILLED
    assert Decimal(490) < result.filled_quantity * (result.average_price or 0) <= Decimal(500)
    assert (await looked_up(there, order)).quantity is None


async def test_a_limit_order_rests_is_listed_and_cancelled(there: Practising) -> None:
    order = new_order(**LIMIT)
    result = await there.account.execute_order(order)
    assert result.status is OrderStatus.NEW
    (listed,) = await there.account.open_orders()
    assert (listed.client_order_id, listed.price) == (order.client_order_id, order.price)
    report = await there.account.cancel_order(
        client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
    )
    assert report.status is OrderStatus.CANCELED
    assert (report.client_order_id, report.order_id) == (order.client_order_id, result.order_id)
    assert not await there.account.open_orders()


async def test_a_cancel_of_nothing_is_rejected_and_by_the_venues_id_works(
    there: Practising,
) -> None:
    with pytest.raises(Rejected, match="UNKNOWN_ORDER"):
        await there.account.cancel_order(
            client_order_id=client_order_id("test", 999), symbol="BTC/USDT", request_id="r"
        )
    order = new_order(**LIMIT)
    result = await there.account.execute_order(order)
    report = await there.account.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id,
        symbol=order.symbol,
        request_id="r",
    )
    assert report.status is OrderStatus.CANCELED


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"order_type": OrderType.STOP, "side": Side.SELL, "stop_price": "98000"}, "97000"),
        ({"order_type": OrderType.STOP, "side": Side.BUY, "stop_price": "102000"}, "103000"),
        (
            {
                "order_type": OrderType.STOP_LIMIT,
                "side": Side.SELL,
                "stop_price": "98000",
                "price": "90000",
            },
            "97000",
        ),
        (
            {"order_type": OrderType.TAKE_PROFIT, "side": Side.SELL, "stop_price": "102000"},
            "103000",
        ),
    ],
    ids=str,
)
async def test_a_stop_waits_for_its_price(
    there: Practising, changes: dict[str, Any], price: str
) -> None:
    prices = {name: Decimal(value) for name, value in changes.items() if name.endswith("price")}
    order = new_order(**(changes | prices))
    assert (await there.account.execute_order(order)).status is OrderStatus.NEW
    report = await looked_up(there, order)
    assert (report.status, report.stop_price) == (OrderStatus.NEW, order.stop_price)
    there.set_price(price)
    assert (await looked_up(there, order)).status is OrderStatus.FILLED


async def test_an_order_that_may_not_rest_fills_in_part_and_ends(there: Practising) -> None:
    order = new_order(
        order_type=OrderType.LIMIT,
        price=Decimal(100010),
        quantity=Decimal("0.8"),
        time_in_force=TimeInForce.IOC,
    )
    result = await there.account.execute_order(order)
    assert result.status is OrderStatus.EXPIRED
    assert 0 < result.filled_quantity < order.quantity
    report = await looked_up(there, order)
    assert (report.status, report.filled_quantity) == (result.status, result.filled_quantity)


async def test_the_venues_refusals_reject(there: Practising) -> None:
    funds = await refusal(there, new_order(quantity=Decimal(50)))
    assert (type(funds), funds.code) == (Rejected, "INSUFFICIENT_FUNDS")
    crossing = await refusal(
        there, new_order(**(LIMIT | {"price": Decimal(200_000), "post_only": True}))
    )
    assert isinstance(crossing, Rejected)


async def test_what_the_filters_would_refuse_is_denied_with_the_arithmetic(
    there: Practising,
) -> None:
    small = await refusal(there, new_order(**(LIMIT | {"quantity": Decimal("0.00002")})))
    assert (type(small), small.code) == (Denied, "MINIMUM_NOTIONAL")
    assert "0.00002 * 99000" in small.text
    tiny = await refusal(there, new_order(quantity=Decimal("0.000001")))
    assert (type(tiny), tiny.code) == (Denied, "INVALID_QUANTITY")


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RESET,
        FaultKind.TRUNCATE,
        FaultKind.HTML,
        FaultKind.EMPTY,
        FaultKind.EMPTY_OBJECT,
        FaultKind.GATEWAY_TIMEOUT,
        FaultKind.TIMEOUT,
        FaultKind.UNEXPECTED,
    ],
)
async def test_what_is_not_answered_is_unknown_and_found_by_our_id(
    there: Practising, kind: FaultKind
) -> None:
    there.served.practice.faults.add(Fault(fault=kind))
    order = new_order()
    assert isinstance(await refusal(there, order), Unknown)
    report = await looked_up(there, order)
    assert (report.status, report.client_order_id) == (OrderStatus.FILLED, order.client_order_id)
    (receipt,) = there.served.practice.exchange.receipts.counted()
    assert (receipt["received"], receipt["taken"]) == (1, 1)


async def test_what_never_arrived_is_not_found(there: Practising) -> None:
    answer = await there.account.fetch_order(
        client_order_id=client_order_id("test", 1000), symbol="BTC/USDT"
    )
    assert answer == NotFound()


async def test_a_lookup_that_breaks_is_no_answer(there: Practising) -> None:
    order = new_order()
    await there.account.execute_order(order)
    for kind in (FaultKind.HTML, FaultKind.EMPTY, FaultKind.EMPTY_OBJECT, FaultKind.REFUSE):
        there.served.practice.faults.add(Fault(fault=kind, method="GET"))
        with pytest.raises(FillgateError):
            await looked_up(there, order)
    assert (await looked_up(there, order)).status is OrderStatus.FILLED


async def test_another_process_finds_the_order_too(there: Practising) -> None:
    order = new_order(symbol="BTCUSDT", quantity=Decimal("0.0123456"))
    await there.account.execute_order(order)
    other = await there.another()
    try:
        answer = await other.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert isinstance(answer, Found)
        # Rounding is not remembered elsewhere, so no quantity is claimed.
        assert (answer.report.symbol, answer.report.quantity) == ("BTCUSDT", None)
    finally:
        await other.close()


async def test_fills_and_balances_are_what_was_traded(there: Practising) -> None:
    before = {each.asset: each.total for each in await there.account.balances()}
    orders = [new_order(), new_order(side=Side.SELL)]
    for order in orders:
        await there.account.execute_order(order)
    fills = await there.account.fills(since=0)
    assert [fill.side for fill in fills] == [Side.BUY, Side.SELL]
    assert fills == await there.account.fills(symbol="BTC/USDT", since=0)
    after = {each.asset: each.total for each in await there.account.balances()}
    fees = sum(fee.amount for fee in fills[0].fill.fees)
    assert after["BTC"] == before["BTC"] - fees


class Following:
    """Follows an account's reports, and keeps them."""

    def __init__(self, there: Practising) -> None:
        self.told: list[ExecutionReport] = []
        self._there = there
        self.task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        stream = self._there.account.stream_reports()
        async for report in stream:
            self.told.append(report)

    def of(self, order: Order) -> list[ExecutionReport]:
        return [each for each in self.told if each.client_order_id == order.client_order_id]

    async def breaks(self) -> ExchangeFailure:
        self._there.served.practice.hub.drop_all()
        with pytest.raises(ExchangeFailure) as raised:
            await asyncio.wait_for(self.task, 5)
        return raised.value


async def test_reports_stream_in_order_with_executions_by_name(there: Practising) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    order = new_order(**LIMIT)
    await there.account.execute_order(order)
    there.set_price("98000")
    await until(lambda: any(each.status is OrderStatus.FILLED for each in following.of(order)))
    told = following.of(order)
    assert told[0].status is OrderStatus.NEW
    assert [each.timestamp for each in told] == sorted(each.timestamp for each in told)
    assert {each.symbol for each in told} == {order.symbol}
    fills = {fill.fill_id: fill.quantity for each in told for fill in each.fills}
    assert sum(fills.values()) == order.quantity
    await following.breaks()


async def test_many_reports_at_once_are_all_told(there: Practising) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    orders = [new_order(**LIMIT) for _ in range(20)]
    await asyncio.gather(*map(there.account.execute_order, orders))
    there.set_price("98000")
    await until(
        lambda: all(
            any(each.status is OrderStatus.FILLED for each in following.of(order))
            for order in orders
        )
    )
    fills = {
        fill.fill_id: fill.quantity
        for order in orders
        for each in following.of(order)
        for fill in each.fills
    }
    assert sum(fills.values()) == sum(order.quantity for order in orders)
    await following.breaks()


async def test_a_stream_opens_again_after_it_broke(there: Practising) -> None:
    for _ in range(2):
        following = Following(there)
        await until(lambda: there.is_followed)
        order = new_order(**LIMIT)
        await there.account.execute_order(order)
        await until(lambda order=order, to=following: bool(to.of(order)))  # type: ignore[misc]
        await following.breaks()
        await until(lambda: not there.is_followed)


async def test_quotes_stream(there: Practising) -> None:
    stream = there.account.stream_data(["BTCUSDT"])
    moving = asyncio.ensure_future(_move(there))
    try:
        async with asyncio.timeout(5):
            quote = await anext(aiter(stream))
    finally:
        moving.cancel()
        await stream.aclose()  # type: ignore[attr-defined]
    assert quote.symbol == "BTCUSDT"
    assert quote.bid is not None or quote.last is not None


async def _move(there: Practising) -> None:
    for price in count(100_000):
        there.set_price(str(price))
        await asyncio.sleep(0.05)


async def test_without_keys_there_are_quotes_and_nothing_else(there: Practising) -> None:
    other = await there.another(api_key=None, secret=None)
    try:
        assert await other.health_check()
        assert (await other.fetch_data("BTC/USDT")).bid is not None
        with pytest.raises(Denied, match="NO_KEYS"):
            await other.execute_order(new_order())
        assert not other.capabilities.order_types
    finally:
        await other.close()


async def test_keys_that_the_exchange_refuses_keep_the_account_down(there: Practising) -> None:
    with pytest.raises(ExchangeFailure) as raised:
        await there.another(secret="another-made-up-secret")
    assert "another-made-up-secret" not in str(raised.value)


async def test_after_a_restart_orders_have_the_names_and_quantities_that_they_had(
    there: Practising,
) -> None:
    order = new_order(**LIMIT | {"symbol": "BINANCE:BTCUSDT"})
    await there.account.execute_order(order)
    again = await there.another()
    try:
        (listed,) = await again.open_orders()
        assert listed.symbol == "BTC/USDT"
        await again.recall([order], ["NOTHING/HERE", "ETHUSDT"])
        (listed,) = await again.open_orders()
        assert (listed.symbol, listed.quantity) == (order.symbol, order.quantity)
    finally:
        await again.close()

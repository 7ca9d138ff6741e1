"""Orders of type oco at the practice exchange: one list there, one order here."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.domain.errors import FillgateError, Rejected, Unknown
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionReport, NotFound
from fillgate.practice.faults import Fault, FaultKind
from fillgate.practice.new_order import read_order
from fillgate.practice.parameters import Parameters
from tests.ccxt.plugins.ccxt.practising import Practising, practising, until
from tests.ccxt.plugins.ccxt.test_attached import BROKEN, one_request
from tests.ccxt.plugins.ccxt.test_practice import Following, looked_up, new_order, refusal
from tests.practice.serving import BOB

SELL: Final[dict[str, Any]] = {
    "order_type": OrderType.OCO,
    "side": Side.SELL,
    "price": Decimal(105_000),
    "stop_price": Decimal(95_000),
}
BUY: Final[dict[str, Any]] = {
    "order_type": OrderType.OCO,
    "side": Side.BUY,
    "price": Decimal(95_000),
    "stop_price": Decimal(105_000),
}
PATH: Final = "/api/v3/orderList/oco"


def an_oco(**changes: Any) -> Order:
    return new_order(**SELL | changes)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Practising]:
    async with practising(tmp_path) as opened:
        yield opened


async def by_id(there: Practising, order: Order, order_id: str | None) -> Any:
    return await there.account.fetch_order(
        client_order_id=order.client_order_id, order_id=order_id, symbol=order.symbol
    )


@pytest.mark.parametrize("terms", [SELL, BUY], ids=["sell", "buy"])
async def test_it_works_as_one_order(there: Practising, terms: dict[str, Any]) -> None:
    assert OrderType.OCO in there.account.capabilities.order_types
    order = new_order(**terms)
    result = await there.account.execute_order(order)
    assert (result.order_id, result.status) == ("list-1", OrderStatus.NEW)
    assert one_request(there) == (1, 1)
    report = await looked_up(there, order)
    assert (await by_id(there, order, result.order_id)).report == report
    assert (report.client_order_id, report.order_id) == (order.client_order_id, "list-1")
    assert (report.status, report.side, report.symbol) == (
        OrderStatus.NEW,
        order.side,
        order.symbol,
    )
    assert (report.quantity, report.price, report.stop_price) == (
        order.quantity,
        order.price,
        order.stop_price,
    )
    assert await there.account.open_orders() == [report]


@pytest.mark.parametrize(
    ("terms", "price", "at"),
    [
        (SELL, "105100", "105000"),
        (SELL, "94900", "94890"),
        (BUY, "94900", "95000"),
        (BUY, "105100", "105110"),
    ],
    ids=["sell-limit", "sell-stop", "buy-limit", "buy-stop"],
)
async def test_whichever_is_executed_ends_it(
    there: Practising, terms: dict[str, Any], price: str, at: str
) -> None:
    order = new_order(**terms)
    result = await there.account.execute_order(order)
    there.set_price(price)
    report = await looked_up(there, order)
    assert (report.status, report.filled_quantity) == (OrderStatus.FILLED, order.quantity)
    assert report.average_price is not None
    assert abs(report.average_price - Decimal(at)) < 20
    assert await there.account.open_orders() == []
    fills = await there.account.fills(since=0)
    assert {each.order_id for each in fills} == {result.order_id}
    assert {each.client_order_id for each in fills} == {order.client_order_id}
    assert sum(each.fill.quantity for each in fills) == order.quantity


async def test_a_part_that_is_executed_is_told_and_works_on(there: Practising) -> None:
    order = an_oco(price=Decimal(100_005), stop_price=Decimal(95_000))
    await there.account.execute_order(order)
    exchange = there.served.practice.exchange
    bought = {"side": "BUY", "type": "LIMIT", "timeInForce": "IOC", "price": "100005"}
    exchange.place(BOB, _asked(quantity="0.004", **bought))
    report = await looked_up(there, order)
    assert (report.status, report.filled_quantity) == (
        OrderStatus.PARTIALLY_FILLED,
        Decimal("0.004"),
    )
    (working,) = await there.account.open_orders()
    assert working == report
    cancelled = await there.account.cancel_order(
        client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
    )
    assert (cancelled.status, cancelled.filled_quantity) == (
        OrderStatus.CANCELED,
        Decimal("0.004"),
    )


def _asked(**fields: str) -> Any:
    return read_order(Parameters({"symbol": "BTCUSDT", **fields}))


@pytest.mark.parametrize("knows_its_id", [True, False])
async def test_it_is_cancelled_by_either_id(there: Practising, *, knows_its_id: bool) -> None:
    order = an_oco()
    result = await there.account.execute_order(order)
    report = await there.account.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id if knows_its_id else None,
        symbol=order.symbol,
        request_id="r",
    )
    assert (report.status, report.order_id) == (OrderStatus.CANCELED, "list-1")
    assert report.client_order_id == order.client_order_id
    with pytest.raises(Rejected, match="UNKNOWN_ORDER"):
        await there.account.cancel_order(
            client_order_id=order.client_order_id,
            order_id=result.order_id,
            symbol=order.symbol,
            request_id="s",
        )


async def test_another_process_finds_and_cancels_it(there: Practising) -> None:
    order = an_oco()
    await there.account.execute_order(order)
    other = await there.another()
    try:
        answer = await other.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert not isinstance(answer, NotFound)
        assert (answer.report.order_id, answer.report.status) == ("list-1", OrderStatus.NEW)
        (working,) = await other.open_orders()
        assert (working.client_order_id, working.order_id) == (order.client_order_id, "list-1")
        await other.recall([order], [])
        report = await other.cancel_order(
            client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
        )
        assert report.status is OrderStatus.CANCELED
    finally:
        await other.close()


async def test_what_never_arrived_is_not_found(there: Practising) -> None:
    order = an_oco()
    assert await by_id(there, order, None) == NotFound()
    there.served.practice.faults.add(
        Fault(fault=FaultKind.REFUSE, path=PATH, status=400, body='{"code":-1013,"msg":"No."}')
    )
    assert isinstance(await refusal(there, order), Rejected)
    assert await by_id(there, order, None) == NotFound()
    assert await by_id(there, order, "list-9") == NotFound()
    single = client_order_id("test", 4711)
    answer = await there.account.fetch_order(client_order_id=single, symbol=order.symbol)
    assert answer == NotFound()


_BUSY: Final = '{"code":-1001,"msg":"Internal error; unable to process your request."}'
NO_ANSWERS: Final[tuple[dict[str, Any], ...]] = (
    {"fault": FaultKind.HTML},
    {"fault": FaultKind.HTML, "status": 404},
    {"fault": FaultKind.HTML, "status": 400, "body": _BUSY},
    {"fault": FaultKind.EMPTY},
    {"fault": FaultKind.EMPTY_OBJECT},
    {"fault": FaultKind.REFUSE},
)


@pytest.mark.parametrize("path", ["/api/v3/orderList", "/api/v3/order"])
async def test_a_lookup_that_breaks_is_no_answer(there: Practising, path: str) -> None:
    order = an_oco()
    await there.account.execute_order(order)
    for fault in NO_ANSWERS:
        there.served.practice.faults.add(Fault(method="GET", path=path, **fault))
        with pytest.raises(FillgateError):
            await looked_up(there, order)
    assert (await looked_up(there, order)).status is OrderStatus.NEW


async def test_prices_on_one_side_of_the_market_are_the_venues_refusal(there: Practising) -> None:
    refused = await refusal(there, an_oco(price=Decimal(99_000)))
    assert isinstance(refused, Rejected)
    assert "relationship of the prices" in refused.text
    assert await there.account.open_orders() == []


async def test_what_is_not_answered_is_unknown_and_found_by_our_id(tmp_path: Path) -> None:
    async with practising(tmp_path, answer_timeout=0.3, connect_timeout=0.3) as there:
        for number, kind in enumerate(BROKEN, 1):
            there.served.practice.faults.add(Fault(fault=kind, path=PATH))
            order = an_oco()
            assert isinstance(await refusal(there, order), Unknown), kind
            report = await looked_up(there, order)
            assert (report.status, report.order_id) == (OrderStatus.NEW, f"list-{number}"), kind
            await there.account.cancel_order(
                client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
            )
        counted = there.served.practice.exchange.receipts.counted()
        assert [(each["received"], each["taken"]) for each in counted] == [(1, 1)] * len(BROKEN)


LEGS: Final = (
    '{"orderId":1,"status":"NEW","side":"SELL","origQty":"1","price":"9","executedQty":"0"}',
    '{"orderId":2,"status":"NEW","side":"SELL","origQty":"2","stopPrice":"8","executedQty":"0"}',
)
ANSWERS: dict[str, tuple[str, str]] = {
    "of another list": ('"listClientOrderId":"other"', "NO_ORDER_ID"),
    "of another kind": ('"contingencyType":"OTO"', "NO_ORDER_ID"),
    "without its id": ('"orderListId":null', "BROKEN_ANSWER"),
    "without its orders": ('"orders":[]', "BROKEN_ANSWER"),
    "without what they are": ('"orderReports":[]', "BROKEN_ANSWER"),
    "that does not add up": (f'"orderReports":[{",".join(LEGS)}]', "BROKEN_ANSWER"),
}


@pytest.mark.parametrize(("changed", "code"), ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_that_does_not_tell_of_the_list_is_unknown(
    there: Practising, changed: str, code: str
) -> None:
    order = an_oco()
    basis = (
        '{"orderListId":9,"contingencyType":"OCO","orders":[{"orderId":1},{"orderId":2}],'
        f'"listClientOrderId":"{order.client_order_id}",{changed}}}'
    )
    fault = Fault(fault=FaultKind.HTML, path=PATH, status=200, body=basis)
    there.served.practice.faults.add(fault)
    error = await refusal(there, order)
    assert (type(error), error.code) == (Unknown, code)


@pytest.mark.parametrize("price", ["105100", "94900"], ids=["limit", "stop"])
async def test_reports_tell_of_one_order(there: Practising, price: str) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    order = an_oco()
    await there.account.execute_order(order)
    await until(lambda: bool(following.of(order)))
    there.set_price(price)

    def filled() -> list[ExecutionReport]:
        return [each for each in following.of(order) if each.status is OrderStatus.FILLED]

    def by_name() -> dict[str, Decimal]:
        told = following.of(order)
        return {fill.fill_id: fill.quantity for each in told for fill in each.fills}

    await until(lambda: bool(filled()) and sum(by_name().values()) == order.quantity)
    assert {each.order_id for each in following.told} == {"list-1"}
    assert {each.client_order_id for each in following.told} == {order.client_order_id}
    assert filled()[0].filled_quantity == order.quantity
    await following.breaks()


async def test_a_cancel_is_told_of_as_of_one_order(there: Practising) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    order = an_oco()
    await there.account.execute_order(order)
    await there.account.cancel_order(
        client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
    )
    await until(lambda: any(each.status is OrderStatus.CANCELED for each in following.of(order)))
    assert {each.order_id for each in following.told} == {"list-1"}
    await following.breaks()

"""An account for perpetuals at the practice exchange: what only contracts have, and replacing."""

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from fillgate.domain.errors import CodedError, Denied, Rejected, Unknown
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport, Found
from fillgate.practice.faults import Fault, FaultKind
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.practising import Practising, practising

_NUMBERS: Final = count(1)
PERPETUAL: Final = "BTCUSDT.P"
LIMIT: Final = {"order_type": OrderType.LIMIT, "price": Decimal(50_000)}
ORDER: Final = "/fapi/v1/order"


def new_order(**changes: Any) -> Order:
    name = client_order_id("test", next(_NUMBERS))
    fields = {"client_order_id": name, "symbol": PERPETUAL, "quantity": Decimal("0.01")}
    return an_order(**(fields | changes))


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Practising]:
    async with practising(tmp_path, market_type="swap") as opened:
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


async def replaced(
    there: Practising, order: Order, order_id: str | None, **terms: Any
) -> ExecutionReport:
    wanted = msgspec.structs.replace(order, client_order_id=f"{order.client_order_id}001", **terms)
    return await there.account.replace_order(
        client_order_id=order.client_order_id, order_id=order_id, order=wanted
    )


async def resting(there: Practising, **changes: Any) -> tuple[Order, str]:
    order = new_order(**LIMIT | changes)
    result = await there.account.execute_order(order)
    assert result.order_id is not None
    return order, result.order_id


def sent(there: Practising) -> list[tuple[str, int]]:
    """Return the client order ids of new orders that came, and how often they were taken."""
    receipts = there.served.practice.exchange.receipts.counted()
    assert all(each["market"] == "futures" for each in receipts)
    return [(each["clientOrderId"], each["taken"]) for each in receipts]


async def test_a_replaced_order_keeps_its_id_and_has_the_new_terms(there: Practising) -> None:
    order, order_id = await resting(there)
    report = await replaced(there, order, order_id, price=Decimal(51_000), quantity=Decimal("0.02"))
    assert (report.order_id, report.client_order_id) == (order_id, order.client_order_id)
    assert (report.price, report.quantity) == (Decimal(51_000), Decimal("0.02"))
    found = await looked_up(there, order)
    # The answer tells when the order was changed, and not when it was placed.
    assert report.created is None
    assert found.created is not None
    assert found.created < report.timestamp
    assert (found.order_id, found.price, found.quantity) == (
        order_id,
        Decimal(51_000),
        Decimal("0.02"),
    )
    assert sent(there) == [(order.client_order_id, 1)]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({}, "INVALID_ORDER"),
        ({"quantity": Decimal(90)}, "INSUFFICIENT_FUNDS"),
        ({"price": Decimal(90_000)}, "INVALID_ORDER"),
    ],
)
async def test_terms_that_the_venue_refuses_are_rejected(
    there: Practising, terms: dict[str, Decimal], code: str
) -> None:
    order, order_id = await resting(there)
    with pytest.raises(Rejected) as raised:
        await replaced(there, order, order_id, **terms)
    assert raised.value.code == code
    found = await looked_up(there, order)
    assert (found.price, found.quantity) == (order.price, order.quantity)


async def test_what_has_ended_is_not_replaced(there: Practising) -> None:
    order, order_id = await resting(there)
    await there.account.cancel_order(
        client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
    )
    with pytest.raises(Rejected) as raised:
        await replaced(there, order, order_id, price=Decimal(51_000))
    assert raised.value.code == "UNKNOWN_ORDER"


async def test_what_ends_by_its_new_terms_is_told_as_ended(there: Practising) -> None:
    order, order_id = await resting(there, post_only=True)
    report = await replaced(there, order, order_id, price=Decimal(60_100))
    assert (report.status, report.filled_quantity) == (OrderStatus.CANCELED, Decimal(0))


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RESET,
        FaultKind.TRUNCATE,
        FaultKind.HTML,
        FaultKind.GATEWAY_TIMEOUT,
        FaultKind.TIMEOUT,
    ],
)
async def test_a_replace_without_an_answer_is_unknown_and_sent_once(
    there: Practising, kind: FaultKind
) -> None:
    order, order_id = await resting(there)
    faults = there.served.practice.faults
    faults.add(Fault(fault=kind, method="PUT", path=ORDER, times=None))
    with pytest.raises(Unknown):
        await replaced(there, order, order_id, price=Decimal(51_000))
    [fault] = faults.shown()
    assert fault["met"] == 1
    assert (await looked_up(there, order)).price == Decimal(51_000)


@pytest.mark.parametrize("fault", [FaultKind.EMPTY, FaultKind.REFUSE])
async def test_an_answer_that_tells_nothing_has_the_order_looked_up(
    there: Practising, fault: FaultKind
) -> None:
    order, order_id = await resting(there)
    silent = Fault(fault=fault, method="PUT", path=ORDER, status=200, body="")
    there.served.practice.faults.add(silent)
    report = await replaced(there, order, order_id, price=Decimal(51_000))
    # Whether it has the new terms is seen in it.
    assert report.price == (Decimal(51_000) if fault is FaultKind.EMPTY else order.price)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.HTML, FaultKind.TIMEOUT])
async def test_an_order_without_an_answer_is_unknown_and_found_by_our_id(
    there: Practising, kind: FaultKind
) -> None:
    there.served.practice.faults.add(Fault(fault=kind, path=ORDER))
    order = new_order()
    assert isinstance(await refusal(there, order), Unknown)
    assert (await looked_up(there, order)).status is OrderStatus.FILLED
    assert sent(there) == [(order.client_order_id, 1)]


async def test_a_second_order_under_an_id_is_no_refusal(there: Practising) -> None:
    order, _ = await resting(there)
    ended = await refusal(there, order)
    assert (type(ended), ended.code) == (Unknown, "DUPLICATE_ORDER")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": Decimal(90)}, "INSUFFICIENT_FUNDS"),
        ({"side": Side.SELL, "reduce_only": True}, "INVALID_ORDER"),
        (LIMIT | {"price": Decimal(60_100), "post_only": True}, "INVALID_ORDER"),
        (LIMIT | {"time_in_force": TimeInForce.FOK}, "INVALID_ORDER"),
        (LIMIT | {"price": Decimal(90_000)}, "INVALID_ORDER"),
    ],
)
async def test_the_venues_refusals_reject(
    there: Practising, changes: dict[str, Any], code: str
) -> None:
    ended = await refusal(there, new_order(**changes))
    assert (type(ended), ended.code) == (Rejected, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order_type": OrderType.STOP, "stop_price": Decimal(50_000)}, "NOT_SUPPORTED"),
        ({"leverage": Decimal(5)}, "NOT_SUPPORTED"),
        ({"stop_loss": Decimal(50_000)}, "NOT_SUPPORTED"),
        (LIMIT | {"quantity": Decimal("0.001")}, "MINIMUM_NOTIONAL"),
        ({"quantity": Decimal("0.0001")}, "INVALID_QUANTITY"),
        ({"symbol": "ETH/BTC"}, "UNKNOWN_SYMBOL"),
    ],
)
async def test_what_cannot_be_is_denied_unsent(
    there: Practising, changes: dict[str, Any], code: str
) -> None:
    ended = await refusal(there, new_order(**changes))
    assert (type(ended), ended.code) == (Denied, code)
    assert sent(there) == []


async def test_positions_are_told_under_the_symbol_that_they_have_here(there: Practising) -> None:
    await there.account.execute_order(new_order(side=Side.SELL, quantity=Decimal("0.0299")))
    [held] = await there.account.positions()
    assert (held.symbol, held.quantity) == (PERPETUAL, Decimal("-0.029"))
    assert held.average_price is not None
    assert abs(held.average_price - 60_000) < 100
    other = await there.another()
    try:
        [held] = await other.positions()
        assert (held.symbol, held.quantity) == ("BTC/USDT:USDT", Decimal("-0.029"))
    finally:
        await other.close()


@pytest.mark.parametrize("exchange", ["binance", "binanceusdm"])
async def test_all_working_orders_are_listed_also_by_who_knows_no_market(
    there: Practising, exchange: str
) -> None:
    order, order_id = await resting(there)
    other = await there.another(exchange=exchange)
    try:
        [listed] = await other.open_orders()
        assert (listed.order_id, listed.client_order_id) == (order_id, order.client_order_id)
    finally:
        await other.close()

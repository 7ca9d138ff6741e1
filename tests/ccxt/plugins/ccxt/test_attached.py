"""Orders with stops at the practice exchange: one request, one order of ours, what protects it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.domain.errors import Denied, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.practice.faults import KINDS, Fault, FaultKind
from fillgate.testing import RecordingLogger
from tests.ccxt.plugins.ccxt.practising import Practising, practising, until
from tests.ccxt.plugins.ccxt.test_practice import Following, looked_up, new_order, refusal

ENTRY: Final[dict[str, Any]] = {
    "order_type": OrderType.LIMIT,
    "price": Decimal(99_000),
    "stop_loss": Decimal(95_000),
    "take_profit": Decimal(105_000),
}
AT_ONCE: Final = {"price": Decimal(101_000), "stop_loss": Decimal(95_000)}
PATHS: Final = ("/api/v3/orderList/oto", "/api/v3/orderList/otoco")


def an_entry(**changes: Any) -> Order:
    return new_order(**ENTRY | changes)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Practising]:
    async with practising(tmp_path) as opened:
        yield opened


def one_request(there: Practising) -> tuple[int, int]:
    """Return how often the only order came, and how often it was taken."""
    (counted,) = there.served.practice.exchange.receipts.counted()
    return counted["received"], counted["taken"]


async def protecting(there: Practising, order: Order) -> dict[str, OrderStatus]:
    """Return what is open of an order, by what its id has behind the order's."""
    told = await there.account.open_orders()
    name = order.client_order_id
    return {
        each.client_order_id.removeprefix(name): each.status
        for each in told
        if each.client_order_id is not None and each.client_order_id.startswith(name)
    }


async def test_an_order_with_stops_waits_with_what_protects_it(there: Practising) -> None:
    assert there.account.capabilities.attached_stops
    order = an_entry()
    result = await there.account.execute_order(order)
    assert result.status is OrderStatus.NEW
    assert result.filled_quantity == 0
    assert one_request(there) == (1, 1)
    report = await looked_up(there, order)
    assert (report.order_id, report.client_order_id) == (result.order_id, order.client_order_id)
    assert (report.status, report.quantity) == (OrderStatus.NEW, order.quantity)
    assert await protecting(there, order) == {
        "": OrderStatus.NEW,
        "-sl": OrderStatus.PENDING_NEW,
        "-tp": OrderStatus.PENDING_NEW,
    }


async def test_what_is_filled_at_once_is_told_with_its_fills(there: Practising) -> None:
    order = an_entry(**AT_ONCE)
    result = await there.account.execute_order(order)
    assert (result.status, result.filled_quantity) == (OrderStatus.FILLED, order.quantity)
    assert sum(fill.quantity for fill in result.fills) == order.quantity
    assert result.fees
    assert await protecting(there, order) == {"-sl": OrderStatus.NEW, "-tp": OrderStatus.NEW}


@pytest.mark.parametrize(
    ("changes", "prices", "left"),
    [
        ({}, ["98900"], {"-sl": OrderStatus.NEW, "-tp": OrderStatus.NEW}),
        ({}, ["98900", "94000"], {}),
        ({}, ["98900", "106000"], {}),
        ({"take_profit": None}, ["98900"], {"-sl": OrderStatus.NEW}),
        ({"stop_loss": None}, ["98900"], {"-tp": OrderStatus.NEW}),
        (
            {"side": Side.SELL, "price": Decimal(101_000), "stop_loss": Decimal(105_000),
             "take_profit": Decimal(95_000)},
            ["101100"],
            {"-sl": OrderStatus.NEW, "-tp": OrderStatus.NEW},
        ),
    ],
)  # fmt: skip
async def test_what_protects_an_order_works_once_it_is_filled(
    there: Practising, changes: dict[str, Any], prices: list[str], left: dict[str, OrderStatus]
) -> None:
    order = an_entry(**changes)
    await there.account.execute_order(order)
    for price in prices:
        there.set_price(price)
    report = await looked_up(there, order)
    assert (report.status, report.filled_quantity) == (OrderStatus.FILLED, order.quantity)
    assert await protecting(there, order) == left


@pytest.mark.parametrize("knows_its_id", [True, False])
async def test_a_cancel_ends_it_with_what_protects_it(
    there: Practising, *, knows_its_id: bool
) -> None:
    order = an_entry()
    result = await there.account.execute_order(order)
    report = await there.account.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id if knows_its_id else None,
        symbol=order.symbol,
        request_id="r",
    )
    assert (report.status, report.order_id) == (OrderStatus.CANCELED, result.order_id)
    assert report.client_order_id == order.client_order_id
    assert await there.account.open_orders() == []


async def test_numbers_are_brought_to_the_steps(there: Practising) -> None:
    order = an_entry(
        quantity=Decimal("0.0123456"),
        price=Decimal("99000.009"),
        stop_loss=Decimal("95000.001"),
        take_profit=Decimal("104999.999"),
    )
    await there.account.execute_order(order)
    (receipt,) = there.served.practice.exchange.receipts.all
    prices = {name: value for name, value in receipt.parameters.items() if name[-5:] == "Price"}
    assert prices == {
        "workingPrice": "99000",
        # They close: those of a sale go up.
        "pendingBelowStopPrice": "95000.01",
        "pendingAboveStopPrice": "105000",
    }
    assert receipt.parameters["workingQuantity"] == receipt.parameters["pendingQuantity"]
    assert receipt.parameters["pendingQuantity"] == "0.01234"


async def test_a_market_order_with_stops_is_denied(there: Practising) -> None:
    refused = await refusal(there, new_order(stop_loss=Decimal(95_000)))
    assert (type(refused), refused.code) == (Denied, "NOT_SUPPORTED")
    assert "send a limit order" in refused.text
    assert there.served.practice.exchange.receipts.all == []


async def test_the_venues_refusals_reject_all_of_it(there: Practising) -> None:
    refused = await refusal(there, an_entry(quantity=Decimal(50)))
    assert (type(refused), refused.code) == (Rejected, "INSUFFICIENT_FUNDS")
    assert await there.account.open_orders() == []


async def test_a_name_that_works_already_is_unknown_and_found(there: Practising) -> None:
    order = an_entry()
    result = await there.account.execute_order(order)
    refused = await refusal(there, order)
    assert (type(refused), refused.code) == (Unknown, "DUPLICATE_ORDER")
    assert (await looked_up(there, order)).order_id == result.order_id


BROKEN: Final = [
    each for each, manner in KINDS.items() if manner.processed and each is not FaultKind.DELAY
]
"""The faults that leave it open whether an order was taken."""


@pytest.mark.parametrize("stops", [{}, {"take_profit": None}], ids=["both", "one"])
async def test_what_is_not_answered_is_unknown_and_found_by_our_id(
    tmp_path: Path, stops: dict[str, Any]
) -> None:
    path = PATHS[0] if stops else PATHS[1]
    async with practising(tmp_path, answer_timeout=0.3, connect_timeout=0.3) as there:
        for kind in BROKEN:
            there.served.practice.faults.add(Fault(fault=kind, path=path))
            order = an_entry(**stops)
            assert isinstance(await refusal(there, order), Unknown), kind
            report = await looked_up(there, order)
            assert report.status is OrderStatus.NEW, kind
            assert report.client_order_id == order.client_order_id
            assert len(await protecting(there, order)) == (2 if stops else 3)
            await there.account.cancel_order(
                client_order_id=order.client_order_id, symbol=order.symbol, request_id="r"
            )
        counted = there.served.practice.exchange.receipts.counted()
        assert [(each["received"], each["taken"]) for each in counted] == [(1, 1)] * len(BROKEN)


ANSWERS: dict[str, tuple[str, str]] = {
    "without orders": ('{"orderListId":1,"orders":[],"orderReports":[]}', "NO_ORDER_ID"),
    "of another order": (
        '{"orderListId":1,"orderReports":[{"clientOrderId":"other","orderId":9}]}',
        "NO_ORDER_ID",
    ),
    "without its id": (
        '{"orderListId":1,"orderReports":[{"clientOrderId":"%s","status":"NEW"}]}',
        "NO_ORDER_ID",
    ),
    "with what cannot be": (
        '{"orderReports":[{"clientOrderId":"%s","orderId":9,"status":"NEW","executedQty":"-1"}]}',
        "BROKEN_ANSWER",
    ),
}


@pytest.mark.parametrize(("body", "code"), ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_that_does_not_tell_of_the_order_is_unknown(
    there: Practising, body: str, code: str
) -> None:
    order = an_entry()
    text = body.replace("%s", order.client_order_id)
    fault = Fault(fault=FaultKind.HTML, path=PATHS[1], status=200, body=text)
    there.served.practice.faults.add(fault)
    error = await refusal(there, order)
    assert (type(error), error.code) == (Unknown, code)


async def test_a_stop_that_cannot_be_placed_any_more_is_warned_of(there: Practising) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    order = an_entry(take_profit=None)
    await there.account.execute_order(order)
    there.set_price("94000")
    name = f"{order.client_order_id}-sl"
    await until(lambda: any(each.client_order_id == name for each in following.told[2:]))
    logger = there.account.context.logger
    assert isinstance(logger, RecordingLogger)

    def warned() -> list[Any]:
        found = [each for each in logger.entries if each.event == "stop-refused"]
        return [each.fields["client_order_id"] for each in found]

    await until(lambda: warned() == [name])
    assert (await looked_up(there, order)).status is OrderStatus.FILLED
    await following.breaks()


async def test_reports_tell_of_the_order_as_of_any_other(there: Practising) -> None:
    following = Following(there)
    await until(lambda: there.is_followed)
    order = an_entry()
    await there.account.execute_order(order)
    there.set_price("98900")
    await until(lambda: any(each.status is OrderStatus.FILLED for each in following.of(order)))
    fills = {fill.fill_id: fill.quantity for each in following.of(order) for fill in each.fills}
    assert sum(fills.values()) == order.quantity
    stop = f"{order.client_order_id}-sl"

    def told_of_the_stop() -> list[OrderStatus]:
        return [each.status for each in following.told if each.client_order_id == stop]

    await until(lambda: OrderStatus.NEW in told_of_the_stop())
    assert told_of_the_stop() == [OrderStatus.PENDING_NEW, OrderStatus.NEW]
    await following.breaks()

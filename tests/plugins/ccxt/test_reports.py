"""ccxt's structures as reports, results, fills and positions."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import Rejected
from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.plugins.ccxt.known import Known
from fillgate.plugins.ccxt.reports import Reader, names_id
from fillgate.plugins.ccxt.values import BrokenAnswer
from fillgate.plugins.ccxt.venues import ClientIdForm

ID = "fgtest000000100"
ORDER: dict[str, Any] = {
    "id": "28",
    "clientOrderId": f"t-{ID}",
    "symbol": "X/Y",
    "side": "buy",
    "type": "limit",
    "amount": "2",
    "price": "10.0",
    "filled": "0",
    "status": "open",
    "timestamp": 1000,
    "lastUpdateTimestamp": 2000,
}


def reader(known: Known | None = None, unit: str = "1") -> Reader:
    return Reader(
        form=ClientIdForm.PREFIXED_T,
        known=known or Known(),
        unit=lambda _: Decimal(unit),
        now=lambda: 5000,
    )


def sent(quantity: str, in_steps: str, **changes: Any) -> Known:
    """Return what is known after an order was sent."""
    known = Known()
    order = Order(
        client_order_id=ID,
        account="a",
        symbol="XY",
        side=Side.BUY,
        quantity=Decimal(quantity),
        **changes,
    )
    known.note_order(order, "X/Y", Decimal(in_steps))
    return known


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, OrderStatus.NEW),
        ({"filled": "1"}, OrderStatus.PARTIALLY_FILLED),
        ({"filled": "2"}, OrderStatus.FILLED),
        ({"status": "canceling"}, OrderStatus.NEW),
        ({"status": "closed", "filled": "2"}, OrderStatus.FILLED),
        ({"status": "closed", "filled": "1"}, OrderStatus.CANCELED),
        ({"status": "closed", "filled": "1", "type": "market"}, OrderStatus.FILLED),
        ({"status": "closed"}, OrderStatus.CANCELED),
        ({"status": "canceled", "filled": "1"}, OrderStatus.CANCELED),
        ({"status": "expired"}, OrderStatus.EXPIRED),
        ({"status": "rejected"}, OrderStatus.REJECTED),
    ],
    ids=str,
)
def test_status_and_quantities_make_the_status(
    changes: dict[str, Any], status: OrderStatus
) -> None:
    assert reader().report(ORDER | changes).status is status


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "None"},
        {"symbol": None},
        {"side": "long"},
        {"status": None},
        {"status": "closed", "filled": None},
        {"filled": "-1"},
        {"filled": "NaN"},
        {"filled": "much"},
    ],
    ids=str,
)
def test_what_does_not_say_enough_is_no_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(BrokenAnswer):
        reader().report(ORDER | changes)


def test_our_orders_are_told_of_as_they_are_here() -> None:
    report = reader(sent("2.004", "2")).report(ORDER)
    assert (report.client_order_id, report.symbol) == (ID, "XY")
    assert report.quantity == Decimal("2.004")
    assert (report.created, report.timestamp) == (1000, 2000)


def test_another_quantity_than_was_sent_is_told_as_it_is() -> None:
    assert reader(sent("2.004", "2")).report(ORDER | {"amount": "3"}).quantity == Decimal(3)


def test_an_order_by_cost_has_no_quantity() -> None:
    known = sent("0", "0", quote_quantity=Decimal(50))
    assert reader(known).report(ORDER | {"type": "market"}).quantity is None


def test_of_our_order_from_before_a_restart_no_quantity_is_told() -> None:
    assert reader().report(ORDER).quantity is None


def test_the_orders_of_others_are_told_of_as_the_venue_has_them() -> None:
    report = reader().report(ORDER | {"clientOrderId": "web_1"})
    assert (report.client_order_id, report.symbol) == ("web_1", "X/Y")
    assert report.quantity == Decimal(2)


def test_contracts_are_told_in_base_units() -> None:
    other = ORDER | {"clientOrderId": None, "filled": "1", "average": "10"}
    report = reader(unit="0.01").report(other)
    assert (report.quantity, report.filled_quantity) == (Decimal("0.02"), Decimal("0.01"))


def test_a_market_order_has_no_limit_price() -> None:
    assert reader().report(ORDER | {"type": "market"}).price is None
    assert reader().report(ORDER).price == Decimal(10)


TRADE = {
    "id": "7",
    "order": "28",
    "symbol": "X/Y",
    "side": "sell",
    "amount": "0.5",
    "price": "10.123456789012345678",
    "fee": {"currency": "Y", "cost": "0.01"},
    "timestamp": 1500,
}


def test_a_trade_is_a_fill_with_all_its_digits() -> None:
    told = reader(sent("2", "2")).fill(TRADE)
    assert (told.symbol, told.order_id, told.side) == ("XY", "28", Side.SELL)
    assert told.fill.price == Decimal("10.123456789012345678")
    assert told.fill.fees == (Fee("Y", Decimal("0.01")),)


@pytest.mark.parametrize("name", ["id", "order", "symbol", "side", "amount", "price", "timestamp"])
def test_a_trade_that_lacks_something_is_no_answer(name: str) -> None:
    with pytest.raises(BrokenAnswer):
        reader().fill(TRADE | {name: None})


def test_a_result_with_a_status_and_no_quantity_is_looked_up_later() -> None:
    result = reader().result(ORDER | {"status": "closed", "filled": None})
    assert result.success
    assert result.status is None
    filled = reader().result({"id": "28", "status": "closed", "filled": "2", "amount": "2"})
    assert (filled.status, filled.filled_quantity) == (OrderStatus.FILLED, Decimal(2))


def test_an_order_that_the_venue_refused_at_once_is_rejected() -> None:
    with pytest.raises(Rejected):
        reader().result(ORDER | {"status": "rejected"})


@pytest.mark.parametrize("answer", [None, "text", [], {}, {"id": ""}, {"id": "undefined"}])
def test_an_answer_without_an_id_names_no_order(answer: object) -> None:
    assert names_id(answer) is None


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [({}, "3"), ({"side": "short"}, "-3"), ({"contracts": "-3", "side": None}, "-3")],
    ids=str,
)
def test_a_short_position_is_negative(changes: dict[str, Any], quantity: str) -> None:
    position = {"symbol": "X/Y", "contracts": "3", "side": "long", "entryPrice": "10"} | changes
    told = reader().position(position)
    assert told is not None
    assert told.quantity == Decimal(quantity)
    assert reader().position(position | {"contracts": "0"}) is None


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    known = Known(most=2)
    for number in range(3):
        known.note(f"S{number}", "X/Y", f"id{number}")
    assert [known.symbol("X/Y", f"id{number}") for number in range(3)] == ["S2", "S1", "S2"]

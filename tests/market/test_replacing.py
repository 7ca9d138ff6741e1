"""Which terms a working order does not get."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.feeds.base import Quote
from fillgate.market.listings import listing
from fillgate.market.records import Arrived, Filled, Queued, Triggered
from fillgate.market.replacing import keeps_its_place, replace_refusal
from fillgate.market.rules import Circumstances
from fillgate.market.venue_order import VenueOrder

START = 1_767_225_600_000_000
LISTING = listing("BTCUSDT")
QUOTE = Quote(5_999_400, 6_000_000, 6_000_600)
LOW, HIGH = Decimal(54_000), Decimal(66_000)


def make_order(**fields: Any) -> Order:
    basis: dict[str, Any] = {"client_order_id": "a", "account": "m", "symbol": "BTCUSDT"}
    return Order(**{**basis, "side": Side.BUY, "quantity": Decimal(1), **fields})


def limit(price: Decimal, **fields: Any) -> Order:
    return make_order(order_type=OrderType.LIMIT, price=price, **fields)


LIMIT = limit(LOW, quantity=Decimal(2))
STOP_LIMIT = make_order(order_type=OrderType.STOP_LIMIT, price=LOW, stop_price=HIGH, post_only=True)
TRAILING = make_order(order_type=OrderType.TRAILING_STOP, trail=Decimal(5))
OCO = make_order(order_type=OrderType.OCO, price=LOW, stop_price=HIGH)


def held(order: Order, *, filled: str = "0", triggered: bool = False) -> VenueOrder:
    arrived = VenueOrder.arriving(Arrived(at=START, number=1, order=order))
    if triggered:
        arrived = arrived.after(Triggered(at=START, number=1))
    if Decimal(filled):
        fill = Fill(fill_id="1", quantity=Decimal(filled), price=LOW, timestamp=1)
        arrived = arrived.after(Filled(at=START, number=1, fill=fill))
    return arrived


def refusal(order: VenueOrder, **terms: Any) -> str | None:
    replacement = msgspec.structs.replace(order.order, client_order_id="r", **terms)
    given = Circumstances(replacement, START, LISTING, QUOTE, ZERO)
    found = replace_refusal(order, given)
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("order", "terms", "code"),
    [
        (held(LIMIT), {"price": LOW + 1}, None),
        (held(LIMIT), {"quantity": Decimal(1), "price": HIGH}, None),
        (held(LIMIT, filled="1"), {"quantity": Decimal("1.5")}, None),
        (held(LIMIT, filled="1"), {"quantity": Decimal(1)}, "INVALID_QUANTITY"),
        (held(LIMIT, filled="1"), {"quantity": Decimal("0.5")}, "INVALID_QUANTITY"),
        (held(LIMIT), {"quantity": ZERO}, "INVALID_QUANTITY"),
        (held(LIMIT), {"price": Decimal(-1)}, "INVALID_PRICE"),
        (held(LIMIT), {"price": None}, "INVALID_PRICE"),
        (held(LIMIT), {"side": Side.SELL}, "INVALID_ORDER"),
        (held(LIMIT), {"symbol": "ETHUSDT"}, "INVALID_ORDER"),
        (held(LIMIT), {"time_in_force": TimeInForce.IOC}, "INVALID_ORDER"),
        (held(LIMIT), {"stop_loss": LOW}, "INVALID_ORDER"),
        (held(LIMIT), {"price": LOW + Decimal("0.001")}, "INVALID_PRICE"),
        (held(STOP_LIMIT), {"price": HIGH}, None),
        (held(STOP_LIMIT, triggered=True), {"price": LOW + 1}, None),
        (held(OCO), {"price": LOW + 1, "stop_price": HIGH - 1}, None),
        (held(OCO), {"price": HIGH + 1}, "INVALID_PRICE"),
        (held(OCO), {"stop_price": LOW + 1}, "INVALID_PRICE"),
        (held(TRAILING), {"trail": Decimal(6)}, None),
        (held(TRAILING), {"trail": ZERO}, "INVALID_PRICE"),
        (held(limit(LOW, stop_loss=LOW - 1)), {"price": LOW - 2}, "INVALID_STOPS"),
    ],
)
def test_terms(order: VenueOrder, terms: dict[str, Any], code: str | None) -> None:
    assert refusal(order, **terms) == code


@pytest.mark.parametrize(
    ("terms", "kept"),
    [
        ({"quantity": Decimal(1)}, True),
        ({}, True),
        ({"quantity": Decimal(3)}, False),
        ({"price": LOW + 1}, False),
        ({"price": LOW - 1, "quantity": Decimal(1)}, False),
    ],
)
def test_only_a_smaller_quantity_keeps_the_place(terms: dict[str, Any], kept: bool) -> None:
    resting = held(LIMIT).after(Queued(at=START, number=1, ahead=0))
    queued = msgspec.structs.replace(resting, place=1)
    assert keeps_its_place(queued, msgspec.structs.replace(LIMIT, **terms)) is kept
    assert not keeps_its_place(held(LIMIT), LIMIT)

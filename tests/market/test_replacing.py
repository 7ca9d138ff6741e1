"""Which terms a working order does not get."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.records import Arrived, Filled, Triggered
from fillgate.market.replacing import replace_refusal
from fillgate.market.rules import Circumstances
from fillgate.market.venue_order import VenueOrder
from tests.market.test_venue import HERE, MARKET, START, limit, make_order

LOW = HERE * Decimal("0.9")
HIGH = HERE * Decimal("1.1")
LIMIT = limit(LOW, quantity=Decimal(2))
STOP_LIMIT = make_order(order_type=OrderType.STOP_LIMIT, price=LOW, stop_price=HIGH, post_only=True)


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
    given = Circumstances(replacement, START, MARKET, MARKET.quote(START), ZERO)
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
        (held(limit(LOW, post_only=True)), {"price": HIGH}, "POST_ONLY_WOULD_CROSS"),
        (held(STOP_LIMIT), {"price": HIGH}, None),
        (held(STOP_LIMIT, triggered=True), {"price": LOW + 1}, None),
        (held(STOP_LIMIT, triggered=True), {"price": HIGH}, "POST_ONLY_WOULD_CROSS"),
        (held(limit(LOW, stop_loss=LOW - 1)), {"price": LOW - 2}, "INVALID_STOPS"),
    ],
)
def test_terms(order: VenueOrder, terms: dict[str, Any], code: str | None) -> None:
    assert refusal(order, **terms) == code

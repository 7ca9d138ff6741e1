"""The words of an order."""

import msgspec
import pytest

from fillgate.domain.orders import Order, OrderType, Side, required_fields


def test_sides_have_signs() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


@pytest.mark.parametrize("order_type", list(OrderType))
def test_what_a_type_needs_is_a_field_of_orders(order_type: OrderType) -> None:
    fields = {field.name for field in msgspec.structs.fields(Order)}
    assert set(required_fields(order_type)) <= fields


@pytest.mark.parametrize(
    ("order_type", "fields"),
    [
        (OrderType.MARKET, ()),
        (OrderType.LIMIT, ("price",)),
        (OrderType.STOP, ("stop_price",)),
        (OrderType.STOP_LIMIT, ("price", "stop_price")),
        (OrderType.TAKE_PROFIT, ("stop_price",)),
        (OrderType.STOP_LOSS, ("stop_price",)),
        (OrderType.TRAILING_STOP, ("trail",)),
        (OrderType.OCO, ("price", "stop_price")),
    ],
)
def test_required_fields(order_type: OrderType, fields: tuple[str, ...]) -> None:
    assert required_fields(order_type) == fields

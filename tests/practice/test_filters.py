"""The filters of a symbol, as a table of cases after Binance's "Filters"."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.practice.errors import Refused
from fillgate.practice.filters import Offered, check_filters, described_filters
from fillgate.practice.symbols import Symbol

SYMBOL = Symbol("A", "B", Decimal("0.01"), Decimal("0.001"), Decimal(5))


def broken(**fields: Any) -> str | None:
    """Return the filter that a limit order at 100 breaks with these fields."""
    basis: dict[str, Any] = {"quantity": "1", "price": "100", "last": "100"} | fields
    amounts: dict[str, Any] = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in basis.items()
    }
    offered = Offered(symbol=SYMBOL, **({"at_market": amounts["price"] is None} | amounts))
    try:
        check_filters(offered)
    except Refused as refused:
        return refused.msg.removeprefix("Filter failure: ")
    return None


def test_a_filter_refuses_by_name() -> None:
    offered = Offered(symbol=SYMBOL, at_market=True, worth=Decimal(1), last=Decimal(100))
    with pytest.raises(Refused, match=r"^Filter failure: NOTIONAL$") as caught:
        check_filters(offered)
    assert caught.value.code == -1013


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, None),
        ({"price": "100.01"}, None),
        ({"price": "100.001"}, "PRICE_FILTER"),
        ({"price": "0.001"}, "PRICE_FILTER"),
        ({"price": "1000000.01", "last": "1000000"}, "PRICE_FILTER"),
        ({"stop_price": "99.99"}, None),
        ({"stop_price": "99.995"}, "PRICE_FILTER"),
        ({"price": "500"}, None),
        ({"price": "500.01"}, "PERCENT_PRICE_BY_SIDE"),
        ({"price": "20"}, None),
        ({"price": "19.99"}, "PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "0.05"}, None),
        ({"quantity": "0.0505"}, "LOT_SIZE"),
        ({"quantity": "0.0001"}, "LOT_SIZE"),
        ({"quantity": "9000000.001"}, "LOT_SIZE"),
        ({"quantity": "1000001", "price": None}, "MARKET_LOT_SIZE"),
        ({"quantity": "0.049"}, "NOTIONAL"),
        ({"quantity": "0.049", "price": None}, "NOTIONAL"),
        ({"quantity": "0.05", "price": None}, None),
        ({"quantity": "90000"}, None),
        ({"quantity": "90000.001"}, "NOTIONAL"),
        ({"quantity": "90000.001", "price": None}, None),
        ({"quantity": None, "price": None, "worth": "5"}, None),
        ({"quantity": None, "price": None, "worth": "4.99"}, "NOTIONAL"),
        ({"open_orders": 199}, None),
        ({"open_orders": 200}, "MAX_NUM_ORDERS"),
        ({"open_stops": 5}, None),
        ({"open_stops": 4, "is_stop": True}, None),
        ({"open_stops": 5, "is_stop": True}, "MAX_NUM_ALGO_ORDERS"),
        ({"open_lists": 19}, None),
        ({"open_lists": 20}, "MAX_NUM_ORDER_LISTS"),
    ],
)
def test_which_orders_pass(fields: dict[str, Any], name: str | None) -> None:
    assert broken(**fields) == name


def test_every_filter_that_refuses_is_described() -> None:
    described = {each["filterType"] for each in described_filters(SYMBOL)}
    assert described == {
        "PRICE_FILTER",
        "LOT_SIZE",
        "MARKET_LOT_SIZE",
        "PERCENT_PRICE_BY_SIDE",
        "NOTIONAL",
        "MAX_NUM_ORDERS",
        "MAX_NUM_ALGO_ORDERS",
        "MAX_NUM_ORDER_LISTS",
    }

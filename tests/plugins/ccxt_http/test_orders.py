import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import NotSent
from fillgate.domain.numbers import MAX_DIGITS, MAX_EXPONENT
from fillgate.domain.orders import (
    MarginMode,
    Order,
    OrderType,
    PositionSide,
    QuantityUnit,
    Side,
    TimeInForce,
    TriggerPrice,
)
from fillgate.plugins.ccxt_http.orders import ORDER_TYPES, encode_order
from tests.plugins.ccxt_http.conftest import an_order

D = Decimal


def encode(order: Order) -> bytes:
    return encode_order(order, timestamp=1_767_225_600, exchange="binance", testnet=False)


def test_a_market_order_to_the_byte() -> None:
    assert encode(an_order(signal_price=D(99))) == (
        b'{"timestamp":1767225600,"symbol":"BTC/USDT","action":"buy","order_type":"market",'
        b'"quantity":0.5,"price":null,"stop_loss":null,"take_profit":null,"confidence":null,'
        b'"exchange":"binance","testnet":false,"client_order_id":"fgtest000000100"}'
    )


def test_a_stop_limit_order_with_all_that_can_be_said_to_the_byte() -> None:
    order = an_order(
        side=Side.SELL,
        order_type=OrderType.STOP_LIMIT,
        quantity=D("1E+3"),
        price=D("100.10"),
        stop_price=D("1E-8"),
        stop_loss=D(90),
        take_profit=D("110.5"),
        confidence=D("0.75"),
        time_in_force=TimeInForce.IOC,
        reduce_only=True,
        post_only=True,
        signal_price=D(99),
        strategy="not for the service",
    )
    body = encode_order(order, timestamp=7, exchange="kraken", testnet=True)
    assert body == (
        b'{"timestamp":7,"symbol":"BTC/USDT","action":"sell","order_type":"stop_limit",'
        b'"quantity":1000,"price":100.1,"stop_loss":90,"take_profit":110.5,"confidence":0.75,'
        b'"exchange":"kraken","testnet":true,"client_order_id":"fgtest000000100",'
        b'"stop_price":0.00000001,"time_in_force":"IOC","reduce_only":true,"post_only":true}'
    )


numbers = st.builds(
    lambda digits, exponent: D(digits).scaleb(exponent),
    st.integers(1, 10**20 - 1),
    st.integers(-MAX_EXPONENT, MAX_DIGITS - 20),
)


@given(quantity=numbers, price=numbers, symbol=st.text(st.characters(exclude_categories=["Cs"])))
def test_numbers_are_exact_and_plain(quantity: Decimal, price: Decimal, symbol: str) -> None:
    order = an_order(order_type=OrderType.LIMIT, quantity=quantity, price=price, symbol=symbol)
    body = encode(order)
    texts = json.loads(body, parse_float=lambda text: ("number", text), parse_int=str)
    for name, number in (("quantity", quantity), ("price", price)):
        text = texts[name][1] if isinstance(texts[name], tuple) else texts[name]
        assert D(text) == number
        assert "e" not in text.lower()
    assert texts["symbol"] == symbol


@pytest.mark.parametrize(
    "changes",
    [
        *({"order_type": kind} for kind in OrderType if kind not in ORDER_TYPES),
        {"quantity_unit": QuantityUnit.CONTRACTS},
        {"quantity_unit": QuantityUnit.LOTS},
        {"quote_quantity": D(100)},
        {"trigger": TriggerPrice.MARK},
        {"trail": D(5)},
        {"expire_time": 1_767_225_600_000},
        {"position_side": PositionSide.LONG},
        {"leverage": D(2)},
        {"margin_mode": MarginMode.CROSS},
        {"price": D(1)},
        {"stop_price": D(1)},
        {"order_type": OrderType.LIMIT},
        {"order_type": OrderType.LIMIT, "price": D(1), "stop_price": D(1)},
        {"order_type": OrderType.STOP},
        {"order_type": OrderType.STOP, "stop_price": D(1), "price": D(1)},
        {"order_type": OrderType.STOP_LIMIT, "price": D(1)},
        {"symbol": "BTC\ud800"},
        {"quantity": D("NaN")},
        {"take_profit": D("Infinity")},
    ],
    ids=str,
)
def test_an_order_that_the_service_cannot_be_asked_for_is_not_sent(changes: dict[str, Any]) -> None:
    with pytest.raises(NotSent) as caught:
        encode(an_order(**changes))
    assert caught.value.code == "NOT_SUPPORTED"


def test_every_field_of_an_order_is_thought_of() -> None:
    """A field that is added to `Order` must be sent, refused or listed here."""
    written = {"symbol", "side", "order_type", "quantity", "price", "stop_price", "stop_loss"}
    written |= {"take_profit", "confidence", "client_order_id"}
    written |= {"time_in_force", "reduce_only", "post_only"}
    refused = {"quantity_unit", "quote_quantity", "trigger", "trail", "expire_time"}
    refused |= {"position_side", "leverage", "margin_mode"}
    of_no_concern = {"account", "signal_price", "strategy", "parent", "leg"}
    assert set(Order.__struct_fields__) == written | refused | of_no_concern

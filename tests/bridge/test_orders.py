"""From the body of an order to an `Order`."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.bridge.orders import read_order
from fillgate.bridge.refusals import Refusal
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.plugins.ccxt_http.orders import encode_order, encode_whole
from tests.plugins.ccxt_http.conftest import an_order

NOW = 1_800_000_000_123_456
PLACE = {"exchange": "binance", "testnet": True}

prices = st.decimals(min_value=Decimal("0.00000001"), max_value=10**12, places=8)
orders = st.one_of(
    st.builds(an_order, quantity=prices, side=st.sampled_from(Side), reduce_only=st.booleans()),
    st.builds(
        an_order,
        order_type=st.just(OrderType.STOP_LIMIT),
        quantity=prices,
        price=prices,
        stop_price=prices,
        stop_loss=st.none() | prices,
        time_in_force=st.none() | st.sampled_from((TimeInForce.GTC, TimeInForce.IOC)),
        post_only=st.booleans(),
    ),
)


def renamed(order: Order) -> Order:
    return msgspec.structs.replace(order, account="paper")


@given(orders)
def test_what_older_senders_write_is_read_as_it_was_meant(order: Order) -> None:
    body = encode_order(order, timestamp=NOW // 1_000_000, exchange="binance", testnet=True)
    received = read_order(body, "paper", PLACE)
    assert received.order == renamed(order)
    assert received.signed_at == 1_800_000_000_000_000


@given(orders, st.sampled_from((None, "a strategy ü")), st.none() | prices)
def test_a_whole_order_is_read_as_it_is(
    order: Order, strategy: str | None, leverage: Decimal | None
) -> None:
    order = msgspec.structs.replace(order, strategy=strategy, leverage=leverage, leg=3)
    body = encode_whole(order, now=NOW, exchange="binance", testnet=True)
    received = read_order(body, "paper", PLACE)
    assert received == (renamed(order), NOW)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (PLACE, None),
        ({}, None),
        ({"exchange": "kraken"}, "exchange=kraken"),
        ({"testnet": False}, "testnet=False"),
        ({"exchange": "binance", "testnet": False}, "testnet=False"),
    ],
)
@pytest.mark.parametrize("is_whole", [True, False])
def test_an_order_for_another_exchange_is_refused(
    place: dict[str, Any], wrong: str | None, is_whole: bool
) -> None:
    body = (
        encode_whole(an_order(), now=NOW, exchange="binance", testnet=True)
        if is_whole
        else encode_order(an_order(), timestamp=1, exchange="binance", testnet=True)
    )
    if wrong is None:
        assert read_order(body, "paper", place).order == renamed(an_order())
        return
    with pytest.raises(Refusal, match=wrong) as caught:
        read_order(body, "paper", place)
    assert caught.value.code == "WRONG_EXCHANGE"


def test_an_older_service_finds_nothing_of_a_whole_order_that_it_could_misread() -> None:
    body = encode_whole(an_order(leverage=Decimal(2)), now=NOW, exchange="binance", testnet=True)
    classic = {"symbol", "action", "side", "order_type", "quantity", "price", "client_order_id"}
    assert not classic & json.loads(body).keys()


FIELDS = ("symbol", "action", "order_type", "quantity", "price", "timestamp", "client_order_id")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(("buy", "limit", "1e18", "0.1", "-0", "1" * 50, "\ud800")),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
WHOLE = json.loads(encode_whole(an_order(), now=NOW, exchange="binance", testnet=True))


@given(
    st.dictionaries(st.sampled_from(FIELDS), values),
    st.none() | st.dictionaries(st.sampled_from((*FIELDS, "side", "leverage", "leg")), values),
)
def test_whatever_comes_is_an_order_or_a_refusal(
    fields: dict[str, Any], order: dict[str, Any] | None
) -> None:
    if order is not None:
        fields = WHOLE | {"order": WHOLE["order"] | order}
    body = json.dumps(fields).encode()
    try:
        received = read_order(body, "paper", PLACE)
    except Refusal as refusal:
        assert refusal.text  # noqa: PT017 - either is right
        return
    assert received.order.quantity > 0
    assert received.order.client_order_id


@given(st.binary(max_size=200))
def test_bytes_are_an_order_or_a_refusal(body: bytes) -> None:
    with pytest.raises(Refusal):
        read_order(body, "paper", PLACE)

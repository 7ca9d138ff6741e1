"""Bodies of order requests: all fields, the older name, and no unknown one."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import (
    MarginMode,
    OrderType,
    PositionSide,
    TimeInForce,
    TriggerPrice,
)
from fillgate.domain.signals import Action, Signal
from fillgate.signals.api import read_order
from fillgate.signals.refusals import Refusal, RefusalCode

CODE = RefusalCode
MINIMAL: dict[str, Any] = {"symbol": "BTCUSDT", "side": "sell", "quantity": 1}


def body(**changes: object) -> bytes:
    """Return a minimal order with these members changed; ... takes one out."""
    members = {**MINIMAL, **changes}
    return json.dumps({k: v for k, v in members.items() if v is not ...}).encode()


def refused(order: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_order(order)
    assert caught.value.reason.isprintable()
    return caught.value


def test_minimal_order() -> None:
    received = read_order(body())
    assert received.signal == Signal(action=Action.SELL, symbol="BTCUSDT", quantity=Decimal(1))
    assert (received.id, received.secret, received.ignored) == (None, None, ())


def test_every_field_is_read() -> None:
    order = body(
        account="paper",
        order_type="stop_limit",
        price="10.50",
        stop_price=10,
        trigger="index",
        stop_loss=12,
        take_profit=9,
        time_in_force="GTD",
        expire_time=1_795_379_642,
        reduce_only=True,
        post_only=True,
        position_side="long",
        leverage=3,
        margin_mode="isolated",
        confidence=1,
        strategy="carry",
        timestamp="1795379642123",
    )
    assert read_order(order).signal == Signal(
        action=Action.SELL,
        symbol="BTCUSDT",
        account="paper",
        order_type=OrderType.STOP_LIMIT,
        quantity=Decimal(1),
        price=Decimal("10.5"),
        stop_price=Decimal(10),
        trigger=TriggerPrice.INDEX,
        stop_loss=Decimal(12),
        take_profit=Decimal(9),
        time_in_force=TimeInForce.GTD,
        expire_time=1_795_379_642_000,
        reduce_only=True,
        post_only=True,
        position_side=PositionSide.LONG,
        leverage=Decimal(3),
        margin_mode=MarginMode.ISOLATED,
        confidence=Decimal(1),
        strategy="carry",
        timestamp=1_795_379_642_123,
    )


def test_size_in_quote_currency() -> None:
    signal = read_order(body(quantity=..., quote_quantity="250")).signal
    assert (signal.quantity, signal.quote_quantity) == (None, Decimal(250))


@pytest.mark.parametrize(
    ("names", "account"),
    [
        ({}, None),
        ({"account": "a"}, "a"),
        ({"exchange": "a"}, "a"),
        ({"account": "a", "exchange": "a"}, "a"),
        ({"account": None, "exchange": "a"}, "a"),
    ],
)
def test_exchange_is_the_older_name_of_account(
    names: dict[str, str | None], account: str | None
) -> None:
    assert read_order(body(**names)).signal.account == account


@pytest.mark.parametrize(
    ("order", "code", "field"),
    [
        (body(account="a", exchange="b"), CODE.CONFLICTING_FIELDS, "exchange"),
        (body(side="hold"), CODE.INVALID_FIELD, "side"),
        (body(side=...), CODE.MISSING_FIELD, "side"),
        (body(quantity=...), CODE.MISSING_FIELD, "quantity"),
        (body(quote_quantity=1), CODE.CONFLICTING_FIELDS, "quote_quantity"),
        (body(order_type="limit"), CODE.MISSING_FIELD, "price"),
        (body(action="buy"), CODE.UNKNOWN_FIELD, "action"),
        (body(id="a"), CODE.UNKNOWN_FIELD, "id"),
        (body(secret="a"), CODE.UNKNOWN_FIELD, "secret"),
        (body(comment="a"), CODE.UNKNOWN_FIELD, "comment"),
        (body(stop_los=1), CODE.UNKNOWN_FIELD, "stop_los"),
        (body(leverage=0), CODE.INVALID_FIELD, "leverage"),
        (body(margin_mode="portfolio"), CODE.INVALID_FIELD, "margin_mode"),
    ],
)
def test_what_is_wrong_is_refused_by_name(order: bytes, code: RefusalCode, field: str) -> None:
    refusal = refused(order)
    assert refusal.code is code
    assert refusal.field == field
    assert f"`{field}`" in refusal.reason


def test_unknown_field_comes_with_a_hint() -> None:
    assert "did you mean `stop_loss`?" in refused(body(stop_los=1)).reason
    assert "known are symbol, account, order_type" in refused(body(comment=1)).reason


def test_unknown_values_are_never_quoted() -> None:
    assert "hunter2" not in refused(body(secret="hunter2")).reason


@given(st.dictionaries(st.text(), st.text()))
def test_no_unknown_field_is_ignored(changes: dict[str, str]) -> None:
    order = json.dumps(MINIMAL | changes).encode()
    if changes:
        assert refused(order).code in RefusalCode
    else:
        read_order(order)

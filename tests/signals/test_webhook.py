"""Alerts: the documented bodies, and what is refused by which name."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import OrderType, TimeInForce, TriggerPrice
from fillgate.domain.signals import Action, reading_of
from fillgate.signals.json_text import parse_object
from fillgate.signals.received import Received
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.webhook import alert_of, read_alert

CODE = RefusalCode

OCO: dict[str, Any] = {"order_type": "oco", "price": 1, "stop_price": 2}
MINIMAL: dict[str, Any] = {"symbol": "BTCUSDT", "action": "buy", "quantity": "0.5"}

FULL: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "action": "BUY",
    "order_type": "Limit",
    "quantity": 0.25,
    "price": "65000.50",
    "stop_loss": 64000,
    "take_profit": 68000,
    "confidence": 0.85,
    "account": "binance-main",
    "time_in_force": "gtc",
    "id": "BTC-2026-11-22T20:34:02Z",
    "timestamp": "2026-11-22T20:34:02Z",
    "secret": "hunter2-hunter2",
    "strategy": "breakout",
    "reduce_only": False,
    "post_only": True,
}

NUMERIC = (
    "quantity",
    "quote_quantity",
    "price",
    "stop_price",
    "trail",
    "stop_loss",
    "take_profit",
    "confidence",
    "leverage",
)


def body(**changes: object) -> bytes:
    """Return a minimal alert with these members changed; ... takes one out."""
    members = {**MINIMAL, **changes}
    return json.dumps({k: v for k, v in members.items() if v is not ...}).encode()


def with_raw(name: str, raw: str) -> bytes:
    """Return a minimal alert in which a field has this JSON text."""
    members = {key: json.dumps(value) for key, value in MINIMAL.items()} | {name: raw}
    return ("{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}").encode()


def outcome_of(alert: bytes) -> Received | Refusal:
    try:
        return read_alert(alert)
    except Refusal as refusal:
        return refusal


def refused(alert: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_alert(alert)
    assert caught.value.reason.isprintable()
    return caught.value


def test_minimal_alert_has_the_documented_defaults() -> None:
    received = read_alert(body())
    signal = received.signal
    assert signal.action is Action.BUY
    assert signal.order_type is OrderType.MARKET
    assert signal.quantity == Decimal("0.5")
    assert signal.confidence == Decimal("0.7")
    assert (signal.account, signal.price, signal.timestamp) == (None, None, None)
    assert (received.id, received.secret, received.ignored) == (None, None, ())


def test_full_alert_is_read_field_by_field() -> None:
    received = read_alert(json.dumps(FULL).encode())
    signal = received.signal
    assert signal.order_type is OrderType.LIMIT
    assert str(signal.price) == "65000.5"
    assert signal.stop_loss == 64000
    assert signal.take_profit == 68000
    assert signal.confidence == Decimal("0.85")
    assert signal.account == "binance-main"
    assert signal.time_in_force is TimeInForce.GTC
    assert signal.strategy == "breakout"
    assert (signal.reduce_only, signal.post_only) == (False, True)
    assert signal.timestamp == 1_795_379_642_000
    assert received.id == FULL["id"]
    assert received.secret == FULL["secret"]


def test_secret_is_in_no_repr() -> None:
    received = read_alert(json.dumps(FULL).encode())
    assert "hunter2" not in repr(received)
    assert "hunter2" not in repr([received.secret])
    assert received.secret == "hunter2-hunter2"


def test_a_parsed_alert_shows_its_secret_before_it_is_judged() -> None:
    members = parse_object(body(secret="hunter2", quantity=0))
    assert members["secret"] == "hunter2"
    with pytest.raises(Refusal):
        alert_of(members)


@pytest.mark.parametrize("order_type", list(OrderType))
def test_every_order_type_can_be_asked_for(order_type: OrderType) -> None:
    prices: dict[OrderType, dict[str, object]] = {
        OrderType.MARKET: {},
        OrderType.LIMIT: {"price": 5},
        OrderType.STOP: {"stop_price": 5, "trigger": "mark"},
        OrderType.STOP_LIMIT: {"price": 5, "stop_price": 4},
        OrderType.TAKE_PROFIT: {"stop_price": 5},
        OrderType.STOP_LOSS: {"stop_price": 5},
        OrderType.TRAILING_STOP: {"trail": 5},
        OrderType.OCO: {"price": 5, "stop_price": 6},
    }
    signal = read_alert(body(order_type=order_type.upper(), **prices[order_type])).signal
    assert signal.order_type is order_type
    assert signal.trigger is (TriggerPrice.MARK if order_type is OrderType.STOP else None)


@pytest.mark.parametrize(
    ("alert", "code", "field"),
    [
        (body(action="hold"), CODE.UNKNOWN_ACTION, "action"),
        (body(action="close"), CODE.UNKNOWN_ACTION, "action"),
        (body(action=""), CODE.UNKNOWN_ACTION, "action"),
        (body(action=1), CODE.UNKNOWN_ACTION, "action"),
        (body(action=...), CODE.MISSING_FIELD, "action"),
        (body(action=None), CODE.MISSING_FIELD, "action"),
        (body(symbol=...), CODE.MISSING_FIELD, "symbol"),
        (body(symbol=""), CODE.INVALID_FIELD, "symbol"),
        (body(symbol=600519), CODE.INVALID_FIELD, "symbol"),
        (body(quantity=...), CODE.MISSING_FIELD, "quantity"),
        (body(quantity=None), CODE.MISSING_FIELD, "quantity"),
        (body(quantity=0), CODE.INVALID_FIELD, "quantity"),
        (body(quantity="10%"), CODE.INVALID_FIELD, "quantity"),
        (body(quantity=1, quote_quantity=5), CODE.CONFLICTING_FIELDS, "quote_quantity"),
        (body(order_type="limit"), CODE.MISSING_FIELD, "price"),
        (body(order_type="stop"), CODE.MISSING_FIELD, "stop_price"),
        (body(order_type="stop_limit", price=1), CODE.MISSING_FIELD, "stop_price"),
        (body(order_type="trailing_stop"), CODE.MISSING_FIELD, "trail"),
        (body(order_type="oco", price=1), CODE.MISSING_FIELD, "stop_price"),
        (body(order_type="oco", stop_price=1), CODE.MISSING_FIELD, "price"),
        (body(**OCO, stop_loss=5), CODE.CONFLICTING_FIELDS, "stop_loss"),
        (body(**OCO, take_profit=5), CODE.CONFLICTING_FIELDS, "take_profit"),
        (body(**OCO, time_in_force="ioc"), CODE.CONFLICTING_FIELDS, "time_in_force"),
        (body(**OCO, post_only=True), CODE.CONFLICTING_FIELDS, "post_only"),
        (body(order_type="iceberg"), CODE.INVALID_FIELD, "order_type"),
        (body(stop_price=5), CODE.CONFLICTING_FIELDS, "stop_price"),
        (body(trail=5), CODE.CONFLICTING_FIELDS, "trail"),
        (body(post_only=True), CODE.CONFLICTING_FIELDS, "post_only"),
        (body(time_in_force="GTD"), CODE.MISSING_FIELD, "expire_time"),
        (body(expire_time="2026-11-23T00:00:00Z"), CODE.CONFLICTING_FIELDS, "expire_time"),
        (body(time_in_force="forever"), CODE.INVALID_FIELD, "time_in_force"),
        (body(account=""), CODE.INVALID_FIELD, "account"),
        (body(id=""), CODE.INVALID_FIELD, "id"),
        (body(id="caf\xe9"), CODE.INVALID_FIELD, "id"),
        (body(secret=""), CODE.INVALID_FIELD, "secret"),
        (body(timestamp="yesterday"), CODE.INVALID_FIELD, "timestamp"),
        (body(reduce_only="true"), CODE.INVALID_FIELD, "reduce_only"),
        (body(confidence=70), CODE.INVALID_FIELD, "confidence"),
    ],
)
def test_what_is_wrong_is_refused_by_name(alert: bytes, code: RefusalCode, field: str) -> None:
    refusal = refused(alert)
    assert refusal.code is code
    assert refusal.field == field
    assert f"`{field}`" in refusal.reason


@pytest.mark.parametrize("field", NUMERIC)
@pytest.mark.parametrize(
    "raw",
    [
        "1e400",
        "1e999999999",
        "9" * 60_000,
        '"' + "9" * 60_000 + '"',
        '"\u0661\u0662"',
        '"1_000"',
        '" 1"',
        '"0x10"',
        "true",
        "[]",
        "{}",
        '""',
        "-1",
        '"NaN"',
    ],
    ids=lambda raw: raw[:12],
)
def test_absurd_numbers_are_refused_in_every_field(field: str, raw: str) -> None:
    refusal = refused(with_raw(field, raw))
    assert refusal.code is CODE.INVALID_FIELD
    assert refusal.field == field


@pytest.mark.parametrize("field", [name for name in NUMERIC if name != "confidence"])
@pytest.mark.parametrize("raw", ["0", "-0", "0.0", '"-0"', "0e5"])
def test_zero_is_no_quantity_and_no_price(field: str, raw: str) -> None:
    assert refused(with_raw(field, raw)).field == field


def test_null_means_absent() -> None:
    optional = [name for name in FULL if name not in MINIMAL]
    assert read_alert(body(**dict.fromkeys(optional))) == read_alert(body())


@pytest.mark.parametrize(
    ("action", "order_type", "prices", "blamed"),
    [
        ("buy", "limit", {"price": 100, "stop_loss": 101}, "stop_loss"),
        ("buy", "limit", {"price": 100, "stop_loss": 100}, "stop_loss"),
        ("buy", "limit", {"price": 100, "take_profit": 99}, "take_profit"),
        ("sell", "limit", {"price": 100, "stop_loss": 99}, "stop_loss"),
        ("sell", "limit", {"price": 100, "take_profit": 101}, "take_profit"),
        ("buy", "market", {"price": 100, "stop_loss": 101}, "stop_loss"),
        ("sell", "market", {"price": 100, "take_profit": 101}, "take_profit"),
        ("buy", "stop", {"stop_price": 100, "stop_loss": 101}, "stop_loss"),
        ("buy", "stop_limit", {"price": 100, "stop_price": 99, "take_profit": 99}, "take_profit"),
        ("buy", "market", {"stop_loss": 101, "take_profit": 100}, "stop_loss"),
        ("sell", "market", {"stop_loss": 100, "take_profit": 101}, "take_profit"),
        ("buy", "oco", {"price": 100, "stop_price": 99}, "stop_price"),
        ("buy", "oco", {"price": 100, "stop_price": 100}, "stop_price"),
        ("sell", "oco", {"price": 100, "stop_price": 101}, "price"),
    ],
)
def test_protection_on_the_wrong_side_is_refused(
    action: str, order_type: str, prices: dict[str, int], blamed: str
) -> None:
    refusal = refused(body(action=action, order_type=order_type, **prices))
    assert refusal.code is CODE.STOP_WRONG_SIDE
    assert refusal.field == blamed


@pytest.mark.parametrize(
    ("action", "prices"),
    [
        ("buy", {"price": 100, "stop_loss": 99, "take_profit": 101}),
        ("sell", {"price": 100, "stop_loss": 101, "take_profit": 99}),
        ("buy", {"stop_loss": 99, "take_profit": 101}),
        ("sell", {"stop_loss": 1000}),
        ("buy", {"take_profit": 1}),
    ],
)
def test_protection_on_the_right_side_or_unknown_is_taken(
    action: str, prices: dict[str, int]
) -> None:
    signal = read_alert(body(action=action, **prices)).signal
    assert signal.stop_loss == prices.get("stop_loss")
    assert signal.take_profit == prices.get("take_profit")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("stop_los", "stop_loss"),
        ("stopLoss", "stop_loss"),
        ("stop-loss", "stop_loss"),
        ("SL", "stop_loss"),
        ("tp", "take_profit"),
        ("takeprofit", "take_profit"),
        ("Price", "price"),
        ("limit_price", "price"),
        ("orderType", "order_type"),
        ("type", "order_type"),
        ("tif", "time_in_force"),
        ("reduceOnly", "reduce_only"),
        ("levrage", "leverage"),
        ("\u202eprice", "price"),
    ],
)
def test_a_field_that_was_meant_for_a_known_one_is_refused(name: str, meant: str) -> None:
    refusal = refused(body(**{name: 1}))
    assert refusal.code is CODE.UNKNOWN_FIELD
    assert refusal.field == name
    assert f"did you mean `{meant}`?" in refusal.reason


def test_another_name_for_a_missing_field_is_the_hint() -> None:
    assert "did you mean `quantity`?" in refused(body(quantity=..., contracts=1)).reason
    assert read_alert(body(contracts=1)).ignored == ("contracts",)


def test_other_fields_are_ignored_and_listed() -> None:
    extra = ["comment", "interval", "exchange", "close", "volume", "ticker", "time", "bar_index"]
    received = read_alert(body(**{name: {"nested": [1]} for name in extra}))
    assert received.ignored == tuple(extra)
    assert received.signal == read_alert(body()).signal


def test_ignored_fields_have_an_end() -> None:
    assert len(read_alert(body(**{f"x{n}": n for n in range(64)})).ignored) == 64
    assert refused(body(**{f"x{n}": n for n in range(65)})).code is CODE.UNKNOWN_FIELD


@pytest.mark.parametrize("name", ["", "\n", "x" * 60_000, "\u202eclose", "`'\""])
def test_strange_names_do_no_harm(name: str) -> None:
    assert read_alert(body(**{name: 1})).ignored == (name,)


@pytest.mark.parametrize("written", ["1.0", "1", '"1"', '"1.000"', "1e0", '"10e-1"'])
def test_equal_alerts_have_equal_readings(written: str) -> None:
    signal = read_alert(with_raw("quantity", written)).signal
    reference = read_alert(with_raw("quantity", "1")).signal
    assert reading_of(signal, with_timestamp=True) == reading_of(reference, with_timestamp=True)


# Anything at all, and alerts that went wrong somewhere.

json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
near_alerts = st.dictionaries(
    st.sampled_from([*FULL, *NUMERIC, "trigger", "expire_time"]) | st.text(max_size=10),
    json_values | st.sampled_from([str(value) for name, value in FULL.items() if name != "secret"]),
).map(lambda changes: json.dumps(FULL | changes).encode())


@st.composite
def mutated_alerts(draw: st.DrawFn) -> bytes:
    alert = bytearray(json.dumps(FULL).encode())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(alert) - 1))
        alert[start : start + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(alert)


@given(st.binary(max_size=100) | near_alerts | mutated_alerts())
def test_any_bytes_are_an_alert_or_a_refusal(alert: bytes) -> None:
    outcome = outcome_of(alert)
    if isinstance(outcome, Refusal):
        assert outcome.code in RefusalCode
        assert outcome.reason
        assert outcome.reason.isprintable()
        assert "hunter2" not in outcome.reason
        return
    signal = outcome.signal
    assert signal.quantity is not None or signal.quote_quantity is not None
    for name in NUMERIC:
        value = getattr(signal, name)
        assert value is None or (isinstance(value, Decimal) and value.is_finite())
    reading_of(signal, with_timestamp=True)

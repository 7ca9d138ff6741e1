"""From the body of `/webhook/tradingview` to an `Order`: the whole one, or the older fields.

Invariants:

1. What a body says is meant as it says, or the order is refused: a field that is not known, a
   number that is no exact one, an exchange or a network that is not the account's.
2. Fields that older senders leave out, or send as null, are not there.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from fillgate.bridge.places import check_place
from fillgate.bridge.refusals import Refusal
from fillgate.domain.orders import Order, OrderType, required_fields
from fillgate.plugins.ccxt_http.answers import (
    BrokenAnswer,
    Json,
    NumberText,
    number_of,
    read_object,
)
from fillgate.plugins.ccxt_http.protocol import Submitted, decode

__all__ = ["Received", "check_complete", "read_order"]


class Received(NamedTuple):
    """An order as it came."""

    order: Order
    signed_at: int
    """Unix microseconds; for older senders the beginning of the second."""


def read_order(body: bytes, account: str, place: Mapping[str, object]) -> Received:
    """Read an order.

    Args:
        body: as it came.
        account: the name of the account here.
        place: the account's `exchange` and `testnet`, where it has such; the order's must be these.

    Raises:
        Refusal: it is none, or is meant for another exchange.
    """
    try:
        fields = read_object(body)
        received = _whole(body) if "order" in fields else _older(fields)
    except BrokenAnswer as error:
        raise Refusal("MALFORMED", f"the order cannot be read: {error}") from None
    check_place(fields, place)
    order = msgspec.structs.replace(received.order, account=account)
    check_complete(order)
    return received._replace(order=order)


def _whole(body: bytes) -> Received:
    submitted = decode(Submitted, body, strict=True)
    return Received(submitted.order, submitted.sent_at)


_TEXTS: Final = ("symbol", "client_order_id", "exchange")
_NUMBERS: Final = ("quantity", "price", "stop_price", "stop_loss", "take_profit", "confidence")
_FLAGS: Final = ("reduce_only", "post_only", "testnet")
_WORDS: Final = ("action", "order_type", "time_in_force")
_KNOWN: Final = frozenset((*_TEXTS, *_NUMBERS, *_FLAGS, *_WORDS, "timestamp"))


def _older(fields: Mapping[str, Json]) -> Received:
    unknown = sorted(fields.keys() - _KNOWN)
    if unknown:
        raise BrokenAnswer(f"known fields are {', '.join(sorted(_KNOWN))}; found {unknown[0][:40]}")
    texts = {name: _text(fields, name) for name in ("symbol", "client_order_id")}
    numbers = {name: number_of(fields.get(name)) for name in _NUMBERS}
    flags = {name: _flag(fields, name) for name in ("reduce_only", "post_only")}
    given = {
        **{name: each for name, each in numbers.items() if each is not None},
        "side": _text(fields, "action"),
        "order_type": fields.get("order_type") or OrderType.MARKET,
        "time_in_force": fields.get("time_in_force"),
        "account": "",
    }
    try:
        order = msgspec.convert({**texts, **flags, **given}, Order)
    except msgspec.ValidationError as error:
        raise BrokenAnswer(str(error)) from None
    timestamp = number_of(fields.get("timestamp"))
    if timestamp is None:
        raise BrokenAnswer("no timestamp")
    return Received(order, int(timestamp) * 1_000_000)


def _text(fields: Mapping[str, Json], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or isinstance(value, NumberText) or not value:
        raise BrokenAnswer(f"`{name}`: expected text, found {type(value).__name__}")
    if not value.isprintable():
        raise BrokenAnswer(f"`{name}`: expected printable characters")
    return value


def _flag(fields: Mapping[str, Json], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise BrokenAnswer(f"`{name}`: expected true or false")
    return bool(value)


def check_complete(order: Order) -> None:
    """Check that an order is one: positive numbers, and all that its type needs.

    Raises:
        Refusal: it is not; the text names the field.
    """
    amount = "quantity" if order.quote_quantity is None else "quote_quantity"
    for name in (amount, "price", "stop_price", "trail"):
        value = getattr(order, name)
        if value is not None and value <= 0:
            raise Refusal("MALFORMED", f"`{name}`: expected a number above 0, found {value}")
    for name in required_fields(order.order_type):
        if getattr(order, name) is None:
            raise Refusal("MALFORMED", f"`{name}`: needed for order_type={order.order_type}")
    if not order.client_order_id.isprintable():
        raise Refusal("MALFORMED", "`client_order_id`: expected printable characters")

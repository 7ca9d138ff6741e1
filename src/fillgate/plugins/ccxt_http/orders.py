"""An order as the bytes that the service reads.

Numbers are JSON numbers with the exact digits of the order: no exponents, never through a float.
"""

from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.errors import NotSent
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Order, OrderType, QuantityUnit, required_fields
from fillgate.plugins.ccxt_http.answers import BrokenAnswer
from fillgate.plugins.ccxt_http.protocol import Submitted, decode

__all__ = ["ORDER_TYPES", "encode_order", "encode_whole"]

ORDER_TYPES: Final = frozenset(
    {OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}
)
"""What the service can be asked for."""

# What an order may say and the service has no field for: sent without it, it would be another.
_WITHOUT_A_FIELD: Final = (
    "quote_quantity",
    "trigger",
    "trail",
    "expire_time",
    "position_side",
    "leverage",
    "margin_mode",
)


def encode_order(order: Order, *, timestamp: int, exchange: str, testnet: bool) -> bytes:
    """Return the body of the request that places an order.

    Args:
        order: the order.
        timestamp: now, in Unix seconds.
        exchange: CCXT's id of the exchange.
        testnet: whether its test network is meant.

    Raises:
        NotSent: the service has no words for this order.
    """
    _check(order)
    fields: dict[str, object] = {
        "timestamp": timestamp,
        "symbol": order.symbol,
        "action": order.side.value,
        "order_type": order.order_type.value,
        "quantity": _number(order.quantity),
        # Older services expect these keys, so what is not there is null.
        "price": _number(order.price),
        "stop_loss": _number(order.stop_loss),
        "take_profit": _number(order.take_profit),
        "confidence": _number(order.confidence),
        "exchange": exchange,
        "testnet": testnet,
        "client_order_id": order.client_order_id,
    }
    try:
        return msgspec.json.encode(fields | _newer_fields(order))
    except UnicodeEncodeError:
        raise NotSent("NOT_SUPPORTED", "half a character in a text has no place in JSON") from None


def encode_whole(order: Order, *, now: int, exchange: str, testnet: bool) -> bytes:
    """Return the body for a service that speaks the bridge's protocol: the order with all it says.

    An older service finds none of the fields in it that it needs, so it cannot misread one.

    Args:
        order: the order.
        now: Unix microseconds.
        exchange: CCXT's id of the exchange.
        testnet: whether its test network is meant.

    Raises:
        NotSent: there is a text or a number in it that has no place in JSON.
    """
    submitted = Submitted(
        timestamp=now // 1_000_000, sent_at=now, exchange=exchange, testnet=testnet, order=order
    )
    try:
        body = msgspec.json.encode(submitted)
        decode(Submitted, body, strict=True)
    except (UnicodeEncodeError, BrokenAnswer) as error:
        raise NotSent("NOT_SUPPORTED", f"the order has no place in JSON: {error}") from None
    return body


def _newer_fields(order: Order) -> dict[str, object]:
    fields = {
        "stop_price": _number(order.stop_price),
        "time_in_force": order.time_in_force,
        "reduce_only": order.reduce_only or None,
        "post_only": order.post_only or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _number(number: Decimal | None) -> msgspec.Raw | None:
    if number is None:
        return None
    if not number.is_finite():
        raise NotSent("NOT_SUPPORTED", f"{number} has no place in JSON")
    return msgspec.Raw(decimal_text(number).encode())


def _check(order: Order) -> None:
    fault = _fault_of(order)
    if fault is not None:
        raise NotSent("NOT_SUPPORTED", f"the service cannot be asked for {fault}")


def _fault_of(order: Order) -> str | None:
    if order.order_type not in ORDER_TYPES:
        return f"order_type={order.order_type}"
    if order.quantity_unit is not QuantityUnit.BASE:
        return f"quantity_unit={order.quantity_unit}"
    for name in _WITHOUT_A_FIELD:
        if getattr(order, name) is not None:
            return f"{name}={getattr(order, name)}"
    needed = required_fields(order.order_type)
    for name in ("price", "stop_price"):
        # Some services take a market order with a price for an amount of money to spend.
        if (getattr(order, name) is not None) != (name in needed):
            return f"order_type={order.order_type} with {name}={getattr(order, name)}"
    return None

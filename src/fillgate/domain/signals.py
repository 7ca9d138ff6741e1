"""A signal: what a source asks for, as it was read."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from fillgate.domain.orders import (
    MarginMode,
    OrderType,
    PositionSide,
    QuantityUnit,
    TimeInForce,
    TriggerPrice,
)

__all__ = ["Action", "Signal", "reading_of"]


class Action(StrEnum):
    """What a signal asks for."""

    BUY = "buy"
    SELL = "sell"


class Signal(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One request of a source, in fillgate's words; the bytes it came as are kept beside it.

    Fields mean what they mean in `Order`.
    """

    action: Action
    symbol: str
    account: str | None = None
    """Name of the account, or None for the default one."""
    order_type: OrderType = OrderType.MARKET
    quantity: Decimal | None = None
    quantity_unit: QuantityUnit = QuantityUnit.BASE
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    trigger: TriggerPrice | None = None
    trail: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    time_in_force: TimeInForce | None = None
    expire_time: int | None = None
    reduce_only: bool = False
    post_only: bool = False
    position_side: PositionSide | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    confidence: Decimal | None = None
    strategy: str | None = None
    timestamp: int | None = None
    """When the source says it sent this, Unix milliseconds."""


_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def reading_of(signal: Signal, *, with_timestamp: bool) -> bytes:
    """Return a text equal for equal readings, to compare and to fingerprint.

    The signal's decimals are canonical, as `parse_decimal` gives them. A repeated delivery of one
    alert may carry a new timestamp: comparing readings under one key leaves it out. Without a key,
    two alerts that differ only in their timestamps are two.
    """
    if not with_timestamp and signal.timestamp is not None:
        signal = msgspec.structs.replace(signal, timestamp=None)
    return _encode(signal)

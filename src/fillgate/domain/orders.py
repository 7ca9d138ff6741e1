"""An order and the words that describe it.

Invariants of an `Order`: it is complete and absolute; quantities and prices are positive; what its
type needs is there (`required_fields`); it never changes, what happens to it is told by events.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

__all__ = [
    "MarginMode",
    "Order",
    "OrderType",
    "PositionSide",
    "QuantityUnit",
    "Side",
    "TimeInForce",
    "TriggerPrice",
    "required_fields",
]


class Side(StrEnum):
    """The direction of an order (FIX Side, tag 54)."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for buy, -1 for sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side on the other end of an execution."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How an order executes (FIX OrdType, tag 40, and the exchanges' conditional types)."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    """A market order once the market trades through `stop_price`."""
    STOP_LIMIT = "stop_limit"
    """A limit order at `price` once the market trades through `stop_price`."""
    TAKE_PROFIT = "take_profit"
    """A market order once the market reaches `stop_price` on the profitable side."""
    STOP_LOSS = "stop_loss"
    """A stop that closes a position."""
    TRAILING_STOP = "trailing_stop"
    """A stop that follows the market at the distance `trail`."""
    OCO = "oco"
    """A limit order at `price` and a stop at `stop_price`, of which one cancels the other: it is
    executed at the limit or better, or at the market once that trades through `stop_price`."""


class TimeInForce(StrEnum):
    """How long an order may work (FIX TimeInForce, tag 59)."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    DAY = "DAY"
    GTD = "GTD"


class QuantityUnit(StrEnum):
    """What one unit of `quantity` is."""

    BASE = "base"
    CONTRACTS = "contracts"
    LOTS = "lots"


class TriggerPrice(StrEnum):
    """Which price sets off a stop."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


class PositionSide(StrEnum):
    """The side of the position an order belongs to, on accounts that hold both."""

    LONG = "long"
    SHORT = "short"


class MarginMode(StrEnum):
    """How a margin order is secured."""

    CROSS = "cross"
    ISOLATED = "isolated"


class Order(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A complete instruction for one account at one venue.

    Prices are in the symbol's quote currency, quantities in `quantity_unit`.
    """

    client_order_id: str
    """Minted once by fillgate; the venue hears it as the client order id (FIX ClOrdID)."""
    account: str
    """Name of the account in the configuration."""
    symbol: str
    side: Side
    order_type: OrderType = OrderType.MARKET
    quantity: Decimal
    quantity_unit: QuantityUnit = QuantityUnit.BASE
    quote_quantity: Decimal | None = None
    """Spend or earn this much of the quote currency instead of a quantity."""
    price: Decimal | None = None
    """The limit price; None for orders that have none."""
    signal_price: Decimal | None = None
    """The price the signal named for a market order: a reference, never a limit."""
    stop_price: Decimal | None = None
    trigger: TriggerPrice | None = None
    trail: Decimal | None = None
    """Distance of a trailing stop from the market, in the quote currency."""
    stop_loss: Decimal | None = None
    """Price of a protective stop to attach."""
    take_profit: Decimal | None = None
    """Price of a profit target to attach."""
    time_in_force: TimeInForce | None = None
    """None leaves it to the venue's default for the type."""
    expire_time: int | None = None
    """End of a GTD order, Unix milliseconds."""
    reduce_only: bool = False
    post_only: bool = False
    position_side: PositionSide | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    confidence: Decimal | None = None
    """How sure the source is, 0 to 1."""
    strategy: str | None = None
    parent: str | None = None
    """client_order_id of the order this one protects or belongs to."""
    leg: int = 0
    """Place among the orders planned from one signal, from 0."""


_REQUIRED: Final[Mapping[OrderType, tuple[str, ...]]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: ("price",),
    OrderType.STOP: ("stop_price",),
    OrderType.STOP_LIMIT: ("price", "stop_price"),
    OrderType.TAKE_PROFIT: ("stop_price",),
    OrderType.STOP_LOSS: ("stop_price",),
    OrderType.TRAILING_STOP: ("trail",),
    OrderType.OCO: ("price", "stop_price"),
}


def required_fields(order_type: OrderType) -> tuple[str, ...]:
    """Return the names of the price fields that an order of this type must have."""
    return _REQUIRED[order_type]

"""The fields of the two bodies that ask for an order, as types.

Each field's type carries the reader of its values, so that reading, checking and the published
schema come from one table.
"""

from decimal import Decimal
from typing import Annotated, Final

from msgspec import Meta, Struct

from fillgate.domain.orders import (
    MarginMode,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TriggerPrice,
)
from fillgate.domain.signals import Action
from fillgate.signals.values import (
    boolean,
    choice,
    fraction,
    hidden_text,
    identifier,
    instant,
    positive,
    symbol,
    text,
)

__all__ = ["AlertBody", "OrderBody", "OrderTerms"]

_DEFAULT_CONFIDENCE: Final = Decimal("0.7")

_Symbol = Annotated[
    str,
    Meta(description="The symbol, as the account's venue writes it.", max_length=64),
    symbol,
]
_Action = Annotated[Action, Meta(description="buy or sell."), choice(Action)]
_Side = Annotated[Side, Meta(description="buy or sell."), choice(Side)]
_OrderType = Annotated[OrderType, Meta(description="How the order executes."), choice(OrderType)]
_Quantity = Annotated[Decimal, Meta(description="How much, in base units; above 0."), positive]
_QuoteQuantity = Annotated[
    Decimal, Meta(description="Spend or earn this much of the quote currency instead."), positive
]
_Price = Annotated[
    Decimal,
    Meta(
        description="The limit price of limit and stop_limit orders; for all others the price "
        "that the source saw, a reference and never a limit."
    ),
    positive,
]
_StopPrice = Annotated[Decimal, Meta(description="The price that sets off a stop."), positive]
_Trigger = Annotated[
    TriggerPrice, Meta(description="Which price sets off a stop."), choice(TriggerPrice)
]
_Trail = Annotated[
    Decimal, Meta(description="Distance of a trailing stop from the market."), positive
]
_StopLoss = Annotated[Decimal, Meta(description="Price of a protective stop to attach."), positive]
_TakeProfit = Annotated[Decimal, Meta(description="Price of a profit target to attach."), positive]
_TimeInForce = Annotated[
    TimeInForce, Meta(description="How long the order may work."), choice(TimeInForce)
]
_ExpireTime = Annotated[
    int, Meta(description="End of a GTD order: Unix seconds, milliseconds or ISO 8601."), instant
]
_ReduceOnly = Annotated[bool, Meta(description="The order may only reduce a position."), boolean]
_PostOnly = Annotated[bool, Meta(description="The order may only add liquidity."), boolean]
_Strategy = Annotated[
    str, Meta(description="Name of the strategy behind it.", max_length=128), text(128)
]
_Account = Annotated[
    str,
    Meta(description="Name of the account; the default account without it.", max_length=64),
    text(64),
]
_Confidence = Annotated[Decimal, Meta(description="How sure the source is, 0 to 1."), fraction]
_Timestamp = Annotated[
    int,
    Meta(description="When the source sent this: Unix seconds, milliseconds or ISO 8601."),
    instant,
]
_PositionSide = Annotated[
    PositionSide,
    Meta(description="The side of the position, on accounts that hold both."),
    choice(PositionSide),
]
_Leverage = Annotated[Decimal, Meta(description="Leverage of a margin order."), positive]
_MarginMode = Annotated[
    MarginMode, Meta(description="How a margin order is secured."), choice(MarginMode)
]
_Id = Annotated[
    str,
    Meta(
        description="The alert's own id: the same id is the same alert, sent again.",
        max_length=255,
    ),
    identifier,
]
_Secret = Annotated[
    str,
    Meta(description="The webhook's secret, where the address does not hold it.", max_length=255),
    hidden_text,
]


class OrderTerms(Struct, frozen=True, gc=False, kw_only=True):
    """What both bodies can say about an order; the names are those of `Signal`."""

    symbol: _Symbol
    account: _Account | None = None
    order_type: _OrderType = OrderType.MARKET
    quantity: _Quantity | None = None
    quote_quantity: _QuoteQuantity | None = None
    price: _Price | None = None
    stop_price: _StopPrice | None = None
    trigger: _Trigger | None = None
    trail: _Trail | None = None
    stop_loss: _StopLoss | None = None
    take_profit: _TakeProfit | None = None
    time_in_force: _TimeInForce | None = None
    expire_time: _ExpireTime | None = None
    reduce_only: _ReduceOnly = False
    post_only: _PostOnly = False
    position_side: _PositionSide | None = None
    leverage: _Leverage | None = None
    margin_mode: _MarginMode | None = None
    confidence: _Confidence | None = None
    strategy: _Strategy | None = None
    timestamp: _Timestamp | None = None


class AlertBody(OrderTerms, frozen=True, kw_only=True):
    """The body of a TradingView alert."""

    action: _Action
    confidence: _Confidence = _DEFAULT_CONFIDENCE
    id: _Id | None = None
    secret: _Secret | None = None


class OrderBody(OrderTerms, frozen=True, kw_only=True):
    """The body of `POST /api/v1/orders`."""

    side: _Side
    exchange: _Account | None = None
    """The older name of `account`."""

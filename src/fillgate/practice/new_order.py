"""A new order as it was asked for.

Invariants:

1. Each type has the parameters that it needs, and none that it would not use.
2. What the simulated market cannot do is refused in Binance's words: trailing stops, icebergs.

Source: Binance Spot API documentation, "New order (TRADE)".
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.matching import SelfTradePrevention
from fillgate.practice.errors import (
    Refused,
    bad_side,
    bad_tif,
    bad_type,
    invalid_combination,
    mandatory,
    not_required,
    order_refused,
    tif_not_required,
)
from fillgate.practice.parameters import Parameters

__all__ = [
    "ALONE",
    "PREVENTION",
    "Kind",
    "Names",
    "NewOrder",
    "ResponseType",
    "read_order",
    "read_response",
]


class Kind(StrEnum):
    """The types of orders."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"


class ResponseType(StrEnum):
    """How much the answer tells."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class _SideWord(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class _Tif(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class _Prevention(StrEnum):
    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"


PREVENTION: Final[Mapping[str, SelfTradePrevention]] = {
    _Prevention.EXPIRE_MAKER: SelfTradePrevention.CANCEL_OLDEST,
    _Prevention.EXPIRE_TAKER: SelfTradePrevention.CANCEL_NEWEST,
    _Prevention.EXPIRE_BOTH: SelfTradePrevention.CANCEL_BOTH,
    _Prevention.DECREMENT: SelfTradePrevention.DECREMENT,
    _Prevention.NONE: SelfTradePrevention.NONE,
}
"""The modes of self-trade prevention; the first is that of orders that name none."""


class _Rule(NamedTuple):
    order_type: OrderType
    needs: tuple[str, ...]
    response: ResponseType


_LIMITED: Final = ("time_in_force", "quantity", "price")
_RULES: Final[Mapping[Kind, _Rule]] = {
    Kind.LIMIT: _Rule(OrderType.LIMIT, _LIMITED, ResponseType.FULL),
    Kind.MARKET: _Rule(OrderType.MARKET, (), ResponseType.FULL),
    Kind.LIMIT_MAKER: _Rule(OrderType.LIMIT, ("quantity", "price"), ResponseType.ACK),
    Kind.STOP_LOSS: _Rule(OrderType.STOP, ("quantity", "stop_price"), ResponseType.ACK),
    Kind.STOP_LOSS_LIMIT: _Rule(OrderType.STOP_LIMIT, (*_LIMITED, "stop_price"), ResponseType.ACK),
    Kind.TAKE_PROFIT: _Rule(OrderType.TAKE_PROFIT, ("quantity", "stop_price"), ResponseType.ACK),
    Kind.TAKE_PROFIT_LIMIT: _Rule(
        OrderType.TAKE_PROFIT, (*_LIMITED, "stop_price"), ResponseType.ACK
    ),
}
_NO_TRAILING: Final = "Trailing stop orders are not supported for this symbol."
_NO_ICEBERGS: Final = "Iceberg orders are not supported for this symbol."


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    symbol: str
    side: Side
    kind: Kind
    time_in_force: str
    quantity: Decimal | None
    quote_quantity: Decimal | None
    price: Decimal | None
    stop_price: Decimal | None
    client_order_id: str | None
    response: ResponseType
    prevention: str

    @property
    def is_stop(self) -> bool:
        """Whether it waits for a price."""
        return self.stop_price is not None

    @property
    def at_market(self) -> bool:
        """Whether it takes what it finds, now or later."""
        return self.price is None

    def triggers(self, last: Decimal) -> bool:
        """Tell whether its price has come already, the last one being this."""
        if self.stop_price is None:
            return False
        takes_profit = self.kind in {Kind.TAKE_PROFIT, Kind.TAKE_PROFIT_LIMIT}
        rises = (self.side is Side.BUY) is not takes_profit
        return last >= self.stop_price if rises else last <= self.stop_price

    def order(self, account: str, client_order_id: str, quantity: Decimal) -> Order:
        """Return the order for the simulated market."""
        return Order(
            client_order_id=client_order_id,
            account=account,
            symbol=self.symbol,
            side=self.side,
            order_type=_RULES[self.kind].order_type,
            quantity=quantity,
            price=self.price,
            stop_price=self.stop_price,
            time_in_force=None if self.at_market else TimeInForce(self.time_in_force),
            post_only=self.kind is Kind.LIMIT_MAKER,
        )


class Names(NamedTuple):
    """What the parameters are called that describe an order."""

    kind: str = "type"
    side: str = "side"
    quantity: str = "quantity"
    price: str = "price"
    stop_price: str = "stopPrice"
    time_in_force: str = "timeInForce"
    client_id: str = "newClientOrderId"
    trailing: str = "trailingDelta"
    iceberg: str = "icebergQty"
    worth: str | None = "quoteOrderQty"
    """None where an order cannot be placed by what it is worth."""


ALONE: Final = Names()
"""The parameters of an order that comes by itself."""


def read_order(parameters: Parameters, names: Names = ALONE) -> NewOrder:
    """Return what parameters ask for.

    Args:
        parameters: of the request.
        names: what those of the order are called.

    Raises:
        Refused: one is missing, cannot be read, or does not go with the others.
    """
    symbol = parameters.needed("symbol")
    side = parameters.word(names.side, _SideWord, bad_side())
    kind = parameters.word(names.kind, Kind, bad_type())
    if side is None or kind is None:
        raise mandatory(names.kind if side else names.side)
    _check_unsupported(parameters, names)
    _check_fields(kind, parameters, names)
    mode = parameters.word("selfTradePreventionMode", _Prevention, _bad("selfTradePreventionMode"))
    return NewOrder(
        symbol=symbol,
        side=Side(side.lower()),
        kind=kind,
        time_in_force=parameters.word(names.time_in_force, _Tif, bad_tif()) or _Tif.GTC,
        quantity=parameters.amount(names.quantity),
        quote_quantity=None if names.worth is None else parameters.amount(names.worth),
        price=parameters.amount(names.price),
        stop_price=parameters.amount(names.stop_price),
        client_order_id=parameters.client_id(names.client_id),
        response=read_response(parameters) or _RULES[kind].response,
        prevention=mode or next(iter(PREVENTION)),
    )


def read_response(parameters: Parameters) -> ResponseType | None:
    """Return how much the answer is to tell; None if that was not said."""
    return parameters.word("newOrderRespType", ResponseType, _bad("newOrderRespType"))


def _bad(name: str) -> Refused:
    return Refused(-1130, f"Data sent for parameter '{name}' is not valid.")


def _check_unsupported(parameters: Parameters, names: Names) -> None:
    for name, words in ((names.trailing, _NO_TRAILING), (names.iceberg, _NO_ICEBERGS)):
        if parameters.text(name) is not None:
            raise order_refused(words)


def _check_fields(kind: Kind, parameters: Parameters, names: Names) -> None:
    optional = [
        name
        for name in (
            names.time_in_force,
            names.quantity,
            names.worth,
            names.price,
            names.stop_price,
        )
        if name is not None
    ]
    sent = {name for name in optional if parameters.text(name) is not None}
    needs = {getattr(names, field) for field in _RULES[kind].needs}
    if kind is Kind.MARKET:
        sizes = sent & {names.quantity, names.worth}
        if len(sizes) > 1:
            raise invalid_combination()
        needs |= sizes or {names.quantity}
    for name in optional:
        if name in needs - sent:
            raise mandatory(name)
        if name in sent - needs:
            raise tif_not_required() if name == names.time_in_force else not_required(name)

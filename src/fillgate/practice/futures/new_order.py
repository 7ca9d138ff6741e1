"""A new order for contracts as it was asked for.

Invariants:

1. Each type has the parameters that it needs, and none that it would not use.
2. Conditional orders are refused: Binance takes them as algo orders elsewhere (-4120).
3. There is one position a symbol: an order for a side of its own is refused (-4061).

Source: Binance USDⓈ-M Futures API documentation, "New Order (TRADE)".
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.practice.errors import (
    Refused,
    bad_side,
    bad_tif,
    bad_type,
    mandatory,
    not_required,
    tif_not_required,
)
from fillgate.practice.futures.errors import (
    bad_client_id,
    conditional,
    wrong_position_side,
)
from fillgate.practice.new_order import Kind, NewOrder, ResponseType
from fillgate.practice.parameters import Parameters

__all__ = ["BOTH", "KINDS", "MODES", "TIMES", "NewContractOrder", "liquidation", "read_order"]

BOTH: Final = "BOTH"
"""The side of every position here."""
KINDS: Final = (Kind.LIMIT, Kind.MARKET)
"""The types that are taken."""
_CLIENT_ID: Final = r"[\.A-Z\:/a-z0-9_-]{1,36}"
_CONDITIONAL: Final = frozenset(
    {"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"}
)


class _SideWord(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class _PositionSide(StrEnum):
    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class _Tif(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"


class _Flag(StrEnum):
    TRUE = "true"
    FALSE = "false"


class _Mode(StrEnum):
    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


class _Response(StrEnum):
    ACK = "ACK"
    RESULT = "RESULT"


TIMES: Final = tuple(_Tif)
"""How long an order may work; `GTX` is post-only."""
MODES: Final = tuple(_Mode)
"""The modes of self-trade prevention; the first is that of orders that name none."""


class NewContractOrder(NewOrder, frozen=True, kw_only=True):
    """What was asked for."""

    reduce_only: bool = False
    is_liquidation: bool = False
    """The exchange itself asked for it."""

    def order(self, account: str, client_order_id: str, quantity: Decimal) -> Order:
        """Return the order for the simulated market."""
        post_only = self.time_in_force == _Tif.GTX
        in_force = TimeInForce.GTC if post_only else TimeInForce(self.time_in_force)
        return Order(
            client_order_id=client_order_id,
            account=account,
            symbol=self.symbol,
            side=self.side,
            order_type=OrderType.MARKET if self.at_market else OrderType.LIMIT,
            quantity=quantity,
            price=self.price,
            time_in_force=None if self.at_market else in_force,
            post_only=post_only,
            reduce_only=self.reduce_only,
        )


def read_order(parameters: Parameters) -> NewContractOrder:
    """Return what parameters ask for.

    Raises:
        Refused: one is missing, cannot be read, or does not go with the others.
    """
    symbol = parameters.needed("symbol")
    side = parameters.word("side", _SideWord, bad_side())
    if parameters.text("type") in _CONDITIONAL:
        raise conditional()
    kind = parameters.word("type", Kind, bad_type())
    if side is None or kind is None:
        raise mandatory("type" if side else "side")
    if kind not in KINDS:
        raise bad_type()
    _check_position_side(parameters)
    _check_fields(kind, parameters)
    response = parameters.word("newOrderRespType", _Response, _bad("newOrderRespType"))
    mode = parameters.word("selfTradePreventionMode", _Mode, _bad("selfTradePreventionMode"))
    reduces = parameters.word("reduceOnly", _Flag, _bad("reduceOnly"))
    return NewContractOrder(
        symbol=symbol,
        side=Side(side.lower()),
        kind=kind,
        time_in_force=parameters.word("timeInForce", _Tif, bad_tif()) or _Tif.GTC,
        quantity=parameters.amount("quantity"),
        quote_quantity=None,
        price=parameters.amount("price"),
        stop_price=None,
        client_order_id=_client_id(parameters),
        response=ResponseType(response or _Response.ACK),
        prevention=mode or MODES[0],
        reduce_only=reduces is _Flag.TRUE,
    )


def liquidation(order: Order) -> NewContractOrder:
    """Return what the exchange itself asks for when it closes a position."""
    return NewContractOrder(
        symbol=order.symbol,
        side=order.side,
        kind=Kind.MARKET,
        time_in_force=_Tif.IOC,
        quantity=order.quantity,
        quote_quantity=None,
        price=None,
        stop_price=None,
        client_order_id=None,
        response=ResponseType.ACK,
        prevention=MODES[0],
        reduce_only=True,
        is_liquidation=True,
    )


def _bad(name: str) -> Refused:
    return Refused(-1130, f"Data sent for parameter '{name}' is not valid.")


def _check_position_side(parameters: Parameters) -> None:
    side = parameters.word("positionSide", _PositionSide, Refused(-4060, "Invalid position side."))
    if side not in {None, _PositionSide.BOTH}:
        raise wrong_position_side()


def _check_fields(kind: Kind, parameters: Parameters) -> None:
    if parameters.text("quantity") is None:
        raise mandatory("quantity")
    for name in ("timeInForce", "price"):
        is_sent = parameters.text(name) is not None
        if kind is Kind.LIMIT and not is_sent:
            raise mandatory(name)
        if kind is Kind.MARKET and is_sent:
            raise tif_not_required() if name == "timeInForce" else not_required(name)
    for name in ("stopPrice", "activationPrice", "callbackRate", "closePosition"):
        if parameters.text(name) is not None:
            raise not_required(name)


def _client_id(parameters: Parameters) -> str | None:
    name = parameters.text("newClientOrderId")
    if name is not None and not re.fullmatch(_CLIENT_ID, name, re.ASCII):
        raise bad_client_id()
    return name

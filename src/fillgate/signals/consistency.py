"""Whether the fields of one signal fit together.

Invariants of a signal that passed:

1. Its type has the prices that it needs, and none that it would not use.
2. Its size is told in exactly one way.
3. Protective prices that are known to be on the wrong side of the entry are refused, for they
   would trigger at once.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Final

from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import OrderType, TimeInForce, required_fields
from fillgate.domain.signals import Action, Signal
from fillgate.signals.refusals import Refusal, RefusalCode

__all__ = ["check_consistent"]

_T = OrderType
_TRIGGERED: Final = frozenset(
    {_T.STOP, _T.STOP_LIMIT, _T.TAKE_PROFIT, _T.STOP_LOSS, _T.TRAILING_STOP, _T.OCO}
)

_ONLY_FOR: Final[Mapping[str, frozenset[OrderType]]] = {
    "stop_price": _TRIGGERED,
    "trigger": _TRIGGERED,
    "trail": frozenset({_T.TRAILING_STOP}),
    "post_only": frozenset({_T.LIMIT, _T.STOP_LIMIT}),
}
"""Fields that mean nothing, or something else, on an order of any other type."""
_special: Final = attrgetter(*_ONLY_FOR)
"""Returns their values; most signals have none of them."""

_ENTRY: Final[Mapping[OrderType, str]] = {
    _T.MARKET: "price",
    _T.LIMIT: "price",
    _T.STOP: "stop_price",
    _T.STOP_LIMIT: "price",
}
"""The field that tells where a position is entered; the other types close one."""


def check_consistent(signal: Signal) -> None:
    """Check that the fields of a signal can all be meant.

    Raises:
        Refusal: they cannot; the reason names the field.
    """
    _check_type(signal)
    _check_size(signal)
    _check_expiry(signal)
    if signal.order_type is _T.OCO:
        _check_oco(signal)
    elif signal.stop_loss is not None or signal.take_profit is not None:
        _check_sides(signal)


def _check_type(signal: Signal) -> None:
    order_type = signal.order_type
    for name in required_fields(order_type):
        if getattr(signal, name) is None:
            raise Refusal(
                RefusalCode.MISSING_FIELD,
                f"`{name}` is missing: a {order_type} order needs it",
                name,
            )
    if any(_special(signal)):
        _check_special(signal)


def _check_special(signal: Signal) -> None:
    order_type = signal.order_type
    for name, types in _ONLY_FOR.items():
        if getattr(signal, name) and order_type not in types:
            expected = ", ".join(sorted(types))
            raise Refusal(
                RefusalCode.CONFLICTING_FIELDS,
                f"`{name}`: a {order_type} order has none; it goes with {expected}",
                name,
            )


def _check_size(signal: Signal) -> None:
    if signal.quantity is None and signal.quote_quantity is None:
        raise Refusal(RefusalCode.MISSING_FIELD, "`quantity` is missing", "quantity")
    if signal.quantity is not None and signal.quote_quantity is not None:
        raise Refusal(
            RefusalCode.CONFLICTING_FIELDS,
            "`quantity` and `quote_quantity`: give one of them, not both",
            "quote_quantity",
        )


def _check_expiry(signal: Signal) -> None:
    good_till_date = signal.time_in_force is TimeInForce.GTD
    if good_till_date and signal.expire_time is None:
        raise Refusal(
            RefusalCode.MISSING_FIELD,
            "`expire_time` is missing: time_in_force GTD needs it",
            "expire_time",
        )
    if signal.expire_time is not None and not good_till_date:
        raise Refusal(
            RefusalCode.CONFLICTING_FIELDS,
            "`expire_time`: goes with time_in_force GTD only",
            "expire_time",
        )


def _check_oco(signal: Signal) -> None:
    """Check an order of two that cancel each other: both rest, on both sides of the market."""
    for name in ("stop_loss", "take_profit"):
        if getattr(signal, name) is not None:
            text = f"`{name}`: an oco order is a stop loss and a target itself"
            raise Refusal(RefusalCode.CONFLICTING_FIELDS, text, name)
    if signal.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
        text = f"`time_in_force`: an oco order rests, it cannot be {signal.time_in_force}"
        raise Refusal(RefusalCode.CONFLICTING_FIELDS, text, "time_in_force")
    names = ["price", "stop_price"]
    _check_ascending(signal, names if signal.action is Action.BUY else names[::-1])


def _check_sides(signal: Signal) -> None:
    entry = _ENTRY.get(signal.order_type)
    names = ["stop_loss", *([entry] if entry else []), "take_profit"]
    _check_ascending(signal, names if signal.action is Action.BUY else names[::-1])


def _check_ascending(signal: Signal, names: Sequence[str]) -> None:
    known = [(name, price) for name in names if (price := getattr(signal, name)) is not None]
    for (lower, below), (higher, above) in pairwise(known):
        if below >= above:
            raise _wrong_side(signal, lower, below, higher, above)


def _wrong_side(signal: Signal, lower: str, below: Decimal, higher: str, above: Decimal) -> Refusal:
    blamed = lower if lower in {"stop_loss", "take_profit"} else higher
    return Refusal(
        RefusalCode.STOP_WRONG_SIDE,
        f"a {signal.action} needs `{lower}` below `{higher}`, found {decimal_text(below)} and "
        f"{decimal_text(above)}",
        blamed,
    )

"""From a signal to the order that it asks for."""

from collections.abc import Mapping
from typing import Final

from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.signals import Action, Signal

__all__ = ["plan_order"]

_SIDES: Final[Mapping[Action, Side]] = {Action.BUY: Side.BUY, Action.SELL: Side.SELL}

_LIMITED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.OCO})
"""The types whose `price` is a limit; on all others it is a reference."""


def plan_order(signal: Signal, *, account: str, client_order_id: str) -> Order:
    """Return the order that a signal with an absolute size asks for.

    Args:
        signal: a signal whose fields fit together, as the readers of this package give it.
        account: name of the account that it goes to.
        client_order_id: the order's id, minted by the caller.

    An order of a quote quantity has the quantity 0.
    """
    limited = signal.order_type in _LIMITED
    return Order(
        client_order_id=client_order_id,
        account=account,
        symbol=signal.symbol,
        side=_SIDES[signal.action],
        order_type=signal.order_type,
        quantity=ZERO if signal.quantity is None else signal.quantity,
        quantity_unit=signal.quantity_unit,
        quote_quantity=signal.quote_quantity,
        price=signal.price if limited else None,
        signal_price=None if limited else signal.price,
        stop_price=signal.stop_price,
        trigger=signal.trigger,
        trail=signal.trail,
        stop_loss=signal.stop_loss,
        take_profit=signal.take_profit,
        time_in_force=signal.time_in_force,
        expire_time=signal.expire_time,
        reduce_only=signal.reduce_only,
        post_only=signal.post_only,
        position_side=signal.position_side,
        leverage=signal.leverage,
        margin_mode=signal.margin_mode,
        confidence=signal.confidence,
        strategy=signal.strategy,
    )

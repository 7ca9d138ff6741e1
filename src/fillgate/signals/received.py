"""What reading a body gives: a signal, and what came beside it."""

import msgspec

from fillgate.domain.signals import Action, Signal
from fillgate.signals.bodies import OrderTerms
from fillgate.signals.consistency import check_consistent

__all__ = ["Received", "signal_of"]


class Received(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A signal as it was received."""

    signal: Signal
    id: str | None = None
    """The body's own idempotency id."""
    secret: str | None = None
    """The webhook's secret, where the body holds it; its repr does not show it."""
    ignored: tuple[str, ...] = ()
    """Names of the fields that were not read, in the order of the body."""


def signal_of(terms: OrderTerms, *, action: Action, account: str | None) -> Signal:
    """Return the signal that the terms make with an action.

    Raises:
        Refusal: the terms do not fit together.
    """
    signal = Signal(
        action=action,
        symbol=terms.symbol,
        account=account,
        order_type=terms.order_type,
        quantity=terms.quantity,
        quote_quantity=terms.quote_quantity,
        price=terms.price,
        stop_price=terms.stop_price,
        trigger=terms.trigger,
        trail=terms.trail,
        stop_loss=terms.stop_loss,
        take_profit=terms.take_profit,
        time_in_force=terms.time_in_force,
        expire_time=terms.expire_time,
        reduce_only=terms.reduce_only,
        post_only=terms.post_only,
        position_side=terms.position_side,
        leverage=terms.leverage,
        margin_mode=terms.margin_mode,
        confidence=terms.confidence,
        strategy=terms.strategy,
        timestamp=terms.timestamp,
    )
    check_consistent(signal)
    return signal

"""A person settles an order that the venue could not be asked about, or has lost."""

from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.errors import CodedError
from fillgate.domain.events import OrderResolved
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport

__all__ = ["NotResolvable", "Resolution", "resolved_event"]

RESOLVABLE: Final = frozenset({OrderStatus.UNKNOWN, OrderStatus.ABSENT})
"""Statuses that a person may settle."""

AT_THE_VENUE: Final = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
    }
)
"""Findings that say the venue has, or had, the order."""

ENDED_THERE: Final = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED})
"""Findings about an order that worked and that the venue does not have any more."""

NEVER_THERE: Final = frozenset({OrderStatus.REJECTED, OrderStatus.ABSENT})
"""Findings that say it never worked."""


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What a person found out about an order."""

    status: OrderStatus
    reason: str
    """How they know."""
    actor: str
    order_id: str | None = None
    """The venue's id; needed when the venue has or had the order."""
    filled_quantity: Decimal | None = None
    """Executed in all; FILLED means the whole quantity unless it is given."""
    average_price: Decimal | None = None


class NotResolvable(CodedError):
    """The resolution does not fit the order."""


def resolved_event(
    state: OrderState, resolution: Resolution, clock: Clock, *, missing: bool = False
) -> OrderResolved:
    """Return the event that settles an order.

    Args:
        state: the order.
        resolution: what the person found out.
        clock: tells when.
        missing: whether the venue neither lists nor finds the order, though it works as far as is
            known.

    Raises:
        NotResolvable: with a code: ORDER_NOT_UNKNOWN, REASON_MISSING, STATUS_NOT_A_FINDING,
            ORDER_ID_MISSING, FILLED_QUANTITY_WRONG or AVERAGE_PRICE_MISSING.
    """
    if state.status not in RESOLVABLE and not missing:
        raise NotResolvable("ORDER_NOT_UNKNOWN", f"the order is {state.status}")
    if not resolution.reason.strip():
        raise NotResolvable("REASON_MISSING", "say in `reason` how you know")
    if state.status not in RESOLVABLE and resolution.status not in ENDED_THERE:
        allowed = ", ".join(sorted(ENDED_THERE))
        raise NotResolvable("STATUS_NOT_A_FINDING", f"expected one of {allowed}")
    identity = state.order.client_order_id
    report = None
    if resolution.status in AT_THE_VENUE:
        report = _report(state, resolution, clock)
    elif resolution.status not in NEVER_THERE:
        allowed = ", ".join(sorted(AT_THE_VENUE | NEVER_THERE))
        raise NotResolvable("STATUS_NOT_A_FINDING", f"expected one of {allowed}")
    return OrderResolved(
        client_order_id=identity,
        status=resolution.status,
        report=report,
        reason=resolution.reason,
        actor=resolution.actor,
    )


def _report(state: OrderState, resolution: Resolution, clock: Clock) -> ExecutionReport:
    if not resolution.order_id:
        raise NotResolvable("ORDER_ID_MISSING", "give the venue's id of the order in `order_id`")
    filled = _filled_quantity(state, resolution)
    if filled and resolution.average_price is None:
        raise NotResolvable("AVERAGE_PRICE_MISSING", "give the price it was filled at")
    return ExecutionReport(
        client_order_id=state.order.client_order_id,
        order_id=resolution.order_id,
        symbol=state.order.symbol,
        side=state.order.side,
        status=resolution.status,
        filled_quantity=filled,
        average_price=resolution.average_price,
        timestamp=clock.now() // 1000,
        text=resolution.reason,
    )


def _filled_quantity(state: OrderState, resolution: Resolution) -> Decimal:
    quantity, filled = state.order.quantity, resolution.filled_quantity
    if filled is None:
        if resolution.status is OrderStatus.PARTIALLY_FILLED:
            raise NotResolvable("FILLED_QUANTITY_WRONG", "give `filled_quantity`")
        return quantity if resolution.status is OrderStatus.FILLED else ZERO
    fits = {
        OrderStatus.NEW: filled == 0,
        OrderStatus.PARTIALLY_FILLED: 0 < filled < quantity,
        OrderStatus.FILLED: filled == quantity,
    }
    if not fits.get(resolution.status, 0 <= filled < quantity):
        text = f"{filled} of {quantity} does not fit the status {resolution.status}"
        raise NotResolvable("FILLED_QUANTITY_WRONG", text)
    return filled

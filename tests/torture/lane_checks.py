"""Whether the orders of a lane went to the venue one after another, by the journal's events."""

from collections.abc import Iterator, Sequence
from typing import Final

from fillgate.domain.events import (
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderSending,
    OrderUnanswered,
    OrderWithdrawn,
    ServiceStarted,
    SubmissionAnswered,
)
from fillgate.domain.fold import fold_orders
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.journal.base import Recorded

__all__ = ["Overtaking", "overtakings"]

Overtaking = tuple[int, str, OrderState]
"""The number of the invariant, what is wrong in words, and the order that should have waited."""

_CONCLUSIONS: Final = (
    SubmissionAnswered,
    OrderRejected,
    OrderNotSent,
    OrderUnanswered,
    # Called off in the moment before it left.
    OrderWithdrawn,
)
"""How a submission can end."""


def overtakings(events: Sequence[Recorded]) -> Iterator[Overtaking]:
    """Find orders that were sent while another of their lane was on its way (7) or UNKNOWN (8)."""
    states: dict[str, OrderState] = {}
    flying: dict[str, str] = {}
    unknown: dict[str, set[str]] = {}
    for record in events:
        event = record.event
        if isinstance(event, ServiceStarted):
            # What was told of by others before the process died has no conclusion of its own.
            flying = {lane: key for lane, key in flying.items() if _is_undecided(states[key])}
        if not isinstance(event, OrderEvent):
            continue
        _, state = fold_orders(states, event, record.at)
        symbol, identity = state.order.symbol, event.client_order_id
        held_by = unknown.setdefault(symbol, set())
        if _is_sending(event):
            if symbol in flying:
                yield 7, f"sent while {flying[symbol]} was on its way", state
            if held_by:
                yield 8, f"sent while {sorted(held_by)} held the lane", state
            flying[symbol] = identity
        elif isinstance(event, _CONCLUSIONS) and flying.get(symbol) == identity:
            del flying[symbol]
        (held_by.add if state.standing is OrderStatus.UNKNOWN else held_by.discard)(identity)


def _is_undecided(state: OrderState) -> bool:
    return state.standing.is_undecided


def _is_sending(event: OrderEvent) -> bool:
    return isinstance(event, OrderSending) or (isinstance(event, OrderIntended) and event.sending)
